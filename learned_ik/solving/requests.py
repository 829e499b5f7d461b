# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a request, named; and batches of requests, checked."""

from typing import NoReturn

import numpy as np
import numpy.typing as npt

from learned_ik.errors import InvalidInputError
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import normalized_quaternion

Array = npt.NDArray[np.float64]


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


def _numbers(values: npt.ArrayLike, what: str) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f'{what} is {values!r}; expected numbers: {error}') from error
