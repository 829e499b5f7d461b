# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Target paths for a tool to follow: line, circle, conical spiral (the path of paper figure 1).

Poses only. Which joints reach them is the solver's business, how fast is the caller's: poses
are equally spaced along the path, so that a constant rate makes a constant speed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.checks import number, numbers, shortened, whole
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import normalized_quaternion, rotation_to_axis

UPWARDS = (0.0, 0.0, 1.0)
UNTURNED = (0.0, 0.0, 0.0, 1.0)  # the tool's axes are parallel to the frame's

# Chords per turn by which the length of a spiral is measured: the spacing of its poses is even
# to about (2 pi / 1000)^2 / 24, two parts in a million.
CHORDS_PER_TURN = 1000

MOST_POSES = 1_000_000  # of one path
MOST_TURNS = 10_000.0  # of one spiral
FARTHEST = 1e6  # [m], of a coordinate: as far as a solver takes poses


class PosePath(NamedTuple):
    """Poses in the order in which they are to be reached, all in one frame."""

    positions: Array  # (poses, 3) [m]
    orientations: Array  # (poses, 4), unit quaternions x y z w


def line(
    poses: int,
    *,
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    orientation: npt.ArrayLike = UNTURNED,
) -> PosePath:
    """Return a straight line between two points, both included.

    Args:
        poses: how many, 2 or more.
        start: (3,) [m], where it begins.
        end: (3,) [m], where it ends.
        orientation: (4,) x y z w, the tool's, the same all along.

    Raises:
        InvalidInputError: too few poses, a wrong shape, values that are not finite.

    """
    start, end = _point(start, 'start'), _point(end, 'end')
    share = np.linspace(0.0, 1.0, _checked_count(poses))[:, None]
    return _with_orientation(start + share * (end - start), orientation)


def circle(
    poses: int,
    *,
    centre: npt.ArrayLike,
    radius: float,
    axis: npt.ArrayLike = UPWARDS,
    orientation: npt.ArrayLike = UNTURNED,
) -> PosePath:
    """Return one turn of a circle; the last pose is the first one again.

    It runs counter-clockwise for one who looks against `axis`.

    Args:
        poses: how many, 2 or more.
        centre: (3,) [m].
        radius: [m], above 0.
        axis: (3,) the direction that the circle's plane faces, of any length but zero.
        orientation: (4,) x y z w, the tool's, the same all along.

    Raises:
        InvalidInputError: too few poses, a wrong shape, values that are not finite, no extent.

    """
    return spiral(
        poses,
        centre=centre,
        radius=radius,
        end_radius=radius,
        height=0.0,
        turns=1.0,
        axis=axis,
        orientation=orientation,
    )


def spiral(
    poses: int,
    *,
    centre: npt.ArrayLike,
    radius: float,
    height: float,
    turns: float,
    end_radius: float = 0.0,
    axis: npt.ArrayLike = UPWARDS,
    orientation: npt.ArrayLike = UNTURNED,
) -> PosePath:
    """Return a conical spiral: it winds up a cone from the rim of its base to its apex.

    With t from 0 to 1, in a frame at `centre` whose z axis is `axis`:

        r(t) = radius + t (end_radius - radius)
        position(t) = [r cos(2 pi turns t), r sin(2 pi turns t), t height]

    and t chosen so that the poses are equally spaced along the path.

    Args:
        poses: how many, 2 or more.
        centre: (3,) [m], the middle of the cone's base.
        radius: [m], where the path begins, above 0.
        height: [m], from the base to the apex along `axis`; 0 makes a flat spiral.
        turns: how often it winds, above 0, for instance 2.5.
        end_radius: [m], where the path ends: 0 for a cone, `radius` for a helix.
        axis: (3,) the direction from base to apex, of any length but zero.
        orientation: (4,) x y z w, the tool's, the same all along.

    Raises:
        InvalidInputError: too few poses, a wrong shape, values that are not finite, no extent.

    """
    count = _checked_count(poses)
    radius = _length(radius, 'radius', lambda r: 0 < r <= FARTHEST)
    end_radius = _length(end_radius, 'end_radius', lambda r: 0 <= r <= FARTHEST)
    height = _length(height, 'height', lambda h: abs(h) <= FARTHEST)
    turns = number(turns, 'turns', f'above 0, up to {MOST_TURNS:g}', lambda t: 0 < t <= MOST_TURNS)
    fine = np.linspace(0.0, 1.0, int(np.ceil(turns * CHORDS_PER_TURN)) + 1)
    shape = (radius, end_radius, height, turns)
    chords = np.linalg.norm(np.diff(_on_cone(fine, *shape), axis=0), axis=-1)  # [m]
    travelled = np.concatenate([[0.0], np.cumsum(chords)])  # [m]
    spaced = np.interp(np.linspace(0.0, travelled[-1], count), travelled, fine)
    R_frame_cone = rotation_to_axis(_direction(axis))
    positions = _point(centre, 'centre') + _on_cone(spaced, *shape) @ R_frame_cone.T
    return _with_orientation(positions, orientation)


def _on_cone(t: Array, radius: float, end_radius: float, height: float, turns: float) -> Array:
    """Return (len(t), 3) [m], the points at t in the cone's own frame; see `spiral`."""
    r = radius + t * (end_radius - radius)
    angle = 2 * np.pi * turns * t
    return np.stack([r * np.cos(angle), r * np.sin(angle), t * height], axis=-1)


def _with_orientation(positions: Array, orientation: npt.ArrayLike) -> PosePath:
    quaternion = normalized_quaternion(orientation)
    if quaternion.shape != (4,):
        raise InvalidInputError(f'orientation has shape {quaternion.shape}; expected (4,)')
    return PosePath(positions, np.tile(quaternion, (len(positions), 1)))


def _checked_count(poses: int) -> int:
    return whole(
        poses, 'poses', f'a whole number, 2 up to {MOST_POSES}', lambda n: 2 <= n <= MOST_POSES
    )


def _length(value: float, what: str, accept: Callable[[float], bool]) -> float:
    """Return a length [m]."""
    expected = 'any' if accept(-1.0) else '0 or more' if accept(0.0) else 'above 0'
    return number(value, what, f'metres, {expected}, at most {FARTHEST:g} in size', accept)


def _point(values: npt.ArrayLike, what: str) -> Array:
    point = numbers(values, what)
    if point.shape != (3,) or not (np.abs(point) <= FARTHEST).all():
        raise InvalidInputError(
            f'{what} is {shortened(point.tolist())}; expected x y z [m], at most {FARTHEST:g} '
            'in size'
        )
    return point


def _direction(axis: npt.ArrayLike) -> Array:
    vector = _point(axis, 'axis')
    length = np.linalg.norm(vector)
    if length < 1e-9:
        raise InvalidInputError(f'axis is {vector.tolist()}; expected a direction, not zero')
    return vector / length
