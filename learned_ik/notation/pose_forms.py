# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Poses as people have them, as positions and quaternions x y z w.

A pose may be a homogeneous transform (4, 4), or an object that has one: Pinocchio's and
spatialmath's `SE3`, SciPy's `RigidTransform`. An orientation may be a rotation matrix (3, 3), or
an object that has one: SciPy's `Rotation`, spatialmath's `SO3` and `UnitQuaternion`, Pinocchio's
`Quaternion`. None of these libraries is imported. What is none of these is returned as it came:
whoever asked says what is wrong with it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import numbers, shortened
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import quaternion_from_matrix

ROUNDED = 1e-3  # how far a matrix may be from a rotation: entries with three decimals are taken
# Where objects keep a transform (4, 4) or a rotation (3, 3), in the order in which to look.
TRANSFORM_OF = ('homogeneous', 'A', 'as_matrix')
ROTATION_OF = ('as_matrix', 'R', 'matrix', 'to_matrix', 'rotation_matrix')


class Forms(NamedTuple):
    """A pose, or many, as solvers take them."""

    position: Any  # (3,) or (n, 3) [m]
    orientation: Any  # (4,) or (n, 4), quaternion x y z w
    has_orientation: bool  # False: the position alone is wanted


def read_poses(position: Any, orientation: Any, what: tuple[str, str]) -> Forms:
    """Return poses as positions and quaternions, from whatever form they have.

    Args:
        position: (3,) or (n, 3) [m]; with `orientation` None also a transform, or a list of them.
        orientation: a quaternion or a rotation, or a list of them; None: that of the transform,
            and where there is none, any.
        what: how errors name the two.

    Raises:
        InvalidInputError: a matrix is no rigid transform or no rotation.

    """
    if orientation is not None:
        return Forms(position, read_rotations(orientation, what[1]), True)
    T = _matrices(position, 4, TRANSFORM_OF)
    if T is None:
        free = numbers(position, what[0])
        return Forms(free, np.broadcast_to([0.0, 0.0, 0.0, 1.0], (*free.shape[:-1], 4)), False)
    bottom = np.abs(T[..., 3, :] - [0.0, 0.0, 0.0, 1.0])
    if not (bottom <= ROUNDED).all():
        raise InvalidInputError(
            f'{what[0]} is {shortened(T.tolist())}; expected (3,), or a rigid transform (4, 4), '
            'whose last row is 0 0 0 1'
        )
    return Forms(T[..., :3, 3].copy(), _quaternions(T[..., :3, :3], what[0]), True)


def read_rotations(orientation: Any, what: str = 'orientation') -> Any:
    """Return rotation matrices, or objects that have one, as quaternions; all else as it came.

    Raises:
        InvalidInputError: a matrix is no rotation.

    """
    if type(orientation) is np.ndarray and orientation.shape[-1:] == (4,):
        return orientation
    R = _matrices(orientation, 3, ROTATION_OF)
    return orientation if R is None else _quaternions(R, what)


def holds_rotation(value: Any) -> bool:
    """Say whether an object has a rotation matrix: then its own numbers may be in any order."""
    try:
        return _held(value, ROTATION_OF) is not None
    except Exception:  # foreign classes raise whatever they like
        return False


def _matrices(values: Any, size: int, attributes: tuple[str, ...]) -> Array | None:
    """Return (size, size) or (n, size, size) matrices; None for what has none."""
    try:
        if isinstance(values, np.ndarray):
            array = values
        elif (held := _held(values, attributes)) is not None:
            array = np.asarray(held)
        elif isinstance(values, list | tuple) and any(
            _held(each, attributes) is not None for each in values
        ):
            array = np.stack([np.asarray(_held(each, attributes)) for each in values])
        else:
            array = np.asarray(values)
    except Exception:  # foreign classes raise whatever they like
        return None
    if array.ndim not in (2, 3) or array.shape[-2:] != (size, size):
        return None
    return numbers(array, 'matrix') if array.dtype.kind in 'fiu' else None


def _held(value: Any, attributes: tuple[str, ...]) -> Any:
    """Return the matrix that an object keeps in one of its attributes, or None."""
    if isinstance(value, str | bytes | list | tuple | np.ndarray):
        return None
    for name in attributes:
        found = getattr(value, name, None)
        if found is not None:
            return found() if callable(found) else found
    return None


def _quaternions(R: Array, what: str) -> Array:
    """Return quaternions (..., 4) of the rotations nearest to matrices (..., 3, 3)."""
    if not np.isfinite(R).all():
        raise InvalidInputError(f'{what} is {shortened(R.tolist())}, not finite')
    off = np.abs(R @ np.swapaxes(R, -1, -2) - np.eye(3)).max(axis=(-1, -2))
    wrong = ~(off <= ROUNDED) | (np.linalg.det(R) < 0)
    if wrong.any():
        first = R[wrong][0]
        told = 'a reflection' if np.linalg.det(first) < 0 else 'not orthogonal'
        raise InvalidInputError(
            f'{what} has the matrix {shortened(first.tolist())}, {told}; expected a rotation'
        )
    u, _, v = np.linalg.svd(R)
    return quaternion_from_matrix(u @ v)
