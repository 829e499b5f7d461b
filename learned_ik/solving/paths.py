# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One joint path without jumps through many poses, where one exists: what `IkSolver.follow` does.

Tracking costs a microsecond a pose, so the question is only where to begin. The starts are tried
in an order that was measured: the given joints, the network's heads, restarts; the same once
more, coasting; then a ladder graph. Where nothing leads on, the path begins anew: at a jump, or
behind a pose out of reach.
"""

import dataclasses
from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.kernels.packing import Memory, PackedModel
from learned_ik.kernels.path.branches import gather
from learned_ik.kernels.path.ladder import (
    FRESH,
    PLACES,
    SPACING,
    TRACKED,
    Rung,
    climb,
    new_rung,
    new_sketch,
    steer_again,
)
from learned_ik.kernels.path.tracking import (
    ALL_AXES,
    Demand,
    measure_angles,
    read_targets,
    track_first_that_holds,
)
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import rotation_angle
from learned_ik.solving.path_solution import PathSolution, path_solution
from learned_ik.solving.requests import (
    axis_tolerances,
    check_path_demand,
    checked_path,
    checked_start,
)
from learned_ik.solving.solution import Solution, Status

JUMP = 0.2  # [rad or m], of one joint from pose to pose: more is no motion but a change of branch
TIMEOUT = 1.0  # [s], of a whole path
SHORTEST_SEARCH = 1e-3  # [s], for one pose, also when the time is almost over
FIRST_STARTS = 8  # restarts that take the place of the heads where there is no network
RESTARTS_PER_LOOK = 24  # restarts between two looks at the clock
MOST_RESTARTS = 8 * RESTARTS_PER_LOOK  # as starts of one piece of a path
ATTEMPTS = 3 * FRESH  # refinements for the fresh solutions of a rung


@dataclasses.dataclass(frozen=True, slots=True)
class Tools:
    """What of a solver its path follower works with."""

    chain: KinematicChain
    packed: PackedModel
    memory: Memory
    heads: int  # of the network; 0 without one
    solve: Callable[..., Solution]  # `IkSolver.solve`


def follow_path(
    tools: Tools,
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    start: npt.ArrayLike | None,
    demand: Demand,
    timeout: float,
) -> PathSolution:
    """Return one joint path through poses; see `IkSolver.follow`."""
    make_ready(tools)
    began = perf_counter()
    poses = checked_path(positions, orientations)
    q_start = None if start is None else checked_start(tools.chain, start)
    check_path_demand(demand.jump, timeout)
    follower = PathFollower(tools, poses, demand, began + timeout)
    follower.run(q_start)
    if demand.ease.any():
        follower.measure_angles()
    return path_solution(
        tools.chain, follower.path, follower.errors, follower.status, follower.reasons,
        q_start, demand.jump, follower.timed_out, perf_counter() - began,
    )  # fmt: skip


def make_ready(tools: Tools) -> None:
    """Compile all that following needs, or load it from disk, so that no timeout pays for it."""
    if steer_again.signatures:
        return
    q = tools.chain.middle
    tools.solve(*tools.chain.forward(q), q, prefer='middle')
    compile_kernels(tools)


def compile_kernels(tools: Tools) -> None:
    """Compile the kernels of this file's neighbours, but not those that solve one pose."""
    q = tools.chain.middle
    poses = np.tile(np.concatenate(tools.chain.forward(q)), (2, 1))
    follower = PathFollower(tools, poses, Demand(1e-6, 1e-6, JUMP, ALL_AXES), np.inf)
    follower.track(0, 2, q[None], 0)
    follower.climb(0, q[None], 0)
    follower.measure_angles()
    steer_again(
        *tools.packed, tools.memory.numbers, follower.targets, 0, 1, q, follower.demand,
        follower.path, follower.errors,
    )  # fmt: skip


class PathFollower:
    """Follows one path, piece by piece."""

    def __init__(self, tools: Tools, poses: Array, demand: Demand, deadline: float) -> None:
        """Make room for the answer to checked poses (n, 7); the deadline is one of the clock."""
        self._tools = tools
        self._poses = poses
        self.demand = demand
        self._deadline = deadline
        self._axes = axis_tolerances(demand.orientation_tolerance, demand.ease)
        self.targets = np.empty((len(poses), 12))
        read_targets(poses, self.targets)
        self.path = np.empty((len(poses), tools.chain.joint_count))  # [rad or m]
        self.errors = np.empty((len(poses), 2))  # position [m], orientation [rad]
        self.status = np.full(len(poses), Status.SUCCESS, np.int64)
        self.reasons: dict[int, str] = {}  # why, for the poses that are not reached
        self.timed_out = False  # whether the time was over before everything was tried
        self._trial, self._trial_errors = np.empty_like(self.path), np.empty_like(self.errors)

    def run(self, start: Array | None) -> None:
        """Fill the answer; start (joints,) [rad or m] is where the arm is, if that matters."""
        begin, last = 0, start
        while begin < len(self.path):
            if begin > 0 and self._late():
                self._give_up(begin)
                break
            first = self._solve(begin, last)
            if first.success:
                begin = self._follow_from(begin, first.joint_positions, last)
                last = self.path[begin - 1]
            else:
                self._miss(begin, first)
                begin += 1

    def _follow_from(self, begin: int, first: Array, last: Array | None) -> int:
        """Follow the path from a pose on, as far as possible; return where that ends.

        Args:
            begin: the pose.
            first: (joints,), one of its solutions; the one next to `last` where that is given.
            last: (joints,), the joint positions before.

        """
        end = begin  # the pose before which the best way so far ends
        tried = []
        for starts in self.starts(begin, first, last):
            tried.append(starts)
            end = self.track(begin, len(self.path), starts, end)
            if end == len(self.path) or not self._passable(end) or self._late():
                return end
        starts = np.concatenate(tried)
        end = self.track(begin, len(self.path), starts, end, coasts=True)
        if end == len(self.path) or self._late():
            return end
        return self.climb(begin, starts[:PLACES], end)

    def starts(self, begin: int, first: Array, last: Array | None) -> Iterator[Array]:
        """Yield distinct solutions (some, joints) of a pose, block by block.

        In each block those come first that promise most. Args as `_follow_from`.
        """
        block = self._tools.heads or FIRST_STARTS
        pool = np.empty((1 + block + MOST_RESTARTS, len(first)))
        promises = np.empty(len(pool))
        count = 0
        if last is not None:
            pool[0], count = first, 1
            yield pool[:1]
        about = self._tools.chain.middle if last is None else last
        ends = range(block, block + MOST_RESTARTS + 1, RESTARTS_PER_LOOK)
        for begin_at, end_at in zip((0, *ends), ends, strict=False):
            before = count
            count = self._gather(begin, about, begin_at, end_at, pool, promises, before)
            if count == 0:
                pool[0], promises[0], count = first, 0.0, 1
            if count > before:
                yield pool[before:count][np.argsort(-promises[before:count], kind='stable')]

    def climb(self, begin: int, starts: Array, end: int) -> int:
        """Try the ladder graph from starts (some, joints) of a pose on.

        Returns:
            Where its way ends; `end`, how far tracking got, where it is not better.

        """
        joints, poses = starts.shape[1], len(self.path)
        sketch = new_sketch(joints, poses)
        pool, promises = np.empty((FRESH, joints)), np.empty(FRESH)
        rungs, nodes, here = [new_rung(starts)], len(starts), begin
        while here < poses - 1 and not self._late():
            there = min(here + SPACING, poses - 1)
            about = rungs[-1].nodes[0]
            fresh = self._gather(there, about, 0, ATTEMPTS, pool, promises, 0)
            rung = new_rung(starts[:0])
            found, farthest, best = climb(
                *self._tools.packed, self._tools.memory.numbers, self.targets, here, there,
                self.demand, rungs[-1], nodes, pool[:fresh], rung, sketch,
            )  # fmt: skip
            if found == 0:
                if farthest > end:
                    self._walk(begin, rungs, best)
                    return self.track(here, farthest, self.path[here : here + 1].copy(), here)
                return end
            rungs.append(rung)
            nodes, here = found, there
        if here < end:
            return end
        self._walk(begin, rungs, int(np.argmin(rungs[-1].lengths[:nodes])))
        return here + 1

    def _walk(self, begin: int, rungs: list[Rung], node: int) -> None:
        """Write the way that leads from a pose to a node of the last rung."""
        way = [node]  # a node for each rung, from the last to the first
        for rung in rungs[:0:-1]:
            way.append(int(rung.parents[way[-1]]))
        way.reverse()
        q = rungs[0].nodes[way[0] : way[0] + 1]
        self.track(begin, begin + 1, q, begin)
        here = begin
        for rung, node in zip(rungs[1:], way[1:], strict=True):
            there = min(here + SPACING, len(self.path) - 1)
            if rung.manners[node] == TRACKED:
                self.track(here, there + 1, self.path[here : here + 1].copy(), here)
            else:
                steer_again(
                    *self._tools.packed, self._tools.memory.numbers, self.targets, here, there,
                    rung.nodes[node], self.demand, self.path, self.errors,
                )  # fmt: skip
            here = there

    def track(
        self, begin: int, end: int, starts: Array, reached: int, coasts: bool = False
    ) -> int:
        """Track from starts (some, joints) of a pose; see `track_first_that_holds`."""
        return track_first_that_holds(
            *self._tools.packed, self._tools.memory.numbers, self.targets, begin, end, starts,
            self.demand, self._trial, self._trial_errors, self.path, self.errors, reached, coasts,
        )  # fmt: skip

    def measure_angles(self) -> None:
        """Let the orientation errors be those about axes that are not free."""
        measure_angles(
            *self._tools.packed, self._tools.memory.numbers, self.targets, self.path, self.demand,
            self.errors,
        )  # fmt: skip

    def _gather(
        self,
        pose: int,
        about: Array,
        first: int,
        last: int,
        pool: Array,
        promises: Array,
        count: int,
    ) -> int:
        """Add distinct solutions of a pose to a pool; see `gather`."""
        memory = self._tools.memory
        return gather(
            *self._tools.packed, memory.numbers, memory.activations, self.targets[pose], about,
            self.demand, first, last, pool, promises, count,
        )  # fmt: skip

    def _solve(self, pose: int, seed: Array | None) -> Solution:
        """Return the solution of a pose, the one next to a seed (joints,) where that is given."""
        return self._tools.solve(
            self._poses[pose, :3],
            self._poses[pose, 3:],
            seed,
            position_tolerance=self.demand.position_tolerance,
            orientation_tolerance=self._axes,
            timeout=max(self._deadline - perf_counter(), SHORTEST_SEARCH),
        )

    def _passable(self, pose: int) -> bool:
        """Say whether another start may lead across the step to a pose."""
        return self._solve(pose, self.path[pose - 1]).success

    def _late(self) -> bool:
        """Say whether the time is over, where there is something left to try."""
        self.timed_out = self.timed_out or perf_counter() > self._deadline
        return self.timed_out

    def _miss(self, pose: int, solution: Solution) -> None:
        """Take the nearest try for a pose that cannot be reached."""
        self.path[pose] = solution.joint_positions
        self.errors[pose] = solution.position_error, solution.orientation_error
        self.status[pose] = solution.status
        self.reasons[pose] = solution.message
        self.timed_out = self.timed_out or solution.status == Status.TIMED_OUT

    def _give_up(self, begin: int) -> None:
        """Leave the arm where it is for all poses that are left when the time is over."""
        R, p = self._tools.chain.forward_matrix(self.path[begin - 1])
        targets = self.targets[begin:]
        self.path[begin:] = self.path[begin - 1]
        self.errors[begin:, 0] = np.linalg.norm(targets[:, 9:] - p, axis=1)
        self.errors[begin:, 1] = rotation_angle(targets[:, :9].reshape(-1, 3, 3), R)
        self.status[begin:] = Status.TIMED_OUT
        self.reasons[begin] = 'the time was over before the path was'
