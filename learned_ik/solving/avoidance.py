# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Avoidance`: what keeping clear takes beside an arm: its body, a store of postures, the sight.

Where nothing is known to keep clear of and nobody asks, nothing in here is made.
"""

import math
import threading
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.avoidance.clear_ranking import measure_clearance
from learned_ik.kernels.avoidance.clear_search import predict_clear
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.forward_kinematics import X
from learned_ik.kernels.tips import forward_many
from learned_ik.network import Network
from learned_ik.notation.readable import readable_length
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.spheres import check_base_is_free, checked_spheres
from learned_ik.solving.packing import (
    Memory,
    PackedModel,
    aligned,
    empty_activations,
    empty_numbers,
    empty_walk_numbers,
    pack_body,
    pack_model,
)

NO_SPHERES: Array = np.empty((4, 0))

STORED_POSTURES = 100_000
CELLS_PER_AXIS = 24  # of the store's grid, along its longest edge


class Scene(NamedTuple):
    """What to keep clear of; never changed, but replaced."""

    spheres: Array  # (4, n): x, y, z, radius [m], in the base link's frame
    avoids: bool  # whether to keep clear, of the arm itself too; else clearance is only measured
    wanted: float  # [m], the least clearance that is good enough


class Store(NamedTuple):
    """Postures all over the joint ranges, sorted by the cell of a grid in which their tip lies.

    Heads of one network fail together; these have nothing in common.
    """

    postures: Array  # (n, joints) [rad or m]
    tips: Array  # (n, 12), rotation row by row, position [m]
    begins: Integers  # (cells + 1,), where each cell's postures begin
    grid: Array  # (GRID,), as `kernels/avoidance/store.py` says


class Avoidance:
    """Keeps answers clear, for one arm. Safe to use from several threads."""

    def __init__(
        self,
        chain: KinematicChain,
        packed: PackedModel,
        body: Body,
        network: Network | None,
        joint_weights: Array,
        trained: KinematicChain | None = None,
    ) -> None:
        """Lay out the body; the store of postures is made when it is first needed.

        Args:
            chain: the arm.
            packed: it and its network, as one that takes a pose alone.
            body: its capsules.
            network: which may take the scene.
            joint_weights: (joints,), how much each joint's way from the seed counts, as packed.
            trained: within whose limits the network was trained, as packed.

        """
        self.chain, self.body = chain, body
        self.sight = Sight(chain, packed, network, joint_weights, trained)
        self._packed, self._packed_body = packed, pack_body(body, chain)
        self._store: Store | None = None
        self._lock = threading.Lock()
        self._memories = threading.local()

    def checked(self, spheres: npt.ArrayLike) -> Array:
        """Return obstacles (n, 4) [m] as a `Scene` has them, (4, n), or raise `ObstacleError`."""
        spheres = checked_spheres(spheres)
        check_base_is_free(self.chain, spheres)
        return np.ascontiguousarray(spheres.T)

    def share_store(self, other: 'Avoidance') -> None:
        """Take over the postures of another one for the same chain."""
        self._store = other._store

    def fill_store(self) -> Store:
        """Return the postures to begin from, made once."""
        with self._lock:
            if self._store is None:
                self._store = make_store(self.chain, self._packed)
            return self._store

    def arrays(self, memory: Memory, scene: Scene, rows: Array, answers: Array) -> tuple:
        """Return what `search_clear` takes before the pose: model, memory, body, scene."""
        activations, walk_numbers = self._memory(memory)
        return (
            *self.sight.packed_for(scene.spheres), memory.numbers, activations, rows, answers,
            *self._packed_body, walk_numbers, *(self._store or self.fill_store()),
            self.sight.points, scene.spheres, scene.avoids, scene.wanted,
        )  # fmt: skip

    def body_arrays(self, memory: Memory) -> tuple[Integers, Array, Array]:
        """Return the packed body, and this thread's memory for it."""
        return *self._packed_body, self._memory(memory)[1]

    def predict(self, memory: Memory, scene: Scene, rows: Array, answers: Array) -> None:
        """Fill the answers of a network that sees the scene, unrefined; as `Request` has them."""
        activations, walk_numbers = self._memory(memory)
        predict_clear(
            *self.sight.packed_for(scene.spheres), memory.numbers, activations, rows, answers,
            *self._packed_body, walk_numbers, self.sight.points, scene.spheres,
        )  # fmt: skip

    def clearance(self, memory: Memory, scene: Scene, postures: Array) -> Array:
        """Return the clearance (n,) [m] of postures (n, joints)."""
        return self._measured(memory, scene, postures)[0]

    def closest(self, memory: Memory, scene: Scene, q: Array) -> str:
        """Say in a few words what is too near at a posture (joints,)."""
        clearances, nearest = self._measured(memory, scene, q[None])
        clearance, (capsule, other) = float(clearances[0]), nearest[0].tolist()
        if math.isnan(capsule):  # no capsule, or neither sphere nor pair
            return 'nothing is near'
        link = f"'{self.body.links[int(capsule)]}'"
        if other < 0:
            number = int(-1 - other)
            x, y, z, radius = scene.spheres[:, number]
            thing = f'obstacle {number} of radius {radius:.3g} m at ({x:.3g}, {y:.3g}, {z:.3g})'
        else:
            thing = f"'{self.body.links[int(other)]}'"
        if clearance < 0:
            return f'{link} reaches {readable_length(-clearance)} into {thing}'
        return f'{link} is {readable_length(clearance)} from {thing}'

    def _measured(self, memory: Memory, scene: Scene, postures: Array) -> tuple[Array, Array]:
        """Return the clearance (n,) [m] of postures (n, joints), and what is nearest (n, 2)."""
        postures = np.ascontiguousarray(postures, dtype=np.float64)
        clearances, nearest = np.empty(len(postures)), np.empty((len(postures), 2))
        _, walk_numbers = self._memory(memory)
        measure_clearance(
            *self._packed, memory.numbers, *self._packed_body, walk_numbers, scene.spheres,
            scene.avoids, postures, clearances, nearest,
        )  # fmt: skip
        return clearances, nearest

    def _memory(self, memory: Memory) -> tuple[Floats, Array]:
        """Return this thread's memory for the network that may see, and for walks."""
        try:
            return self._memories.own
        except AttributeError:
            make_ready('obstacles')
            activations = memory.activations
            if self.sight.sees:
                activations = empty_activations(self.sight.packed_for(NO_SPHERES))
            self._memories.own = activations, empty_walk_numbers(self._packed_body)
            return self._memories.own


class Sight:
    """A network for one set of obstacles after the other; one that takes a pose alone is blind.

    What the points in the world see is the same for every request: it is folded into the first
    layer's biases when obstacles are set. Distances from the points about the target are inputs.
    """

    def __init__(
        self,
        chain: KinematicChain,
        packed: PackedModel,
        network: Network | None,
        joint_weights: Array | None = None,
        trained: KinematicChain | None = None,
    ) -> None:
        """Pack the network for a world without obstacles; a blind one is `packed` already."""
        self._network: Network | None = None
        self._packed = packed
        self.points = np.zeros((4, 0))  # x y z [m] in the target's frame, how far they see [m]
        if network is not None and network.scene is not None:
            target, far = network.scene.target, network.scene.far
            self._network = network
            open_world = network.in_world(np.empty((0, 4)))
            self._packed = pack_model(chain, open_world, joint_weights, trained)
            self.points = np.ascontiguousarray(np.vstack([target.T, np.full(len(target), far)]))
        self._last: tuple[Array | None, PackedModel] = (None, self._packed)

    @property
    def sees(self) -> bool:
        """Whether the network takes the scene."""
        return self._network is not None

    def packed_for(self, spheres: Array) -> PackedModel:
        """Return the network for obstacles (4, n) [m]; the last ones are remembered."""
        known, packed = self._last
        if self._network is not None and known is not spheres:
            bias = self._network.in_world(spheres.T).biases[0]
            weights = aligned(self._packed.weights)
            weights[: len(bias)] = bias
            packed = self._packed._replace(weights=weights)
            self._last = spheres, packed
        return packed


def make_store(chain: KinematicChain, packed: PackedModel, count: int = STORED_POSTURES) -> Store:
    """Fill a store; the same chain always gets the same one."""
    q = chain.sample(np.random.default_rng(0), count)
    tips = np.empty((count, 12))
    forward_many(*packed, empty_numbers(packed), q, tips)
    positions = tips[:, X:]
    low, high = positions.min(axis=0), positions.max(axis=0)
    edge = max(float((high - low).max()) / CELLS_PER_AXIS, 1e-6)
    shape = np.floor((high - low) / edge).astype(np.int64) + 1
    x, y, z = np.floor((positions - low) / edge).astype(np.int64).T
    cell = (x * shape[1] + y) * shape[2] + z
    order = np.argsort(cell, kind='stable')
    begins = np.searchsorted(cell[order], np.arange(shape.prod() + 1))
    return Store(
        postures=np.ascontiguousarray(q[order]),
        tips=np.ascontiguousarray(tips[order]),
        begins=begins.astype(np.int64),
        grid=np.array([*low, edge, *shape], np.float64),
    )
