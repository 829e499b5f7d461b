# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The walk out of collision: an exact posture is pushed clear in the null space of its pose.

Each step is a damped least-squares step for the pose plus a step that does not move the tip. Of
each contact c nearer than a margin m, h_c = m - d_c is what its distance d_c lacks. The sum g of
h_c ∇d_c, projected onto the null space, is the direction v; the length along it is what makes up
for all h_c in the least-squares sense, sum h_c s_c / sum s_c² with the slopes s_c = ∇d_c·v/|v|.
"""

import math
from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.avoidance.clearance import (
    DISTANCE,
    Obstacles,
    contact_gradient,
    contacts,
)
from learned_ik.kernels.avoidance.placement import BodyArrays, Placement, place
from learned_ik.kernels.compilation import inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into, jacobian_columns
from learned_ik.kernels.normal_equations import damped_solution
from learned_ik.kernels.pose_error import (
    Goal,
    free_axes_error,
    has_free_axes,
    is_reached,
    pose_error,
    release_free_axes,
    squared_norm,
)
from learned_ik.kernels.refinement import (
    DAMPING_FLOOR,
    DAMPING_START,
    Workspace,
    bounded_step,
)

WALK_STEPS = 60  # at most
WALK_PATIENCE = 3  # so many steps without gain are taken for a dead end,
MORE_PATIENCE = 4  # so many where the null space has several dimensions, and more ways out
WALK_GAIN = 0.98  # what a step has to leave at most of all that is lacking
BEYOND = 0.004  # [m], more than the wanted clearance is aimed at, so that steps end
LONGEST = 0.5  # [rad or m], of one step
PROJECTION_DAMPING = 1e-7  # [1], over angular weight², of the projection onto the null space


class WalkMemory(NamedTuple):
    """Memory of one walk, so that it allocates nothing."""

    placement: Placement
    contacts: Array  # (n, CONTACT), as `clearance.contacts` fills them
    slopes: Array  # (n, joints), of the contacts' distances
    push: Array  # (joints,), sum of h ∇d
    way: Array  # (joints,), its part in the null space
    best: Array  # (joints,) [rad or m]
    moved: Array  # (6,), what the push does to the tip


class Walked(NamedTuple):
    """Where a walk has led."""

    position_error: float  # [m]
    orientation_error: float  # [rad]
    clearance: float  # [m]
    exact: bool  # whether the pose is reached


@inner_kernel
def walk(
    chain: ChainArrays,
    obstacles: Obstacles,
    goal: Goal,
    q: Array,
    work: Workspace,
    memory: WalkMemory,
) -> Walked:
    """Move q clear of obstacles while the tip stays at its target, within the limits.

    Args:
        chain: the robot.
        obstacles: what to keep clear of, and the clearance at which the walk ends.
        goal: the target and the tolerances.
        q: (joints,) [rad or m], a start at or near the target; becomes the clearest exact posture
            that was met, where there was one.
        work: memory.
        memory: more memory.

    """
    joints = q.shape[0]
    body, spheres, itself = obstacles.body, obstacles.spheres, obstacles.itself
    some_are_free = has_free_axes(goal)
    margin = obstacles.wanted + BEYOND
    weight = chain.angular_weight
    patience = WALK_PATIENCE if joints < 8 else MORE_PATIENCE
    best = Walked(np.inf, np.inf, -np.inf, False)
    least_lacking, stalled = np.inf, 0
    for step in range(WALK_STEPS + 1):
        place(chain, body, q, work.frames, memory.placement)
        squared = pose_error(goal.target, work.frames.tip, weight, work.error)
        if some_are_free:
            squared = free_axes_error(goal, work.frames.tip, weight, work.error)
        position_error = math.sqrt(squared_norm(work.error, 0))
        orientation_error = math.sqrt(squared_norm(work.error, 3)) / weight
        exact = is_reached(goal, position_error, orientation_error)
        count, clearance = contacts(
            body, memory.placement, spheres, margin, margin, itself, memory.contacts
        )
        if exact and clearance > best.clearance:
            copy_into(memory.best, q)
            clear = clearance >= obstacles.wanted
            if clear:  # then all of it is worth knowing
                _, clearance = contacts(
                    body, memory.placement, spheres, -np.inf, np.inf, itself, memory.contacts
                )
            best = Walked(position_error, orientation_error, clearance, True)
            if clear:
                break
        lacking = position_error + weight * orientation_error
        for k in range(count):
            lacking += margin - memory.contacts[k, DISTANCE]
        stalled = 0 if lacking < WALK_GAIN * least_lacking else stalled + 1
        least_lacking = min(least_lacking, lacking)
        if stalled >= patience or step == WALK_STEPS:
            break
        jacobian_columns(chain, work.frames, weight, work.columns)
        if some_are_free:
            for j in range(joints):
                release_free_axes(goal, work.error, weight, work.columns[j])
        length = way_out(chain, body, q, count, margin, work, memory)
        damping = DAMPING_START * squared + DAMPING_FLOOR * weight * weight
        bounded_step(chain, q, damping, work)
        for j in range(joints):
            value = q[j] + work.step[j] + length * memory.way[j]
            q[j] = min(max(value, chain.bound_low[j]), chain.bound_high[j])
    if best.exact:
        copy_into(q, memory.best)
        return best
    return Walked(position_error, orientation_error, clearance, False)


@inner_kernel
def way_out(
    chain: ChainArrays,
    body: BodyArrays,
    q: Array,
    count: int,
    margin: float,
    work: Workspace,
    memory: WalkMemory,
) -> float:
    """Fill `memory.way`, a unit vector of the null space, and return how far to go along it.

    Args:
        chain: the robot.
        body: its capsules.
        q: (joints,) [rad or m].
        count: how many contacts `memory.contacts` holds.
        margin: [m], the distance that each of them is to have.
        work: with the frames and the Jacobian of q.
        memory: with the contacts.

    """
    joints = q.shape[0]
    push, way, slopes, held, columns = (
        memory.push, memory.way, memory.slopes, work.held, work.columns,
    )  # fmt: skip
    for j in range(joints):
        push[j] = 0.0
        way[j] = 0.0
    if count == 0:
        return 0.0
    for k in range(count):
        contact_gradient(chain, body, work.frames, memory.contacts[k], slopes[k])
        lack = margin - memory.contacts[k, DISTANCE]
        for j in range(joints):
            push[j] += lack * slopes[k, j]
    moved = memory.moved
    moved[:] = 0.0
    for j in range(joints):
        stuck = (q[j] <= chain.bound_low[j] and push[j] < 0.0) or (
            q[j] >= chain.bound_high[j] and push[j] > 0.0
        )
        held[j] = 1.0 if stuck else 0.0
        if not stuck:
            for r in range(6):
                moved[r] += columns[j, r] * push[j]
    damping = PROJECTION_DAMPING * chain.angular_weight * chain.angular_weight
    damped_solution(columns, held, damping, moved, work.dual)
    squared = 0.0
    for j in range(joints):
        if held[j] == 0.0:
            value = push[j]
            for r in range(6):
                value -= columns[j, r] * work.dual[r]
            way[j] = value
            squared += value * value
    if squared < 1e-18:
        return 0.0
    length = math.sqrt(squared)
    for j in range(joints):
        way[j] /= length
    gained, slope_squared = 0.0, 0.0
    for k in range(count):
        slope = 0.0
        for j in range(joints):
            slope += slopes[k, j] * way[j]
        gained += (margin - memory.contacts[k, DISTANCE]) * slope
        slope_squared += slope * slope
    return min(max(gained / max(slope_squared, 1e-12), 0.0), LONGEST)
