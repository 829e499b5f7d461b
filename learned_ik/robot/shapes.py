# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The collision geometry of a URDF's links, as capsules that hold it.

Boxes, cylinders and spheres are read here; meshes by trimesh, where that is installed.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from lxml import etree

from learned_ik.arrays import Array
from learned_ik.errors import UrdfError
from learned_ik.robot.capsules import Capsule, fitted_capsule
from learned_ik.robot.description.bounds import (
    LARGEST_ANGLE,
    LARGEST_FACTOR,
    LARGEST_LENGTH,
    MOST_SHAPES,
)
from learned_ik.robot.description.elements import child, children, line_of, numbers, tag_of
from learned_ik.robot.description.meshes import read_mesh
from learned_ik.robot.description.names import shown
from learned_ik.robot.parsing import parse_xml
from learned_ik.rotations import matrix_from_rpy, transform

log = logging.getLogger(__name__)


CIRCLE = 24  # corners of the polygon around a cylinder's circle
SMALLEST = 1e-9  # [m], of a shape: below, it is a placeholder
MOST_TOLD = 20  # shapes that are left out by name; of more, their number is told
MOST_SLICES = 4  # capsules side by side that a flat box is covered with


def collision_capsules(urdf: str, folders: Sequence[Path] = ()) -> dict[str, list[Capsule]]:
    """Return the capsules of each link that has collision geometry, in the link's frame.

    Args:
        urdf: the text of the URDF.
        folders: where packages of meshes may lie, beside the places that the environment names
            (`AMENT_PREFIX_PATH`, `ROS_PACKAGE_PATH`).

    A shape that cannot be read, has no size or an absurd one is left out, and a warning names its
    link: the arm can move without it.

    Raises:
        UrdfError: there are more shapes than can be fitted in a reasonable time.

    """
    capsules: dict[str, list[Capsule]] = {}
    shapes = list(_shapes(parse_xml(urdf)))
    if len(shapes) > MOST_SHAPES:
        raise UrdfError(f'{len(shapes)} collision shapes; expected {MOST_SHAPES} at most')
    left_out = 0
    for link, collision, shape in shapes:
        try:
            T = _origin(collision)
            found = [each.moved(T) for each in _capsules_of(shape, folders)]
        except UrdfError as error:
            left_out += 1
            if left_out <= MOST_TOLD:
                log.warning("link '%s': %s is left out: %s", shown(link), _called(shape), error)
        else:
            capsules.setdefault(link, []).extend(found)
    if left_out > MOST_TOLD:
        log.warning('%d more collision shapes are left out', left_out - MOST_TOLD)
    return capsules


def _shapes(root: etree._Element) -> Iterator[tuple[str, etree._Element, etree._Element]]:
    """Yield the link's name, <collision> and shape for each collision shape."""
    for link in children(root, 'link'):
        for collision in children(link, 'collision'):
            for geometry in children(collision, 'geometry'):
                for shape in geometry.iterchildren('*'):
                    yield link.get('name') or '', collision, shape


def _called(shape: etree._Element) -> str:
    """Return how a message calls a shape."""
    if tag_of(shape) == 'mesh':
        return f"mesh '{shown(shape.get('filename', ''))}'"
    return f'collision shape <{shown(tag_of(shape))}>'


def _capsules_of(shape: etree._Element, folders: Sequence[Path]) -> list[Capsule]:
    kind = tag_of(shape)
    if kind == 'sphere':
        (radius,) = _measures(shape, 'radius')
        return [Capsule(np.zeros(3), np.zeros(3), radius)]
    if kind == 'capsule':  # not in the standard, but understood by some
        radius, length = _measures(shape, 'radius', 'length')
        half = np.array([0, 0, 0.5 * length])
        return [Capsule(-half, half, radius)]
    if kind == 'cylinder':
        radius, length = _measures(shape, 'radius', 'length')
        angle = np.arange(CIRCLE) * 2 * np.pi / CIRCLE
        outside = radius / np.cos(np.pi / CIRCLE)  # the polygon holds the circle
        ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1) * outside
        half = np.array([0, 0, 0.5 * length])
        return [fitted_capsule(np.concatenate([ring - half, ring + half]))]
    if kind == 'box':
        return _capsules_of_box(np.array(_measures(shape, 'size', count=3)))
    if kind == 'mesh':
        return [fitted_capsule(_mesh_points(shape, folders))]
    raise UrdfError('it is none of sphere, capsule, cylinder, box and mesh')


def _capsules_of_box(size: Array) -> list[Capsule]:
    """Return capsules side by side: a single one around a plate would be far too thick."""
    thin, middle, _ = np.argsort(size)
    slices = int(np.clip(round(size[middle] / size[thin]), 1, MOST_SLICES))
    corners = 0.5 * size * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    corners[:, middle] /= slices
    a, b, radius = fitted_capsule(corners)
    across = np.eye(3)[middle] * size[middle] / slices
    steps = np.arange(slices) - 0.5 * (slices - 1)
    return [Capsule(a + step * across, b + step * across, radius) for step in steps]


def _mesh_points(shape: etree._Element, folders: Sequence[Path]) -> Array:
    """Return the corners (n, 3) [m] of a mesh."""
    name = shape.get('filename') or ''
    scale = numbers(shape, 'scale', 'scale of a mesh', 3, default='1 1 1', largest=LARGEST_FACTOR)
    for path in _candidates(name, folders):
        try:
            if not path.is_file():
                continue
            points = read_mesh(path).points * np.array(scale)
        except ModuleNotFoundError as error:
            raise UrdfError(f'it needs {error.name}: pip install trimesh') from error
        except (OSError, ValueError) as error:  # ValueError: no name of a file
            raise UrdfError(f"'{shown(path)}' cannot be read: {shown(error)}") from error
        return _sized(points)
    raise UrdfError('it was not found')


def _sized(points: Array) -> Array:
    """Return points (n, 3) [m] whose extent makes a shape."""
    extent = np.ptp(points, axis=0)
    if not (SMALLEST < extent.max() and np.abs(points).max() <= LARGEST_LENGTH):
        raise UrdfError(
            f'it measures {extent.tolist()} m; expected {SMALLEST:g} to {LARGEST_LENGTH:g} m'
        )
    return points


def _candidates(name: str, folders: Sequence[Path]) -> Iterator[Path]:
    """Yield the places where a mesh may lie."""
    if name.startswith('file://'):
        yield Path(name.removeprefix('file://'))
        return
    relative = name.removeprefix('package://').removeprefix('model://')
    if relative == name:
        yield Path(name)
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    places = [Path(prefix) / 'share' for prefix in prefixes if prefix]
    places += [Path(p) for p in os.environ.get('ROS_PACKAGE_PATH', '').split(os.pathsep) if p]
    package, _, inside = relative.partition('/')
    for folder in (*map(Path, folders), *places):
        for parent in (folder, *folder.parents):
            yield parent / relative
            if parent.name == package:
                yield parent / inside


def _origin(element: etree._Element) -> Array:
    origin = child(element, 'origin')
    if origin is None:
        return np.eye(4)
    xyz = numbers(origin, 'xyz', 'xyz', 3, default='0 0 0', largest=LARGEST_LENGTH)
    rpy = numbers(origin, 'rpy', 'rpy', 3, default='0 0 0', largest=LARGEST_ANGLE)
    return transform(matrix_from_rpy(rpy), xyz)


def _measures(shape: etree._Element, *names: str, count: int = 1) -> list[float]:
    values = []
    for name in names:
        values += numbers(shape, name, name, count, largest=LARGEST_LENGTH)
    if min(values) < SMALLEST:
        raise UrdfError(
            f'{line_of(shape)}it measures {" x ".join(f"{value:g}" for value in values)}; '
            'expected numbers above 0 [m]'
        )
    return values
