# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where a tracker aims: the posture that reaches the target, or comes nearest to it, compiled.

It lies on the branch that the arm is on, in a box about where the arm is; on the way to another
branch, in a box about the aim before. First comes the target; then, in the null space of what
reaches it, the way to a posture where the joints have room. That way is slow: the rest of the
speed is for the target.
"""

import math

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.measures import clip, largest_step
from learned_ik.kernels.pose_error import Goal, is_reached
from learned_ik.kernels.preference.posture import Posture, constrained_step
from learned_ik.kernels.refinement import PATIENCE, Workspace, refine
from learned_ik.kernels.servo.bounded_motion import (
    AIM,
    BEFORE,
    BOX_HIGH,
    BOX_LOW,
    COMFORT,
    COMFORT_WEIGHT,
    HIGH,
    KEPT,
    LOW,
    POSTURE,
    SPEED,
    TRIAL,
    WISH,
    Joints,
)

AHEAD = 0.5  # [rad or m], half the width of the box in which the aim lies
AIM_STEPS = 10  # of its refinement; the last aim is near, and two or three are the rule
BETTER = 0.9  # [1], of its error, at which a second aim takes the place of the first
COMFORT_RATE = 1.0  # [1/s], share of the way to more room that a second would take,
COMFORT_SPEED = 0.3  # [1], with no more than this share of a joint's speed
REPAIR_STEPS = 4  # of refinement, after a step in the null space
ARRIVED = 0.02  # [rad or m], from its aim, where an arm has come to another branch

# Places in a wish (ASKED,): tolerances of the aim [m], [rad], which axes are free, as of a
# request, and 1 while the arm is on its way to another branch.
AIM_POSITION_TOLERANCE, AIM_ORIENTATION_TOLERANCE, AIM_FREE_AXES, SWITCHES, ASKED = 0, 1, 2, 5, 6


@inlined_kernel
def box_about(chain: ChainArrays, joints: Joints, switches: bool) -> ChainArrays:
    """Return the chain with the limits of the box; a joint beyond its limit is led back."""
    state, limits = joints.state, joints.limits
    centre = state[AIM] if switches else state[POSTURE]
    low, high = state[BOX_LOW], state[BOX_HIGH]
    for j in range(low.shape[0]):
        low[j] = min(max(limits[LOW, j], centre[j] - AHEAD), limits[HIGH, j])
        high[j] = max(min(limits[HIGH, j], centre[j] + AHEAD), limits[LOW, j])
    return ChainArrays(
        chain.transforms, chain.coupling, chain.structure, low, high, low, high, chain.kinds,
        chain.full_turns, state[POSTURE], chain.strides, chain.angular_weight,
    )  # fmt: skip


@inlined_kernel
def find_aim(
    chain: ChainArrays, goal: Goal, joints: Joints, asked: Array, work: Workspace
) -> tuple[float, float]:
    """Fill AIM, and BEFORE with the aim so far; return the errors at the aim [m], [rad]."""
    state, weight = joints.state, chain.angular_weight
    q, aim, before, trial = state[POSTURE], state[AIM], state[BEFORE], state[TRIAL]
    if math.isnan(aim[0]):
        copy_into(aim, q)
    copy_into(before, aim)
    if asked[SWITCHES] == 1.0 and largest_step(q, aim) < ARRIVED:
        asked[SWITCHES] = 0.0
    switches = asked[SWITCHES] == 1.0
    box = box_about(chain, joints, switches)
    clip(box, aim)
    position, orientation = refine(box, goal, aim, AIM_STEPS, PATIENCE, work)
    if not is_reached(goal, position, orientation):
        if not switches:  # perhaps the arm itself is a better place to begin
            copy_into(trial, q)
            clip(box, trial)
            p, o = refine(box, goal, trial, AIM_STEPS, PATIENCE, work)
            if p + weight * o < BETTER * (position + weight * orientation):
                copy_into(aim, trial)
                position, orientation = p, o
    elif not switches and find_room(box, goal, joints, work):
        copy_into(aim, trial)
    return position, orientation


@inlined_kernel
def find_room(chain: ChainArrays, goal: Goal, joints: Joints, work: Workspace) -> bool:
    """Fill TRIAL with a posture that reaches the target too, and leaves the joints more room."""
    state, limits = joints.state, joints.limits
    aim, trial = state[AIM], state[TRIAL]
    anything = False
    for j in range(aim.shape[0]):
        anything = anything or not math.isnan(limits[COMFORT, j])
    if not anything:
        return False
    comfort = Posture(limits[COMFORT], limits[COMFORT_WEIGHT], state[WISH], state[KEPT])
    constrained_step(chain, goal, aim, comfort, work)
    share = min(1.0, COMFORT_RATE * joints.period)
    for j in range(aim.shape[0]):
        most = COMFORT_SPEED * limits[SPEED, j] * joints.period
        share = min(share, most / max(abs(work.step[j]), 1e-12))
    for j in range(aim.shape[0]):
        trial[j] = aim[j] + share * work.step[j]
    clip(chain, trial)
    position, orientation = refine(chain, goal, trial, REPAIR_STEPS, PATIENCE, work)
    return is_reached(goal, position, orientation)
