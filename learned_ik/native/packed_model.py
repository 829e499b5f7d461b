# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A model as C++ reads it: the arrays of the kernels as they are, and the names.

The file, all of it in little-endian order: `MAGIC`, whose last byte is the format's version; the
FNV-1a hash (64 bits) of all that follows; the number of values in each array, and of bytes in the
names; layout, robot, weights, layout and shapes of the body, the speed of each joint, where it
has most room and how much that weighs; the names, each behind its length.
`include/learned_ik/model.hpp` reads it.
"""

import struct
from pathlib import Path

import numpy as np

from learned_ik.files import write_atomically
from learned_ik.model import IkModel
from learned_ik.solving.packing import pack_body
from learned_ik.solving.solver import IkSolver

MAGIC = b'LEARNIK\x01'
FNV_OFFSET, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


def write_packed(model: IkModel, path: Path) -> None:
    """Write a model for C++.

    A network that sees the scene is written as it is where there is nothing to see.

    Raises:
        ModelFileError: the file cannot be written.

    """
    write_atomically(path, packed_content(model), 'packed model')


def packed_content(model: IkModel) -> bytes:
    """Return the content of the file."""
    engine = IkSolver(model).engine
    chain, body = engine.chain, pack_body(engine.body, engine.chain)
    middle = engine.preferences.middle
    arrays = [
        *(np.asarray(array) for array in engine.packed),
        np.asarray(body.layout), np.asarray(body.shapes), chain.velocity.astype(np.float64),
        np.concatenate([middle.posture, middle.joint_weights]),
    ]  # fmt: skip
    texts = [model.name, chain.base_link, chain.tip_link, chain.fingerprint]
    texts += [*chain.joint_names, *engine.body.links]
    names = b''.join(struct.pack('<q', len(text.encode())) + text.encode() for text in texts)
    counts = np.array([*(len(array) for array in arrays), len(names)], '<i8')
    content = b''.join(
        [
            counts.tobytes(),
            *(array.astype(array.dtype.newbyteorder('<')).tobytes() for array in arrays),
            names,
        ]
    )
    return MAGIC + struct.pack('<Q', fnv(content)) + content


def fnv(content: bytes) -> int:
    """Return the FNV-1a hash (64 bits) of words of eight bytes, the last filled up with zeros.

    By words instead of bytes: in Python a model of a quarter megabyte would take a second.
    """
    words = np.frombuffer(content + bytes(-len(content) % 8), '<u8').tolist()
    value = FNV_OFFSET
    for word in words:
        value = ((value ^ word) * FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return value
