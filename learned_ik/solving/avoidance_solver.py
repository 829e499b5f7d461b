# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Avoidance`: what `IkSolver` asks where answers are to keep clear of obstacles and the arm."""

import dataclasses
import math
import threading
from time import perf_counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Floats
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.avoidance.body_layout import PackedBody, pack_body, walk_numbers
from learned_ik.kernels.avoidance.clear_ranking import measure_clearance
from learned_ik.kernels.avoidance.clear_search import (
    ALL_GROUPS,
    ANSWER,
    ATTEMPTS,
    CLEARANCE,
    CODE,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
    find_clear,
)
from learned_ik.kernels.avoidance.sight import Sight, predict_in_scene
from learned_ik.kernels.avoidance.store import MORE_PROPOSALS, Store, make_store
from learned_ik.kernels.packing import HEADS, Memory, PackedModel, empty_activations
from learned_ik.kernels.search import FOUND, MALFORMED
from learned_ik.network import Network
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.spheres import check_base_is_free, checked_spheres

NO_SPHERES: Array = np.empty((4, 0))

RESTARTS_AT_FIRST = 32  # before the first look at the clock
RESTARTS_PER_LOOK = 32  # between two looks
MOST_RESTARTS = 1024  # what so many starts leave touching is taken for a goal in collision


class Scene(NamedTuple):
    """What to keep clear of; never changed, but replaced."""

    spheres: Array  # (4, n): x, y, z, radius [m], in the base link's frame
    itself: bool  # whether the body is kept clear of itself
    wanted: float  # [m], the least clearance that is good enough


@dataclasses.dataclass(frozen=True)
class Choices:
    """What the search may use; a benchmark takes parts away to see what they are worth."""

    groups: int = ALL_GROUPS
    walks: bool = True


class Avoidance:
    """Keeps answers clear, for one arm. Safe to use from several threads."""

    def __init__(
        self, chain: KinematicChain, packed: PackedModel, body: Body, network: Network | None
    ) -> None:
        """Lay out the body; the store of postures is made when it is first needed.

        Args:
            chain: the arm.
            packed: it and its network, as one that takes a pose alone.
            body: its capsules.
            network: which may take the scene.

        """
        self.chain = chain
        self.body = body
        self._sight = Sight(chain, packed, network)
        self.choices = Choices()
        self._packed = packed
        self._packed_body: PackedBody = pack_body(body)
        self._store: Store | None = None
        self._lock = threading.Lock()
        self._prepared = False
        self._memories = threading.local()

    def checked(self, spheres: npt.ArrayLike) -> Array:
        """Return obstacles (n, 4) [m] as a `Scene` has them, (4, n), or raise `ObstacleError`."""
        spheres = checked_spheres(spheres)
        check_base_is_free(self.chain, spheres)
        return np.ascontiguousarray(spheres.T)

    def prepare(self, memory: Memory) -> None:
        """Compile all of it, or load it from disk, so that no request waits; once."""
        if self._prepared:
            return
        self._prepared = True
        position, orientation = self.chain.forward(self.chain.middle)
        memory.position[...], memory.orientation[...] = position, orientation
        scene = Scene(np.array([[1e3], [0], [0], [0.1]]), True, 0.0)
        self.find(memory, scene, False, (1e-3, 1e-3), perf_counter() + 1.0)
        self.clearance(memory, scene, self.chain.middle[None])

    def share_store(self, other: 'Avoidance') -> None:
        """Take over the postures of another one for the same chain, and that all is compiled."""
        self._store, self._prepared = other._store, other._prepared

    @property
    def store(self) -> Store:
        """The postures to begin from, made once."""
        with self._lock:
            if self._store is None:
                self._store = make_store(self.chain)
            return self._store

    def find(
        self,
        memory: Memory,
        scene: Scene,
        seeded: bool,
        tolerances: tuple[float, float],
        deadline: float,
        only_seed: bool = False,
    ) -> Array:
        """Search for the pose in memory until something clear is found, or there is no time left.

        Args:
            memory: with the request in it.
            scene: what to keep clear of.
            seeded: whether the request has a seed.
            tolerances: of position [m] and orientation [rad].
            deadline: when to stop, on the clock of `perf_counter` [s].
            only_seed: whether to begin at the seed and nowhere else.

        Returns:
            (ANSWER + joints,), as `avoidance_search.find_clear` fills it.

        """
        first_restart = 2 + int(self._packed.layout[HEADS]) + MORE_PROPOSALS
        first, last = 0, 1 if only_seed else first_restart + RESTARTS_AT_FIRST
        best: Array | None = None
        attempts = 0.0
        while True:
            answers = np.empty((1, ANSWER + self.chain.joint_count))
            self._run(memory, scene, memory.request, answers, seeded, tolerances, first, last)
            answer = answers[0]
            if answer[CODE] == MALFORMED:
                return answer
            attempts += answer[ATTEMPTS]
            if best is None or _is_better(answer, best):
                best = answer
            first, last = last, last + RESTARTS_PER_LOOK
            if best[CODE] == FOUND or only_seed or last - first_restart > MOST_RESTARTS:
                break
            # What no start reaches is none of ours: the search without obstacles says why.
            if best[REACHED] == 0 or perf_counter() > deadline:
                break
        best[ATTEMPTS] = attempts
        return best

    def find_many(
        self,
        memory: Memory,
        scene: Scene,
        requests: Array,
        seeded: bool,
        tolerances: tuple[float, float],
    ) -> Array:
        """Search for poses (n, SEED + joints) one by one; return (n, ANSWER + joints)."""
        answers = np.empty((len(requests), ANSWER + self.chain.joint_count))
        last = 2 + int(self._packed.layout[HEADS]) + MORE_PROPOSALS + MOST_RESTARTS
        self._run(memory, scene, requests, answers, seeded, tolerances, 0, last)
        return answers

    @property
    def sees(self) -> bool:
        """Whether the network takes the scene."""
        return self._sight.sees

    def predict(self, memory: Memory, scene: Scene, requests: Array, answers: Array) -> None:
        """Fill the network's own answers in a scene; see `avoidance_sight.predict_in_scene`."""
        predict_in_scene(
            *self._sight.packed_for(scene.spheres), *self._packed_body, scene.spheres,
            self._sight.points, memory.numbers, *self._own_memory(), requests, answers,
        )  # fmt: skip

    def clearance(
        self, memory: Memory, scene: Scene, postures: npt.ArrayLike
    ) -> tuple[Array, Array]:
        """Return the clearance (n,) [m] of postures (n, joints), and what is nearest (n, 2)."""
        postures = np.ascontiguousarray(postures, dtype=np.float64)
        clearances, culprits = np.empty(len(postures)), np.empty((len(postures), 2))
        measure_clearance(
            *self._packed, *self._packed_body, scene.spheres, scene.itself, memory.numbers,
            self._own_memory()[1], postures, clearances, culprits,
        )  # fmt: skip
        return clearances, culprits

    def why(self, memory: Memory, scene: Scene, q: Array, clearance: float) -> str:
        """Say in a few words what is too near at a posture (joints,)."""
        _, culprits = self.clearance(memory, scene, q[None])
        first, second = culprits[0]
        if math.isnan(first):  # no capsule, or neither sphere nor pair
            return 'nothing is near'
        nearest = f"'{self.body.links[int(first)]}'"
        if second < 0:
            x, y, z, radius = scene.spheres[:, int(-1 - second)]
            other = f'obstacle {int(-1 - second)} of radius {radius:.3g} m at '
            other += f'({x:.3g}, {y:.3g}, {z:.3g})'
        else:
            other = f"'{self.body.links[int(second)]}'"
        if clearance < 0:
            return f'{nearest} reaches {-1e3 * clearance:.3g} mm into {other}'
        return f'{nearest} is {1e3 * clearance:.3g} mm from {other}'

    def _run(
        self,
        memory: Memory,
        scene: Scene,
        requests: Array,
        answers: Array,
        seeded: bool,
        tolerances: tuple[float, float],
        first: int,
        last: int,
    ) -> None:
        packed = self._sight.packed_for(scene.spheres)
        find_clear(
            *packed, *self._packed_body, scene.spheres, scene.itself, scene.wanted,
            *self.store, self._sight.points, memory.numbers, *self._own_memory(),
            requests, answers, seeded, *tolerances,
            self.choices.groups, self.choices.walks, first, last,
        )  # fmt: skip

    def _own_memory(self) -> tuple[Floats, Array]:
        """Return this thread's memory, of the network and of walks."""
        try:
            return self._memories.own
        except AttributeError:
            self._memories.own = (
                empty_activations(self._sight.packed_for(NO_SPHERES)),
                walk_numbers(self.chain, self.body),
            )
            return self._memories.own


def checked_clearance(clearance: float) -> float:
    """Return a wanted clearance [m], or raise `InvalidInputError` for one below 0 or infinite."""
    if not 0 <= clearance < math.inf:
        raise InvalidInputError(f'min_clearance is {clearance}; expected metres, 0 or more')
    return float(clearance)


def _is_better(answer: Array, best: Array) -> bool:
    if answer[CODE] == FOUND or answer[REACHED] != best[REACHED]:
        return bool(answer[CODE] == FOUND or answer[REACHED] > best[REACHED])
    if answer[REACHED]:
        return bool(answer[CLEARANCE] > best[CLEARANCE])
    return bool(
        answer[POSITION_ERROR] + answer[ORIENTATION_ERROR]
        < best[POSITION_ERROR] + best[ORIENTATION_ERROR]
    )
