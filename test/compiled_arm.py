# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One arm, its network and its body as the kernels see them: what tests of kernels share."""

from collections.abc import Iterator

import numpy as np

from learned_ik import KinematicChain
from learned_ik.kernels.avoidance import clearance, placement
from learned_ik.kernels.avoidance.body_layout import unpack_body, unpack_walk
from learned_ik.kernels.avoidance.clearance import CAPSULE, CONTACT, DISTANCE, OTHER, Obstacles
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.layout import unpack_heads, unpack_work
from learned_ik.kernels.pose_error import Goal
from learned_ik.kernels.tips import forward_many, jacobian
from learned_ik.network import Network
from learned_ik.robot.body import Body
from learned_ik.solving.packing import (
    Memory,
    chain_arrays,
    empty_walk_numbers,
    network_arrays,
    pack_body,
    pack_model,
)

place = callable_kernel(placement.place)
contacts = callable_kernel(clearance.contacts)
contact_gradient = callable_kernel(clearance.contact_gradient)


class CompiledArm:
    """A chain, perhaps with a network, and the memory of one thread."""

    def __init__(self, chain: KinematicChain, network: Network | None = None) -> None:
        make_ready('one pose')
        self.chain, self.packed = chain, pack_model(chain, network)
        self.arrays, self.network = chain_arrays(chain), network_arrays(network, chain)
        self.memory = Memory(self.packed)
        self.work = unpack_work(self.packed.layout, self.memory.numbers)
        self.heads = unpack_heads(self.packed.layout, self.memory.activations)

    def tips(self, q: np.ndarray) -> np.ndarray:
        """Return the tips (n, 12) of postures (n, joints)."""
        tips = np.zeros((len(q), 12))
        forward_many(*self.packed, self.memory.numbers, np.ascontiguousarray(q), tips)
        return tips

    def forward(self, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return position (3,) [m] and rotation (3, 3) of the tip."""
        (tip,) = self.tips(np.asarray(q)[None])
        return tip[9:], tip[:9].reshape(3, 3)

    def jacobian(self, q: np.ndarray) -> np.ndarray:
        """Return the geometric Jacobian (6, joints)."""
        columns = np.zeros((self.chain.joint_count, 6))
        jacobian(*self.packed, self.memory.numbers, np.ascontiguousarray(q), columns)
        return columns.T.copy()

    def goal(
        self,
        q: np.ndarray,
        position_tolerance: float = 1e-8,
        orientation_tolerance: float = 1e-8,
        free_axes: tuple[float, float, float] = (0.0, 0.0, 0.0),
        in_base: float = 0.0,
        room: float = 0.0,
    ) -> Goal:
        """Return the goal to bring the tip to where numpy finds it at q (joints,)."""
        R, p = self.chain.forward_matrix(q)
        target = np.concatenate([R.ravel(), p])
        return Goal(
            target,
            np.array([*free_axes, in_base, room]),
            position_tolerance,
            orientation_tolerance,
        )


class CompiledBody:
    """The body of an arm, and the memory of one walk."""

    def __init__(self, arm: CompiledArm, body: Body) -> None:
        self.arm, self.body, self.packed = arm, body, pack_body(body, arm.chain)
        self.walk_numbers = empty_walk_numbers(self.packed)
        self.arrays = unpack_body(*self.packed)
        self.memory = unpack_walk(self.packed.layout, self.walk_numbers)

    def obstacles(self, spheres: np.ndarray, itself: bool, wanted: float) -> Obstacles:
        """Return what to keep clear of; spheres (n, 4), x y z radius [m]."""
        return Obstacles(self.arrays, columns_of(spheres), itself, wanted)

    def near(
        self, q: np.ndarray, spheres: np.ndarray, margin: float = np.inf, itself: bool = True
    ) -> np.ndarray:
        """Return the contacts (count, CONTACT) nearer than a margin [m] at q (joints,)."""
        place(self.arm.arrays, self.arrays, q, self.arm.work.frames, self.memory.placement)
        hulls = self.arrays.hulls
        found = np.zeros((len(hulls.frames) * len(spheres) + len(hulls.pairs), CONTACT))
        count, _ = contacts(
            self.arrays, self.memory.placement, columns_of(spheres), margin, margin, itself, found
        )
        return found[:count]

    def distances(
        self, q: np.ndarray, spheres: np.ndarray, far: float = np.inf
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return each hull's distance to each sphere, (hulls * n,), and each hull pair's [m].

        Infinite for what never moves, and for what is farther than `far` [m].
        """
        of_all = np.full(sum(self._counts(spheres)), np.inf)
        for row, contact in self._by_row(self.near(q, spheres, far), spheres):
            of_all[row] = contact[DISTANCE]
        first = self._counts(spheres)[0]
        return of_all[:first], of_all[first:]

    def gradients(self, q: np.ndarray, spheres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the slopes of both `distances`, (hulls * n, joints) and (hull pairs, joints)."""
        slopes = np.zeros((sum(self._counts(spheres)), len(q)))
        for row, contact in self._by_row(self.near(q, spheres), spheres):
            frames = self.arm.work.frames
            contact_gradient(self.arm.arrays, self.arrays, frames, contact, slopes[row])
        first = self._counts(spheres)[0]
        return slopes[:first], slopes[first:]

    def by_hull(self, of_capsules: np.ndarray, of_pairs: np.ndarray) -> np.ndarray:
        """Return both `distances` by those of all capsules (capsules, n) and pairs (pairs,)."""
        hull_of, hulls = self.body.hull_numbers, self.arrays.hulls
        numbers = {tuple(pair): row for row, pair in enumerate(hulls.pairs.tolist())}
        of_hulls = np.full((len(hulls.frames), of_capsules.shape[1]), np.inf)
        np.minimum.at(of_hulls, hull_of, of_capsules)
        of_hull_pairs = np.full(len(hulls.pairs), np.inf)
        rows = [numbers[tuple(pair)] for pair in hull_of[self.body.pairs].tolist()]
        np.minimum.at(of_hull_pairs, np.array(rows, int), of_pairs)
        return np.concatenate([of_hulls.ravel(), of_hull_pairs])

    def moves(self, spheres: np.ndarray) -> np.ndarray:
        """Return which of both `distances` are of what moves."""
        of_hulls = np.repeat(self.arrays.hulls.frames > 0, len(spheres))
        return np.concatenate([of_hulls, np.ones(len(self.arrays.hulls.pairs), bool)])

    def _counts(self, spheres: np.ndarray) -> tuple[int, int]:
        hulls = self.arrays.hulls
        return len(hulls.frames) * len(spheres), len(hulls.pairs)

    def _by_row(self, found: np.ndarray, spheres: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        hull_of = self.body.hull_numbers
        pairs = {tuple(pair): row for row, pair in enumerate(self.arrays.hulls.pairs.tolist())}
        first = self._counts(spheres)[0]
        for contact in found:
            a, b = int(contact[CAPSULE]), int(contact[OTHER])
            if b < 0:
                yield hull_of[a] * len(spheres) + (-1 - b), contact
            else:
                yield first + pairs[hull_of[a], hull_of[b]], contact


def columns_of(spheres: np.ndarray) -> np.ndarray:
    """Return spheres (n, 4) as the kernels take them, (4, n)."""
    return np.ascontiguousarray(np.asarray(spheres, np.float64).reshape(-1, 4).T)


def spheres_near(chain: KinematicChain, rng: np.random.Generator, count: int = 7) -> np.ndarray:
    """Return spheres (count, 4), x y z radius [m], all over the arm's workspace."""
    centres = rng.uniform(-0.6, 0.6, (count, 3)) * chain.reach
    return np.concatenate([centres, rng.uniform(0.02, 0.3, (count, 1))], axis=1)


def numeric_jacobian(chain: KinematicChain, q: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Return the geometric Jacobian (6, joints) by finite differences of numpy's forward."""
    columns = []
    R, _ = chain.forward_matrix(q)
    for unit in np.eye(len(q)):
        (R1, p1), (R0, p0) = (chain.forward_matrix(q + s * step * unit) for s in (1, -1))
        skew = (R1 - R0) @ R.T / (2 * step)
        columns.append([*(p1 - p0) / (2 * step), skew[2, 1], skew[0, 2], skew[1, 0]])
    return np.array(columns).T
