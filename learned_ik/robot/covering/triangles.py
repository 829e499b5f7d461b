# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Triangles (n, 3, 3) [m]: of plain shapes, cut into small ones, held by capsules or not."""

import itertools
from collections.abc import Sequence

import numpy as np

from learned_ik.arrays import Array, Booleans
from learned_ik.robot.capsules import Capsule, point_segment_distance

CIRCLE = 24  # corners of the polygon around a cylinder's circle
FINEST = 1e-3  # [1], of a triangle's longest edge: pieces that small are held or they are not
AT_ONCE = 20_000  # triangles that are looked at together


def box_triangles(size: Array) -> Array:
    """Return the surface (12, 3, 3) [m] of a box about the origin, of size (3,) [m]."""
    corners = 0.5 * size * np.array(list(itertools.product((-1, 1), repeat=3)))
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return corners[[half for a, b, c, d in sides for half in ((a, b, c), (a, c, d))]]


def cylinder_triangles(radius: float, length: float) -> Array:
    """Return a surface (n, 3, 3) [m] that holds a cylinder about the origin, along z."""
    angle = np.arange(CIRCLE) * 2 * np.pi / CIRCLE
    outside = radius / np.cos(np.pi / CIRCLE)  # the polygon holds the circle
    ring = np.stack([outside * np.cos(angle), outside * np.sin(angle), 0 * angle], axis=1)
    half = np.array([0, 0, 0.5 * length])
    low, high = ring - half, ring + half
    after = np.roll(np.arange(CIRCLE), -1)
    middle = np.zeros((CIRCLE, 3))
    return np.concatenate(
        [
            np.stack([low, low[after], high], axis=1),
            np.stack([low[after], high[after], high], axis=1),
            np.stack([middle - half, low[after], low], axis=1),
            np.stack([middle + half, high, high[after]], axis=1),
        ]
    )


def transformed(triangles: Array, T: Array) -> Array:
    """Return triangles (n, 3, 3) [m] in another frame, to which T (4, 4) leads."""
    return triangles @ T[:3, :3].T + T[:3, 3]


def subdivided(triangles: Array, edge: float) -> Array:
    """Cut triangles in two until no edge is longer than `edge` [m]."""
    done = []
    while len(triangles):
        lengths = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2)
        long = lengths.max(axis=1) > edge
        done.append(triangles[~long])
        triangles = halved(triangles[long])
    return np.concatenate(done) if done else triangles


def halved(triangles: Array) -> Array:
    """Cut each triangle (n, 3, 3) in two through the middle of its longest edge: (2 n, 3, 3)."""
    rows = np.arange(len(triangles))
    k = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2).argmax(axis=1)
    a, b, c = (triangles[rows, (k + turn) % 3] for turn in range(3))
    middle = 0.5 * (a + b)
    return np.concatenate([np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])


def unheld(triangles: Array, capsules: Sequence[Capsule]) -> Array:
    """Return the pieces (n, 3, 3) of triangles that no capsule holds wholly.

    A capsule holds a triangle if it holds its corners, since it is convex. A triangle that none
    holds wholly is cut in two until each piece is held, or small.
    """
    size = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2).max(initial=0.0)
    found = [np.empty((0, 3, 3))]
    while len(triangles):
        held = np.concatenate(
            [_held(part, capsules) for part in _parts(triangles)] or [np.empty(0, bool)]
        )
        triangles = triangles[~held]
        edges = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2).max(axis=1)
        small = edges <= FINEST * size
        found.append(triangles[small])
        triangles = halved(triangles[~small])
        if len(triangles) > 50 * AT_ONCE:  # hopeless: what is left will not get fewer
            found.append(triangles)
            break
    return np.concatenate(found)


def _parts(triangles: Array) -> list[Array]:
    return [triangles[k : k + AT_ONCE] for k in range(0, len(triangles), AT_ONCE)]


def _held(triangles: Array, capsules: Sequence[Capsule]) -> Booleans:
    held = np.zeros(len(triangles), bool)
    for capsule in capsules:
        left = ~held
        distance = point_segment_distance(triangles[left], capsule.a, capsule.b)
        held[left] = (distance <= capsule.radius).all(axis=1)
    return held
