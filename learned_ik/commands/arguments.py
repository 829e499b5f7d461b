# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a dataclass of options to a command line, by argparse: for all commands that serve.

Each field is one option, described by `positional`, `option` or `flag`; its type says what it
takes. Commands that train have options by the dozen, in groups, and use tyro, which is not in
every distribution.
"""

import argparse
import dataclasses
import difflib
import inspect
import re
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from learned_ik.checks import shortened
from learned_ik.errors import ConfigurationError

T = TypeVar('T')

REQUIRED: Any = dataclasses.MISSING
KINDS = {float: 'NUMBER', int: 'INTEGER', str: 'TEXT', Path: 'PATH'}
# What begins like a number is a value, and no option: -1e-3, -inf, -0.5,0,0,0.1.
NEGATIVE = re.compile(r'-(\.?\d|inf|nan)', re.IGNORECASE)


def positional(description: str, default: Any = REQUIRED) -> Any:
    """Return a field that is given without a name; with a default it may be left out."""
    return dataclasses.field(default=default, metadata={'help': description, 'positional': True})


def option(description: str, default: Any = REQUIRED, *, repeatable: bool = False) -> Any:
    """Return a field that is given by its name.

    Args:
        description: what it means, with its unit.
        default: what it is where it is not given; without one it has to be.
        repeatable: whether it may be given several times; then it is a tuple of them all.

    """
    return dataclasses.field(
        default=default, metadata={'help': description, 'repeatable': repeatable}
    )


def flag(description: str) -> Any:
    """Return a field that is True where its name is given."""
    return dataclasses.field(default=False, metadata={'help': description})


def is_described(command: type) -> bool:
    """Say whether a dataclass describes its options for this module."""
    return all('help' in field.metadata for field in dataclasses.fields(command))


def parsed(command: type[T], program: str, arguments: Sequence[str]) -> T:
    """Return the options that a command line gives.

    Args:
        command: a dataclass whose fields are described.
        program: how it is called, for the usage.
        arguments: what follows.

    Raises:
        ConfigurationError: an option is unknown, missing, or not of its type.
        SystemExit: help was asked for, and is printed.

    """
    parser = _Parser(
        prog=program, description=inspect.cleandoc(command.__doc__ or ''), allow_abbrev=False,
        formatter_class=_Help,
    )  # fmt: skip
    parser._negative_number_matcher = NEGATIVE  # argparse's own does not know -1e-3
    hints = typing.get_type_hints(command)
    fields = dataclasses.fields(command)  # type: ignore[arg-type]
    for field in fields:
        _add(parser, field, hints[field.name])
    # Before the options: after --seed, which takes any number of values, it would be one of them.
    placed = [
        field.name.upper() if field.default is REQUIRED else f'[{field.name.upper()}]'
        for field in fields
        if field.metadata.get('positional')
    ]
    parser.usage = ' '.join(['%(prog)s', *placed, '[OPTIONS]'])
    end = arguments.index('--') if '--' in arguments else len(arguments)
    words = [*map(_with_hyphens, arguments[:end]), *arguments[end:]]
    _check_names(words[:end], parser)
    values = vars(parser.parse_args(words))
    return command(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are the package's own."""

    def error(self, message: str) -> NoReturn:
        line = ' '.join(message.split())
        raise ConfigurationError(f'{line}; {self.prog} --help tells what there is')


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help that has room for long names."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)


def _add(parser: argparse.ArgumentParser, field: dataclasses.Field, hint: Any) -> None:
    """Add the option of one field."""
    about, kind = _meaning(field).replace('%', '%%'), _without_none(hint)
    name = field.name if field.metadata.get('positional') else _option(field.name)
    if kind is bool:
        parser.add_argument(name, action='store_true', help=about)
        return
    settings: dict[str, Any] = {}
    if typing.get_origin(kind) is tuple:
        each, *others = typing.get_args(kind)
        if field.metadata.get('repeatable'):
            settings['action'] = 'append'
        else:
            settings['nargs'] = '+' if others == [...] else 1 + len(others)
        kind = each
    if name == field.name:
        if field.default is not REQUIRED:
            settings |= {'nargs': '?', 'default': field.default}
        parser.add_argument(name, type=kind, metavar=name.upper(), help=about, **settings)
        return
    required = field.default is REQUIRED
    default: Any = None if required else field.default
    if settings.get('action'):
        default = list(default)
    parser.add_argument(
        name, dest=field.name, type=kind, metavar=KINDS[kind], required=required,
        default=default, help=about, **settings,
    )  # fmt: skip


def _meaning(field: dataclasses.Field) -> str:
    """Return what the help says of a field."""
    about: str = field.metadata['help']
    if field.metadata.get('positional') or field.default is False or field.default in (None, ()):
        return about
    if field.default is REQUIRED:
        return f'{about} (required)'
    return f'{about} (default: {field.default})'


def _without_none(hint: Any) -> Any:
    """Return the type of a value that may also be None."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = (each for each in typing.get_args(hint) if each is not type(None))
    return hint


def _option(name: str) -> str:
    return '--' + name.replace('_', '-')


def _with_hyphens(word: str) -> str:
    """Return --min_clearance=1 as --min-clearance=1."""
    name, equals, value = word.partition('=')
    return name.replace('_', '-') + equals + value if name.startswith('--') else word


def _check_names(words: Sequence[str], parser: argparse.ArgumentParser) -> None:
    """Refuse a name that no option has, and say which one is nearest."""
    known = [name for action in parser._actions for name in action.option_strings]
    for word in words:
        name = word.partition('=')[0]
        is_name = word.startswith('-') and word != '-' and not NEGATIVE.match(word)
        if is_name and name not in known:
            nearest = difflib.get_close_matches(name.lower(), known, 1)
            asked = f': did you mean {nearest[0]}?' if nearest else ''
            parser.error(f'there is no option {shortened(name)}{asked}')
