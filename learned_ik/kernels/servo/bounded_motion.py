# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the joints may do in one period: within position, speed and acceleration, compiled.

A joint goes no faster than that it can still stop at its aim, which may move on, and before its
limit. All joints take the same share of their way, so that the tip keeps its direction where one
of them is too slow.
"""

import math
from typing import NamedTuple

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, kernel

LEAST_SHARE = 0.05  # [1], of its way that each joint takes where another hardly can
BRAKING = 0.8  # [1], of the acceleration that stopping counts on: periods are not all alike

# Rows of a tracker's state (STATE, joints): what lasts, then memory of one step.
POSTURE, VELOCITY, AIM = 0, 1, 2  # [rad or m], [1/s], [rad or m]; AIM is NaN at first
BEFORE = 3  # the aim of the step before
SLOWEST, FASTEST, CHOSEN, BRAKED = 4, 5, 6, 7  # [1/s], velocities of this step
BOX_LOW, BOX_HIGH, TRIAL, WISH, KEPT = 8, 9, 10, 11, 12  # [rad or m]
STATE = 13
# Rows of what a tracker may, and of what it prefers (LIMITS, joints).
SPEED, ACCELERATION, LOW, HIGH = 0, 1, 2, 3
COMFORT, COMFORT_WEIGHT = 4, 5  # [rad or m], NaN where it does not matter; above 0
LIMITS = 6


class Joints(NamedTuple):
    """The joints of one step: state, limits, and how long it lasts."""

    state: Array  # (STATE, joints)
    limits: Array  # (LIMITS, joints)
    period: float  # [s], above 0


@inlined_kernel
def choose_velocities(joints: Joints) -> None:
    """Fill CHOSEN with velocities that lead to the aim, between SLOWEST and FASTEST."""
    state, limits, period = joints.state, joints.limits, joints.period
    q, velocity, aim, before = state[POSTURE], state[VELOCITY], state[AIM], state[BEFORE]
    slowest, fastest, chosen = state[SLOWEST], state[FASTEST], state[CHOSEN]
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
        chosen[j] = min(max(share * (aim[j] - q[j]) / period, slowest[j]), fastest[j])


@inlined_kernel
def stopping(distance: float, acceleration: float, period: float) -> float:
    """Return the greatest speed [1/s] from which a joint can stop within a distance.

    It moves at that speed for one period, and then brakes in steps of a period.
    """
    braking = BRAKING * acceleration
    if distance <= braking * period * period:  # one step, and a stop
        return max(distance, 0.0) / period
    return math.sqrt(2.0 * braking * distance) - 0.5 * braking * period


@inlined_kernel
def braked(joints: Joints, j: int) -> float:
    """Return the velocity [1/s] of a joint that comes to rest as fast as it may."""
    velocity = joints.state[VELOCITY, j]
    slower = max(abs(velocity) - joints.limits[ACCELERATION, j] * joints.period, 0.0)
    return slower if velocity > 0.0 else -slower


@inlined_kernel
def move(joints: Joints, velocities: Array) -> None:
    """Move the posture for a period; a joint beyond its limit may stay, but not go farther."""
    state, limits, period = joints.state, joints.limits, joints.period
    q, velocity = state[POSTURE], state[VELOCITY]
    for j in range(q.shape[0]):
        low, high = min(limits[LOW, j], q[j]), max(limits[HIGH, j], q[j])
        to = min(max(q[j] + velocities[j] * period, low), high)
        velocity[j] = (to - q[j]) / period
        q[j] = to


@kernel
def brake(limits: Array, period: float, state: Array) -> None:
    """Let the arm come to rest as fast as it may.

    Args:
        limits: (LIMITS, joints).
        period: [s], above 0.
        state: (STATE, joints), becomes that after the step.

    """
    joints = Joints(state, limits, period)
    for j in range(state.shape[1]):
        state[BRAKED, j] = braked(joints, j)
    move(joints, state[BRAKED])
    for j in range(state.shape[1]):
        state[AIM, j] = state[POSTURE, j]
