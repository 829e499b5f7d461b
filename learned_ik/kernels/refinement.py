# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Damped least squares within joint limits: from a rough start to an exact answer.

Levenberg-Marquardt with the damping in proportion to the squared error (Sugihara, "Solvability-
Unconcerned Inverse Kinematics by the Levenberg-Marquardt Method", DOI 10.1109/TRO.2011.2148230)
times a factor that adapts to success. Limits are an active set: a joint that would pass its limit
goes just to it, and the others take over what it cannot do.
"""

import math
from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import (
    ChainArrays,
    Frames,
    copy_into,
    jacobian_columns,
    sweep,
)
from learned_ik.kernels.measures import clip
from learned_ik.kernels.normal_equations import damped_solution
from learned_ik.kernels.pose_error import (
    FREEDOM,
    IN_BASE,
    ROOM,
    Goal,
    free_axes_error,
    has_free_axes,
    pose_error,
    release_free_axes,
    squared_norm,
)

DAMPING_START = 0.1  # [1], damping / squared error at the start
DAMPING_DOWN, DAMPING_UP = 0.3, 8.0  # [1], factors after a step that helped, and one that did not
DAMPING_FLOOR = 1e-9  # [1], damping / angular weight², keeps the system solvable at singularities
DAMPING_LIMIT = 1e7  # [1], no step that helps is to be expected beyond
LARGEST_STEP = 1.0  # [rad, or m for arms that reach about a metre], of one joint in one step
REFINEMENT_STEPS = 30  # of one attempt; what has not converged by then hardly ever does
PATIENCE = 4  # so many steps in a row that hardly help are taken for a local minimum
STALL_GAIN = 0.97  # a step that leaves more than this share of the squared error hardly helps


class Workspace(NamedTuple):
    """Memory of one refinement, so that it allocates nothing."""

    frames: Frames
    columns: Array  # (joints, 6), weighted Jacobian, a row for each joint
    error: Array  # (6,), weighted: position [m], ANGULAR_WEIGHT * rotation vector [m]
    trial_error: Array  # (6,)
    rest: Array  # (6,), what joints at their limits leave to the others
    dual: Array  # (6,), step = Jᵀ dual
    step: Array  # (joints,) [rad or m]
    trial: Array  # (joints,) [rad or m]
    held: Array  # (joints,), 1.0 for a joint that its limit holds


@inner_kernel
def refine(
    chain: ChainArrays, goal: Goal, q: Array, most_steps: int, patience: int, work: Workspace
) -> tuple[float, float]:
    """Move q towards the target pose, within the limits, until the tolerances are met.

    Args:
        chain: the robot.
        goal: the target, and how near it has to be reached.
        q: (joints,) [rad or m], the start, within the limits; becomes the best found.
        most_steps: how many steps to try at most.
        patience: how many steps in a row may hardly help.
        work: memory.

    Returns:
        The errors at q, position [m] and orientation [rad].

    """
    joints = q.shape[0]
    damping = DAMPING_START
    squared = np.inf
    steps = stalled = 0
    some_are_free = has_free_axes(goal)
    position_squared = goal.position_tolerance * goal.position_tolerance
    weight = chain.angular_weight
    floor = DAMPING_FLOOR * weight * weight
    orientation_squared = (weight * goal.orientation_tolerance) ** 2
    copy_into(work.trial, q)
    while True:
        sweep(chain, work.trial, work.frames)
        if some_are_free:
            trial_squared = free_axes_error(goal, work.frames.tip, weight, work.trial_error)
        else:
            trial_squared = pose_error(goal.target, work.frames.tip, weight, work.trial_error)
        fresh = trial_squared < squared
        if fresh:
            stalled = stalled + 1 if trial_squared > STALL_GAIN * squared else 0
            squared = trial_squared
            copy_into(q, work.trial)
            copy_into(work.error, work.trial_error)
            if steps > 0:
                damping *= DAMPING_DOWN
        else:
            if steps == 0:  # nothing finite to begin with
                return np.inf, np.inf
            stalled += 1
            damping *= DAMPING_UP
        if (
            steps >= most_steps
            or stalled >= patience
            or damping > DAMPING_LIMIT
            or (
                squared_norm(work.error, 0) <= position_squared
                and squared_norm(work.error, 3) <= orientation_squared
            )
        ):
            break
        steps += 1
        if fresh:
            jacobian_columns(chain, work.frames, weight, work.columns)
            if some_are_free:
                for j in range(joints):
                    release_free_axes(goal, work.error, weight, work.columns[j])
        bounded_step(chain, q, damping * squared + floor, work)
        for j in range(joints):
            work.trial[j] = q[j] + work.step[j]
        clip(chain, work.trial)  # a step to a limit may end one rounding beyond
    position_error = math.sqrt(squared_norm(work.error, 0))
    return position_error, math.sqrt(squared_norm(work.error, 3)) / weight


@inner_kernel
def orientation_error_at(chain: ChainArrays, goal: Goal, q: Array, work: Workspace) -> float:
    """Return the orientation error at q (joints,) about the axes that are not free [rad].

    Unlike refinement, it does not let axes of larger tolerance count less.
    """
    free_axes = work.rest[:FREEDOM]
    free_axes[IN_BASE], free_axes[ROOM] = goal.free_axes[IN_BASE], 0.0
    for axis in range(3):
        free_axes[axis] = 1.0 if goal.free_axes[axis] >= 1.0 else 0.0
    exact = Goal(goal.target, free_axes, goal.position_tolerance, goal.orientation_tolerance)
    sweep(chain, q, work.frames)
    weight = chain.angular_weight
    free_axes_error(exact, work.frames.tip, weight, work.error)
    return math.sqrt(squared_norm(work.error, 3)) / weight


@inlined_kernel
def bounded_step(chain: ChainArrays, q: Array, damping: float, work: Workspace) -> None:
    """Fill `work.step` with the damped least-squares step that keeps q + step in the limits.

    Args:
        chain: the robot.
        q: (joints,) [rad or m], within the limits.
        damping: [m²/rad²], added to the diagonal of J Jᵀ.
        work: `columns` and `error` are read; `step` is filled.

    """
    joints = q.shape[0]
    columns, step, held, rest = work.columns, work.step, work.held, work.rest
    held[:] = 0.0
    copy_into(rest, work.error)
    for _ in range(joints + 1):
        damped_solution(columns, held, damping, rest, work.dual)
        x0, x1, x2 = work.dual[0], work.dual[1], work.dual[2]
        x3, x4, x5 = work.dual[3], work.dual[4], work.dual[5]
        largest = 1.0
        for j in range(joints):
            if held[j] == 0.0:
                u = columns[j]
                step[j] = u[0] * x0 + u[1] * x1 + u[2] * x2 + u[3] * x3 + u[4] * x4 + u[5] * x5
                largest = max(largest, abs(step[j]) * chain.strides[j])
        shrink = 1.0 / largest
        again = False
        for j in range(joints):
            if held[j] == 0.0:
                step[j] *= shrink
                if q[j] + step[j] > chain.bound_high[j]:
                    step[j] = chain.bound_high[j] - q[j]
                elif q[j] + step[j] < chain.bound_low[j]:
                    step[j] = chain.bound_low[j] - q[j]
                else:
                    continue
                held[j] = 1.0
                again = True
        if not again:
            break
        # Solve again for the free joints, with what the held ones do taken off the error.
        copy_into(rest, work.error)
        for j in range(joints):
            if held[j] != 0.0:
                for r in range(6):
                    rest[r] -= columns[j, r] * step[j]
