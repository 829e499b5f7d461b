# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where a tracker leads the arm in one period: as near to the target as the joints may, compiled.

The best posture of the frame's program is found by Levenberg-Marquardt steps. A step counts only
where the posture itself is about as good as the Jacobian promised: so nothing trembles at a
singularity. Where the target is in reach, a refinement makes it exact.
"""

import math

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into, jacobian_columns, sweep
from learned_ik.kernels.normal_equations import damped_solution
from learned_ik.kernels.pose_error import (
    Goal,
    free_axes_error,
    has_free_axes,
    is_reached,
    pose_error,
    release_free_axes,
)
from learned_ik.kernels.refinement import (
    DAMPING_DOWN,
    DAMPING_START,
    DAMPING_UP,
    PATIENCE,
    Workspace,
    refine,
)
from learned_ik.kernels.servo.bounded_motion import (
    ACCELERATION,
    BOX_HIGH,
    BOX_LOW,
    CHOSEN,
    COMFORT_WEIGHT,
    FASTEST,
    FOLLOWING,
    HIGH,
    KEPT,
    LOW,
    POSTURE,
    SLOWEST,
    SPEED,
    TRIAL,
    VELOCITY,
    Joints,
    choose_velocities,
)
from learned_ik.kernels.servo.frame_program import (
    discomfort,
    fill_box,
    is_in_box,
    solve_program,
    wish_for_room,
)

KEPT_PROMISE = 0.5  # [1], of what the Jacobian promises of a step that counts: the rest trembles
STEPS = 5  # with which the least error is looked for
FAR = 0.3  # [m²], a squared error beyond which the damping does not grow
SMALL_GAIN = 0.03  # [1], of the objective, at which the last of them is enough
EXACT_STEPS = 4  # of refinement, for errors up to
NEARLY = 10.0  # [1], of those from which on nothing else counts
NOBODY, ALL = -1, -2  # instead of a joint that is late
CORRECTION = 0.3  # [1], of what an acceleration changes in a period
FOLLOWING_DAMPING = 1e-4  # [m²/rad²]


@inner_kernel
def lead(
    chain: ChainArrays, goal: Goal, joints: Joints, weight: float, near: float, left: Array,
    work: Workspace,
) -> int:  # fmt: skip
    """Fill CHOSEN with the velocities that lead nearest to the target.

    Args:
        chain: the robot.
        goal: what has to be reached, and how exactly.
        joints: with SLOWEST and FASTEST.
        weight: [m/rad], what a radian of error weighs.
        near: [m], error that is as good as none before refinement.
        left: (6,) [m], [rad], the error after the step before, NaN without one.
        work: memory.

    Returns:
        The joint that is too slow to be nearer to the target. NOBODY: nothing nearer is to be
        had here. ALL: all joints come to rest on the target.

    """
    state = joints.state
    q, kept, trial = state[POSTURE], state[KEPT], state[TRIAL]
    wish_for_room(joints)
    copy_into(kept, q)
    squared = error_at(chain, goal, kept, weight, work, work.error)
    look_around(chain, goal, joints, weight, work)
    follow_target(joints, weight, left, work)
    fill_box(joints)
    best = squared + discomfort(joints, kept) if is_in_box(joints, kept) else math.inf
    damping = DAMPING_START * min(squared, FAR)
    for step in range(STEPS):
        promised = solve_program(joints, damping, work)
        trial_squared = error_at(chain, goal, trial, weight, work, work.trial_error)
        objective = trial_squared + discomfort(joints, trial)
        gain = best - objective
        if best == math.inf or (gain > 0.0 and gain >= KEPT_PROMISE * (best - promised)):
            enough = trial_squared < near * near or gain < SMALL_GAIN * best
            best, squared = objective, trial_squared
            copy_into(kept, trial)
            copy_into(work.error, work.trial_error)
            if enough or step + 1 == STEPS:
                break
            damping *= DAMPING_DOWN
            look_around(chain, goal, joints, weight, work)
        else:
            damping *= DAMPING_UP
    copy_into(trial, kept)
    is_near = squared < (NEARLY * near) ** 2
    reached = is_near and makes_exact(chain, goal, joints, work)
    if not reached:
        copy_into(trial, kept)
    choose_velocities(joints, trial, reached)
    late = ALL if reached else slowest_joint(joints)
    if is_near and is_limited(joints):
        correct(chain, goal, joints, work)
    return late


@inlined_kernel
def makes_exact(chain: ChainArrays, goal: Goal, joints: Joints, work: Workspace) -> bool:
    """Move TRIAL within the box to where the target is reached; say whether it is."""
    state = joints.state
    box = ChainArrays(
        chain.transforms, chain.coupling, chain.structure, state[BOX_LOW], state[BOX_HIGH],
        state[BOX_LOW], state[BOX_HIGH], chain.kinds, chain.full_turns, state[POSTURE],
        chain.strides, chain.angular_weight,
    )  # fmt: skip
    position, orientation = refine(box, goal, state[TRIAL], EXACT_STEPS, PATIENCE, work)
    return is_reached(goal, position, orientation)


@inlined_kernel
def correct(chain: ChainArrays, goal: Goal, joints: Joints, work: Workspace) -> None:
    """Change CHOSEN a little where that keeps the tip on its target in the next frame already.

    Joints that brake for different times leave the way on which the tip stays.
    """
    state, period = joints.state, joints.period
    q, chosen, trial = state[POSTURE], state[CHOSEN], state[TRIAL]
    for j in range(q.shape[0]):
        little = CORRECTION * joints.limits[ACCELERATION, j] * period
        trial[j] = q[j] + period * chosen[j]
        state[BOX_LOW, j] = q[j] + period * max(chosen[j] - little, state[SLOWEST, j])
        state[BOX_HIGH, j] = q[j] + period * min(chosen[j] + little, state[FASTEST, j])
    if makes_exact(chain, goal, joints, work):
        for j in range(q.shape[0]):
            velocity = (trial[j] - q[j]) / period
            chosen[j] = min(max(velocity, state[SLOWEST, j]), state[FASTEST, j])


@inlined_kernel
def slowest_joint(joints: Joints) -> int:
    """Return which joint's speed or acceleration keeps it from going farther, or NOBODY."""
    state, limits = joints.state, joints.limits
    slowest, most = NOBODY, 0.0
    for j in range(state.shape[1]):
        trial = state[TRIAL, j]
        if state[BOX_LOW, j] < trial < state[BOX_HIGH, j]:
            continue
        if trial == limits[LOW, j] or trial == limits[HIGH, j]:
            continue
        share = abs(state[CHOSEN, j]) / limits[SPEED, j]
        if share > most:
            slowest, most = j, share
    return slowest


@inlined_kernel
def is_limited(joints: Joints) -> bool:
    """Say whether the acceleration of any joint is."""
    for j in range(joints.state.shape[1]):
        if joints.limits[ACCELERATION, j] < math.inf:
            return True
    return False


@inlined_kernel
def error_at(
    chain: ChainArrays, goal: Goal, q: Array, weight: float, work: Workspace, error: Array
) -> float:
    """Fill the frames of q (joints,) and the weighted error (6,); return its square [m²]."""
    sweep(chain, q, work.frames)
    if has_free_axes(goal):
        return free_axes_error(goal, work.frames.tip, weight, error)
    return pose_error(goal.target, work.frames.tip, weight, error)


@inlined_kernel
def look_around(
    chain: ChainArrays, goal: Goal, joints: Joints, weight: float, work: Workspace
) -> None:
    """Fill the columns of the Jacobian for the frames at hand.

    They are scaled, so that the shortest solution is the one of least weight.
    """
    jacobian_columns(chain, work.frames, weight, work.columns)
    for j in range(work.columns.shape[0]):
        if has_free_axes(goal):
            release_free_axes(goal, work.error, weight, work.columns[j])
        scale = 1.0 / math.sqrt(joints.limits[COMFORT_WEIGHT, j])
        for r in range(6):
            work.columns[j, r] *= scale


@inlined_kernel
def follow_target(joints: Joints, weight: float, left: Array, work: Workspace) -> None:
    """Fill FOLLOWING with the velocities [1/s] that move the tip as the target has moved.

    No joint follows faster than it can now: what a singularity makes of a moving target is wrong.
    """
    state, limits = joints.state, joints.limits
    following = state[FOLLOWING]
    following[:] = 0.0
    if not is_limited(joints) or math.isnan(left[0]):
        return
    for r in range(6):
        before = left[r] if r < 3 else weight * left[r]
        work.rest[r] = (work.error[r] - before) / joints.period
    work.held[:] = 0.0
    damped_solution(work.columns, work.held, FOLLOWING_DAMPING, work.rest, work.dual)
    for j in range(following.shape[0]):
        for r in range(6):
            following[j] += work.columns[j, r] * work.dual[r]
        following[j] /= math.sqrt(limits[COMFORT_WEIGHT, j])
        velocity, change = state[VELOCITY, j], limits[ACCELERATION, j] * joints.period
        low, high = min(velocity, 0.0) - change, max(velocity, 0.0) + change
        following[j] = min(max(following[j], low), high)
