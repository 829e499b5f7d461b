# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Obstacle spheres: read, checked, and refused with a reason. In the base link's frame."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import numbers, shortened
from learned_ik.errors import ConfigurationError, ObstacleError
from learned_ik.robot.chain import KinematicChain
from learned_ik.yaml_config import read_yaml

MOST_SPHERES = 1024  # more of them are refused
LARGEST_RADIUS = 10.0  # [m]
FARTHEST = 1000.0  # [m], of a coordinate

Sphere = tuple[float, float, float, float]  # x, y, z, radius [m]


def checked_spheres(values: Any, what: str = 'obstacles') -> Array:
    """Return spheres (n, 4), x y z radius [m].

    Raises:
        ObstacleError: wrong shape, too many, a number that is not finite or out of its range.

    """
    spheres = np.array(numbers(values, what, ObstacleError, 'rows of x, y, z, radius [m]'))
    if spheres.size == 0:
        return np.empty((0, 4))
    if spheres.ndim != 2 or spheres.shape[1] != 4:
        raise ObstacleError(
            f'{what} have shape {spheres.shape}; expected (n, 4), rows of x, y, z, radius [m]'
        )
    if len(spheres) > MOST_SPHERES:
        raise ObstacleError(f'{what}: {len(spheres)} spheres; expected {MOST_SPHERES} at most')
    for row, (x, y, z, radius) in enumerate(spheres.tolist()):
        if not all(math.isfinite(c) and abs(c) <= FARTHEST for c in (x, y, z)):
            raise ObstacleError(
                f'{what}: sphere {row} has its centre at ({x:g}, {y:g}, {z:g}); '
                f'expected finite numbers, at most {FARTHEST:g} m'
            )
        if not 0 < radius <= LARGEST_RADIUS:  # NaN too
            raise ObstacleError(
                f'{what}: sphere {row} has radius {radius:g} m; '
                f'expected above 0, at most {LARGEST_RADIUS:g} m'
            )
    return spheres


def sphere_tuples(spheres: Array) -> tuple[Sphere, ...]:
    """Return spheres (n, 4) as plain numbers, x y z radius [m] each."""
    return tuple((x, y, z, radius) for x, y, z, radius in spheres.tolist())


def check_base_is_free(chain: KinematicChain, spheres: Array, what: str = 'obstacles') -> None:
    """Raise `ObstacleError` for a sphere that swallows where the arm begins: no answer is free."""
    shoulder = chain.transforms[0, :3, 3]
    for row, sphere in enumerate(spheres):
        if np.linalg.norm(shoulder - sphere[:3]) < sphere[3]:
            raise ObstacleError(
                f'{what}: sphere {row}, of radius {sphere[3]:g} m about '
                f'({", ".join(f"{c:g}" for c in sphere[:3])}), swallows the base of the arm at '
                f'({", ".join(f"{c:.3g}" for c in shoulder)}): no posture could be free of it'
            )


def sphere_from_text(text: str) -> Sphere:
    """Return the sphere that `x,y,z,radius` [m] describes.

    Raises:
        ObstacleError: the text is none.

    """
    try:
        x, y, z, radius = (float(word) for word in text.split(','))
    except ValueError:
        raise ObstacleError(
            f"obstacle '{text}'; expected x,y,z,radius in metres, such as 0.4,-0.1,0.3,0.08"
        ) from None
    (sphere,) = sphere_tuples(checked_spheres([[x, y, z, radius]], f"obstacle '{text}'"))
    return sphere


def spheres_from_texts(texts: Iterable[str]) -> tuple[Sphere, ...]:
    """Return the spheres of several texts; each may be one, or several parted by blanks."""
    return tuple(sphere_from_text(word) for text in texts for word in text.split())


def spheres_from_options(texts: Iterable[str], path: str | Path | None) -> tuple[Sphere, ...]:
    """Return the spheres of a command's options, `--obstacle` and `--obstacles`, together."""
    spheres = spheres_from_texts(texts)
    return spheres if path is None else spheres + spheres_from_yaml(path)


def spheres_from_yaml(path: str | Path) -> tuple[Sphere, ...]:
    """Return the spheres of a YAML list: rows `[x, y, z, radius]`, or `{center:, radius:}`.

    Raises:
        ConfigurationError: the file cannot be read, or is no list.
        ObstacleError: it is a list of something else.

    """
    content = read_yaml(path)
    if isinstance(content, dict) and set(content) == {'obstacles'}:
        content = content['obstacles']
    if not isinstance(content, list):
        raise ConfigurationError(
            f"'{path}' holds {type(content).__name__}; expected a list of [x, y, z, radius]"
        )
    rows = [_row(entry, f"'{path}', entry {i}") for i, entry in enumerate(content)]
    return sphere_tuples(checked_spheres(rows, f"'{path}'"))


def _row(entry: Any, what: str) -> Sequence[Any]:
    if isinstance(entry, dict):
        if set(entry) == {'center', 'radius'} and isinstance(entry['center'], list):
            return [*entry['center'], entry['radius']]
        raise ObstacleError(
            f'{what} has the keys {shortened(list(entry))}; expected center and radius'
        )
    if not isinstance(entry, list) or len(entry) != 4:
        raise ObstacleError(f'{what} is {shortened(entry)}; expected [x, y, z, radius]')
    return entry
