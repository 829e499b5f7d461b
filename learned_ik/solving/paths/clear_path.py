# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A path that keeps clear where it can, and says where it cannot: `IkSolver.follow` in a scene.

Each pose is solved from the posture before it, and walked clear. Where to begin decides how far
that goes: the path that would be followed without obstacles, and clear postures of the first
pose, are tried in turn.
"""

import dataclasses
import math
from time import perf_counter

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.layout import (
    ANSWER,
    CLEARANCE,
    FREE_AXES,
    LARGEST_CHANGE,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
    SEED,
)
from learned_ik.kernels.path.tracking import (
    JUMP,
    ORIENTATION_TOLERANCE,
    PATH_FREE_AXES,
    POSITION_TOLERANCE,
)
from learned_ik.notation.readable import readable_length
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.engine import Engine
from learned_ik.solving.explain import by_clearance
from learned_ik.solving.freedom import demanded_freedom
from learned_ik.solving.one_pose import clear_from_seed
from learned_ik.solving.paths.path_solution import PathSolution, path_solution
from learned_ik.solving.request import Request
from learned_ik.solving.solution import Status
from learned_ik.solving.variety import SHORTEST_SEARCH, solve_all

STARTS = 12  # clear postures of the first pose that are tried
TOLD = 3  # stretches that a message tells one by one


@dataclasses.dataclass
class Trail:
    """One try at a path of n poses."""

    q: Array  # (n, joints) [rad or m]
    errors: Array  # (n, 2), position [m] and orientation [rad]
    clearance: Array  # (n,) [m]
    broken: int  # poses that are missed or jumped to
    touching: int  # poses that are not clear

    @property
    def cost(self) -> tuple[int, int]:
        """Following comes first, then keeping clear."""
        return self.broken, self.touching


def keep_clear(
    engine: Engine,
    path: PathSolution,
    poses: Array,
    demand: Array,
    scene: Scene,
    deadline: float,
    start: Array | None,
) -> PathSolution:
    """Return a path that keeps clear where it can; or the given one, with its clearance.

    Args:
        engine: the arm's.
        path: the path that is followed without regard to obstacles.
        poses: (n, 7), its poses, n above 0.
        demand: (DEMAND,), as `kernels/path/tracking.py` says.
        scene: what to keep clear of, or to measure.
        deadline: when to stop, on the clock of `perf_counter` [s].
        start: (joints,) [rad or m], where the arm is, or None.

    """
    clearance = _measured(engine, path.joint_positions, scene, deadline)
    path.clearance = clearance
    late = np.isnan(clearance)
    if late.any():
        path.status[late & (path.status == Status.SUCCESS)] = Status.TIMED_OUT
        path.failures, path.timed_out = np.nonzero(path.status != Status.SUCCESS)[0], True
        told = f'pose {int(np.argmax(late))}: the time was over before its clearance was measured'
        path.message = f'{path.message}; {told}' if path.message else told
    if not scene.avoids or late.any():
        return path
    path.collisions = _collisions(path, clearance, scene)
    if len(path.collisions) == 0:
        return path
    first = Trail(
        path.joint_positions,
        np.stack([path.position_error, path.orientation_error], axis=1),
        clearance,
        len(path.failures) + len(path.jumps),
        len(path.collisions),
    )
    best = _ClearFollower(engine, poses, demand, scene, deadline).best_of(first, start)
    if best is not first:
        path = path_solution(
            engine, best.q, best.errors, path.status, {}, start=start, jump=float(demand[JUMP]),
            timed_out=path.timed_out,
        )  # fmt: skip
        path.clearance = clearance = best.clearance
        path.collisions = _collisions(path, clearance, scene)
    if len(path.collisions):
        told = _sentence(path.collisions, clearance, scene)
        path.message = f'{path.message}; {told}' if path.message else told
    return path


def _measured(engine: Engine, postures: Array, scene: Scene, deadline: float) -> Array:
    """Return the clearance (n,) [m] of postures (n, joints), NaN where the time was over."""
    memory, clearance = engine.memory(), np.full(len(postures), np.nan)
    size = engine.postures_per_look(scene)
    for begin in range(0, len(postures), size):
        if begin > 0 and perf_counter() > deadline:
            break
        piece = slice(begin, begin + size)
        clearance[piece] = engine.avoidance.clearance(memory, scene, postures[piece])
    return clearance


class _ClearFollower:
    """Follows one path from several starts, within its time, and walks each pose clear."""

    def __init__(
        self, engine: Engine, poses: Array, demand: Array, scene: Scene, deadline: float
    ) -> None:
        self._engine, self._memory = engine, engine.memory()
        self._poses, self._demand, self._scene = poses, demand, scene
        self._deadline = deadline
        self._rows = np.empty((1, SEED + engine.chain.joint_count))
        self._answers = np.empty((1, ANSWER + engine.chain.joint_count))
        self._rows[0, FREE_AXES:LARGEST_CHANGE] = demand[PATH_FREE_AXES:]
        tolerances = float(demand[POSITION_TOLERANCE]), float(demand[ORIENTATION_TOLERANCE])
        self._request = Request(self._rows, self._answers, True, tolerances, None, scene)

    def best_of(self, first: Trail, start: Array | None) -> Trail:
        """Return the best trail that there was time for: `first`, or a better one."""
        best = first
        for begin in self._starts(first, start):
            if perf_counter() > self._deadline:
                break
            trail = self._trail(first, begin)
            if trail is not None and trail.cost < best.cost:
                best = trail
            if best.cost == (0, 0):
                break
        return best

    def _starts(self, first: Trail, start: Array | None) -> list[Array]:
        starts = [first.q[0]]
        if start is None:  # where the arm stands is where it has to begin
            demand = self._demand
            found = solve_all(
                self._engine, self._poses[0, :3], self._poses[0, 3:], STARTS, None,
                position_tolerance=float(demand[POSITION_TOLERANCE]),
                freedom=demanded_freedom(demand),
                timeout=max(self._deadline - perf_counter(), SHORTEST_SEARCH),
                scene=self._scene,
            )  # fmt: skip
            starts += [solution.joint_positions for solution in found]
        return starts

    def _trail(self, first: Trail, begin: Array) -> Trail | None:
        """Follow from one start; None where that misses or jumps, or the time is over."""
        n = len(first.q)
        trail = Trail(first.q.copy(), first.errors.copy(), np.empty(n), 0, 0)
        row, answer = self._rows[0], self._answers[0]
        row[SEED:], row[LARGEST_CHANGE] = begin, math.inf
        for i in range(n):
            if perf_counter() > self._deadline:
                return None
            row[:FREE_AXES] = self._poses[i]
            clear = clear_from_seed(self._engine, self._memory, self._request)
            if not answer[REACHED]:
                return None
            trail.q[i] = row[SEED:] = answer[ANSWER:]
            trail.clearance[i] = answer[CLEARANCE]
            trail.errors[i] = answer[POSITION_ERROR], answer[ORIENTATION_ERROR]
            trail.touching += not clear
            row[LARGEST_CHANGE] = self._demand[JUMP]
        return trail


def _collisions(path: PathSolution, clearance: Array, scene: Scene) -> Integers:
    """Return the poses of a path that are reached and not clear."""
    reached = path.status == Status.SUCCESS
    return np.nonzero(reached & (clearance < scene.wanted))[0]


def _sentence(collisions: Integers, clearance: Array, scene: Scene) -> str:
    """Say where a path is not clear."""
    stretches = [
        f'{first} to {last}' if last > first else f'{first}'
        for first, last in _stretches(collisions)
    ]
    more = f' and {len(stretches) - TOLD} more' if len(stretches) > TOLD else ''
    worst = float(clearance[collisions].min())
    return (
        f'poses {", ".join(stretches[:TOLD])}{more} cannot be kept clear{by_clearance(scene)}, '
        f'at the worst by {readable_length(worst)}'
    )


def _stretches(poses: Integers) -> list[tuple[int, int]]:
    """Return first and last of each row of poses without a gap."""
    ends = np.nonzero(np.diff(poses) > 1)[0]
    firsts = [poses[0], *poses[ends + 1]]
    lasts = [*poses[ends], poses[-1]]
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
