# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The collision geometry of a URDF's links, as capsules that hold it.

Boxes, cylinders and spheres are read here; meshes by trimesh, where that is installed.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree

from learned_ik.arrays import Array
from learned_ik.errors import UrdfError
from learned_ik.robot.capsules import Capsule, fitted_capsule
from learned_ik.robot.parsing import parse_xml
from learned_ik.rotations import matrix_from_rpy, transform

log = logging.getLogger(__name__)


CIRCLE = 24  # corners of the polygon around a cylinder's circle
MOST_SLICES = 4  # capsules side by side that a flat box is covered with


def collision_capsules(urdf: str, folders: Sequence[Path] = ()) -> dict[str, list[Capsule]]:
    """Return the capsules of each link that has collision geometry, in the link's frame.

    Args:
        urdf: the text of the URDF.
        folders: where packages of meshes may lie, beside the places that the environment names
            (`AMENT_PREFIX_PATH`, `ROS_PACKAGE_PATH`).

    A mesh that cannot be read is left out, and a warning names it.

    Raises:
        UrdfError: a shape's measures are not positive numbers.

    """
    capsules: dict[str, list[Capsule]] = {}
    for link in parse_xml(urdf).findall('link'):
        for collision in link.findall('collision'):
            T = _origin(collision)
            for shape in collision.iterfind('geometry/*'):
                found = _capsules_of(shape, folders, link.get('name') or '')
                capsules.setdefault(link.get('name') or '', []).extend(c.moved(T) for c in found)
    return capsules


def _capsules_of(shape: etree._Element, folders: Sequence[Path], link: str) -> list[Capsule]:
    if shape.tag == 'sphere':
        (radius,) = _measures(shape, 'radius')
        return [Capsule(np.zeros(3), np.zeros(3), radius)]
    if shape.tag == 'capsule':  # not in the standard, but understood by some
        radius, length = _measures(shape, 'radius', 'length')
        half = np.array([0, 0, 0.5 * length])
        return [Capsule(-half, half, radius)]
    if shape.tag == 'cylinder':
        radius, length = _measures(shape, 'radius', 'length')
        angle = np.arange(CIRCLE) * 2 * np.pi / CIRCLE
        outside = radius / np.cos(np.pi / CIRCLE)  # the polygon holds the circle
        ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1) * outside
        half = np.array([0, 0, 0.5 * length])
        return [fitted_capsule(np.concatenate([ring - half, ring + half]))]
    if shape.tag == 'box':
        return _capsules_of_box(np.array(_measures(shape, 'size', count=3)))
    if shape.tag == 'mesh':
        points = _mesh_points(shape, folders, link)
        return [] if points is None else [fitted_capsule(points)]
    log.warning("link '%s': collision shape <%s> is not known and left out", link, shape.tag)
    return []


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


def _mesh_points(shape: etree._Element, folders: Sequence[Path], link: str) -> Array | None:
    """Return the corners (n, 3) [m] of a mesh; None, and a warning, where it cannot be read."""
    name = shape.get('filename') or ''
    try:
        import trimesh
    except ModuleNotFoundError:
        log.warning("link '%s': mesh '%s' is left out: pip install trimesh", link, name)
        return None
    for path in _candidates(name, folders):
        if not path.is_file():
            continue
        try:
            mesh: Any = trimesh.load(path, force='mesh')
            points = np.asarray(mesh.vertices, dtype=np.float64)
        except Exception as error:  # each format raises errors of its own
            log.warning("link '%s': mesh '%s' is left out: %s", link, path, error)
            return None
        scale = np.array(_numbers(shape.get('scale') or '1 1 1', 'scale of a mesh', 3))
        if len(points) and np.isfinite(points).all():
            return points * scale
    log.warning("link '%s': mesh '%s' is left out: it is empty or was not found", link, name)
    return None


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
    origin = element.find('origin')
    if origin is None:
        return np.eye(4)
    xyz = _numbers(origin.get('xyz') or '0 0 0', 'xyz of a collision origin', 3)
    rpy = _numbers(origin.get('rpy') or '0 0 0', 'rpy of a collision origin', 3)
    return transform(matrix_from_rpy(rpy), xyz)


def _measures(shape: etree._Element, *names: str, count: int = 1) -> list[float]:
    values = []
    for name in names:
        values += _numbers(shape.get(name) or '', f'{name} of a <{shape.tag}>', count)
    if not all(value > 0 for value in values):
        raise UrdfError(f'<{shape.tag}> measures {values}; expected numbers above 0 [m]')
    return values


def _numbers(text: str, what: str, count: int) -> list[float]:
    try:
        values = [float(word) for word in text.split()]
    except ValueError:
        values = []
    if len(values) != count or not np.isfinite(values).all():
        raise UrdfError(f"{what} is '{text}'; expected {count} finite numbers")
    return values
