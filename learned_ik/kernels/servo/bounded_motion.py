# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the joints may do in one period: within position, speed and acceleration, compiled.

What is chosen is not a velocity but where a joint would come to rest with it: an arm that leads
that posture to its target is there without overshooting. Of a target that moves, a joint comes to
rest beside it, so that only the speed that it has more than the target counts.
"""

import math
from typing import NamedTuple

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, kernel

BRAKING = 0.8  # [1], of the acceleration that stopping counts on: periods are not all alike
EASY = 0.3  # [1], of its speed, at which a joint goes where no target calls it

# Rows of a tracker's state (STATE, joints): what lasts, then memory of one step.
POSTURE, VELOCITY, OTHER = 0, 1, 2  # [rad or m], [1/s], [rad or m] on the branch it switches to
SLOWEST, FASTEST, CHOSEN, BRAKED, FOLLOWING = 3, 4, 5, 6, 7  # [1/s], velocities of this step
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
def bound_velocities(joints: Joints) -> None:
    """Fill SLOWEST and FASTEST; a joint beyond its limit has to come back."""
    state, limits, period = joints.state, joints.limits, joints.period
    q, velocity = state[POSTURE], state[VELOCITY]
    for j in range(q.shape[0]):
        speed, acceleration = limits[SPEED, j], limits[ACCELERATION, j]
        below, above = limits[LOW, j] - q[j], q[j] - limits[HIGH, j]
        least = max(-speed, -stopping(-below, acceleration, period))
        most = min(speed, stopping(-above, acceleration, period))
        if below > 0.0:
            least = min(below / period, EASY * speed)
        if above > 0.0:
            most = -min(above / period, EASY * speed)
        change = acceleration * period
        state[SLOWEST, j] = min(max(least, velocity[j] - change), velocity[j] + change)
        state[FASTEST, j] = max(min(most, velocity[j] + change), velocity[j] - change)


@inlined_kernel
def stopping(distance: float, acceleration: float, period: float) -> float:
    """Return the greatest speed [1/s] from which a joint can stop within a distance.

    It moves at that speed for one period, and then brakes in steps of a period.
    """
    braking = BRAKING * acceleration
    if distance <= braking * period * period:  # one step, and a stop
        return max(distance, 0.0) / period
    half = 0.5 * braking * period
    return math.sqrt(2.0 * braking * distance + half * half) - half


@inlined_kernel
def way_to_rest(speed: float, acceleration: float, period: float) -> float:
    """Return how far a joint moves that brakes after this period: the inverse of `stopping`."""
    braking = BRAKING * acceleration
    if speed <= braking * period:
        return speed * period
    return 0.5 * speed * (speed / braking + period)


@inlined_kernel
def rest(joints: Joints, j: int, velocity: float) -> float:
    """Return where a joint comes to rest beside the target [rad or m], from where it is."""
    following, acceleration = joints.state[FOLLOWING, j], joints.limits[ACCELERATION, j]
    more = velocity - following
    way = way_to_rest(abs(more), acceleration, joints.period)
    return following * joints.period + (way if more > 0.0 else -way)


@inlined_kernel
def time_to(joints: Joints, j: int, resting: float) -> float:
    """Return in which time [s] a joint would be there, if it went on as fast as it may now."""
    state, limits, period = joints.state, joints.limits, joints.period
    way = abs(resting - state[POSTURE, j] - state[FOLLOWING, j] * period)
    most = min(stopping(way, limits[ACCELERATION, j], period), limits[SPEED, j])
    return max(way / most, period) if way > 0.0 else period


@inlined_kernel
def choose_velocities(joints: Joints, resting: Array, together: bool) -> None:
    """Fill CHOSEN with velocities that come to rest beside the target at a posture (joints,).

    Together, all joints take the same time, so that the tip stays on its way; else each is as fast
    as it may be.
    """
    state, period = joints.state, joints.period
    q, following, chosen = state[POSTURE], state[FOLLOWING], state[CHOSEN]
    longest = period
    if together:
        for j in range(q.shape[0]):
            longest = max(longest, time_to(joints, j, resting[j]))
    for j in range(q.shape[0]):
        time = longest if together else time_to(joints, j, resting[j])
        velocity = following[j] + (resting[j] - q[j] - following[j] * period) / time
        chosen[j] = min(max(velocity, state[SLOWEST, j]), state[FASTEST, j])


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
