# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the fields of a `KinematicChain` must be: from a URDF, a file, or a caller."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from learned_ik.arrays import Array, Booleans
from learned_ik.checks import (
    check_range,
    mapping,
    numbers,
    shaped,
    shaped_whole,
    shortened,
    text,
    texts,
)
from learned_ik.errors import InvalidInputError

JOINT_TYPES = ('revolute', 'continuous', 'prismatic')
MOST_JOINTS = 1000  # of a chain, mimic joints too
FARTHEST = 1e6  # [m], from one joint to the next: as far as a solver takes poses
LARGEST_LIMIT = 1e18  # [rad or m]: some descriptions say 1e16 where there is no limit
LARGEST_MULTIPLIER = 1e6  # of a mimic joint
RIGID = 1e-6  # by how much an entry of R Rᵀ may differ from the identity's


def checked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a chain, each of its type and shape.

    Raises:
        InvalidInputError: a field is of a wrong type or shape, not finite, or cannot be: limits
            the wrong way round, a transform that is not rigid, a joint type that nobody knows.

    """
    names = texts(fields['joint_names'], 'joint_names')
    joints = len(names)
    if not 1 <= joints <= MOST_JOINTS:
        raise InvalidInputError(f'the chain has {joints} joints; expected 1 up to {MOST_JOINTS}')
    if len(set(names)) < joints:
        raise InvalidInputError(f'joint_names are {shortened(names)}; expected different ones')
    types = texts(fields['joint_types'], 'joint_types')
    if len(types) != joints or not set(types) <= set(JOINT_TYPES):
        raise InvalidInputError(
            f'joint_types are {shortened(types)}; expected {joints} of {", ".join(JOINT_TYPES)}'
        )
    source = shaped_whole(fields['source'], 'source', (None,))
    motions = len(source)
    if not joints <= motions <= MOST_JOINTS or not set(source.tolist()) == set(range(joints)):
        raise InvalidInputError(
            f'source is {shortened(source.tolist())}; expected each of {joints} joints to drive '
            f'a motion, at most {MOST_JOINTS} in all'
        )
    multiplier = shaped(fields['multiplier'], 'multiplier', (motions,))
    if (np.abs(multiplier) > LARGEST_MULTIPLIER).any():
        raise InvalidInputError(
            f'multiplier is {shortened(multiplier.tolist())}; expected at most '
            f'{LARGEST_MULTIPLIER:g} in size'
        )
    offset = shaped(fields['offset'], 'offset', (motions,))
    check_range(offset, FARTHEST, 'offset', 'rad or m')
    lower = shaped(fields['lower'], 'lower', (joints,))
    upper = shaped(fields['upper'], 'upper', (joints,))
    for name, low, high in zip(names, lower.tolist(), upper.tolist(), strict=True):
        if not -LARGEST_LIMIT <= low <= high <= LARGEST_LIMIT:
            raise InvalidInputError(
                f'joint {shortened(name)} has the limits [{low}, {high}]; expected lower <= '
                f'upper, at most {LARGEST_LIMIT:g} in size'
            )
    return {
        'base_link': text(fields['base_link'], 'base_link'),
        'tip_link': text(fields['tip_link'], 'tip_link'),
        'joint_names': names,
        'joint_types': types,
        'lower': lower,
        'upper': upper,
        'velocity': _velocity(fields['velocity'], joints),
        'transforms': rigid(fields['transforms'], 'transforms', (motions + 1, 4, 4)),
        'prismatic': _truths(fields['prismatic'], 'prismatic', motions),
        'source': source,
        'multiplier': multiplier,
        'offset': offset,
        'base_frames': {
            text(name, 'a name in base_frames'): rigid(
                T, f'base_frames[{shortened(name)}]', (4, 4)
            )
            for name, T in mapping(fields['base_frames'], 'base_frames').items()
        },
    }


def rigid(values: Any, what: str, shape: tuple[int, ...]) -> Array:
    """Return rigid transforms (..., 4, 4) of a shape: a rotation and a translation [m] each.

    Raises:
        InvalidInputError: they are not; the message names the first entry that is none.

    """
    T = shaped(values, what, shape)
    R, p = T[..., :3, :3], T[..., :3, 3]
    with np.errstate(over='ignore', invalid='ignore'):
        deviation = np.abs(R @ np.swapaxes(R, -1, -2) - np.eye(3)).max(axis=(-1, -2))
        turns = (deviation <= RIGID) & (np.linalg.det(R) > 0)
    right = turns & (np.abs(p) <= FARTHEST).all(axis=-1)
    right &= (T[..., 3, :] == [0, 0, 0, 1]).all(axis=-1)
    if not right.all():
        first = T.reshape(-1, 4, 4)[int(np.argmin(right.ravel()))]
        which = f'{what}[{int(np.argmin(right))}]' if T.ndim > 2 else what
        raise InvalidInputError(
            f'{which} is {shortened(first.tolist())}; expected a rotation, not scaled, and a '
            f'translation of at most {FARTHEST:g} m'
        )
    return T


def _velocity(values: Any, joints: int) -> Array:
    """Return (joints,) [rad/s or m/s], infinite where there is no limit."""
    velocity = numbers(values, 'velocity')
    if velocity.shape != (joints,) or not (velocity >= 0).all():
        raise InvalidInputError(
            f'velocity is {shortened(velocity.tolist())}; expected ({joints},), each 0 or more, '
            'or infinite'
        )
    return velocity


def _truths(values: Any, what: str, count: int) -> Booleans:
    """Return (count,) truths."""
    given = values.tolist() if isinstance(values, np.ndarray) else values
    truths = isinstance(given, list | tuple) and all(isinstance(each, bool) for each in given)
    if not truths or len(given) != count:
        raise InvalidInputError(
            f'{what} is {shortened(values)}; expected ({count},), each True or False'
        )
    return np.array(given, dtype=bool)
