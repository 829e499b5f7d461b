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
from learned_ik.kernels.servo.bounded_motion import (
    CHOSEN,
    POSTURE,
    SPEED,
    TRIAL,
    VELOCITY,
    Joints,
    bound_velocities,
    move,
)
from learned_ik.kernels.servo.crossing import cross
from learned_ik.kernels.servo.leading import ALL, NOBODY, lead
from learned_ik.kernels.servo.sidestep import Around, turn_aside

# Places in what is asked (ASKED,): how exactly the target has to be reached [m], [rad], which axes
# are free, (5,) as of a request; what a radian weighs on the way [m/rad], and what it weighs now;
# from which error on exactness is tried [m]; 1 while the arm is on its way to another branch.
EXACT_POSITION, EXACT_ORIENTATION, ASKED_FREE_AXES = 0, 1, 2
WEIGHT_ON_THE_WAY, WEIGHT, NEAR, SWITCHES, ASKED = 7, 8, 9, 10, 11
# Places in what is told of a step (TOLD,).
REMAINING_POSITION, REMAINING_ORIENTATION = 0, 1  # [m], [rad], from the tip to the target
HELD = 2  # 1 where something near has turned the step aside, or slowed it
LATE = 3  # the joint that keeps the arm from its target by its speed, or NOBODY or ALL
LEFT = 4  # (6,), the error that remains [m], [rad]; NaN where there was no target
SPEED_SHARE, TOLD = 10, 11  # [1], of its speed, that the fastest joint has
AT_REST = 0.03  # [1], of its speed, below which a joint hardly moves
WEIGHT_RATE = 2.0  # [1/s], at which the weight of a radian changes


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
    lead_on(chain, goal, joints, asked, told, work)
    move(joints, state[CHOSEN])
    told[HELD] = 0.0
    told[SPEED_SHARE] = fastest_share(joints)
    tell_what_remains(chain, goal, state, told, work)
    weigh_anew(chain, joints, asked, told)
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
    lead_on(chain, goal, joints, asked, told, work)
    told[HELD] = 1.0 if turn_aside(chain, goal, joints, around, work) else 0.0
    move(joints, state[CHOSEN])
    told[SPEED_SHARE] = fastest_share(joints)
    tell_what_remains(chain, goal, state, told, work)
    weigh_anew(chain, joints, asked, told)
    return True


@inlined_kernel
def goal_of(target: Array, asked: Array) -> Goal:
    """Return what has to be reached: target (12,), asked (ASKED,)."""
    return Goal(
        target,
        asked[ASKED_FREE_AXES:WEIGHT_ON_THE_WAY],
        asked[EXACT_POSITION],
        asked[EXACT_ORIENTATION],
    )


@inlined_kernel
def lead_on(
    chain: ChainArrays, goal: Goal, joints: Joints, asked: Array, told: Array, work: Workspace
) -> None:
    """Fill CHOSEN: on the branch where the arm is, or on the way to another one."""
    bound_velocities(joints)
    if asked[SWITCHES] == 1.0 and not cross(chain, goal, joints, work):
        asked[SWITCHES] = 0.0
    told[LATE] = ALL
    if asked[SWITCHES] == 0.0:
        left = told[LEFT : LEFT + 6]
        told[LATE] = lead(chain, goal, joints, asked[WEIGHT], asked[NEAR], left, work)


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
    for r in range(3):
        told[LEFT + r] = work.error[r]
        told[LEFT + 3 + r] = work.error[3 + r] / chain.angular_weight


@inlined_kernel
def weigh_anew(chain: ChainArrays, joints: Joints, asked: Array, told: Array) -> None:
    """Let a radian weigh, little by little, what it does on the way, or in what is closest.

    An arm that is late is soonest on its target if the tolerances weigh the same; where nothing is
    nearer, the solver's weight says what the closest pose is. On the target, nothing changes.
    """
    most, usual = chain.angular_weight, asked[WEIGHT_ON_THE_WAY]
    error = told[REMAINING_POSITION] + usual * told[REMAINING_ORIENTATION]
    if error <= asked[NEAR]:
        asked[WEIGHT] = usual
    elif told[LATE] == NOBODY and told[SPEED_SHARE] < AT_REST:
        change = WEIGHT_RATE * joints.period * abs(most - usual)
        asked[WEIGHT] = min(max(most, asked[WEIGHT] - change), asked[WEIGHT] + change)


@inlined_kernel
def fastest_share(joints: Joints) -> float:
    """Return the greatest share of its speed that a joint has."""
    fastest = 0.0
    for j in range(joints.state.shape[1]):
        fastest = max(fastest, abs(joints.state[VELOCITY, j]) / joints.limits[SPEED, j])
    return fastest
