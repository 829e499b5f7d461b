# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Small measures of poses and joint vectors, compiled."""

import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, X, Y, Z

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
def is_endless(chain: ChainArrays, j: int) -> bool:
    """Say whether a joint may turn for ever, and takes every pose again."""
    return chain.full_turns[j] > 0.0 and chain.bound_high[j] == np.inf


@inlined_kernel
def turned_towards(chain: ChainArrays, about: float, j: int, value: float) -> float:
    """Return a joint's value [rad] after whole turns: nearest to `about`, within its limits."""
    turn, low, high = chain.full_turns[j], chain.bound_low[j], chain.bound_high[j]
    turns = np.rint((about - value) / turn)
    turns = max(min(turns, np.floor((high - value) / turn)), np.ceil((low - value) / turn))
    return min(max(value + turn * turns, low), high)  # rounding may lead beyond a limit


@inlined_kernel
def turn_towards(chain: ChainArrays, posture: Array, q: Array) -> bool:
    """Take whole turns off q (joints,), nearest to a posture; say if any.

    Joints that the posture leaves open, by NaN, stay where they are.
    """
    turned = False
    for j in range(q.shape[0]):
        if chain.full_turns[j] > 0.0 and not math.isnan(posture[j]):
            value = turned_towards(chain, posture[j], j, q[j])
            turned = turned or value != q[j]
            q[j] = value
    return turned


@inlined_kernel
def settle_turns(chain: ChainArrays, seed: Array, seeded: bool, q: Array) -> bool:
    """Take whole turns off q (joints,): nearest to the seed, or home without one; say if any."""
    return turn_towards(chain, seed if seeded else chain.home, q)


@inlined_kernel
def largest_step(a: Array, b: Array) -> float:
    """Return how far the joint that moves farthest moves from a to b (joints,) [rad or m]."""
    largest = 0.0
    for j in range(a.shape[0]):
        largest = max(largest, abs(b[j] - a[j]))
    return largest
