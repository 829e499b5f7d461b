# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors by name in one file, in the layout of safetensors: read and written strictly.

Eight bytes say how long the header is; the header is JSON, which says of each tensor its type,
shape and place; behind it lie the tensors, without a gap. The library of that name is in no
distribution of ROS. What is refused by it is refused here, and what is read here it reads alike:
https://github.com/huggingface/safetensors describes the layout.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.checks import shortened

# What a type is called. The order is that in which tensors are written, the largest numbers first,
# so that each lies at a multiple of its size.
TYPES = {
    'U64': '<u8',
    'I64': '<i8',
    'F64': '<f8',
    'F32': '<f4',
    'U32': '<u4',
    'I32': '<i4',
    'F16': '<f2',
    'U16': '<u2',
    'I16': '<i2',
    'I8': 'i1',
    'U8': 'u1',
    'BOOL': '?',
}
NAMES = {np.dtype(code): name for name, code in TYPES.items()}
METADATA = '__metadata__'
ALIGNMENT = 8  # of the header's end
LONGEST_HEADER = 100_000_000  # bytes
MOST_DIMENSIONS = 32  # of a tensor: what every numpy can hold

Tensors = Mapping[str, npt.NDArray[Any]]


def tensor_file(tensors: Tensors, metadata: Mapping[str, str]) -> bytes:
    """Return the content of a file; the same for the same tensors and texts.

    Raises:
        ValueError: a tensor has a type that the layout does not know.

    """
    header: dict[str, Any] = {METADATA: dict(sorted(metadata.items()))} if metadata else {}
    order = list(TYPES)
    kinds = {name: _name_of(name, tensor) for name, tensor in tensors.items()}
    parts, end = [], 0
    for name in sorted(tensors, key=lambda name: (order.index(kinds[name]), name.encode())):
        tensor = np.asarray(tensors[name])
        part = np.ascontiguousarray(tensor, TYPES[kinds[name]]).tobytes()
        header[name] = {
            'dtype': kinds[name],
            'shape': list(tensor.shape),
            'data_offsets': [end, end + len(part)],
        }
        parts.append(part)
        end += len(part)
    text = json.dumps(header, ensure_ascii=False, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % ALIGNMENT)
    return b''.join([len(text).to_bytes(8, 'little'), text, *parts])


def read_tensors(
    content: bytes, parse: Callable[[bytes], Any] = json.loads
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    """Return the tensors of a file by name, and its metadata.

    Args:
        content: of the whole file.
        parse: what reads JSON.

    Raises:
        ValueError: it is no such file; the message says in what.

    """
    header, data = _split(content, parse)
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ValueError('its metadata are no texts by name')
    placed = sorted(((_place(name, entry), name) for name, entry in header.items()))
    tensors, end = {}, 0
    for (begin, until), name in placed:
        if begin != end:
            raise ValueError(f'tensor {shortened(name)} begins at {begin}; expected {end}')
        tensors[name], end = _tensor(name, header[name], data[begin:until]), until
    if end != len(data):
        raise ValueError(f'its tensors end at byte {end} of {len(data)}')
    return tensors, metadata


def _split(content: bytes, parse: Callable[[bytes], Any]) -> tuple[dict[str, Any], memoryview]:
    """Return header and data of a file."""
    length = int.from_bytes(content[:8], 'little')
    if len(content) < 8 or not 2 <= length <= min(LONGEST_HEADER, len(content) - 8):
        raise ValueError(
            f'its header says it has {length} bytes; expected 2 or more, and at most '
            f'{LONGEST_HEADER} of the {len(content)} in all'
        )
    if content[8:9] != b'{':
        raise ValueError('its header is no JSON object')
    header = parse(content[8 : 8 + length])
    if not isinstance(header, dict):
        raise ValueError('its header is no JSON object')
    return header, memoryview(content)[8 + length :]


def _place(name: str, entry: Any) -> tuple[int, int]:
    """Return where a tensor begins and ends; raise for an entry that is none."""
    if not isinstance(entry, dict) or entry.keys() != {'dtype', 'shape', 'data_offsets'}:
        raise ValueError(f'tensor {shortened(name)} has no entry of dtype, shape, data_offsets')
    kind, shape, offsets = entry['dtype'], entry['shape'], entry['data_offsets']
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(
            f'tensor {shortened(name)} has the type {shortened(kind)}; expected one of '
            f'{", ".join(TYPES)}'
        )
    if not _are_counts(shape) or not _are_counts(offsets) or len(offsets) != 2:
        raise ValueError(
            f'tensor {shortened(name)} has the shape {shortened(shape)} and the place '
            f'{shortened(offsets)}; expected whole numbers, 0 or more, and two of them'
        )
    if len(shape) > MOST_DIMENSIONS:
        raise ValueError(
            f'tensor {shortened(name)} has {len(shape)} dimensions; expected at most '
            f'{MOST_DIMENSIONS}'
        )
    size = math.prod(shape) * np.dtype(TYPES[kind]).itemsize
    if offsets[1] - offsets[0] != size:
        raise ValueError(
            f'tensor {shortened(name)} lies in bytes {offsets[0]} to {offsets[1]}; expected '
            f'{size} bytes for its shape'
        )
    return offsets[0], offsets[1]


def _are_counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(v) is int and 0 <= v < 2**63 for v in values)


def _tensor(name: str, entry: Mapping[str, Any], data: memoryview) -> npt.NDArray[Any]:
    kind = np.dtype(TYPES[entry['dtype']])
    if len(data) != math.prod(entry['shape']) * kind.itemsize:
        raise ValueError(f'tensor {shortened(name)} is cut short')
    if kind == np.bool_ and bytes(data).strip(b'\0\1'):
        raise ValueError(f'tensor {shortened(name)} holds what is neither true nor false')
    return np.frombuffer(data, kind).reshape(entry['shape']).copy()


def _name_of(name: str, tensor: npt.NDArray[Any]) -> str:
    kind = np.asarray(tensor).dtype.newbyteorder('=')
    if kind not in NAMES:
        raise ValueError(
            f'tensor {shortened(name)} has the type {kind}; expected one of '
            f'{", ".join(map(str, NAMES))}'
        )
    return NAMES[kind]
