# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The collision geometry of a URDF's links, as capsules that hold it.

Spheres, and capsules written as a cylinder between two spheres, stay what they are. All else of a
link becomes triangles, meshes by trimesh where that is installed, and is covered as a whole.
"""

import logging
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from lxml import etree

from learned_ik.arrays import Array
from learned_ik.errors import UrdfError
from learned_ik.robot.capsules import BULGE, Capsule
from learned_ik.robot.covering.cover import covering
from learned_ik.robot.covering.triangles import box_triangles, cylinder_triangles, transformed
from learned_ik.robot.parsing import parse_xml
from learned_ik.rotations import matrix_from_rpy, transform

log = logging.getLogger(__name__)


SAME = 1e-3  # [m], by which a cylinder between two spheres may miss them: digits of a URDF


def collision_capsules(
    urdf: str,
    folders: Sequence[Path] = (),
    bulge_of: Callable[[str], float] = lambda link: BULGE,
    leave_out: Collection[str] = (),
) -> dict[str, list[Capsule]]:
    """Return the capsules of each link that has collision geometry, in the link's frame.

    Args:
        urdf: the text of the URDF.
        folders: where packages of meshes may lie, beside the places that the environment names
            (`AMENT_PREFIX_PATH`, `ROS_PACKAGE_PATH`).
        bulge_of: how far the capsules of a link may reach beyond what they hold [m]; see
            `covering`.
        leave_out: links that are left out as a whole if one of their shapes cannot be read.

    A mesh that cannot be read is left out, and a warning names it.

    Raises:
        UrdfError: a shape's measures are not positive numbers.

    """
    found = {}
    for link, shapes in collision_shapes(urdf, folders).items():
        if link in leave_out and not shapes.complete:
            continue
        found[link] = list(shapes.capsules)
        if len(shapes.triangles):
            found[link] += covering(shapes.triangles, bulge_of(link))
    return found


class LinkShapes(NamedTuple):
    """What a link's collision geometry is made of, in the link's frame."""

    capsules: Sequence[Capsule]  # spheres among them
    triangles: Array  # (n, 3, 3) [m], the surfaces of all else
    complete: bool  # whether every shape could be read


def collision_shapes(urdf: str, folders: Sequence[Path] = ()) -> dict[str, LinkShapes]:
    """Return the shapes of each link that has collision geometry; args as above."""
    found: dict[str, LinkShapes] = {}
    for element in parse_xml(urdf).findall('link'):
        link = element.get('name') or ''
        shapes = _shapes_of(element, folders, link)
        if shapes.capsules or len(shapes.triangles) or not shapes.complete:
            found[link] = shapes
    return found


def _shapes_of(element: etree._Element, folders: Sequence[Path], link: str) -> LinkShapes:
    balls: list[Capsule] = []
    capsules: list[Capsule] = []
    cylinders: list[tuple[Array, float, float]] = []
    triangles = [np.empty((0, 3, 3))]
    complete = True
    for collision in element.findall('collision'):
        T = _origin(collision)
        for shape in collision.iterfind('geometry/*'):
            if shape.tag == 'sphere':
                (radius,) = _measures(shape, 'radius')
                balls.append(Capsule(T[:3, 3], T[:3, 3], radius))
            elif shape.tag == 'capsule':  # not in the standard, but understood by some
                capsules.append(_around_z(T, *_measures(shape, 'radius', 'length')))
            elif shape.tag == 'cylinder':
                radius, length = _measures(shape, 'radius', 'length')
                cylinders.append((T, radius, length))
            else:
                found = _triangles_of(shape, folders, link)
                triangles.append(transformed(found, T))
                complete &= len(found) > 0
    for T, radius, length in cylinders:
        capsule = _between_balls(_around_z(T, radius, length), balls)
        if capsule is not None:
            capsules.append(capsule)
        else:
            triangles.append(transformed(cylinder_triangles(radius, length), T))
    # Of a ball at the end of a capsule nothing is left to be held.
    balls = [ball for ball in balls if not any(each.holds(ball) for each in capsules)]
    return LinkShapes(balls + capsules, np.concatenate(triangles), complete)


def _around_z(T: Array, radius: float, length: float) -> Capsule:
    half = 0.5 * length * T[:3, 2]
    return Capsule(T[:3, 3] - half, T[:3, 3] + half, radius)


def _between_balls(cylinder: Capsule, balls: Sequence[Capsule]) -> Capsule | None:
    """Return the capsule that a cylinder makes with two balls, or None where it has no two.

    Standard URDF knows no capsules, and this is how they are written in it.
    """
    ends, slack = [], 0.0
    for end in (cylinder.a, cylinder.b):
        distance, ball = min(
            ((float(np.linalg.norm(ball.a - end)), ball) for ball in balls),
            key=lambda each: each[0] + abs(each[1].radius - cylinder.radius),
            default=(np.inf, None),
        )
        if ball is None or max(distance, abs(ball.radius - cylinder.radius)) > SAME:
            return None
        ends.append(ball)
        slack = max(slack, distance)
    radius = max(cylinder.radius, *(ball.radius for ball in ends)) + slack
    return Capsule(ends[0].a, ends[1].a, radius)


def _triangles_of(shape: etree._Element, folders: Sequence[Path], link: str) -> Array:
    """Return the surface (n, 3, 3) [m] of a box or a mesh; nothing, and a warning, of others."""
    if shape.tag == 'box':
        return box_triangles(np.array(_measures(shape, 'size', count=3)))
    if shape.tag == 'mesh':
        return _mesh_triangles(shape, folders, link)
    log.warning("link '%s': collision shape <%s> is not known and left out", link, shape.tag)
    return np.empty((0, 3, 3))


def _mesh_triangles(shape: etree._Element, folders: Sequence[Path], link: str) -> Array:
    """Return the surface (n, 3, 3) [m] of a mesh; nothing, and a warning, if it is unreadable."""
    name = shape.get('filename') or ''
    try:
        import trimesh
    except ModuleNotFoundError:
        log.warning("link '%s': mesh '%s' is left out: pip install trimesh", link, name)
        return np.empty((0, 3, 3))
    for path in _candidates(name, folders):
        if not path.is_file():
            continue
        try:
            mesh: Any = trimesh.load(path, force='mesh')
            triangles = np.asarray(mesh.triangles, dtype=np.float64)
        except Exception as error:  # each format raises errors of its own
            log.warning("link '%s': mesh '%s' is left out: %s", link, path, error)
            return np.empty((0, 3, 3))
        scale = np.array(_numbers(shape.get('scale') or '1 1 1', 'scale of a mesh', 3))
        if len(triangles) and np.isfinite(triangles).all():
            return triangles * scale
    log.warning("link '%s': mesh '%s' is left out: it is empty or was not found", link, name)
    return np.empty((0, 3, 3))


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
