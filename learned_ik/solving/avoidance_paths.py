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
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.kernels.avoidance.clear_search import (
    ANSWER,
    CLEARANCE,
    CODE,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
)
from learned_ik.kernels.search import FOUND
from learned_ik.solving.avoidance_requests import search, solve_all
from learned_ik.solving.avoidance_solver import Avoidance, Scene
from learned_ik.solving.path_solution import PathSolution, path_solution
from learned_ik.solving.solution import Status

if TYPE_CHECKING:
    from learned_ik.solving.solver import IkSolver


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


def follow(
    plain: 'IkSolver',
    avoidance: Avoidance,
    scene: Scene,
    avoid: bool,
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    start: npt.ArrayLike | None,
    options: dict[str, Any],
) -> PathSolution:
    """Return a path; see `IkSolver.follow`. `plain` is the solver that knows of no obstacles.

    Args:
        plain: the solver that knows of no obstacles.
        avoidance: keeps clear.
        scene: what to keep clear of.
        avoid: whether to, or only to measure.
        positions: (n, 3) [m].
        orientations: (n, 4).
        start: (joints,) [rad or m], or None.
        options: what else `IkSolver.follow` takes.

    """
    began = perf_counter()
    path = plain.follow(positions, orientations, start, **options)
    memory = plain._memory()
    if len(path) == 0:
        return path
    path.clearance, _ = avoidance.clearance(memory, scene, path.joint_positions)
    reached = path.status == Status.SUCCESS
    path.collisions = np.nonzero(reached & (path.clearance < scene.wanted))[0]
    if not avoid or len(path.collisions) == 0:
        return _told(path, scene, avoid, began)
    follower = _Follower(plain, avoidance, scene, positions, orientations, options, began)
    first = Trail(
        path.joint_positions,
        np.stack([path.position_error, path.orientation_error], axis=1),
        path.clearance,
        len(path.failures) + len(path.jumps),
        len(path.collisions),
    )
    best = follower.best_of(first, start)
    if best is not first:
        path = path_solution(
            plain.chain, best.q, best.errors, path.status, {},
            None if start is None else np.asarray(start, np.float64), options['jump'],
            path.timed_out, 0.0,
        )  # fmt: skip
        path.clearance = best.clearance
        reached = path.status == Status.SUCCESS
        path.collisions = np.nonzero(reached & (best.clearance < scene.wanted))[0]
    return _told(path, scene, avoid, began)


class _Follower:
    """Follows one path from several starts, within its time."""

    def __init__(
        self,
        plain: 'IkSolver',
        avoidance: Avoidance,
        scene: Scene,
        positions: npt.ArrayLike,
        orientations: npt.ArrayLike,
        options: dict[str, Any],
        began: float,
    ) -> None:
        self._plain, self._avoidance, self._scene = plain, avoidance, scene
        self._positions, self._orientations = np.asarray(positions), np.asarray(orientations)
        self._jump = options['jump']
        self._deadline = began + options['timeout']
        self._tolerances = {
            name: options[name] for name in ('position_tolerance', 'orientation_tolerance')
        }

    def best_of(self, first: Trail, start: npt.ArrayLike | None) -> Trail:
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

    def _starts(self, first: Trail, start: npt.ArrayLike | None) -> list[Array]:
        starts = [first.q[0]]
        if start is None:  # where the arm stands is where it has to begin
            found = solve_all(
                self._plain, self._avoidance, self._scene, self._positions[0],
                self._orientations[0], STARTS, None, self._tolerances,
                max(self._deadline - perf_counter(), 1e-3),
            )  # fmt: skip
            starts += [solution.joint_positions for solution in found]
        return starts

    def _trail(self, first: Trail, begin: Array) -> Trail | None:
        """Follow from one start; None where that misses or jumps."""
        n = len(first.q)
        trail = Trail(first.q.copy(), first.errors.copy(), np.empty(n), 0, 0)
        q, limit = begin, math.inf
        for i in range(n):
            answer = search(
                self._plain, self._avoidance, self._scene, self._positions[i],
                self._orientations[i], q, {**self._tolerances, 'max_joint_change': limit},
                self._deadline, only_seed=True,
            )  # fmt: skip
            if answer[CODE] != FOUND and answer[REACHED] == 0:
                return None
            q = answer[ANSWER:].copy()
            trail.q[i], trail.clearance[i] = q, answer[CLEARANCE]
            trail.errors[i] = answer[POSITION_ERROR], answer[ORIENTATION_ERROR]
            trail.touching += answer[CODE] != FOUND
            limit = self._jump
        return trail


def _told(path: PathSolution, scene: Scene, avoid: bool, began: float) -> PathSolution:
    """Return the path with what its message has to say of collisions, and its time."""
    path.solve_time = perf_counter() - began
    if avoid and len(path.collisions):
        stretches = [
            f'{first} to {last}' if last > first else f'{first}'
            for first, last in _stretches(path.collisions)
        ]
        more = f' and {len(stretches) - TOLD} more' if len(stretches) > TOLD else ''
        wanted = f' by {1e3 * scene.wanted:.3g} mm' if scene.wanted > 0 else ''
        worst = float(path.clearance[path.collisions].min())
        told = (
            f'poses {", ".join(stretches[:TOLD])}{more} cannot be kept clear{wanted}, '
            f'at the worst by {1e3 * worst:.3g} mm'
        )
        path.message = f'{path.message}; {told}' if path.message else told
    elif not avoid:
        path.collisions = np.empty(0, np.int64)
    return path


def _stretches(poses: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return first and last of each row of poses without a gap."""
    ends = np.nonzero(np.diff(poses) > 1)[0]
    firsts = [poses[0], *poses[ends + 1]]
    lasts = [*poses[ends], poses[-1]]
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
