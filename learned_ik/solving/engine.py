# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Engine`: what a solver owns, for all that answers requests. `IkSolver` is its public face."""

import functools
import math
import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.checks import flag, number
from learned_ik.kernels.avoidance.clear_search import search_clear
from learned_ik.kernels.avoidance.store import MORE_PROPOSALS
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.search import ENOUGH_RESTARTS, search
from learned_ik.kernels.tips import jacobian
from learned_ik.network import Network
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving.avoidance import NO_SPHERES, Avoidance, Scene
from learned_ik.solving.packing import Memory, angular_weight, pack_model
from learned_ik.solving.preferences import Preferences
from learned_ik.solving.request import NOT_GIVEN, Request

RESTARTS_PER_LOOK = ENOUGH_RESTARTS  # restarts between two looks at the clock

# Attempts of the two compiled entries, the network's heads aside: those before the restarts (seed,
# middle, store), and how many restarts leave what is taken for unsolvable.
BEFORE_RESTARTS, MOST_RESTARTS = 1, 256
BEFORE_CLEAR_RESTARTS, MOST_CLEAR_RESTARTS = 2 + MORE_PROPOSALS, 1024
# Of attempts times hulls times spheres between two looks at the clock: a few milliseconds.
WORK_PER_LOOK = 50_000


class Engine:
    """One arm, its network, and the memory of each thread that asks."""

    def __init__(
        self,
        chain: KinematicChain,
        network: Network | None,
        *,
        joint_weights: npt.ArrayLike | None = None,
        body: Body | None = None,
        trained: KinematicChain | None = None,
    ) -> None:
        """Lay the arm out for the kernels; what obstacles need is made when they first come.

        Args:
            chain: the arm.
            network: what was trained for it.
            joint_weights: (joints,), above 0; see `IkSolver`.
            body: its capsules; default: segments between its joints.
            trained: within whose limits the network was trained; default: the arm's.

        """
        self.chain, self.network, self._trained = chain, network, trained
        self.preferences = Preferences(chain, joint_weights)
        self.packed = pack_model(
            chain,
            None if network is None else network.in_the_open(),
            self.preferences.joint_weights,
            trained,
        )
        self.joint_names = chain.joint_names
        self.angular_weight = angular_weight(chain)  # [m/rad]
        self.heads = 0 if network is None else network.heads
        self.entry, self.clear_entry = search, search_clear  # what is compiled of a search
        self.first_look = self.attempts(False, RESTARTS_PER_LOOK)
        self.first_clear_look = self.attempts(True, RESTARTS_PER_LOOK)
        self.spheres: Array | None = None  # (4, n) [m], one or more
        self._body = body
        self._avoidance: Avoidance | None = None
        self._lock = threading.Lock()
        self._memories = threading.local()

    @property
    def given_body(self) -> Body | None:
        """The arm's capsules as they were given or made; None while nobody has asked for them."""
        return self._body

    @property
    def known_spheres(self) -> Array:
        """(4, n), x y z radius [m]: what there is to keep clear of, perhaps nothing."""
        return NO_SPHERES if self.spheres is None else self.spheres

    def set_spheres(self, spheres: npt.ArrayLike) -> None:
        """Keep clear of spheres (n, 4), x y z radius [m]; see `IkSolver.set_obstacles`."""
        checked = self.avoidance.checked(spheres)
        if checked.size:
            self.prepare_to_avoid()
        self.spheres = checked if checked.size else None

    def prepare_to_avoid(self) -> None:
        """Compile what obstacles need and fill the store, so that no request waits for it."""
        make_ready('one pose')
        make_ready('obstacles')
        self.avoidance.fill_store()

    @property
    def takes_seed(self) -> bool:
        """Whether the network is shown the seed."""
        return self.network is not None and self.network.seed_joints > 0

    @property
    def body(self) -> Body:
        """The arm's capsules."""
        if self._body is None:
            self._body = Body.from_chain(self.chain)
        return self._body

    @property
    def avoidance(self) -> Avoidance:
        """What keeps answers clear, made when it is first needed."""
        with self._lock:
            if self._avoidance is None:
                self._avoidance = Avoidance(
                    self.chain, self.packed, self.body, self.network,
                    self.preferences.joint_weights, self._trained,
                )  # fmt: skip
            return self._avoidance

    def memory(self) -> Memory:
        """Return this thread's memory."""
        try:
            return self._memories.memory
        except AttributeError:
            make_ready('one pose')
            self._memories.memory = Memory(self.packed)
            return self._memories.memory

    def jacobian(self, q: Array) -> Array:
        """Return the geometric Jacobian (6, joints) at checked joint positions (joints,)."""
        memory, columns = self.memory(), np.zeros((self.chain.joint_count, 6))
        jacobian(*self.packed, memory.numbers, np.ascontiguousarray(q), columns)
        return columns.T.copy()

    def scene(self, avoid_collisions: bool | None, min_clearance: float) -> Scene | None:
        """Return what to keep clear of; None where nothing is known and nobody asks.

        Args:
            avoid_collisions: whether to avoid it, or only to measure; None: to avoid as soon as
                there are obstacles.
            min_clearance: [m], the clearance that counts as clear.

        Raises:
            InvalidInputError: the clearance is below 0 or infinite.

        """
        min_clearance = number(
            min_clearance, 'min_clearance', 'metres, 0 or more', lambda c: 0 <= c < math.inf
        )
        if avoid_collisions is not None:
            avoid_collisions = flag(avoid_collisions, 'avoid_collisions')
        if self.spheres is None and not avoid_collisions:
            return None
        avoids = True if avoid_collisions is None else avoid_collisions
        return Scene(self.known_spheres, avoids, min_clearance)

    def clear_search(self, memory: Memory, scene: Scene) -> Callable[..., None]:
        """Return a search that keeps clear, of the request in memory."""
        arrays = self.avoidance.arrays(memory, scene, memory.requests, memory.answers)
        return functools.partial(self.clear_entry, *arrays)

    def attempts(self, avoids: bool, restarts: int | None = None) -> int:
        """Return how many attempts hold so many restarts; None: all that are ever made.

        Args:
            avoids: of the entry that keeps clear, or of the one that need not.
            restarts: how many.

        """
        before = BEFORE_CLEAR_RESTARTS if avoids else BEFORE_RESTARTS
        if restarts is None:
            restarts = MOST_CLEAR_RESTARTS if avoids else MOST_RESTARTS
        return before + self.heads + restarts

    def attempts_per_look(self, scene: Scene | None) -> int:
        """Return how many attempts a search makes between two looks at the clock."""
        if scene is None or not scene.avoids:
            return self.first_look
        work = max(len(self.body.hulls), 1) * max(scene.spheres.shape[1], 1)
        return max(2, min(self.first_clear_look, WORK_PER_LOOK // work))

    def postures_per_look(self, scene: Scene) -> int:
        """Return how many clearances are measured between two looks at the clock."""
        hulls, spheres = max(len(self.body.hulls), 1), max(scene.spheres.shape[1], 1)
        return max(1, 4 * WORK_PER_LOOK // (hulls * spheres + len(self.body.pairs)))

    def search(self, memory: Memory, request: Request, first: int, last: int) -> None:
        """Make attempts `first` to `last` at a request, by one of the two compiled entries.

        Args:
            memory: of this thread.
            request: whose answers are filled.
            first: the first attempt; the entries say how they are numbered.
            last: the attempt before which to stop.

        """
        scene = request.scene
        if scene is not None and scene.avoids:
            arrays = self.avoidance.arrays(memory, scene, request.rows, request.answers)
            entry = self.clear_entry
        else:
            arrays = (
                *self.packed, memory.numbers, memory.activations, request.rows, request.answers,
            )  # fmt: skip
            entry = self.entry
        entry(*arrays, *NOT_GIVEN, request.seeded, *request.tolerances, first, last)
