# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Files with a seal: tensors, one JSON text, and a checksum over every byte. Nothing is executed.

The file has the layout of safetensors (`tensor_file.py`); the text is an entry of its metadata.
The checksum is the SHA-256 of the whole file, as it is with zeros in place of the checksum's own
digits. So nothing can change, neither a weight nor a name nor a blank, without being noticed.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from learned_ik.checks import shortened_reason
from learned_ik.errors import InvalidInputError, ModelFileError
from learned_ik.files import read_within, shown_path
from learned_ik.storage.tensor_file import Tensors, read_tensors, tensor_file

MOST_BYTES = 256 * 2**20  # of a file
MOST_TEXT = 4 * 2**20  # bytes of its header, which holds the text
CHECKSUM = 'sha256'  # the text's own entry for it
UNSEALED = '0' * 64


def sealed(
    description: Mapping[str, Any], tensors: Tensors, key: str, most: int = MOST_BYTES
) -> bytes:
    """Return the content of a file; the same for the same description and tensors.

    Args:
        description: ready for JSON.
        tensors: by name.
        key: of the metadata's entry that holds the description.
        most: bytes that a file may have.

    Raises:
        InvalidInputError: the description is not ready for JSON, or all of it is too large.

    """
    try:
        text = json.dumps({**description, CHECKSUM: UNSEALED}, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError(
            f'what is to be saved is not ready for JSON: {shortened_reason(error)}; expected '
            'texts, finite numbers, lists and mappings'
        ) from error
    content = tensor_file(tensors, {key: text})
    header = int.from_bytes(content[:8], 'little')
    if len(content) > most or header > MOST_TEXT:
        raise InvalidInputError(
            f'what is to be saved takes {len(content)} bytes, {header} of them for its '
            f'description; expected at most {most} and {MOST_TEXT}'
        )
    checksum = _checksum(content, UNSEALED)
    if not checksum:
        raise InvalidInputError(
            f"what is to be saved has an entry '{CHECKSUM}' of zeros; expected none, which is how "
            'the place of the checksum is known'
        )
    return content.replace(_entry(UNSEALED), _entry(checksum))


def unsealed(
    path: Any, key: str, what: str, most: int = MOST_BYTES
) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """Read such a file.

    Args:
        path: of the file.
        key: of the metadata's entry that holds the description.
        what: how errors call such a file.
        most: bytes that it may have.

    Returns:
        description, tensors by name, and whether there was a checksum, which then is right.

    Raises:
        ModelFileError: the file is missing, broken, too large, foreign, or its checksum another.

    """
    content, shown = read_within(path, what, most), shown_path(path)
    try:
        tensors, metadata = read_tensors(content, _header)
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(
            f"'{shown}' is not a readable {what} (broken or cut short?): {shortened_reason(error)}"
        ) from error
    if key not in metadata:
        raise ModelFileError(
            f"'{shown}' is a safetensors file, but not a learned_ik {what.removesuffix(' file')}: "
            f"its metadata has no entry '{key}'"
        )
    try:
        description = strict_json(metadata[key])
        if not isinstance(description, dict):
            raise ValueError(f'its description is a {type(description).__name__}')
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(
            f"'{shown}' is a damaged {what}: {shortened_reason(error)}"
        ) from error
    if CHECKSUM not in description:
        return description, tensors, False
    checksum = description.pop(CHECKSUM)
    if not isinstance(checksum, str) or not re.fullmatch('[0-9a-f]{64}', checksum):
        raise ModelFileError(f"'{shown}' is a damaged {what}: its checksum is none")
    if _checksum(content, checksum) != checksum:
        raise ModelFileError(
            f"'{shown}' is a damaged {what}: its checksum is not that of what it holds; copy it "
            'again'
        )
    return description, tensors, True


def strict_json(text: str | bytes) -> Any:
    """Return what a JSON text holds: no NaN, no infinity, no entry twice.

    Raises:
        ValueError: it is no such text.
        RecursionError: it is nested too deeply.

    """
    return json.loads(
        text, object_pairs_hook=_without_twins, parse_constant=_not_finite, parse_float=_finite
    )


def _header(text: bytes) -> Any:
    """Return what the header of a file says."""
    if len(text) > MOST_TEXT:
        raise ValueError(f'its header says it has {len(text)} bytes; expected at most {MOST_TEXT}')
    return strict_json(text)


def _entry(checksum: str) -> bytes:
    """Return how the checksum stands in the file: JSON within JSON."""
    return f'\\"{CHECKSUM}\\": \\"{checksum}\\"'.encode()


def _checksum(content: bytes, stated: str) -> str:
    """Return the checksum of a file that states one; of a file that states it twice, none."""
    if content.count(_entry(stated)) != 1:
        return ''
    return hashlib.sha256(content.replace(_entry(stated), _entry(UNSEALED))).hexdigest()


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{twice}' stands there twice")
    return entries


def _finite(text: str) -> float:
    value = float(text)
    if not np.isfinite(value):
        raise ValueError(f'{text} is not finite')
    return value


def _not_finite(text: str) -> NoReturn:
    raise ValueError(f'{text} is not finite')
