# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A judge of postures that knows no capsule: coal with a robot's own meshes, placed by Pinocchio.

For `real_meshes.py`. Meshes and descriptions are those of example-robot-data.
"""

from typing import Any, NamedTuple

import numpy as np

from lab.robots import DATA, described
from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain

RADII = (0.03, 0.07)  # [m], of spheres
TOUCH = 1e-6  # [m], what coal and we may differ by
POSTURES = 300  # random ones, of which
ALWAYS = 0.95  # so many collide: such a pair of shapes says nothing of any


class Real(NamedTuple):
    """A robot as its maker describes it, beside the model that serves it."""

    model: str  # below models/
    urdf: str  # below example-robot-data's robots/


REAL = {
    'tiago': Real('tiago_arm', 'tiago_description/robots/tiago_no_hand.urdf'),
    'panda': Real('panda', 'panda_description/urdf/panda.urdf'),
    'ur10': Real('ur10', 'ur_description/urdf/ur10_robot.urdf'),
}


class MeshJudge:
    """Where a robot's real shapes are, and what they touch."""

    def __init__(self, urdf: str, chain: KinematicChain) -> None:
        """Read a description below example-robot-data's robots/, and its meshes."""
        import coal
        import pinocchio as pin

        self._coal, self._pin, self._chain = coal, pin, chain
        path = described(urdf)
        share = next(folder.parent for folder in path.parents if folder.name == DATA)
        self._model = pin.buildModelFromUrdf(str(path))
        self._data = self._model.createData()
        self._geometry = pin.buildGeomFromUrdf(
            self._model, str(path), pin.GeometryType.COLLISION, package_dirs=[str(share)]
        )
        self._places = self._geometry.createData()
        self._base = self._model.getFrameId(chain.base_link)
        self._rest = np.clip(
            pin.neutral(self._model), self._model.lowerPositionLimit,
            self._model.upperPositionLimit,
        )  # fmt: skip
        self._joints = [
            self._model.joints[self._model.getJointId(name)].idx_q for name in chain.joint_names
        ]
        first = self._model.getJointId(chain.joint_names[0])
        carried = set(self._model.subtrees[first])
        objects = list(self._geometry.geometryObjects)
        for each in objects:
            each.geometry.computeLocalAABB()
        self.moving = [k for k, each in enumerate(objects) if each.parentJoint in carried]
        self._pairs = self._pairs_apart(objects)

    def place(self, q: Array) -> None:
        """Put the shapes where joint positions q (joints,) have them."""
        configuration = self._rest.copy()
        configuration[self._joints] = q
        self._pin.updateGeometryPlacements(
            self._model, self._data, self._geometry, self._places, configuration
        )
        self._pin.updateFramePlacements(self._model, self._data)
        T = self._data.oMf[self._base]
        self._R, self._p = T.rotation, T.translation

    def clearance(self, sphere: Array) -> float:
        """Return how far a sphere (4,) [m], in the base link's frame, is from what moves [m]."""
        ball = self._coal.Sphere(float(sphere[3]))
        T = self._coal.Transform3s(np.eye(3), self._R @ sphere[:3] + self._p)
        least = np.inf
        for k in self.moving:
            shape = self._geometry.geometryObjects[k].geometry
            least = min(least, self._distance(shape, self._transform(k), ball, T))
        return least

    def touches(self, q: Array, spheres: Array) -> bool:
        """Say whether what moves touches a sphere, by more than rounding."""
        self.place(q)
        return any(self.clearance(sphere) < -TOUCH for sphere in spheres)

    def touches_itself(self, q: Array) -> bool:
        """Say whether two shapes touch that no joint joins and that do not always touch."""
        self.place(q)
        return any(self._collide(i, j) for i, j in self._pairs)

    def corners(self, q: Array) -> Array:
        """Return the corners (n, 3) [m] of what moves, in the base link's frame."""
        self.place(q)
        found = []
        for k in self.moving:
            shape, T = self._geometry.geometryObjects[k].geometry, self._places.oMg[k]
            if isinstance(shape, self._coal.BVHModelBase):
                found.append(np.asarray(shape.vertices()) @ T.rotation.T + T.translation)
        return (np.concatenate(found) - self._p) @ self._R

    def sphere_near(self, rng: np.random.Generator, gap: tuple[float, float]) -> Array:
        """Draw a sphere (4,) [m] whose surface lies within `gap` [m] of the shapes as placed.

        Its centre is uniform in all places that there are for one of its radius.
        """
        places = [self._transform(k) for k in self.moving]
        shapes = [self._geometry.geometryObjects[k].geometry for k in self.moving]
        middles = [
            T.getRotation() @ shape.aabb_center + T.getTranslation()
            for T, shape in zip(places, shapes, strict=True)
        ]
        radii = np.array([[shape.aabb_radius] for shape in shapes])
        while True:
            radius = rng.uniform(*RADII)
            reach = radii + radius + gap[1]
            centre = rng.uniform((middles - reach).min(axis=0), (middles + reach).max(axis=0))
            if (np.linalg.norm(centre - middles, axis=1) > reach[:, 0]).all():
                continue
            sphere = np.array([*(self._R.T @ (centre - self._p)), radius])
            if gap[0] <= self.clearance(sphere) <= gap[1]:
                return sphere

    def _pairs_apart(self, objects: list[Any]) -> list[tuple[int, int]]:
        """Return the pairs of shapes that can touch and need not."""
        parents = list(self._model.parents)
        moves = set(self.moving)
        pairs = []
        for i, one in enumerate(objects):
            for j, other in enumerate(objects[i + 1 :], start=i + 1):
                a, b = one.parentJoint, other.parentJoint
                if a != b and parents[a] != b and parents[b] != a and moves & {i, j}:
                    pairs.append((i, j))
        counts = np.zeros(len(pairs))
        for q in self._chain.sample(np.random.default_rng(0), POSTURES):
            self.place(q)
            counts += [self._collide(i, j) for i, j in pairs]
        return [pair for pair, n in zip(pairs, counts, strict=True) if n < ALWAYS * POSTURES]

    def _collide(self, i: int, j: int) -> bool:
        objects = self._geometry.geometryObjects
        request, result = self._coal.CollisionRequest(), self._coal.CollisionResult()
        T, other = self._transform(i), self._transform(j)
        return bool(
            self._coal.collide(objects[i].geometry, T, objects[j].geometry, other, request, result)
        )

    def _distance(self, a: Any, T_a: Any, b: Any, T_b: Any) -> float:
        coal = self._coal
        return coal.distance(a, T_a, b, T_b, coal.DistanceRequest(), coal.DistanceResult())

    def _transform(self, k: int) -> Any:
        T = self._places.oMg[k]
        return self._coal.Transform3s(T.rotation, T.translation)
