# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One step of a tracker: towards a target that moves, no faster than the arm may, compiled.

First an aim is refined, in a box about where the arm is: the posture that reaches the target, or
comes nearest to it, on the branch that the arm is on. Then each joint takes a step towards it: as
far as its speed and acceleration allow, and no faster than that it can still stop at the aim,
which may move on, and before a limit. All joints take the same share of their way, so that the tip
keeps its direction where one of them is too slow.
"""

import math

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel, kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.layout import (
    BOX_HIGH,
    BOX_LOW,
    KEPT,
    TARGET,
    WISH,
    span,
    unpack_chain,
    unpack_work,
)
from learned_ik.kernels.measures import clip, read_target
from learned_ik.kernels.pose_error import Goal, is_reached
from learned_ik.kernels.refinement import PATIENCE, refine

AHEAD = 0.5  # [rad or m], of the box about where the arm is, in which the aim lies
AIM_STEPS = 10  # of its refinement; the last aim is near, and two or three are the rule
BETTER = 0.9  # [1], of its error, at which a second aim takes the place of the first
LEAST_SHARE = 0.05  # [1], of its way that each joint takes where another hardly can
BRAKING = 0.8  # [1], of the acceleration that stopping counts on: periods are not all alike

# Rows of a tracker's state (STATE, joints) and of what it may (LIMITS, joints).
POSTURE, VELOCITY, AIM, STATE = 0, 1, 2, 3  # [rad or m], [1/s], [rad or m]; AIM is NaN at first
SPEED, ACCELERATION, LOW, HIGH, LIMITS = 0, 1, 2, 3, 4
# Places in what is told of a step (TOLD,).
REMAINING_POSITION, REMAINING_ORIENTATION = 0, 1  # [m], [rad], from the tip to the target
AIMED_POSITION, AIMED_ORIENTATION = 2, 3  # [m], [rad], from the aim to the target
TOLD = 4
# Places in a wish (ASKED,): tolerances of the aim, and which axes are free, as of a request.
AIM_POSITION_TOLERANCE, AIM_ORIENTATION_TOLERANCE, AIM_FREE_AXES, ASKED = 0, 1, 2, 5


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
        limits: (LIMITS, joints); the posture lies between LOW and HIGH.
        period: [s], above 0, of this step.
        state: (STATE, joints), becomes that after the step.
        told: (TOLD,), filled.

    """
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    target = numbers[span(layout, TARGET)]
    if not read_target(pose, target):
        return False
    goal = Goal(
        target, asked[AIM_FREE_AXES:ASKED], asked[AIM_POSITION_TOLERANCE],
        asked[AIM_ORIENTATION_TOLERANCE],
    )  # fmt: skip
    q, aim, before, trial = (
        state[POSTURE],
        state[AIM],
        numbers[span(layout, KEPT)],
        numbers[span(layout, WISH)],
    )
    low, high = numbers[span(layout, BOX_LOW)], numbers[span(layout, BOX_HIGH)]
    for j in range(q.shape[0]):
        low[j] = max(limits[LOW, j], q[j] - AHEAD)
        high[j] = min(limits[HIGH, j], q[j] + AHEAD)
    about = ChainArrays(
        chain.transforms, chain.coupling, chain.structure, low, high, low, high, chain.kinds,
        chain.full_turns, q, chain.strides, chain.angular_weight,
    )  # fmt: skip
    if math.isnan(aim[0]):
        copy_into(aim, q)
    copy_into(before, aim)
    clip(about, aim)
    position_error, orientation_error = refine(about, goal, aim, AIM_STEPS, PATIENCE, work)
    if not is_reached(goal, position_error, orientation_error):
        copy_into(trial, q)
        position, orientation = refine(about, goal, trial, AIM_STEPS, PATIENCE, work)
        weight = chain.angular_weight
        if position + weight * orientation < BETTER * (
            position_error + weight * orientation_error
        ):
            copy_into(aim, trial)
            position_error, orientation_error = position, orientation
    told[AIMED_POSITION], told[AIMED_ORIENTATION] = position_error, orientation_error
    take_step(state, limits, before, low, high, period)
    copy_into(trial, q)
    told[REMAINING_POSITION], told[REMAINING_ORIENTATION] = refine(
        about, goal, trial, 0, PATIENCE, work
    )
    return True


@inlined_kernel
def take_step(
    state: Array, limits: Array, before: Array, slowest: Array, fastest: Array, period: float
) -> None:
    """Move posture and velocity of a state one step towards its aim; args as `servo`.

    Args:
        state: (STATE, joints).
        limits: (LIMITS, joints).
        before: (joints,), the aim of the step before.
        slowest: (joints,), memory.
        fastest: (joints,), memory.
        period: [s].

    """
    q, velocity, aim = state[POSTURE], state[VELOCITY], state[AIM]
    share = 1.0
    for j in range(q.shape[0]):
        speed, acceleration = limits[SPEED, j], limits[ACCELERATION, j]
        wanted = (aim[j] - q[j]) / period
        follow = min(max((aim[j] - before[j]) / period, -speed), speed)  # how fast the aim moves
        rest = aim[j] - q[j] - follow * period
        least = max(-speed, -stopping(q[j] - limits[LOW, j], acceleration, period))
        most = min(speed, stopping(limits[HIGH, j] - q[j], acceleration, period))
        if rest > 0.0:
            most = min(most, max(follow + stopping(rest, acceleration, period), least))
        else:
            least = max(least, min(follow - stopping(-rest, acceleration, period), most))
        change = acceleration * period
        slowest[j] = min(max(least, velocity[j] - change), velocity[j] + change)
        fastest[j] = max(min(most, velocity[j] + change), velocity[j] - change)
        possible = min(max(wanted, slowest[j]), fastest[j])
        if possible * wanted > 0.0:
            share = min(share, possible / wanted)
    share = max(share, LEAST_SHARE)
    for j in range(q.shape[0]):
        wanted = share * (aim[j] - q[j]) / period
        v = min(max(wanted, slowest[j]), fastest[j])
        to = min(max(q[j] + v * period, limits[LOW, j]), limits[HIGH, j])
        velocity[j] = (to - q[j]) / period
        q[j] = to


@inlined_kernel
def stopping(distance: float, acceleration: float, period: float) -> float:
    """Return the greatest speed [1/s] from which a joint can stop within a distance.

    It moves at that speed for one period, and then brakes in steps of a period.
    """
    braking = BRAKING * acceleration
    if distance <= braking * period * period:  # one step, and a stop
        return max(distance, 0.0) / period
    return math.sqrt(2.0 * braking * distance) - 0.5 * braking * period


@kernel
def brake(limits: Array, period: float, state: Array) -> None:
    """Let the arm come to rest as fast as it may; args as `servo`."""
    q, velocity = state[POSTURE], state[VELOCITY]
    for j in range(q.shape[0]):
        change = limits[ACCELERATION, j] * period
        v = max(abs(velocity[j]) - change, 0.0)
        v = v if velocity[j] > 0.0 else -v
        to = min(max(q[j] + v * period, limits[LOW, j]), limits[HIGH, j])
        velocity[j] = (to - q[j]) / period
        q[j] = to
        state[AIM, j] = to
