# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Problems with an answer, and a judge: spheres about free postures, and coal's opinion.

For `clutter.py`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from learned_ik import KinematicChain
from learned_ik.arrays import Array
from learned_ik.robot.body import Body
from learned_ik.robot.capsules import point_segment_distance, segment_distance
from learned_ik.rotations import rotation_to_axis

TOUCH = 1e-6  # [m], what coal and we may differ by
TRIES = 8  # spheres that are drawn at once for each that is wanted


class Kind(NamedTuple):
    """A kind of scene."""

    name: str
    spheres: int
    radii: tuple[float, float]  # [m]
    gap: tuple[float, float]  # [m], from the free posture
    near: float  # share of the spheres so near to it; the others are anywhere within reach


def kinds(counts: list[int]) -> Iterator[Kind]:
    """Yield the kinds of scenes."""
    for count in counts:
        yield Kind('mixed', count, (0.05, 0.20), (0.025, 0.045), 0.5)
        yield Kind('near', count, (0.05, 0.20), (0.025, 0.045), 1.0)
        yield Kind('tunnel', count, (0.04, 0.10), (0.003, 0.023), 1.0)


class Scene(NamedTuple):
    """One problem that has an answer."""

    spheres: Array  # (n, 4) [m]
    position: Array
    orientation: Array


def scene_of(kind: Kind, chain: KinematicChain, body: Body, rng: np.random.Generator) -> Scene:
    """Draw a posture that is free of itself, and spheres about it."""
    while True:
        q = chain.sample(rng, 1)[0]
        ends = body.placed(chain, q)
        if self_clearance(body, ends) > 0:
            break
    moving, shoulder = np.nonzero(body.moving)[0], chain.transforms[0, :3, 3]
    near = round(kind.near * kind.spheres)
    found = [np.empty((0, 4))]
    for count, is_near in ((near, True), (kind.spheres - near, False)):
        while count > 0:
            tries = TRIES * count
            radius = rng.uniform(*kind.radii, tries)
            if is_near:
                c = rng.choice(moving, tries)
                point = ends[c, 0] + rng.random((tries, 1)) * (ends[c, 1] - ends[c, 0])
                direction = rng.normal(size=(tries, 3))
                direction /= np.linalg.norm(direction, axis=1, keepdims=True)
                away = body.radii[c] + radius + rng.uniform(*kind.gap, tries)
                centre = point + away[:, None] * direction
            else:
                centre = shoulder + rng.uniform(-1, 1, (tries, 3)) * chain.reach
            apart = point_segment_distance(centre[:, None], ends[moving, 0], ends[moving, 1])
            free = (apart - body.radii[moving]).min(axis=1) - radius >= kind.gap[0]
            free &= np.linalg.norm(centre - shoulder, axis=1) > radius
            found.append(np.column_stack([centre, radius])[free][:count])
            count -= len(found[-1])
    return Scene(np.concatenate(found), *chain.forward(q))


def self_clearance(body: Body, ends: Array) -> float:
    """Return how far the body is from itself [m], by numpy."""
    if not len(body.pairs):
        return np.inf
    i, j = body.pairs.T
    distance = segment_distance(ends[i, 0], ends[i, 1], ends[j, 0], ends[j, 1])
    return float((distance - body.radii[i] - body.radii[j]).min())


class Judge:
    """coal's opinion on postures."""

    def __init__(self, chain: KinematicChain, body: Body) -> None:
        import coal

        self._coal, self._chain, self._body = coal, chain, body
        lengths = np.linalg.norm(body.ends[:, 1] - body.ends[:, 0], axis=1)
        self._extents = 0.5 * lengths + body.radii  # [m], from a capsule's middle
        self._capsules = [
            coal.Capsule(float(radius), float(length))
            for radius, length in zip(body.radii, lengths, strict=True)
        ]

    def touches(self, q: Array, spheres: Array) -> bool:
        """Say whether the arm touches a sphere or itself, by more than rounding."""
        coal = self._coal
        places = [self._place(a, b) for a, b in self._body.placed(self._chain, q)]
        # Only what is near enough to touch has to be asked about.
        middles = np.array([place.getTranslation() for place in places])
        apart = np.linalg.norm(middles[:, None] - spheres[:, :3], axis=-1)
        near = apart < (self._extents[:, None] + spheres[:, 3] + 0.01)
        for c, s in zip(*np.nonzero(near & self._body.moving[:, None]), strict=True):
            ball = coal.Sphere(float(spheres[s, 3]))
            T_ball = coal.Transform3s(np.eye(3), spheres[s, :3])
            if self._distance(self._capsules[c], places[c], ball, T_ball) < -TOUCH:
                return True
        return any(
            self._distance(self._capsules[i], places[i], self._capsules[j], places[j]) < -TOUCH
            for i, j in self._body.pairs
        )

    def _distance(self, a: Any, T_a: Any, b: Any, T_b: Any) -> float:
        coal = self._coal
        return coal.distance(a, T_a, b, T_b, coal.DistanceRequest(), coal.DistanceResult())

    def _place(self, a: Array, b: Array) -> Any:
        length = np.linalg.norm(b - a)
        R = rotation_to_axis((b - a) / length) if length > 1e-12 else np.eye(3)
        return self._coal.Transform3s(R, 0.5 * (a + b))
