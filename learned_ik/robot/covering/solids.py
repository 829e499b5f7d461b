# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Solid`: what triangles enclose, as cells of a grid that know how deep inside they lie.

Meshes of robots are not all closed: the tube of an arm may be open where the next link plugs it.
A cell is inside if there is surface on both sides of it along two of three axes.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.robot.covering.triangles import subdivided

Cells = npt.NDArray[np.bool_]  # (x, y, z)
SAMPLES = 9  # along a segment, where its depth is looked up
AT_ONCE = 1000  # cells whose distances are taken together


class Solid(NamedTuple):
    """A grid of cells and their depth."""

    corner: Array  # (3,) [m], of the grid, the lowest
    cell: float  # [m], edge of a cell
    depth: Floats  # (x, y, z) [m], from the outer surface; below 0: outside
    inside: Floats  # (n, 3) [m], middles of the cells that are not outside

    @classmethod
    def of(cls, triangles: Array, cell: float) -> 'Solid':
        """Return what triangles (n, 3, 3) [m] enclose, in cells of edge `cell` [m]."""
        surface = np.unique(
            np.round(subdivided(triangles, 0.9 * cell).reshape(-1, 3) / (0.3 * cell)), axis=0
        ) * (0.3 * cell)
        corner = surface.min(axis=0) - 1.5 * cell
        places = np.floor((surface - corner) / cell).astype(np.int64)
        wall = np.zeros(places.max(axis=0) + 3, bool)
        wall[tuple(places.T)] = True
        solid = wall | _enclosed(wall)
        outer = surface[_beside(~solid)[tuple(places.T)]].astype(np.float32)
        cells = np.argwhere(solid)
        middles = (corner + (cells + 0.5) * cell).astype(np.float32)
        depth = np.full(wall.shape, -1, np.float32)
        depth[tuple(cells.T)] = _distance(middles, outer)
        depth[wall & _beside(~solid)] = 0
        return cls(corner, cell, depth, middles)

    def depth_at(self, points: Floats) -> Floats:
        """Return the depth (...) [m] of the cells in which points (..., 3) lie."""
        last = np.array(self.depth.shape) - 1
        x, y, z = np.moveaxis(self._cells(points).clip(0, last), -1, 0)
        return self.depth[x, y, z]

    def depth_along(self, a: Floats, b: Floats) -> Floats:
        """Return the least depth (n,) [m] along segments from a to b, (n, 3) each."""
        share = np.linspace(0, 1, SAMPLES, dtype=np.float32)[:, None, None]
        return self.depth_at(a + share * (b - a)).min(axis=0)

    def _cells(self, points: Floats) -> Integers:
        return np.floor((points - self.corner) / self.cell).astype(np.int64)


def _enclosed(wall: Cells) -> Cells:
    """Return the cells with wall on both sides along two axes or more."""
    votes = np.zeros(wall.shape, np.int8)
    for axis in range(3):
        before = np.maximum.accumulate(wall, axis=axis)
        behind = np.flip(np.maximum.accumulate(np.flip(wall, axis), axis=axis), axis)
        votes += before & behind
    return votes >= 2


def _beside(cells: Cells) -> Cells:
    """Return these cells and all that touch one of them."""
    for axis in range(3):
        grown = cells.copy()
        here, there = [slice(None)] * 3, [slice(None)] * 3
        here[axis], there[axis] = slice(1, None), slice(None, -1)
        grown[tuple(here)] |= cells[tuple(there)]
        grown[tuple(there)] |= cells[tuple(here)]
        cells = grown
    return cells


def _distance(points: Floats, others: Floats) -> Floats:
    """Return how far points (n, 3) are from the nearest of others (m, 3), (n,) [m]."""
    squares = np.square(others).sum(axis=1)
    found = np.empty(len(points), np.float32)
    for k in range(0, len(points), AT_ONCE):
        part = points[k : k + AT_ONCE]
        nearest = (squares - 2 * part @ others.T).min(axis=1)
        found[k : k + AT_ONCE] = np.sqrt(np.maximum(nearest + np.square(part).sum(axis=1), 0))
    return found
