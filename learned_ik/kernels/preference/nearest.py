# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The solution nearest to the seed: whether one is, and where a nearer one may be, compiled.

For a solution q of f(q) = target and a seed s, let s - q = Jᵀ dual. Another solution q' differs
in f by zero, so J (q' - q) = -R, and the curvature K of f bounds the rest: |R| <= K |q' - q|² / 2.
Then |q' - s|² >= |q - s|² + (1 - K |dual|) |q' - q|²: where K |dual| < 1, nothing is nearer. What
of s - q lies in the null space of J counts against that, but for joints that a limit keeps.

Where that does not hold, branches meet: near a singularity, two solutions lie on both sides of
it. Then refinement begins anew at pairs of places on both sides of the seed, in boxes about it
that grow until they hold all that is nearer.
"""

import math

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into, jacobian_columns
from learned_ik.kernels.layout import Arm, bounded_about
from learned_ik.kernels.measures import clip, joint_distance, largest_step
from learned_ik.kernels.normal_equations import damped_solution
from learned_ik.kernels.pose_error import (
    Goal,
    has_free_axes,
    is_reached,
    release_free_axes,
    squared_norm,
)
from learned_ik.kernels.preference.posture import (
    ENOUGH_GAIN,
    Posture,
    draw_to_posture,
    squared_distance,
)
from learned_ik.kernels.refinement import (
    DAMPING_FLOOR,
    PATIENCE,
    REFINEMENT_STEPS,
    Workspace,
    bounded_step,
    refine,
)
from learned_ik.kernels.starts import restart_at

SLACK = 1.0 - 1.01**-2  # [1], share of its squared distance by which an answer may be too far
# [1], up to which K |dual| is taken for a proof, by K = reach of the arm: a bound that holds for
# all of it is hardly ever met. Of 17 000 answers that were too far, none had less than 4.
LARGEST_DUAL = 2.0
FAR = 1.0  # [rad or m], from the seed: beyond, no bound by derivatives is believed
LARGEST_CURVATURE = 3.0  # [1], likewise, of the curvature along the dual, for six joints
# Boxes about the seed in which a nearer one is looked for: the first is so many times as wide as a
# careful step from the seed, each next one twice as wide, and refinement begins at so many places.
BOX, WIDTHS, STARTS = 1.5, 6, 9
WIDEST = 1.4  # [rad or m], first box in which to look
HOPELESS = 2.0  # times the least squared distance: what is farther is not drawn to the seed
SAME = 1e-3  # [1], difference of two solutions, as a share of the way from the seed
ALMOST_REACHED, VALLEY_STEPS = 1e-2, 150  # [rad], [1]
CAREFUL_DAMPING = 0.1  # [1], over angular weight²


@inner_kernel
def is_nearest(
    chain: ChainArrays,
    goal: Goal,
    seed: Array,
    joint_weights: Array,
    q: Array,
    reach: float,
    thorough: bool,
    work: Workspace,
) -> bool:
    """Say whether it is certain that no solution is nearer to a seed, by more than one percent.

    Args:
        chain: the robot, with the limits of the request.
        goal: what q reaches.
        seed: (joints,) [rad or m].
        joint_weights: (joints,), how much each joint's distance counts.
        q: (joints,) [rad or m], within the limits.
        reach: [m], of the arm.
        thorough: where the reach does not bound the curvature enough, measure it.
        work: with the frames at q.

    """
    joints = q.shape[0]
    columns, held, moved, dual, away = work.columns, work.held, work.rest, work.dual, work.trial
    weight = chain.angular_weight
    squared, least_weight, largest_weight = 0.0, math.inf, 0.0
    for j in range(joints):
        away[j] = seed[j] - q[j]
        squared += joint_weights[j] * away[j] * away[j]
        least_weight = min(least_weight, joint_weights[j])
        largest_weight = max(largest_weight, joint_weights[j])
    if squared == 0.0:
        return True
    if squared > least_weight * FAR * FAR:
        return False
    jacobian_columns(chain, work.frames, weight, columns)
    some_are_free = has_free_axes(goal)
    if some_are_free:
        for j in range(joints):
            release_free_axes(goal, work.error, weight, columns[j])
    if least_weight != 1.0 or largest_weight != 1.0:  # in units in which all weigh alike
        for j in range(joints):
            root = math.sqrt(joint_weights[j])
            away[j] *= root
            for r in range(6):
                columns[j, r] /= root
    x0 = x1 = x2 = x3 = x4 = x5 = 0.0
    for j in range(joints):
        stuck = (q[j] >= chain.bound_high[j] and away[j] > 0.0) or (
            q[j] <= chain.bound_low[j] and away[j] < 0.0
        )
        held[j] = 1.0 if stuck else 0.0
        u, a = columns[j], 0.0 if stuck else away[j]
        x0 += u[0] * a
        x1 += u[1] * a
        x2 += u[2] * a
        x3 += u[3] * a
        x4 += u[4] * a
        x5 += u[5] * a
    moved[0], moved[1], moved[2], moved[3], moved[4], moved[5] = x0, x1, x2, x3, x4, x5
    damped_solution(columns, held, DAMPING_FLOOR * weight * weight, moved, dual)
    lengths = reach * math.sqrt(squared_norm(dual, 0)) + weight * math.sqrt(squared_norm(dual, 3))
    certain = 1.0 - lengths / (LARGEST_DUAL * least_weight)
    if thorough and not some_are_free and chain.structure.shape[0] == joints:
        largest = LARGEST_CURVATURE * math.sqrt(joints / 6.0)
        certain = max(certain, 1.0 - curvature(chain, work) / largest)
    if not certain > 0.0:
        return False
    x0, x1, x2, x3, x4, x5 = dual[0], dual[1], dual[2], dual[3], dual[4], dual[5]
    left = 0.0  # of s - q, squared, that is not Jᵀ dual
    for j in range(joints):
        u = columns[j]
        rest = away[j] - (u[0] * x0 + u[1] * x1 + u[2] * x2 + u[3] * x3 + u[4] * x4 + u[5] * x5)
        pressed = (q[j] >= chain.bound_high[j] and rest > 0.0) or (
            q[j] <= chain.bound_low[j] and rest < 0.0
        )
        if not pressed:
            left += rest * rest
    return left <= SLACK * certain * squared


@inlined_kernel
def curvature(chain: ChainArrays, work: Workspace) -> float:
    """Return the Frobenius norm of the Hessian of dual·f, of a chain where nothing mimics.

    For a joint i nearer to the base than j, which turns about z_i, the tip's velocity changes with
    both by z_i x its velocity with j, and its angular velocity by half of z_i x z_j.

    Args:
        chain: the robot.
        work: with frames, Jacobian and dual, as `is_nearest` fills them.

    """
    axes, columns, dual = work.frames.axes, work.columns, work.dual
    squared = 0.0
    for i in range(columns.shape[0]):
        if chain.structure[i, 0] == 1:
            continue
        z = axes[i]
        px, py = dual[1] * z[2] - dual[2] * z[1], dual[2] * z[0] - dual[0] * z[2]
        pz = dual[0] * z[1] - dual[1] * z[0]
        ox, oy = dual[4] * z[2] - dual[5] * z[1], dual[5] * z[0] - dual[3] * z[2]
        oz = dual[3] * z[1] - dual[4] * z[0]
        for j in range(i, columns.shape[0]):
            column = columns[j]
            entry = px * column[0] + py * column[1] + pz * column[2]
            entry += 0.5 * (ox * column[3] + oy * column[4] + oz * column[5])
            squared += entry * entry * (1.0 if i == j else 2.0)
    return math.sqrt(squared)


@inner_kernel
def come_nearer(
    arm: Arm, chain: ChainArrays, goal: Goal, wanted: Posture, best: Array
) -> tuple[float, bool]:
    """Replace a solution by nearer ones, until one is known to be the nearest or none is found.

    Args:
        arm: the model and memory.
        chain: its chain, with the limits of the request.
        goal: what the solution reaches.
        wanted: the seed, as a posture, and how much each joint's distance counts.
        best: (joints,) [rad or m], a solution; becomes the nearest found.

    Returns:
        The weighted squared distance of `best`, and whether it is known to be the least.

    """
    start, work, box, reach = arm.start, arm.work, arm.box, arm.reach
    seed, weight = wanted.joints, chain.angular_weight
    least = draw_to_posture(chain, goal, best, wanted, work)
    refine(chain, goal, best, 0, PATIENCE, work)  # for the frames there
    if is_nearest(chain, goal, seed, wanted.weights, best, reach, True, work):
        return least, True
    width = expected_width(chain, goal, seed, start, work)
    if width > WIDEST:  # what is near the seed by chance is not worth looking for
        return least, False
    for _ in range(WIDTHS):
        about = bounded_about(chain, seed, width, box[0], box[1])
        for k in range(STARTS):
            restart_at(about, arm.steps, (k + 1) // 2, start)
            if k % 2 == 0:  # of two starts, each joint's lie on both sides of the seed
                for j in range(start.shape[0]):
                    start[j] = about.lower[j] + about.upper[j] - start[j]
            clip(about, start)
            position_error, orientation_error = refine(
                about, goal, start, REFINEMENT_STEPS, PATIENCE, work
            )
            reached = is_reached(goal, position_error, orientation_error)
            if not reached and (
                position_error + weight * orientation_error < ALMOST_REACHED * weight
            ):  # in a narrow valley along a singularity
                position_error, orientation_error = refine(
                    about, goal, start, VALLEY_STEPS, VALLEY_STEPS, work
                )
            if not is_reached(goal, position_error, orientation_error) or (
                largest_step(start, best) < SAME * largest_step(best, seed)
            ):
                continue
            if squared_distance(start, seed, wanted.weights) > HOPELESS * least:
                continue
            distance = draw_to_posture(chain, goal, start, wanted, work)
            if distance < (1.0 - ENOUGH_GAIN) * least:
                least = distance
                copy_into(best, start)
                refine(chain, goal, best, 0, PATIENCE, work)
                if is_nearest(chain, goal, seed, wanted.weights, best, reach, True, work):
                    return least, True
        if width > joint_distance(best, seed):  # all that is nearer is in this box
            break
        width *= 2.0
    return least, False


@inlined_kernel
def expected_width(
    chain: ChainArrays, goal: Goal, seed: Array, q: Array, work: Workspace
) -> float:
    """Return how far the joint that moves most will move, where no singularity is in the way.

    Args:
        chain: the robot, with the limits of the request.
        goal: what is to be reached.
        seed: (joints,) [rad or m].
        q: (joints,), memory.
        work: more memory.

    """
    copy_into(q, seed)
    clip(chain, q)
    refine(chain, goal, q, 0, PATIENCE, work)
    weight = chain.angular_weight
    jacobian_columns(chain, work.frames, weight, work.columns)
    if has_free_axes(goal):
        for j in range(q.shape[0]):
            release_free_axes(goal, work.error, weight, work.columns[j])
    bounded_step(chain, q, CAREFUL_DAMPING * weight * weight, work)
    widest = 0.0
    for j in range(q.shape[0]):
        widest = max(widest, abs(q[j] + work.step[j] - seed[j]))
    return BOX * widest
