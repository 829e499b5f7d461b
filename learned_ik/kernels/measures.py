# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Small measures of poses and joint vectors, compiled."""

import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import TURNS, ChainArrays, X, Y, Z

FARTHEST = 1e6  # [m], of a coordinate that a request may ask for
FARTHEST_JOINT = 1e6  # [rad or m], of a seed: beyond, its sine is no longer known to 1e-10


@inlined_kernel
def within(values: Array, largest: float) -> bool:
    """Say whether no entry is NaN or greater in size than the largest."""
    squared = 0.0
    for i in range(values.shape[0]):
        squared += values[i] * values[i]
    if squared <= largest * largest:  # the rule, without a branch for each entry
        return True
    for i in range(values.shape[0]):
        if not abs(values[i]) <= largest:
            return False
    return True


@inlined_kernel
def read_target(pose: Array, target: Array) -> bool:
    """Fill the target (12,) from position and quaternion (7,); False if that is malformed.

    A target is the rotation row by row, then the position [m].
    """
    x, y, z, w = pose[3], pose[4], pose[5], pose[6]
    length = math.sqrt(x * x + y * y + z * z + w * w)
    if length == np.inf:  # the squares of entries above 1e154 are not numbers any more
        scale = 1.0 / max(abs(x), abs(y), abs(z), abs(w))
        x, y, z, w = scale * x, scale * y, scale * z, scale * w
        length = math.sqrt(x * x + y * y + z * z + w * w)
    if not (within(pose[:3], FARTHEST) and length > 1e-6):
        return False
    x, y, z, w = x / length, y / length, z / length, w / length
    target[0], target[1], target[2] = (
        1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
    )  # fmt: skip
    target[3], target[4], target[5] = (
        2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
    )  # fmt: skip
    target[6], target[7], target[8] = (
        2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
    )  # fmt: skip
    target[X], target[Y], target[Z] = pose[0], pose[1], pose[2]
    return True


@inlined_kernel
def distance_beyond_reach(chain: ChainArrays, target: Array, reach: float) -> float:
    """Return how far [m] the target lies outside the sphere that holds every pose of the tip."""
    first = chain.transforms[0]
    x, y, z = target[X] - first[X], target[Y] - first[Y], target[Z] - first[Z]
    return math.sqrt(x * x + y * y + z * z) - reach


@inlined_kernel
def clip(chain: ChainArrays, q: Array) -> None:
    """Move joint positions (joints,) [rad or m] into the limits."""
    for j in range(q.shape[0]):
        q[j] = min(max(q[j], chain.bound_low[j]), chain.bound_high[j])


@inlined_kernel
def distance_beyond_limits(chain: ChainArrays, q: Array) -> float:
    """Return how far that joint lies outside its limits that does most [rad or m], or 0."""
    distance = 0.0
    for j in range(q.shape[0]):
        distance = max(distance, chain.bound_low[j] - q[j], q[j] - chain.bound_high[j])
    return distance


@inlined_kernel
def joint_distance(a: Array, b: Array) -> float:
    """Return the Euclidean distance of two joint vectors [rad or m]."""
    total = 0.0
    for j in range(a.shape[0]):
        total += (a[j] - b[j]) ** 2
    return math.sqrt(total)


@inlined_kernel
def limit_margin(chain: ChainArrays, q: Array) -> float:
    """Return the least distance of any joint to its nearer limit [rad or m]."""
    margin = np.inf
    for j in range(q.shape[0]):
        margin = min(margin, q[j] - chain.bound_low[j], chain.bound_high[j] - q[j])
    return margin


@inlined_kernel
def settle_turns(chain: ChainArrays, seed: Array, seeded: bool, q: Array) -> bool:
    """Turn endless joints nearest to the seed, or into [-pi, pi]; say if any was turned."""
    turned = False
    for j in range(q.shape[0]):
        if chain.bound_high[j] == np.inf:
            about = seed[j] if seeded else 0.0
            turns = np.rint((q[j] - about) / (2 * math.pi))
            q[j] -= 2 * math.pi * turns
            turned = turned or turns != 0.0
    return turned


@inlined_kernel
def turn_towards(chain: ChainArrays, posture: Array, q: Array) -> None:
    """Turn joints (joints,) by whole turns, within their limits, as near to a posture as can be.

    Joints whose posture is NaN stay where they are, and so do those that slide, or that another
    mimics by a factor that is not whole: for them a turn is not the same pose again.
    """
    turn = 2 * math.pi
    for j in range(q.shape[0]):
        low, high = chain.bound_low[j], chain.bound_high[j]
        if chain.kinds[j] == TURNS and high - low >= turn and not math.isnan(posture[j]):
            turns = np.rint((posture[j] - q[j]) / turn)
            if high < np.inf:
                turns = min(turns, np.floor((high - q[j]) / turn))
                turns = max(turns, np.ceil((low - q[j]) / turn))
            q[j] += turn * turns


@inlined_kernel
def largest_step(a: Array, b: Array) -> float:
    """Return how far the joint that moves farthest moves from a to b (joints,) [rad or m]."""
    largest = 0.0
    for j in range(a.shape[0]):
        largest = max(largest, abs(b[j] - a[j]))
    return largest
