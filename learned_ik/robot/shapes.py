# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The collision geometry of a URDF's links, as capsules that hold it.

Spheres, and capsules written as a cylinder between two spheres, stay what they are. All else of a
link becomes triangles, meshes by trimesh where that is installed, and is covered as a whole.
"""

import dataclasses
import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lxml import etree

from learned_ik.arrays import Array
from learned_ik.errors import UrdfError
from learned_ik.robot.capsules import BULGE, Capsule
from learned_ik.robot.covering.cover import covering
from learned_ik.robot.covering.triangles import box_triangles, cylinder_triangles, transformed
from learned_ik.robot.description.bounds import (
    LARGEST_ANGLE,
    LARGEST_FACTOR,
    LARGEST_LENGTH,
    MOST_SHAPES,
)
from learned_ik.robot.description.elements import child, children, line_of, numbers, tag_of
from learned_ik.robot.description.meshes import read_mesh
from learned_ik.robot.description.names import listed, shown
from learned_ik.robot.parsing import parse_xml
from learned_ik.rotations import matrix_from_rpy, transform

log = logging.getLogger(__name__)

SMALLEST = 1e-9  # [m], of a shape: below, it is a placeholder
MOST_TOLD = 20  # shapes that are left out by name; of more, their number is told
SAME = 1e-3  # [m], by which a cylinder between two spheres may miss them: digits of a URDF


class LinkShapes(NamedTuple):
    """What a link's collision geometry is made of, in the link's frame."""

    capsules: Sequence[Capsule]  # spheres among them
    triangles: Array  # (n, 3, 3) [m], the surfaces of all else
    complete: bool  # whether every shape could be read


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

    A shape that cannot be read, has no size or an absurd one is left out, and a warning names its
    link: the arm can move without it.

    Raises:
        UrdfError: there are more shapes than can be fitted in a reasonable time.

    """
    found = {}
    for link, shapes in collision_shapes(urdf, folders).items():
        if link in leave_out and not shapes.complete:
            continue
        found[link] = list(shapes.capsules)
        if len(shapes.triangles):
            found[link] += covering(shapes.triangles, bulge_of(link))
    return found


def collision_shapes(urdf: str, folders: Sequence[Path] = ()) -> dict[str, LinkShapes]:
    """Return the shapes of each link that has collision geometry; args as above."""
    elements = list(_shapes(parse_xml(urdf)))
    if len(elements) > MOST_SHAPES:
        raise UrdfError(f'{len(elements)} collision shapes; expected {MOST_SHAPES} at most')
    links: dict[str, _Link] = {}
    left_out: dict[str, list[tuple[str, str]]] = {}  # reason: links and what their shape is called
    for link, collision, shape in elements:
        read = links.setdefault(link, _Link())
        try:
            read.add(shape, _origin(collision), folders)
        except UrdfError as error:
            read.complete = False
            left_out.setdefault(str(error), []).append((link, _called(shape)))
    _warn(left_out)
    return {link: read.shapes() for link, read in links.items()}


def _warn(left_out: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Say what is left out, once for each reason: seven meshes that are not found are one line."""
    for reason, shapes in list(left_out.items())[:MOST_TOLD]:
        link, called = shapes[0]
        if len(shapes) == 1:
            log.warning("link '%s': %s is left out: %s", shown(link), called, reason)
        else:
            names = listed(dict.fromkeys(link for link, _ in shapes))
            log.warning(
                '%d collision shapes of the links %s are left out, %s among them: %s',
                len(shapes), names, called, reason,
            )  # fmt: skip
    more = sum(len(shapes) for shapes in list(left_out.values())[MOST_TOLD:])
    if more:
        log.warning('%d more collision shapes are left out', more)


@dataclasses.dataclass
class _Link:
    """The shapes of one link, as they are read."""

    balls: list[Capsule] = dataclasses.field(default_factory=list)
    capsules: list[Capsule] = dataclasses.field(default_factory=list)
    cylinders: list[tuple[Array, float, float]] = dataclasses.field(default_factory=list)
    surfaces: list[Array] = dataclasses.field(default_factory=list)
    complete: bool = True

    def add(self, shape: etree._Element, T: Array, folders: Sequence[Path]) -> None:
        """Read a shape whose frame is T (4, 4); raise `UrdfError` where that is not possible."""
        kind = tag_of(shape)
        if kind == 'sphere':
            (radius,) = _measures(shape, 'radius')
            self.balls.append(Capsule(T[:3, 3], T[:3, 3], radius))
        elif kind == 'capsule':  # not in the standard, but understood by some
            self.capsules.append(_around_z(T, *_measures(shape, 'radius', 'length')))
        elif kind == 'cylinder':
            radius, length = _measures(shape, 'radius', 'length')
            self.cylinders.append((T, radius, length))
        elif kind == 'box':
            size = np.array(_measures(shape, 'size', count=3))
            self.surfaces.append(transformed(box_triangles(size), T))
        elif kind == 'mesh':
            self.surfaces.append(transformed(_mesh_triangles(shape, folders), T))
        else:
            raise UrdfError('it is none of sphere, capsule, cylinder, box and mesh')

    def shapes(self) -> LinkShapes:
        """Return what was read; cylinders between two balls are capsules."""
        capsules, surfaces = list(self.capsules), [np.empty((0, 3, 3)), *self.surfaces]
        for T, radius, length in self.cylinders:
            capsule = _between_balls(_around_z(T, radius, length), self.balls)
            if capsule is not None:
                capsules.append(capsule)
            else:
                surfaces.append(transformed(cylinder_triangles(radius, length), T))
        # Of a ball at the end of a capsule nothing is left to be held.
        balls = [ball for ball in self.balls if not any(each.holds(ball) for each in capsules)]
        return LinkShapes(balls + capsules, np.concatenate(surfaces), self.complete)


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


def _mesh_triangles(shape: etree._Element, folders: Sequence[Path]) -> Array:
    """Return the surface (n, 3, 3) [m] of a mesh."""
    name = shape.get('filename') or ''
    scale = numbers(shape, 'scale', 'scale of a mesh', 3, default='1 1 1', largest=LARGEST_FACTOR)
    for path in _candidates(name, folders):
        try:
            if not path.is_file():
                continue
            mesh = read_mesh(path)
        except ModuleNotFoundError as error:
            raise UrdfError(f'it needs {error.name}: pip install trimesh') from error
        except (OSError, ValueError) as error:  # ValueError: no name of a file
            raise UrdfError(f"'{shown(path)}' cannot be read: {shown(error)}") from error
        return _sized(mesh.points * np.array(scale))[mesh.triangles]
    raise UrdfError('it was not found; source the workspace that holds its package')


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
