# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One step of a tracker, as one compiled call: in free space, and among what is kept clear of."""

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.avoidance.body_layout import unpack_obstacles, unpack_walk
from learned_ik.kernels.compilation import inlined_kernel, kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.layout import TARGET, span, unpack_chain, unpack_work
from learned_ik.kernels.measures import read_target
from learned_ik.kernels.pose_error import Goal
from learned_ik.kernels.refinement import PATIENCE, Workspace, refine
from learned_ik.kernels.servo.aiming import (
    AIM_FREE_AXES,
    AIM_ORIENTATION_TOLERANCE,
    AIM_POSITION_TOLERANCE,
    SWITCHES,
    find_aim,
)
from learned_ik.kernels.servo.bounded_motion import (
    AIM,
    CHOSEN,
    POSTURE,
    TRIAL,
    Joints,
    choose_velocities,
    move,
)
from learned_ik.kernels.servo.sidestep import Around, turn_aside

# Places in what is told of a step (TOLD,).
REMAINING_POSITION, REMAINING_ORIENTATION = 0, 1  # [m], [rad], from the tip to the target
AIMED_POSITION, AIMED_ORIENTATION = 2, 3  # [m], [rad], from the aim to the target
HELD = 4  # 1 where something near has turned the step aside, or slowed it
TOLD = 5


@kernel
def servo(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    pose: Array,
    asked: Array,
    limits: Array,
    period: float,
    state: Array,
    told: Array,
) -> bool:
    """Make one step towards a target; False, and no step, where the target is malformed.

    Args:
        layout: the packed model; `layout.py` names the places in it.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread, likewise.
        pose: (7,), position [m] and quaternion x y z w.
        asked: (ASKED,).
        limits: (LIMITS, joints).
        period: [s], above 0, of this step.
        state: (STATE, joints), becomes that after the step.
        told: (TOLD,), filled.

    """
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    target = numbers[span(layout, TARGET)]
    if not read_target(pose, target):
        return False
    goal, joints = goal_of(target, asked), Joints(state, limits, period)
    told[AIMED_POSITION], told[AIMED_ORIENTATION] = find_aim(chain, goal, joints, asked, work)
    choose_velocities(joints)
    move(joints, state[CHOSEN])
    told[HELD] = 0.0
    tell_what_remains(chain, goal, state, told, work)
    return True


@kernel
def servo_clear(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    pose: Array,
    asked: Array,
    limits: Array,
    period: float,
    state: Array,
    told: Array,
    body_layout: Integers,
    shapes: Array,
    walk_numbers: Array,
    spheres: Array,
    speeds: Array,
    grown: Array,
    responses: Array,
    itself: bool,
    wanted: float,
) -> bool:
    """Make one step towards a target that keeps clear.

    Args:
        layout: as `servo`, as all up to `told`.
        robot: likewise.
        weights: likewise.
        numbers: likewise.
        pose: likewise.
        asked: likewise.
        limits: likewise.
        period: likewise.
        state: likewise.
        told: likewise.
        body_layout: the packed body; `body_layout.py` names the places in it.
        shapes: likewise.
        walk_numbers: memory of one thread, likewise.
        spheres: (4, n): x, y, z, radius [m].
        speeds: (n,) [m/s], how fast each sphere moves.
        grown: (4, n), memory.
        responses: (MOST_CONTACTS + joints, joints), memory.
        itself: whether the body is kept clear of itself.
        wanted: [m], the least clearance.

    """
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    target = numbers[span(layout, TARGET)]
    if not read_target(pose, target):
        return False
    goal, joints = goal_of(target, asked), Joints(state, limits, period)
    around = Around(
        unpack_obstacles(body_layout, shapes, spheres, itself, wanted), speeds, grown, responses,
        unpack_walk(body_layout, walk_numbers),
    )  # fmt: skip
    told[AIMED_POSITION], told[AIMED_ORIENTATION] = find_aim(chain, goal, joints, asked, work)
    choose_velocities(joints)
    held = turn_aside(chain, goal, joints, around, work)
    move(joints, state[CHOSEN])
    if held and asked[SWITCHES] == 0.0:  # on from where the arm is, not from where it was bound
        copy_into(state[AIM], state[POSTURE])
    told[HELD] = 1.0 if held else 0.0
    tell_what_remains(chain, goal, state, told, work)
    return True


@inlined_kernel
def goal_of(target: Array, asked: Array) -> Goal:
    """Return what the aim has to reach: target (12,), asked (ASKED,)."""
    return Goal(
        target, asked[AIM_FREE_AXES:SWITCHES], asked[AIM_POSITION_TOLERANCE],
        asked[AIM_ORIENTATION_TOLERANCE],
    )  # fmt: skip


@inlined_kernel
def tell_what_remains(
    chain: ChainArrays, goal: Goal, state: Array, told: Array, work: Workspace
) -> None:
    """Fill the errors of the posture to which the step has led."""
    trial = state[TRIAL]
    copy_into(trial, state[POSTURE])
    told[REMAINING_POSITION], told[REMAINING_ORIENTATION] = refine(
        chain, goal, trial, 0, PATIENCE, work
    )
