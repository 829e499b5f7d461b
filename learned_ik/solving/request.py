# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Request`: what is asked of a pose, or of many alike, checked; and the checks."""

import math
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Posture, Postures
from learned_ik.checks import check_range, number, numbers
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.measures import FARTHEST, FARTHEST_JOINT
from learned_ik.notation.pose_forms import holds_rotation
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import normalized_quaternion
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.freedom import Freedom, OrientationTolerance
from learned_ik.solving.preferences import Preference

# No axis is free, and joints may go anywhere.
NO_OPTIONS: Array = np.array([0.0, 0.0, 0.0, 0.0, 0.0, math.inf])
POSITION_ONLY: Array = np.array([1.0, 1.0, 1.0, 0.0, 0.0, math.inf])

# What a request may say beside pose, seed and preference: position tolerance [m], orientation
# tolerance [rad], largest change of a joint [rad or m], timeout [s].
Bounds = tuple[float, OrientationTolerance | Freedom, float, float]

FLOAT64 = np.dtype(np.float64)
NOTHING = np.empty(0)
# What an entry takes where pose and seed are in the request already.
NOT_GIVEN = (False, NOTHING, NOTHING, NOTHING)


class Request(NamedTuple):
    """What is asked, and where it is answered; all rows are asked alike."""

    rows: Array  # (n, SEED + joints), as `kernels/layout.py` says: pose, options, seed
    answers: Array  # (n, ANSWER + joints), likewise; filled
    seeded: bool  # whether the seeds count
    tolerances: tuple[float, float]  # of position [m] and orientation [rad]
    preference: Preference | None = None  # of many solutions; None: the first that is found
    scene: Scene | None = None  # to keep clear of, or to measure; None: nothing is known
    patient: bool = False  # to search as long as the time lasts, and not for so many restarts

    @property
    def avoids(self) -> bool:
        """Whether only what keeps clear is an answer."""
        return self.scene is not None and self.scene.avoids

    def without_scene(self) -> 'Request':
        """Return the same request where nothing is known to keep clear of."""
        return self._replace(scene=None)

    @property
    def prefers_near_seed(self) -> bool:
        """Whether the nearest to the seed is wanted, or the first found; not some posture."""
        return self.preference is None or self.preference.to_seed


def checked_poses(positions: npt.ArrayLike, orientations: npt.ArrayLike) -> Array:
    """Return poses (n, 7), position [m] and quaternion x y z w as given.

    Args:
        positions: (n, 3) [m].
        orientations: (n, 4), of any length but zero.

    Raises:
        InvalidInputError: a shape is wrong, or a value not finite.

    """
    positions = numbers(positions, 'positions')
    orientations = numbers(orientations, 'orientations')
    if positions.ndim != 2 or positions.shape[1] != 3:
        raise InvalidInputError(f'positions have shape {positions.shape}; expected (n, 3)')
    if orientations.shape != (len(positions), 4):
        raise InvalidInputError(
            f'orientations have shape {orientations.shape}; expected ({len(positions)}, 4)'
        )
    finite = np.isfinite(positions).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise InvalidInputError(f'positions[{row}] is {positions[row].tolist()}, not finite')
    check_range(positions, FARTHEST, 'positions', 'm')
    normalized_quaternion(orientations, 'orientations')
    return np.concatenate([positions, orientations], axis=1)


def checked_seeds(chain: KinematicChain, seeds: Postures | None, count: int) -> Array:
    """Return seeds (n, joints) [rad or m], one for all spread out; zeros where there are none.

    Raises:
        InvalidInputError: a shape is wrong, or a value not finite.

    """
    if seeds is None:
        return np.zeros((count, chain.joint_count))
    values = chain.checked_joints(seeds, 'seeds')
    if values.shape not in ((chain.joint_count,), (count, chain.joint_count)):
        raise InvalidInputError(
            f'seeds have shape {values.shape}; expected ({count}, {chain.joint_count})'
        )
    check_range(values, FARTHEST_JOINT, 'seeds', 'rad or m')
    return np.array(np.broadcast_to(values, (count, chain.joint_count)))


def checked_path(positions: npt.ArrayLike, orientations: npt.ArrayLike) -> Array:
    """Return poses (n, 7) as `checked_poses` does; two empty lists are a path of no poses."""
    positions = numbers(positions, 'positions')
    orientations = numbers(orientations, 'orientations')
    if positions.size == orientations.size == 0:
        return np.empty((0, 7))
    return checked_poses(positions, orientations)


def checked_start(chain: KinematicChain, start: Posture, what: str = 'start') -> Array:
    """Return joint positions (joints,) [rad or m], at which a path shall begin or a search.

    Raises:
        InvalidInputError: wrong shape, or values that are not finite.

    """
    values = chain.checked_joints(start, what)
    if values.ndim != 1:
        raise InvalidInputError(
            f'{what} has shape {values.shape}; expected ({chain.joint_count},)'
        )
    check_range(values, FARTHEST_JOINT, what, 'rad or m')
    return np.array(values)  # as compiled code takes it: contiguous, and not read-only


def as_rows(position: Any, orientation: Any, seed: Any) -> tuple[Array, Array, Array]:
    """Return pose and seed as compiled code takes them: as rows of float64.

    What is no row of numbers becomes empty, which compiled code refuses; then
    `explain.explain_request` says what was wrong.
    """
    try:
        position, orientation, seed = _row(position), _row(orientation), _row(seed)
    except Exception:  # entries of foreign classes raise whatever they like
        return NOTHING, NOTHING, NOTHING
    if position.ndim == orientation.ndim == seed.ndim == 1:
        return position, orientation, seed
    return NOTHING, NOTHING, NOTHING


def _row(values: Any) -> Array:
    """Return float64 numbers; what is no number raises whatever it likes."""
    kind = type(values)
    if kind is list or kind is tuple or kind is np.ndarray:
        array = np.array(values)  # without a type: texts would be read as numbers
        if array.dtype.kind in 'fiu':
            return array if array.dtype is FLOAT64 else array.astype(FLOAT64)
    if holds_rotation(values):  # its own numbers may be w x y z
        raise TypeError('not a row')
    return numbers(values, 'value')


def checked_position_tolerance(tolerance: float) -> float:
    """Return a tolerance [m]; raise `InvalidInputError` for what is no number, 0 or more."""
    return number(tolerance, 'position_tolerance', 'metres, 0 or more', lambda t: t >= 0)


def checked_jump(jump: float) -> float:
    """Return a jump [rad or m]; raise `InvalidInputError` for what is no number above 0."""
    return number(jump, 'jump', 'above 0, in rad or m', lambda j: j > 0)


def checked_timeout(timeout: float) -> float:
    """Return a timeout [s]; raise `InvalidInputError` for what is no number above 0."""
    return number(timeout, 'timeout', 'seconds, above 0', lambda t: t > 0)


def before_the_end(began: float, timeout: float) -> float:
    """Return when to stop, so that what many poses take afterwards fits into the timeout as well.

    That is up to three times as much as what they took before.

    Args:
        began: when the request came, on the clock of `perf_counter` [s].
        timeout: [s].

    """
    now = perf_counter()
    return max(began + timeout - 3 * (now - began), now)


def request_options(freedom: Freedom, max_joint_change: float, seeded: bool) -> Array:
    """Return the options (6,) of a request.

    Args:
        freedom: of the orientation.
        max_joint_change: [rad or m].
        seeded: whether there is a seed for joints to stay near.

    Raises:
        InvalidInputError: a largest change that is negative or NaN, or one without a seed.

    """
    max_joint_change = number(
        max_joint_change, 'max_joint_change', '0 or more', lambda change: change >= 0
    )
    if max_joint_change < math.inf and not seeded:
        raise InvalidInputError('max_joint_change needs a seed from which to count')
    return np.array([*freedom.free_axes, max_joint_change])
