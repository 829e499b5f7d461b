# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Capsules: points around which one is fitted, and the distance between two of them, in numpy.

A capsule is all that lies within a radius of a segment. Few shapes are as cheap to measure from.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array

BULGE = 0.012  # [m], how far capsules may reach beyond what they hold,
STILL = 3.0  # and so many times as far where that stands still: only the arm itself touches it
RADII_TRIED = np.linspace(1.0, 2.0, 41)  # multiples of the thinnest capsule's radius
CIRCLE_STEPS = 400  # of the search for the middle of a circle around points


class Capsule(NamedTuple):
    """All that lies within `radius` of the segment from `a` to `b`."""

    a: Array  # (3,) [m]
    b: Array  # (3,) [m]
    radius: float  # [m]

    @property
    def volume(self) -> float:
        """[m³]."""
        length = float(np.linalg.norm(self.b - self.a))
        return np.pi * self.radius**2 * (length + 4 / 3 * self.radius)

    def moved(self, T: Array) -> 'Capsule':
        """Return the capsule in another frame, to which T (4, 4) leads."""
        R, p = T[:3, :3], T[:3, 3]
        return Capsule(R @ self.a + p, R @ self.b + p, self.radius)

    def holds(self, other: 'Capsule') -> bool:
        """Say whether another capsule lies wholly inside."""
        return all(
            point_segment_distance(end, self.a, self.b) + other.radius <= self.radius + 1e-12
            for end in (other.a, other.b)
        )


class PlacedCapsule(NamedTuple):
    """A capsule and what carries it."""

    link: str
    frame: int  # how many motions of the chain lie between the base and it; 0: it never moves
    capsule: Capsule  # in that frame


def fitted_capsule(points: Array, steps: int = CIRCLE_STEPS) -> Capsule:
    """Return a small capsule that holds all points (n, 3) [m], and so their convex hull.

    Along each principal axis of the points, and each axis of their frame, the radius that gives
    the least volume is searched for: a thicker capsule bulges less at its ends.
    """
    centred = points - points.mean(axis=0)
    _, _, principal = np.linalg.svd(centred, full_matrices=False)
    candidates = [_along(points, axis, steps) for axis in (*principal, *np.eye(3))]
    return min(candidates, key=lambda capsule: capsule.volume)


def capsule_around(capsules: Sequence[Capsule]) -> Capsule:
    """Return a small capsule that holds others: the one itself, where there is one alone."""
    if len(capsules) == 1:
        return capsules[0]
    ends = np.array([end for each in capsules for end in (each.a, each.b)])
    radii = np.repeat([each.radius for each in capsules], 2)
    corners = np.concatenate([np.eye(3), -np.eye(3)])
    a, b, _ = fitted_capsule((ends[:, None] + radii[:, None, None] * corners).reshape(-1, 3), 40)
    reach = point_segment_distance(ends, a, b) + radii
    return Capsule(a, b, float(reach.max()) * (1 + 1e-9))


def _along(points: Array, axis: Array, steps: int) -> Capsule:
    """Return the smallest capsule around points (n, 3) whose segment lies along a unit axis."""
    along = points @ axis  # (n,) [m]
    across = points - np.outer(along, axis)  # (n, 3) [m]
    centre = _circle_centre(across, steps)
    distance = np.linalg.norm(across - centre, axis=1)
    radii = RADII_TRIED * (distance.max() + 1e-9)
    reach = np.sqrt(radii[:, None] ** 2 - distance**2)  # (radii, n) each side of the segment
    low, high = (along + reach).min(axis=1), (along - reach).max(axis=1)
    middle = 0.5 * (low + high)
    low, high = np.where(low > high, middle, low), np.where(low > high, middle, high)
    best = int(np.argmin(radii**2 * (high - low + 4 / 3 * radii)))
    radius = float(radii[best]) * (1 + 1e-9) + 1e-12  # rounding lets nothing stick out
    return Capsule(centre + low[best] * axis, centre + high[best] * axis, radius)


def _circle_centre(points: Array, steps: int) -> Array:
    """Return nearly the middle of the smallest ball around points (Badoiu and Clarkson, 2003)."""
    centre = points.mean(axis=0)  # it stays in the plane of the points
    best, least = centre, np.inf
    for step in range(steps):
        distance = np.linalg.norm(points - centre, axis=1)
        farthest = int(np.argmax(distance))
        if distance[farthest] < least:
            best, least = centre, distance[farthest]
        centre = centre + (points[farthest] - centre) / (step + 2)
    return best


def point_segment_distance(point: Array, a: Array, b: Array) -> Array:
    """Return the distance (...) [m] of points from segments a-b, (..., 3) [m] each."""
    along = b - a
    length = np.maximum(np.sum(along * along, axis=-1), 1e-18)
    share = np.clip(np.sum((point - a) * along, axis=-1) / length, 0, 1)
    return np.linalg.norm(point - a - share[..., None] * along, axis=-1)


def segment_distance(a: Array, b: Array, c: Array, d: Array) -> Array:
    """Return the distance (...) [m] between segments a-b and c-d, each (..., 3) [m].

    The least of the four distances from an end to the other segment and, where the nearest
    points of both lines lie inside both segments, of the distance between the lines.
    """
    u, v, w = b - a, d - c, a - c
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    uw, vw = (u * w).sum(-1), (v * w).sum(-1)
    cross = uu * vv - uv * uv
    apart = cross > 1e-9 * uu * vv + 1e-30  # not parallel
    safe = np.where(apart, cross, 1.0)
    s, t = (uv * vw - vv * uw) / safe, (uu * vw - uv * uw) / safe
    inside = apart & (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)
    lines = np.linalg.norm(w + s[..., None] * u - t[..., None] * v, axis=-1)
    return np.minimum.reduce(
        [
            np.where(inside, lines, np.inf),
            point_segment_distance(a, c, d),
            point_segment_distance(b, c, d),
            point_segment_distance(c, a, b),
            point_segment_distance(d, a, b),
        ]
    )
