# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`covering`: few capsules that hold given triangles, and reach no farther beyond them than asked.

A ball about a point that lies d deep inside reaches at most `bulge` beyond the surface if its
radius is d + bulge. So a segment has a largest radius, by the shallowest of its points, and of
many segments the one whose capsule holds most of what is not yet held is taken, again and again
(greedy set cover; Chvatal, Mathematics of Operations Research 4(3), 1979).
"""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Booleans, Floats, Integers
from learned_ik.robot.capsules import Capsule, fitted_capsule, point_segment_distance
from learned_ik.robot.covering.solids import Solid
from learned_ik.robot.covering.triangles import subdivided, unheld

PIECE = 0.7  # of the bulge: the longest edge of a piece that one capsule has to hold
CELL = 0.7  # of the bulge: the edge of a cell of the solid
MOST_PIECES, MOST_CELLS = 10_000, 100_000  # about; of larger shapes, pieces, cells, bulge are too
CANDIDATES = 600  # segments to choose from,
ROUNDS, VARIANTS = 14, 60  # and of the chosen one so often so many variants,
SOME = 1000  # compared by so many of the pieces
RARE = 0.5  # power by which a piece counts more that few candidates hold
LITTLE = 0.1  # of the bulge, by which a capsule may grow to hold more
AT_ONCE = 150  # candidates that are looked at together
ROUNDING = 1e-4  # [1], of a radius: single precision lets nothing stick out


class Segments(NamedTuple):
    """Segments and the largest radii that they may have."""

    a: Floats  # (n, 3) [m]
    b: Floats  # (n, 3) [m]
    radii: Floats  # (n,) [m]

    def only(self, which: Booleans | slice) -> 'Segments':
        """Return some of them."""
        return Segments(self.a[which], self.b[which], self.radii[which])


class Pieces(NamedTuple):
    """What is to be held: triangles by their corners, and points inside as three times one."""

    points: Floats  # (m, 3) [m]
    corners: Integers  # (n, 3), numbers of points
    weights: Floats  # (n,), what each counts

    def only(self, which: Booleans) -> 'Pieces':
        """Return some of them, with no more points than they have."""
        used, corners = np.unique(self.corners[which], return_inverse=True)
        return Pieces(self.points[used], corners.reshape(-1, 3), self.weights[which])

    def held_by(self, segments: Segments) -> Booleans:
        """(segments, n), whether a capsule holds a piece wholly."""
        found = np.empty((len(segments.a), len(self.corners)), bool)
        for k in range(0, len(segments.a), AT_ONCE):
            part = segments.only(slice(k, k + AT_ONCE))
            radii = part.radii * (1 - ROUNDING)
            inside = _squared_distances(self.points, part) <= np.square(radii)
            x, y, z = self.corners.T
            found[k : k + AT_ONCE] = (inside[x] & inside[y] & inside[z]).T
        return found


def covering(triangles: Array, bulge: float) -> list[Capsule]:
    """Return capsules that hold all triangles (n, 3, 3) [m], and what these enclose.

    They reach about `bulge` [m] beyond the surface at most. Where that would take very many, as
    around what is large, they may reach farther, so that the work is bounded.
    The same triangles always get the same capsules.
    """
    points = triangles.reshape(-1, 3)
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
    triangles = triangles - middle
    bulge = max(bulge, least_bulge(points.max(axis=0) - points.min(axis=0)))
    rng = np.random.default_rng(0)
    solid = Solid.of(triangles, CELL * bulge)
    pieces = _pieces(triangles, solid, bulge)
    capsules = shrunk(_chosen(pieces, solid, bulge, rng), pieces)
    # What the pieces left out, deep inside or smaller than they are, is seen to here.
    for _ in range(5):
        left = unheld(triangles, capsules)
        if not len(left):
            break
        capsules = _holding_too(capsules, left, bulge)
    slack = 1e-9 * bulge  # of rounding, there and back
    return [Capsule(each.a + middle, each.b + middle, each.radius + slack) for each in capsules]


def least_bulge(size: Array) -> float:
    """Return the least bulge [m] that a shape of this size (3,) [m] is covered with."""
    x, y, z = np.maximum(size, 1e-6 * size.max())
    by_pieces = np.sqrt(2 * (x * y + y * z + z * x) / MOST_PIECES) / PIECE
    by_cells = np.cbrt(x * y * z / MOST_CELLS) / CELL
    return float(max(by_pieces, by_cells, 1e-9))


def shrunk(chosen: Segments, pieces: Pieces) -> list[Capsule]:
    """Return capsules no larger than what each has to hold, without those that hold nothing."""
    held = pieces.held_by(chosen)
    times = held.sum(axis=0)
    capsules = []
    for k in np.argsort(-chosen.radii):
        alone = held[k] & (times == 1)
        if not alone.any():
            times -= held[k]
            continue
        a, b = chosen.a[k].astype(np.float64), chosen.b[k].astype(np.float64)
        points = pieces.points[np.unique(pieces.corners[alone])].astype(np.float64)
        radius = float(point_segment_distance(points, a, b).max()) * (1 + ROUNDING) + 1e-9
        capsules.append(Capsule(a, b, radius))
        new = pieces.held_by(
            Segments(chosen.a[[k]], chosen.b[[k]], np.array([radius], np.float32))
        )
        times += (new[0] | alone).astype(np.int64) - held[k]
    return capsules


def _pieces(triangles: Array, solid: Solid, bulge: float) -> Pieces:
    """Return the outer surface in small pieces, and points inside, which count little."""
    small = subdivided(triangles, PIECE * bulge)
    depth = solid.depth_at(small.mean(axis=1))
    small = small[depth < 2 * solid.cell]
    sides = small[:, 1] - small[:, 0], small[:, 2] - small[:, 0]
    areas = np.linalg.norm(np.cross(*sides), axis=1)
    grid = 1e-4 * bulge
    if len(small) > 4 * MOST_PIECES:  # a mesh finer than the pieces need be
        grid = 0.25 * bulge
    numbers, corners = np.unique(
        np.round(small.reshape(-1, 3) / grid).astype(np.int64), axis=0, return_inverse=True
    )
    corners, first = np.unique(np.sort(corners.reshape(-1, 3), axis=1), axis=0, return_index=True)
    points = (numbers * grid).astype(np.float32)
    weights = areas[first] / max(areas.mean(), 1e-12 * bulge**2) + 0.1
    deep = solid.inside[solid.depth_at(solid.inside) > 1.5 * solid.cell]
    inner = np.repeat(np.arange(len(points), len(points) + len(deep))[:, None], 3, axis=1)
    return Pieces(
        np.concatenate([points, deep]),
        np.concatenate([corners, inner]),
        np.concatenate([weights, np.full(len(deep), 0.01)]).astype(np.float32),
    )


def _chosen(pieces: Pieces, solid: Solid, bulge: float, rng: np.random.Generator) -> Segments:
    """Choose segments until every piece is held."""
    candidates = _candidates(solid, bulge, rng)
    held = pieces.held_by(candidates)
    share = held.mean(axis=0)
    pieces = pieces._replace(
        weights=(pieces.weights / (share + 0.5 / len(held)) ** RARE).astype(np.float32)
    )
    chosen = []
    while len(pieces.corners):
        gains = held @ pieces.weights
        best = int(gains.argmax())
        segment, gain = candidates.only(slice(best, best + 1)), gains[best]
        segment = _improved(segment, pieces, solid, bulge, rng)
        if not gain > 0:  # a ball about one piece, where no candidate holds any
            corners = pieces.points[pieces.corners[:1]]  # (1, 3, 3)
            centre = corners.mean(axis=1)
            radius = np.linalg.norm(corners[0] - centre, axis=1).max() * 1.01
            segment = Segments(centre, centre, np.array([max(bulge, radius)], np.float32))
        left = ~pieces.held_by(segment)[0]
        left[0] &= gain > 0
        pieces, held = pieces.only(left), held[:, left]
        chosen.append(segment)
    a, b, radii = (np.concatenate(parts) for parts in zip(*chosen, strict=True))
    return Segments(a, b, radii)


def _improved(
    segment: Segments, pieces: Pieces, solid: Solid, bulge: float, rng: np.random.Generator
) -> Segments:
    """Return the best of many variants of a segment, each about the best so far."""
    if len(pieces.corners) > SOME:
        some = np.zeros(len(pieces.corners), bool)
        some[rng.choice(len(some), SOME, replace=False)] = True
        pieces = pieces.only(some)
    gain = (pieces.held_by(segment) @ pieces.weights)[0]
    for turn in range(ROUNDS):
        step = 2 * bulge * (0.05 ** (turn / ROUNDS))
        variants = _variants(segment, step, solid, bulge, rng)
        if len(variants.a):
            gains = pieces.held_by(variants) @ pieces.weights
            best = int(gains.argmax())
            if gains[best] > gain:
                segment, gain = variants.only(slice(best, best + 1)), gains[best]
    return segment


def _candidates(solid: Solid, bulge: float, rng: np.random.Generator) -> Segments:
    """Draw segments inside: points, short ones, and any."""
    depth = solid.depth_at(solid.inside)
    share = (depth + 0.3 * bulge) / (depth + 0.3 * bulge).sum()
    a = solid.inside[rng.choice(len(solid.inside), CANDIDATES, p=share)]
    b = solid.inside[rng.choice(len(solid.inside), CANDIDATES, p=share)]
    points, short = CANDIDATES // 5, CANDIDATES * 3 // 5
    b[:points] = a[:points]
    step = rng.normal(scale=4 * bulge, size=(short - points, 3))
    b[points:short] = a[points:short] + step.astype(np.float32)
    return _allowed(a, b, solid, bulge)


def _variants(
    segment: Segments, step: float, solid: Solid, bulge: float, rng: np.random.Generator
) -> Segments:
    """Draw segments about one: either end, or both, some [m] away."""
    a, b = (
        end + rng.normal(scale=step, size=(VARIANTS, 3)).astype(np.float32)
        for end in (segment.a, segment.b)
    )
    quarter = VARIANTS // 4
    a[:quarter], b[quarter : 2 * quarter] = segment.a, segment.b
    if np.array_equal(segment.a, segment.b):
        b[-quarter:] = a[-quarter:]
    return _allowed(a, b, solid, bulge)


def _allowed(a: Floats, b: Floats, solid: Solid, bulge: float) -> Segments:
    """Return those segments that lie inside, with the largest radii that they may have."""
    depth = solid.depth_along(a, b)
    return Segments(a, b, depth + np.float32(bulge)).only(depth >= 0)


def _squared_distances(points: Floats, segments: Segments) -> Floats:
    """Return the squared distances (m, n) [m²] of points (m, 3) from n segments."""
    a, u = segments.a, segments.b - segments.a
    uu = np.maximum(np.square(u).sum(axis=1), np.float32(1e-12))
    along = points @ u.T - (u * a).sum(axis=1)
    share = np.clip(along / uu, 0, 1)
    squared = np.square(points).sum(axis=1)[:, None] - 2 * (points @ a.T)
    squared += np.square(a).sum(axis=1) + share * (share * uu - 2 * along)
    return squared


def _holding_too(capsules: list[Capsule], left: Array, bulge: float) -> list[Capsule]:
    """Return capsules that hold more triangles (n, 3, 3): a little larger ones, and some more."""
    needed = np.array(
        [point_segment_distance(left, each.a, each.b).max(axis=1) for each in capsules]
    )  # (capsules, n) [m], the radii to hold them
    radii = np.array([each.radius for each in capsules])
    which = (needed - radii[:, None]).argmin(axis=0)
    needed = needed[which, np.arange(len(left))]
    few = needed - radii[which] <= LITTLE * bulge
    np.maximum.at(radii, which[few], needed[few])
    grown = [each._replace(radius=r) for each, r in zip(capsules, radii.tolist(), strict=True)]
    return grown + [fitted_capsule(part) for part in _near_each_other(left[~few], bulge)]


def _near_each_other(triangles: Array, edge: float) -> list[Array]:
    """Sort triangles by the cell of a grid that they lie in: the points (n, 3) of each cell."""
    if not len(triangles):
        return []
    cells = np.floor(triangles.mean(axis=1) / edge).astype(np.int64)
    _, which = np.unique(cells, axis=0, return_inverse=True)
    which = which.reshape(-1)
    return [triangles[which == k].reshape(-1, 3) for k in range(which.max() + 1)]
