# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where everything lies in the flat arrays that kernels take, by name, and the views of them.

Handing a compiled function a tuple of twenty arrays costs more than a whole refinement; taking
views of a few flat ones inside compiled code costs next to nothing. Every place is computed
once, by `solving/packing.py`: a section begins at `layout[NAME]` and ends at `layout[NAME + 1]`.
"""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, Frames
from learned_ik.kernels.heads.forward_pass import (
    LANES,
    POSE_INPUTS,
    HeadMemory,
    NetworkArrays,
    NetworkInput,
)
from learned_ik.kernels.refinement import Workspace
from learned_ik.kernels.views import as_matrix

# A request, a row (SEED + joints,): position [m], quaternion x y z w, how free each axis is
# (0 counts in full, 1 not at all) and what else `pose_error.Goal` says of them, the largest change
# of a joint from its seed [rad or m], seed [rad or m].
POSITION, ORIENTATION, FREE_AXES, LARGEST_CHANGE, SEED = 0, 3, 7, 12, 13

# An answer, a row (ANSWER + joints,); the joint positions follow.
CODE = 0  # FOUND, NOT_FOUND, or MALFORMED
POSITION_ERROR = 1  # [m]
ORIENTATION_ERROR = 2  # [rad]
SEED_DISTANCE = 3  # [rad or m], NaN without a seed
LIMIT_MARGIN = 4  # [rad or m]
CLEARANCE = 5  # [m]; infinite where nothing was to be kept clear of
REACHED = 6  # 1 where the pose is reached, clear or not
BEYOND_REACH = 7  # [m], how far outside the arm's outer bound the target lies
SEED_OUTSIDE = 8  # [rad or m], how far the seed lies outside the limits
ATTEMPTS = 9  # starts that were refined
NEAREST = 10  # 1 where it is known that nothing is nearer to the seed
ANSWER = 11

FOUND, NOT_FOUND, MALFORMED = 0, 1, 2  # how a request ended

# Places in `layout`: counts, then where sections begin.
JOINTS, MOTIONS, LAYERS, ACTIVATION, DECODING, HEADS, PADDED_HEADS, SEED_JOINTS = range(8)
# Sections of `layout` itself.
WIDTHS, STRUCTURE, KINDS, _ = range(8, 12)
# Sections of `robot`.
(
    CONSTANTS, STEPS, TRANSFORMS, COUPLING, LOWER, UPPER, BOUND_LOW, BOUND_HIGH, FULL_TURNS, HOME,
    STRIDES, JOINT_WEIGHTS, TRAINED_LOW, TRAINED_HIGH, _,
) = range(12, 27)  # fmt: skip
REACH, SEED_WEIGHT, ANGULAR = 0, 1, 2  # places in the section CONSTANTS
# Sections of `numbers`, the float64 memory of a request.
(
    TARGET, START, ORIGINS, AXES, TIP, VALUES, COLUMNS, ERROR, TRIAL_ERROR, REST, DUAL, STEP,
    TRIAL, HELD, NEAR_LOW, NEAR_HIGH, BOX_LOW, BOX_HIGH, ANCHOR, WISH, KEPT, END_OF_NUMBERS,
) = range(27, 49)  # fmt: skip
# Sections of `activations`, the float32 memory of a request.
INPUTS, OUTPUTS, LANE_POSES, HEAD_ANSWERS, TRIGONOMETRY, SCORES, END_OF_ACTIVATIONS = range(49, 56)
PLACES = 56


class Arm(NamedTuple):
    """A packed model and the memory of one thread, as views."""

    chain: ChainArrays
    network: NetworkArrays
    steps: Array  # (joints,), of the sequence of restarts
    reach: float  # [m], from the first motion's origin
    joint_weights: Array  # (joints,), how much each joint's distance counts
    work: Workspace
    heads: HeadMemory
    target: Array  # (12,), rotation row by row, position [m]
    start: Array  # (joints,) [rad or m]
    box: tuple[Array, Array]  # (joints,) twice, memory for limits about a seed


@inlined_kernel
def span(layout: Integers, name: int) -> slice:
    """Return where a section lies in its flat array."""
    return slice(layout[name], layout[name + 1])


@inlined_kernel
def unpack_arm(
    layout: Integers, robot: Array, weights: Floats, numbers: Array, activations: Floats
) -> Arm:
    """Return the views of a packed model and of a thread's memory."""
    network = unpack_network(layout, robot, weights)
    heads = unpack_heads(layout, activations)
    return Arm(
        unpack_chain(layout, robot), network, robot[span(layout, STEPS)],
        robot[layout[CONSTANTS] + REACH], robot[span(layout, JOINT_WEIGHTS)],
        unpack_work(layout, numbers), heads,
        numbers[span(layout, TARGET)], numbers[span(layout, START)],
        (numbers[span(layout, BOX_LOW)], numbers[span(layout, BOX_HIGH)]),
    )  # fmt: skip


@inlined_kernel
def unpack_chain(layout: Integers, robot: Array) -> ChainArrays:
    """Return the chain of a packed model."""
    motions = layout[MOTIONS]
    return ChainArrays(
        as_matrix(robot[span(layout, TRANSFORMS)], motions + 1, 12),
        as_matrix(robot[span(layout, COUPLING)], motions, 2),
        as_matrix(layout[span(layout, STRUCTURE)], motions, 2),
        robot[span(layout, LOWER)], robot[span(layout, UPPER)],
        robot[span(layout, BOUND_LOW)], robot[span(layout, BOUND_HIGH)],
        layout[span(layout, KINDS)], robot[span(layout, FULL_TURNS)], robot[span(layout, HOME)],
        robot[span(layout, STRIDES)],
        robot[layout[CONSTANTS] + ANGULAR],
    )  # fmt: skip


@inlined_kernel
def unpack_network(layout: Integers, robot: Array, weights: Floats) -> NetworkArrays:
    """Return the network of a packed model."""
    return NetworkArrays(
        weights, layout[span(layout, WIDTHS)], layout[ACTIVATION], layout[DECODING],
        layout[HEADS], layout[PADDED_HEADS], layout[SEED_JOINTS],
        robot[layout[CONSTANTS] + SEED_WEIGHT],
        robot[span(layout, TRAINED_LOW)], robot[span(layout, TRAINED_HIGH)],
    )  # fmt: skip


@inlined_kernel
def unpack_work(layout: Integers, numbers: Array) -> Workspace:
    """Return the memory of a refinement."""
    joints, motions = layout[JOINTS], layout[MOTIONS]
    values = numbers[span(layout, VALUES)]
    frames = Frames(
        as_matrix(numbers[span(layout, ORIGINS)], motions, 3),
        as_matrix(numbers[span(layout, AXES)], motions, 3),
        numbers[span(layout, TIP)],
        as_matrix(values, 3, values.shape[0] // 3),
        as_matrix(numbers[:0], 0, 12),
    )
    return Workspace(
        frames, as_matrix(numbers[span(layout, COLUMNS)], joints, 6),
        numbers[span(layout, ERROR)], numbers[span(layout, TRIAL_ERROR)],
        numbers[span(layout, REST)], numbers[span(layout, DUAL)],
        numbers[span(layout, STEP)], numbers[span(layout, TRIAL)],
        numbers[span(layout, HELD)],
    )  # fmt: skip


@inlined_kernel
def unpack_heads(layout: Integers, activations: Floats) -> HeadMemory:
    """Return the memory of the network's evaluation."""
    joints, motions, lanes = layout[JOINTS], layout[MOTIONS], layout[PADDED_HEADS]
    first = activations[span(layout, INPUTS)]
    return HeadMemory(
        NetworkInput(first[:3], first[3:POSE_INPUTS], first[POSE_INPUTS:]), first,
        activations[span(layout, OUTPUTS)],
        as_matrix(activations[span(layout, HEAD_ANSWERS)], joints, lanes),
        activations[span(layout, TRIGONOMETRY)].reshape((3, motions, LANES)),
        activations[span(layout, LANE_POSES)], activations[span(layout, SCORES)],
    )  # fmt: skip


@inlined_kernel
def chain_near_seed(
    layout: Integers, numbers: Array, chain: ChainArrays, request: Array, seeded: bool
) -> ChainArrays:
    """Return the chain with the limits that a request sets about its seed."""
    near = chain
    if seeded and request[LARGEST_CHANGE] < np.inf:
        low, high = numbers[span(layout, NEAR_LOW)], numbers[span(layout, NEAR_HIGH)]
        near = bounded_about(chain, request[SEED:], request[LARGEST_CHANGE], low, high)
    return near


@inlined_kernel
def bounded_about(
    chain: ChainArrays, seed: Array, largest_change: float, low: Array, high: Array
) -> ChainArrays:
    """Return the chain with limits that keep every joint near a seed.

    Args:
        chain: the robot.
        seed: (joints,) [rad or m].
        largest_change: [rad or m], of any joint from the seed.
        low: (joints,), memory for the lower limits; a seed beyond the limits leaves one point.
        high: (joints,), memory for the upper limits.

    """
    for j in range(low.shape[0]):
        low[j] = min(max(seed[j] - largest_change, chain.bound_low[j]), chain.bound_high[j])
        high[j] = max(min(seed[j] + largest_change, chain.bound_high[j]), chain.bound_low[j])
    return ChainArrays(
        chain.transforms, chain.coupling, chain.structure, low, high, low, high, chain.kinds,
        chain.full_turns, seed[: low.shape[0]], chain.strides, chain.angular_weight,
    )  # fmt: skip
