# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""When to be where on a joint path: from rest to rest, within velocity and acceleration limits.

The path is fixed, only the speed along it is chosen (time scaling: Bobrow, Dubowsky and Gibson,
DOI 10.1177/027836498500400301), by one pass from either end. It is not the fastest timing there
is: half of each joint's acceleration is kept for speeding up and slowing down, half for bends.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.checks import number, numbers, shaped, shortened
from learned_ik.errors import InvalidInputError

VELOCITY = 1.0  # [rad/s or m/s], of a joint whose limit nobody knows; MoveIt takes the same
ACCELERATION = 1.0  # [rad/s² or m/s²], of every joint; URDF knows no such limit; likewise
LEAST_SCALING = 1e-6  # share of the velocities: slower is meant by nobody
LONGEST = 1e9  # [s], of a path: thirty years
FARTHEST_JOINT = 1e6  # [rad or m], of a point: as far as a solver takes seeds
STANDSTILL = 1e-7  # [s], a step that takes less at full speed is none
DWELL = 1e-3  # [s], from a pose to its repetition, where the arm stands still


class PathTiming(NamedTuple):
    """The times of a joint path of n points, and the velocities there."""

    times: Array  # (n,) [s], from 0 on, each later than the one before
    velocities: (
        Array  # (n, joints) [rad/s or m/s]; zero at both ends and where a point is repeated
    )


class JointTrajectory(NamedTuple):
    """A joint path of n points with its times, as controllers take it."""

    joint_names: tuple[str, ...]  # (joints,)
    times: Array  # (n,) [s], from 0 on
    joint_positions: Array  # (n, joints) [rad or m]
    joint_velocities: Array  # (n, joints) [rad/s or m/s]; zero at both ends


def time_path(
    path: Array,
    velocity: npt.ArrayLike = np.inf,
    acceleration: npt.ArrayLike = ACCELERATION,
    scaling: float = 1.0,
) -> PathTiming:
    """Return times at which a joint path can be moved through.

    Between points joints move on straight lines; no joint exceeds its velocity on any of them,
    and from one to the next no velocity changes faster than the acceleration allows.

    Args:
        path: (n, joints) [rad or m].
        velocity: (joints,) or one for all [rad/s or m/s], above 0; infinite: `VELOCITY`.
        acceleration: (joints,) or one for all [rad/s² or m/s²], above 0, finite.
        scaling: share of the velocities that is used, 1e-6 up to 1.

    Raises:
        InvalidInputError: a value is out of its range, or the path not finite.

    """
    path = shaped(path, 'path', (None, None))
    if (np.abs(path) > FARTHEST_JOINT).any():
        raise InvalidInputError(
            f'path goes to {np.abs(path).max():g} rad or m; expected no more than '
            f'{FARTHEST_JOINT:g} in size'
        )
    scaling = number(
        scaling,
        'velocity scaling',
        f'{LEAST_SCALING:g} up to 1',
        lambda s: LEAST_SCALING <= s <= 1,
    )
    velocity = _limits(velocity, path.shape[1], 'velocity')
    acceleration = _limits(acceleration, path.shape[1], 'acceleration')
    if np.isinf(acceleration).any():
        raise InvalidInputError(
            f'acceleration is {shortened(acceleration.tolist())}; expected finite'
        )
    velocity = scaling * np.where(np.isinf(velocity), VELOCITY, velocity)
    if len(path) == 0:
        return PathTiming(np.empty(0), path.copy())

    # Take repeated points together: the arm rests there.
    at_full_speed = (np.abs(np.diff(path, axis=0)) / velocity).max(axis=1, initial=0.0)  # [s]
    moves = at_full_speed > STANDSTILL
    group = np.concatenate([[0], np.cumsum(moves)])  # (n,), the knot that a point belongs to
    knots = path[np.concatenate([[True], moves])]
    rests = np.bincount(group) > 1
    rests[[0, -1]] = True
    with np.errstate(over='ignore', invalid='ignore'):
        durations, at_knots = _time_knots(knots, rests, velocity, acceleration)

    steps = np.full(len(path) - 1, DWELL)
    steps[moves] = durations
    times = np.concatenate([[0.0], np.cumsum(steps)])
    if not times[-1] <= LONGEST:
        raise InvalidInputError(
            f'velocity and acceleration make the path last {times[-1]:g} s; expected no more '
            f'than {LONGEST:g} s'
        )
    return PathTiming(times, at_knots[group])


def _time_knots(
    knots: Array, rests: npt.NDArray[np.bool_], velocity: Array, acceleration: Array
) -> tuple[Array, Array]:
    """Return how long each segment takes (m,) [s], and the velocities at the knots.

    The place on the path is s, the time [s] to get there at full speed: its rate is at most 1.

    Args:
        knots: (m + 1, joints) [rad or m], each apart from the one before.
        rests: (m + 1,), where the rate is 0; both ends are among them.
        velocity: (joints,) [rad/s or m/s].
        acceleration: (joints,) [rad/s² or m/s²].

    """
    moves = np.diff(knots, axis=0)
    lengths = (np.abs(moves) / velocity).max(axis=1, initial=0.0)  # (m,) [s]
    slopes = moves / lengths[:, None]  # (m, joints) [rad/s or m/s], at rate 1
    half = 0.5 * acceleration
    growth = (half / np.maximum(np.abs(slopes), 1e-12)).min(axis=1, initial=np.inf)  # (m,) [1/s]
    squares = np.where(rests, 0.0, 1.0)  # (m + 1,), of the rates at the knots
    if len(knots) > 2:
        squares[1:-1] = np.minimum(squares[1:-1], _squares_in_bends(slopes, lengths, growth, half))
    gains = 2 * growth * lengths  # (m,), how much the square may change over each segment
    for k in range(len(gains)):
        squares[k + 1] = min(squares[k + 1], squares[k] + gains[k])
    for k in reversed(range(len(gains))):
        squares[k] = min(squares[k], squares[k + 1] + gains[k])
    rates = np.sqrt(squares)
    sums = rates[:-1] + rates[1:]
    durations = np.where(
        sums > 0,
        2 * lengths / np.where(sums > 0, sums, 1.0),
        # From rest to rest: up, perhaps along at full speed, and down.
        np.where(growth * lengths < 1, 2 * np.sqrt(lengths / growth), lengths + 1 / growth),
    )
    at_knots = np.zeros_like(knots)
    at_knots[1:-1] = rates[1:-1, None] * 0.5 * (slopes[:-1] + slopes[1:])
    return durations, at_knots


def _squares_in_bends(slopes: Array, lengths: Array, growth: Array, half: Array) -> Array:
    """Return the largest squared rates (m - 1,) at the inner knots, so that bends are gentle.

    At rate r the velocity bends by `bend` r, which must not take longer than the segments beside
    it do: bend r (r + r') / 2 <= half length for the rate r' at its other end, and by then
    r'^2 <= r^2 + gain. With c = half length / bend: r^2 <= 4 c^2 / (gain + 4 c).
    """
    bend = np.maximum(np.abs(np.diff(slopes, axis=0)), 1e-12)  # (m - 1, joints)
    least = np.full(len(bend), np.inf)
    for side in (slice(None, -1), slice(1, None)):
        c = (half / bend).min(axis=1) * lengths[side]
        gain = 2 * growth[side] * lengths[side]
        least = np.minimum(least, 4 * c**2 / (gain + 4 * c))
    return least


def _limits(values: npt.ArrayLike, joints: int, what: str) -> Array:
    limits = numbers(values, what)
    if limits.shape not in ((), (joints,)):
        raise InvalidInputError(f'{what} has shape {limits.shape}; expected ({joints},)')
    if not (limits > 0).all():
        raise InvalidInputError(f'{what} is {shortened(limits.tolist())}; expected above 0')
    return np.broadcast_to(limits, (joints,))
