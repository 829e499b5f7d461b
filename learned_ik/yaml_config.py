# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a YAML file to a frozen dataclass: every key known, every value of the right type."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeVar, Union, get_args, get_origin

import yaml

from learned_ik.checks import number, shortened, shortened_reason, suggestion
from learned_ik.errors import ConfigurationError, ModelFileError
from learned_ik.files import read_within

MOST_BYTES = 4 * 2**20  # of a file


class Dataclass(Protocol):
    """Any dataclass, for type checkers."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Configuration = TypeVar('Configuration', bound=Dataclass)


def load_yaml(kind: type[Configuration], path: str | Path) -> Configuration:
    """Read a YAML file into a dataclass.

    Raises:
        ConfigurationError: the file cannot be read, is no mapping, has a key that is unknown or
            missing, or a value of a wrong type or out of range.

    """
    return from_mapping(kind, read_yaml(path), where=str(path))


def read_yaml(path: Any) -> Any:
    """Return what a YAML file holds.

    Raises:
        ConfigurationError: it cannot be read, is too large, or no YAML.

    """
    try:
        return yaml.safe_load(read_within(path, 'file', MOST_BYTES).decode())
    # What YAML takes for a number may be none, and lists may be nested without end.
    except (ModelFileError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"'{path}' cannot be read as YAML: {shortened_reason(error)}"
        ) from error


def from_mapping(kind: type[Configuration], content: Any, where: str) -> Configuration:
    """Build a dataclass from a mapping of its fields; `where` says in errors what was read."""
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if not isinstance(content, Mapping):
        raise ConfigurationError(
            f'{where} holds {type(content).__name__}; expected a mapping of {", ".join(fields)}'
        )
    for key in content:
        if key not in fields:
            raise ConfigurationError(
                f'{where}: unknown key {shortened(key)}{suggestion(str(key), fields)}'
            )
    annotations = typing.get_type_hints(kind)
    values = {}
    for name, field in fields.items():
        if name in content:
            values[name] = _converted(content[name], annotations[name], f"{where}: '{name}'")
        elif field.default is field.default_factory is dataclasses.MISSING:
            raise ConfigurationError(f"{where}: '{name}' is missing")
    try:
        return kind(**values)
    except ConfigurationError as error:
        raise ConfigurationError(f'{where}: {error}') from error


def _converted(value: Any, annotation: Any, what: str) -> Any:
    """Return the value as its field's type, or raise `ConfigurationError`."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(annotation):
            return None
        (only,) = (option for option in get_args(annotation) if option is not type(None))
        return _converted(value, only, what)
    if origin is Literal:
        if value not in get_args(annotation):
            raise ConfigurationError(
                f'{what} is {shortened(value)}; expected one of {get_args(annotation)}'
            )
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong_type(what, value, 'a list')
        item = get_args(annotation)[0]
        return tuple(
            _converted(entry, item, f'{what}, entry {i}') for i, entry in enumerate(value)
        )
    if annotation is float and isinstance(value, int) and not isinstance(value, bool):
        return number(value, what, 'a number', lambda _: True, ConfigurationError)
    if annotation is Path and isinstance(value, str):
        return Path(value)
    # To Python, but not to a reader of YAML, True is an int.
    if not isinstance(value, annotation) or (isinstance(value, bool) and annotation is not bool):
        raise _wrong_type(what, value, _NAMES.get(annotation, annotation.__name__))
    return value


_NAMES = {
    str: 'a text',
    bool: 'true or false',
    int: 'a whole number',
    float: 'a number (YAML reads 1.0e-3 as one, but 1e-3 as a text)',
    Path: 'a path',
}


def _wrong_type(what: str, value: Any, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f'{what} is {shortened(value)}, of type {type(value).__name__}; expected {expected}'
    )
