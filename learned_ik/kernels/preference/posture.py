# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What redundancy is for: among the solutions around one, the one nearest to a posture, compiled.

Each step solves a small quadratic program: as near to the posture as the linearised pose and the
joint limits allow (sequential quadratic programming; Nocedal and Wright, "Numerical
Optimization", chapter 18). A few steps of the refinement then make the pose exact again.
"""

import math
from typing import NamedTuple

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into, jacobian_columns, sweep
from learned_ik.kernels.measures import clip
from learned_ik.kernels.normal_equations import damped_solution
from learned_ik.kernels.pose_error import (
    Goal,
    free_axes_error,
    has_free_axes,
    is_reached,
    pose_error,
    release_free_axes,
)
from learned_ik.kernels.refinement import PATIENCE, Workspace, refine

DRAWING_STEPS = 16  # at most; three or four are the rule
REPAIR_STEPS = 8  # of the refinement after each
FIRST_STRIDE, LARGEST_STRIDE = 0.5, 1.0  # [rad or m], of the joint that moves most
SMALLEST_STRIDE = 1e-3  # [rad or m], below which nothing is left to gain
ENOUGH_GAIN = 1e-4  # [1], share of the squared distance that a step has to win to go on
DRAWING_DAMPING = 1e-7  # [1], over angular weight²


class Posture(NamedTuple):
    """What a solution is drawn to, and the memory that it takes."""

    joints: Array  # (joints,) [rad or m]; NaN for a joint that may be anywhere
    weights: Array  # (joints,), above 0, how much a joint's distance counts
    wish: Array  # (joints,), memory: the step that would get there
    kept: Array  # (joints,), memory: the nearest solution so far


@inner_kernel
def draw_to_posture(
    chain: ChainArrays, goal: Goal, q: Array, posture: Posture, work: Workspace
) -> float:
    """Move a solution towards a posture, without losing the pose or the limits.

    Args:
        chain: the robot.
        goal: what q reaches.
        q: (joints,) [rad or m], a solution; becomes the nearest to the posture that was found.
        posture: where to.
        work: memory.

    Returns:
        The weighted squared distance of q from the posture.

    """
    kept = posture.kept
    copy_into(kept, q)
    best = squared_distance(q, posture.joints, posture.weights)
    stride = FIRST_STRIDE
    for _ in range(DRAWING_STEPS):
        largest = constrained_step(chain, goal, q, posture, work)
        if largest < SMALLEST_STRIDE:
            break
        share = min(1.0, stride / largest)
        for j in range(q.shape[0]):
            q[j] += share * work.step[j]
        clip(chain, q)
        position_error, orientation_error = refine(chain, goal, q, REPAIR_STEPS, PATIENCE, work)
        distance = squared_distance(q, posture.joints, posture.weights)
        if is_reached(goal, position_error, orientation_error) and distance < best:
            enough = distance < (1.0 - ENOUGH_GAIN) * best
            best = distance
            copy_into(kept, q)
            stride = min(2.0 * stride, LARGEST_STRIDE)
            if not enough:
                break
        else:
            copy_into(q, kept)
            stride = 0.25 * share * largest
            if stride < SMALLEST_STRIDE:
                break
    copy_into(q, kept)
    return best


@inlined_kernel
def squared_distance(q: Array, posture: Array, weights: Array) -> float:
    """Return the weighted squared distance of q (joints,) from a posture; NaN does not count."""
    total = 0.0
    for j in range(q.shape[0]):
        if not math.isnan(posture[j]):
            total += weights[j] * (q[j] - posture[j]) ** 2
    return total


@inlined_kernel
def constrained_step(
    chain: ChainArrays, goal: Goal, q: Array, posture: Posture, work: Workspace
) -> float:
    """Fill `work.step` with the step that comes nearest to the posture and keeps the pose.

    With W = diag(weights): wish + W⁻¹ Jᵀ (J W⁻¹ Jᵀ)⁻¹ (error - J wish), where a joint that would
    pass its limit goes just to it and is held. Args as `draw_to_posture`.

    Returns:
        How far the joint that moves most would move [rad or m].

    """
    joints = q.shape[0]
    columns, held, rest, step = work.columns, work.held, work.rest, work.step
    weights, wish = posture.weights, posture.wish
    angular = chain.angular_weight
    damping = DRAWING_DAMPING * angular * angular
    sweep(chain, q, work.frames)
    jacobian_columns(chain, work.frames, angular, columns)
    if has_free_axes(goal):
        free_axes_error(goal, work.frames.tip, angular, work.error)
        for j in range(joints):
            release_free_axes(goal, work.error, angular, columns[j])
    else:
        pose_error(goal.target, work.frames.tip, angular, work.error)
    for j in range(joints):
        held[j] = 0.0
        wish[j] = 0.0 if math.isnan(posture.joints[j]) else posture.joints[j] - q[j]
        step[j] = wish[j]
        for r in range(6):
            # Scaled, so that the shortest solution is the one of least weight.
            columns[j, r] /= math.sqrt(weights[j])
    largest = 0.0
    for _ in range(joints + 1):
        copy_into(rest, work.error)
        for j in range(joints):
            done = math.sqrt(weights[j]) * (step[j] if held[j] != 0.0 else wish[j])
            for r in range(6):
                rest[r] -= columns[j, r] * done
        damped_solution(columns, held, damping, rest, work.dual)
        largest, again = 0.0, False
        for j in range(joints):
            if held[j] == 0.0:
                pull = 0.0
                for r in range(6):
                    pull += columns[j, r] * work.dual[r]
                step[j] = wish[j] + pull / math.sqrt(weights[j])
                if q[j] + step[j] > chain.bound_high[j]:
                    step[j] = chain.bound_high[j] - q[j]
                elif q[j] + step[j] < chain.bound_low[j]:
                    step[j] = chain.bound_low[j] - q[j]
                else:
                    largest = max(largest, abs(step[j]))
                    continue
                held[j] = 1.0
                again = True
            largest = max(largest, abs(step[j]))
        if not again:
            break
    return largest
