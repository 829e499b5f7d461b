# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a request, named; and batches of requests, checked."""

import math
from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import normalized_quaternion

# No axis of the target is free, and joints may go anywhere.
NO_OPTIONS: Array = np.array([0.0, 0.0, 0.0, math.inf])
POSITION_ONLY: Array = np.array([1.0, 1.0, 1.0, math.inf])
TINY = 1e-12  # [rad], in place of a tolerance of 0 where tolerances are compared


def explain_request(
    chain: KinematicChain,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    seed: npt.ArrayLike | None,
    position_tolerance: float,
    orientation_tolerance: float,
) -> NoReturn:
    """Raise `InvalidInputError` for the first thing that is wrong with a single request.

    It is called for requests that are known to be wrong: good ones need not wait for it.
    """
    position = _numbers(position, 'position')
    if position.shape != (3,):
        raise InvalidInputError(f'position has shape {position.shape}; expected (3,), metres')
    if not np.isfinite(position).all():
        raise InvalidInputError(f'position {position.tolist()} is not finite')
    orientation = _numbers(orientation, 'orientation')
    if orientation.shape != (4,):
        raise InvalidInputError(
            f'orientation has shape {orientation.shape}; expected (4,), a quaternion x y z w'
        )
    normalized_quaternion(orientation)
    if seed is not None:
        values = chain.checked_joints(_numbers(seed, 'seed'), 'seed')
        if values.ndim != 1:
            raise InvalidInputError(
                f'seed has shape {values.shape}; expected ({chain.joint_count},)'
            )
    raise InvalidInputError(
        f'tolerances are {position_tolerance} m and {orientation_tolerance} rad; '
        'expected numbers, 0 or more'
    )


def checked_poses(positions: npt.ArrayLike, orientations: npt.ArrayLike) -> Array:
    """Return poses (n, 7), position [m] and quaternion x y z w as given.

    Args:
        positions: (n, 3) [m].
        orientations: (n, 4), of any length but zero.

    Raises:
        InvalidInputError: a shape is wrong, or a value not finite.

    """
    positions = _numbers(positions, 'positions')
    orientations = _numbers(orientations, 'orientations')
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
    normalized_quaternion(orientations, 'orientations')
    return np.concatenate([positions, orientations], axis=1)


def checked_seeds(chain: KinematicChain, seeds: npt.ArrayLike | None, count: int) -> Array:
    """Return seeds (n, joints) [rad or m], one for all spread out; zeros where there are none.

    Raises:
        InvalidInputError: a shape is wrong, or a value not finite.

    """
    if seeds is None:
        return np.zeros((count, chain.joint_count))
    values = chain.checked_joints(_numbers(seeds, 'seeds'), 'seeds')
    if values.shape not in ((chain.joint_count,), (count, chain.joint_count)):
        raise InvalidInputError(
            f'seeds have shape {values.shape}; expected ({count}, {chain.joint_count})'
        )
    return np.array(np.broadcast_to(values, (count, chain.joint_count)))


def checked_path(positions: npt.ArrayLike, orientations: npt.ArrayLike) -> Array:
    """Return poses (n, 7) as `checked_poses` does; two empty lists are a path of no poses."""
    if np.size(positions) == np.size(orientations) == 0:
        return np.empty((0, 7))
    return checked_poses(positions, orientations)


def checked_start(chain: KinematicChain, start: npt.ArrayLike) -> Array:
    """Return the joint positions (joints,) at which a path shall begin [rad or m].

    Raises:
        InvalidInputError: wrong shape, or values that are not finite.

    """
    values = chain.checked_joints(_numbers(start, 'start'), 'start')
    if values.ndim != 1:
        raise InvalidInputError(f'start has shape {values.shape}; expected ({chain.joint_count},)')
    return values


def as_vectors(*vectors: npt.ArrayLike) -> tuple[Array, ...]:
    """Return vectors (n,) as arrays that compiled code takes.

    Raises:
        TypeError: one is not a row of numbers.

    """
    arrays = []
    for vector in vectors:
        try:
            arrays.append(np.array(vector, dtype=np.float64))
        except ValueError as error:
            raise TypeError from error
        if arrays[-1].ndim != 1:
            raise TypeError
    return tuple(arrays)


def checked_tolerance(position_tolerance: float) -> float:
    """Return a tolerance [m]; raise `InvalidInputError` for what is no number, 0 or more."""
    try:
        tolerance = float(position_tolerance)
    except (TypeError, ValueError):
        tolerance = math.nan
    if not tolerance >= 0:
        raise InvalidInputError(
            f'position_tolerance is {position_tolerance!r}; expected metres, 0 or more'
        )
    return tolerance


def check_path_demand(jump: float, timeout: float) -> None:
    """Raise `InvalidInputError` for a jump [rad or m] or a timeout [s] that is not above 0."""
    if not jump > 0:
        raise InvalidInputError(f'jump is {jump}; expected above 0, in rad or m')
    check_timeout(timeout)


def check_timeout(timeout: float) -> None:
    """Raise `InvalidInputError` for a timeout [s] that is not above 0."""
    if not timeout > 0:
        raise InvalidInputError(f'timeout is {timeout}; expected seconds, above 0')


def request_options(
    orientation_tolerance: float | Sequence[float], max_joint_change: float, seeded: bool
) -> tuple[float, Array]:
    """Return the tolerance that counts [rad], and the options (4,) of a request.

    Args:
        orientation_tolerance: [rad], one for all axes or (3,); infinite for a free axis.
        max_joint_change: [rad or m].
        seeded: whether there is a seed for joints to stay near.

    Raises:
        InvalidInputError: a tolerance that is negative or NaN, a largest change that is, or one
            without a seed.

    """
    tolerances = _numbers(orientation_tolerance, 'orientation_tolerance')
    if tolerances.shape not in ((), (3,)) or not (tolerances >= 0).all():
        raise InvalidInputError(
            f'orientation_tolerance is {tolerances.tolist()}; expected one number, or one for '
            'each of x, y, z; each 0 or more, infinite for a free axis'
        )
    if not max_joint_change >= 0:
        raise InvalidInputError(f'max_joint_change is {max_joint_change}; expected 0 or more')
    if max_joint_change < math.inf and not seeded:
        raise InvalidInputError('max_joint_change needs a seed from which to count')
    tolerances = np.broadcast_to(tolerances, 3)
    strictest = float(tolerances.min())
    if strictest == math.inf:
        return math.pi, np.array([1.0, 1.0, 1.0, max_joint_change])
    # An axis with twice the tolerance counts half: what meets the strictest, meets all.
    shares = max(strictest, TINY) / np.maximum(tolerances, TINY)
    return strictest, np.array([*(1 - shares), max_joint_change])


def axis_tolerances(strictest: float, ease: Array) -> float | Array:
    """Return the `orientation_tolerance` that `request_options` takes apart [rad]."""
    if not ease.any():
        return strictest
    with np.errstate(divide='ignore'):
        return strictest / (1 - ease)


def _numbers(values: npt.ArrayLike, what: str) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f'{what} is {values!r}; expected numbers: {error}') from error
