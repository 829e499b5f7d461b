# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Distinct solutions of one pose, to begin a path from, and how dexterous the arm is there."""

import math

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel, kernel
from learned_ik.kernels.forward_kinematics import (
    ChainArrays,
    copy_into,
    jacobian_columns,
    sweep,
)
from learned_ik.kernels.layout import unpack_arm
from learned_ik.kernels.measures import clip, largest_step, settle_turns
from learned_ik.kernels.path.tracking import goal_on_path
from learned_ik.kernels.pose_error import is_reached
from learned_ik.kernels.refinement import PATIENCE, REFINEMENT_STEPS, Workspace, refine
from learned_ik.kernels.starts import rank_heads, restart_at, take_best_head

DISTINCT = 0.05  # [rad or m], solutions that differ by less in every joint count as one


@kernel
def gather(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    activations: Floats,
    target: Array,
    about: Array,
    demand: Array,
    first: int,
    last: int,
    pool: Array,
    dexterities: Array,
    count: int,
) -> int:
    """Add distinct solutions of one pose to a pool.

    Args:
        layout: the packed model; `layout.py` names the places in it.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread, likewise.
        activations: likewise.
        target: (12,), rotation row by row, position [m].
        about: (joints,) [rad or m], which a network that takes a seed is shown; endless joints
            take the turn nearest to it.
        demand: (tracking.DEMAND,): tolerances, and which axes count.
        first: the first attempt: the network's heads are 0, 1, ..., then restarts follow.
        last: the attempt before which to stop; heads are asked all or none.
        pool: (capacity, joints) [rad or m], the solutions so far; more are added.
        dexterities: (capacity,); see `dexterity`.
        count: how many there are.

    Returns:
        How many there are now.

    """
    arm = unpack_arm(layout, robot, weights, numbers, activations)
    chain, network, start = arm.chain, arm.network, arm.start
    goal = goal_on_path(demand, target)
    for attempt in range(first, last):
        if count == pool.shape[0]:
            break
        if attempt < network.heads:
            if attempt == 0:
                rank_heads(chain, network, target, about, True, arm.heads)
            take_best_head(chain, network, arm.heads, start)
        else:
            restart_at(chain, arm.steps, attempt - network.heads, start)
        clip(chain, start)
        position_error, orientation_error = refine(
            chain, goal, start, REFINEMENT_STEPS, PATIENCE, arm.work
        )
        settle_turns(chain, about, True, start)
        if is_reached(goal, position_error, orientation_error) and is_new(start, pool, count):
            copy_into(pool[count], start)
            dexterities[count] = dexterity(chain, start, arm.work)
            count += 1
    return count


@inlined_kernel
def is_new(q: Array, pool: Array, count: int) -> bool:
    """Say whether q (joints,) differs from each of the first `count` rows of the pool."""
    for k in range(count):
        if largest_step(pool[k], q) < DISTINCT:
            return False
    return True


@inner_kernel
def dexterity(chain: ChainArrays, q: Array, work: Workspace) -> float:
    """Return limit margin times manipulability: how far q is from where paths break off.

    The margin is the least distance of a joint to its limit, as a share of half its range; the
    manipulability sqrt(det(J Jᵀ)) with rotations weighted (Yoshikawa, "Manipulability of Robotic
    Mechanisms", DOI 10.1177/027836498500400201).
    """
    margin = 1.0
    for j in range(q.shape[0]):
        half_range = 0.5 * (chain.bound_high[j] - chain.bound_low[j])
        if half_range > 0.0 and half_range < np.inf:
            distance = min(q[j] - chain.bound_low[j], chain.bound_high[j] - q[j])
            margin = min(margin, distance / half_range)
    sweep(chain, q, work.frames)
    jacobian_columns(chain, work.frames, chain.angular_weight, work.columns)
    return margin * volume(work.columns)


@inlined_kernel
def volume(columns: Array) -> float:
    """Return sqrt(det(J Jᵀ)) of a Jacobian given as (joints, 6), and overwrite it.

    It is the product of the lengths of its six rows, each without what lies along those before.
    """
    product = 1.0
    for r in range(6):
        squared = 0.0
        for j in range(columns.shape[0]):
            squared += columns[j, r] ** 2
        product *= math.sqrt(squared)
        for s in range(r + 1, 6):
            dot = 0.0
            for j in range(columns.shape[0]):
                dot += columns[j, r] * columns[j, s]
            share = dot / squared if squared > 0.0 else 0.0
            for j in range(columns.shape[0]):
                columns[j, s] -= share * columns[j, r]
    return product
