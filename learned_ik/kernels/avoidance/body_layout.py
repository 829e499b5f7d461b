# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Body, obstacles and a store of postures as flat arrays, and the memory of a walk."""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.avoidance.store import MORE_PROPOSALS
from learned_ik.kernels.avoidance.walk import WalkMemory
from learned_ik.kernels.clearance import (
    AT_ONCE,
    CONTACT,
    BodyArrays,
    Placement,
    body_arrays,
)
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

CAPSULES, PAIRS, FRAMES = 0, 1, 2  # places in a packed body's integers


class PackedBody(NamedTuple):
    """A body, flat; `unpack_body` gives the views."""

    counts: Integers
    measures: Array


def pack_body(body: Body) -> PackedBody:
    """Flatten a body."""
    arrays = body_arrays(body)
    return PackedBody(
        counts=np.concatenate(
            [[len(body), len(body.pairs)], arrays.frames, arrays.pairs.ravel()]
        ).astype(np.int64),
        measures=np.concatenate([arrays.ends.ravel(), arrays.radii, arrays.inverse, arrays.half]),
    )


@inlined_kernel
def unpack_body(counts: Integers, measures: Array) -> BodyArrays:
    """Return a packed body's arrays as views."""
    capsules, pairs = counts[CAPSULES], counts[PAIRS]
    a = FRAMES + capsules
    b = 6 * capsules
    return BodyArrays(
        frames=counts[FRAMES:a],
        ends=measures[:b].reshape((capsules, 6)),
        radii=measures[b : b + capsules],
        inverse=measures[b + capsules : b + 2 * capsules],
        half=measures[b + 2 * capsules : b + 3 * capsules],
        pairs=counts[a : a + 2 * pairs].reshape((pairs, 2)),
    )


def walk_numbers(chain: KinematicChain, body: Body) -> Array:
    """Allocate the memory of a walk; `unpack_walk` gives the views."""
    rows = len(body) + len(body.pairs)
    joints = chain.joint_count
    return np.zeros(
        12 * (chain.motion_count + 1)
        + 9 * len(body)
        + AT_ONCE
        + (CONTACT + joints) * rows
        + 3 * joints
        + 6
        + 2 * MORE_PROPOSALS
    )


@inlined_kernel
def unpack_walk(
    joints: int, motions: int, counts: Integers, numbers: Array
) -> tuple[WalkMemory, Array, Array]:
    """Return the memory of a walk, and of proposals from the store: their rows, their misses."""
    capsules = counts[CAPSULES]
    rows = capsules + counts[PAIRS]
    a = 12 * (motions + 1)
    rotations = numbers[:a].reshape((motions + 1, 12))
    ends = numbers[a : a + 6 * capsules].reshape((capsules, 6))
    a += 6 * capsules
    middles = numbers[a : a + 3 * capsules].reshape((capsules, 3))
    a += 3 * capsules
    distances = numbers[a : a + AT_ONCE]
    a += AT_ONCE
    found = numbers[a : a + CONTACT * rows].reshape((rows, CONTACT))
    a += CONTACT * rows
    slopes = numbers[a : a + joints * rows].reshape((rows, joints))
    a += joints * rows
    push, way = numbers[a : a + joints], numbers[a + joints : a + 2 * joints]
    a += 2 * joints
    best, moved = numbers[a : a + joints], numbers[a + joints : a + joints + 6]
    a += joints + 6
    middle = a + MORE_PROPOSALS
    rows, misses = numbers[a:middle], numbers[middle : middle + MORE_PROPOSALS]
    memory = WalkMemory(
        Placement(rotations, ends, middles, distances), found, slopes, push, way, best, moved
    )
    return memory, rows, misses
