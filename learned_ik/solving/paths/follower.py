# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`PathFollower`: one joint path without jumps through many poses, where one exists.

Tracking costs a microsecond a pose, so the question is only where to begin. The starts are tried
in an order that was measured: the given joints, the network's heads, restarts; the same once
more, coasting; then a ladder graph. Where nothing leads on, the path begins anew: at a jump, or
behind a pose out of reach.
"""

import math
from collections.abc import Iterator
from time import perf_counter

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.forward_kinematics import X
from learned_ik.kernels.path.branches import gather
from learned_ik.kernels.path.ladder import (
    FRESH,
    RUNG,
    SPACING,
    TRACKED,
    Rung,
    climb,
    steer_again,
)
from learned_ik.kernels.path.tracking import (
    COAST,
    COMFORT,
    POSITION_TOLERANCE,
    STAY,
    measure_angles,
    read_targets,
    track_first_that_holds,
)
from learned_ik.rotations import chordal_angle
from learned_ik.solving import one_pose
from learned_ik.solving.engine import Engine
from learned_ik.solving.freedom import demanded_freedom
from learned_ik.solving.paths.roomy_starts import RESTARTS_WITH_ROOM, ROUNDS, AboutLimits
from learned_ik.solving.solution import Solution, Status

FIRST_STARTS = 8  # restarts that take the place of the heads where there is no network
RESTARTS_PER_LOOK = 24  # restarts between two looks at the clock
MOST_RESTARTS = 8 * RESTARTS_PER_LOOK  # as starts of one piece of a path
PIECE = 1000  # poses that are tracked between two looks at the clock: a millisecond or two
ATTEMPTS = 3 * FRESH  # refinements for the fresh solutions of a rung


class PathFollower:
    """Follows one path, piece by piece."""

    def __init__(self, engine: Engine, poses: Array, demand: Array) -> None:
        """Make room for the answer to checked poses (n, 7).

        Args:
            engine: the arm's.
            poses: (n, 7), checked.
            demand: (DEMAND,), as `kernels/path/tracking.py` says.

        """
        make_ready('paths')
        self._engine, self._memory = engine, engine.memory()
        self._poses, self.demand, self._deadline = poses, demand, math.inf
        freedom = demanded_freedom(demand)
        self._freedom, self._is_free = freedom.shortest, freedom.some_are_free
        self.targets = np.empty((len(poses), 12))
        read_targets(poses, self.targets)
        self.path = np.empty((len(poses), engine.chain.joint_count))  # [rad or m]
        self.errors = np.empty((len(poses), 2))  # position [m], orientation [rad]
        self.status = np.full(len(poses), Status.SUCCESS, np.int64)
        self.reasons: dict[int, str] = {}  # why, for the poses that are not reached
        self.timed_out = False  # whether the time was over before everything was tried
        self._trial, self._trial_errors = np.empty_like(self.path), np.empty_like(self.errors)
        self._way, self._way_errors = np.empty_like(self.path), np.empty_like(self.errors)

    def run(self, start: Array | None, deadline: float = math.inf) -> None:
        """Fill the answer.

        Args:
            start: (joints,) [rad or m], where the arm is, if that matters.
            deadline: when to stop, on the clock of `perf_counter` [s].

        """
        self._deadline = deadline
        begin, last = 0, start
        while begin < len(self.path):
            if begin > 0 and self._late():
                self._give_up(begin)
                break
            first = self._solve(begin, last)
            if first:
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
            if self._is_free and end < len(self.path) and len(tried) == 1:
                end = self._with_room(begin, last, end)
            if end == len(self.path) or not self._passable(end) or self._late():
                return end
        starts = np.concatenate(tried)
        end = self.track(begin, len(self.path), starts, end, COAST)
        if end == len(self.path) or self._late():
            return end
        return self.climb(begin, starts[:RUNG], end)

    def _with_room(self, begin: int, last: Array | None, end: int) -> int:
        """Use freedom to get farther: begin far from the limits that end the longest way.

        All joints are drawn to the middle on the way, as far as free axes give way.

        Returns:
            Where the longest way ends now.

        """
        about = AboutLimits(self._engine.chain)
        attempts = (self._engine.heads or FIRST_STARTS) + RESTARTS_WITH_ROOM
        pool, dexterities = np.empty((attempts, self.path.shape[1])), np.empty(attempts)
        for _ in range(ROUNDS):
            starts = self.path[begin : begin + 1].copy()
            if last is None:
                posture, held = about.opposite(self.path[end - 1])
                count = self._gather(begin, posture, (0, attempts), pool, dexterities, 0)
                starts = about.nearest(pool[:count], posture, held)
            farther = self.track(begin, len(self.path), starts, end, COMFORT)
            if farther == len(self.path) or farther == end or self._late():
                return farther
            end = farther
        return end

    def starts(self, begin: int, first: Array, last: Array | None) -> Iterator[Array]:
        """Yield distinct solutions (some, joints) of a pose, block by block.

        In each block those come first where the arm is most dexterous. Args as `_follow_from`.
        """
        block = self._engine.heads or FIRST_STARTS
        pool = np.empty((1 + block + MOST_RESTARTS, len(first)))
        dexterities = np.empty(len(pool))
        count = 0
        if last is not None:
            pool[0], count = first, 1
            yield pool[:1]
        about = self._engine.chain.middle if last is None else last
        ends = range(block, block + MOST_RESTARTS + 1, RESTARTS_PER_LOOK)
        for begin_at, end_at in zip((0, *ends), ends, strict=False):
            before = count
            count = self._gather(begin, about, (begin_at, end_at), pool, dexterities, before)
            if count == 0:
                pool[0], dexterities[0], count = first, 0.0, 1
            if count > before:
                yield pool[before:count][np.argsort(-dexterities[before:count], kind='stable')]

    def climb(self, begin: int, starts: Array, end: int) -> int:
        """Try the ladder graph from starts (some, joints) of a pose on.

        Returns:
            Where its way ends; `end`, how far tracking got, where it is not better.

        """
        joints, last = starts.shape[1], len(self.path) - 1
        pool, dexterities = np.empty((FRESH, joints)), np.empty(FRESH)
        ends, distances = np.empty((RUNG, joints)), np.empty(RUNG)  # memory of a climb, as these:
        path, errors = np.empty_like(self.path), np.empty_like(self.errors)
        outcome = np.zeros(3, np.int64)
        rungs, nodes, low = [new_rung(starts)], len(starts), begin
        while low < last and not self._late():
            high = min(low + SPACING, last)
            about = rungs[-1].nodes[0]
            fresh = self._gather(high, about, (0, ATTEMPTS), pool, dexterities, 0)
            rung = new_rung(starts[:0])
            climb(
                *self._engine.packed, self._memory.numbers, self.targets, low, high,
                self.demand, rungs[-1].nodes, rungs[-1].lengths, nodes, pool[:fresh], *rung,
                ends, distances, path, errors, outcome,
            )  # fmt: skip
            found, farthest, best = outcome.tolist()
            if found == 0:
                if farthest > end:
                    self._walk(begin, rungs, best)
                    return self.track(low, farthest, self.path[low : low + 1].copy(), low)
                return end
            rungs.append(rung)
            nodes, low = found, high
        if low < end:
            return end
        self._walk(begin, rungs, int(np.argmin(rungs[-1].lengths[:nodes])))
        return low + 1

    def _walk(self, begin: int, rungs: list[Rung], node: int) -> None:
        """Write the way that leads from a pose to a node of the last rung."""
        way = [node]  # a node for each rung, from the last to the first
        for rung in rungs[:0:-1]:
            way.append(int(rung.parents[way[-1]]))
        way.reverse()
        q = rungs[0].nodes[way[0] : way[0] + 1]
        self.track(begin, begin + 1, q, begin)
        low = begin
        for rung, node in zip(rungs[1:], way[1:], strict=True):
            high = min(low + SPACING, len(self.path) - 1)
            if rung.manners[node] == TRACKED:
                self.track(low, high + 1, self.path[low : low + 1].copy(), low)
            else:
                steer_again(
                    *self._engine.packed, self._memory.numbers, self.targets, low, high,
                    rung.nodes[node], self.demand, self.path, self.errors,
                )  # fmt: skip
            low = high

    def track(self, begin: int, end: int, starts: Array, reached: int, manner: int = STAY) -> int:
        """Track from starts (some, joints) of a pose; see `track_first_that_holds`."""
        if end - begin <= PIECE:
            return self._track(begin, end, starts, reached, manner, self.path, self.errors)
        for start in starts:  # in pieces, with a look at the clock after each
            last = begin + 1
            q = start[None]
            while last < end and (last == begin + 1 or not self._late()):
                low, high = last - 1, min(last + PIECE, end)
                last = self._track(low, high, q, low, manner, self._way, self._way_errors)
                if last < high:
                    break
                q = self._way[last - 1 : last].copy()
            if last > reached:
                reached = last
                self.path[begin:last] = self._way[begin:last]
                self.errors[begin:last] = self._way_errors[begin:last]
            if reached == end or self._late():
                break
        return reached

    def _track(
        self,
        begin: int,
        end: int,
        starts: Array,
        reached: int,
        manner: int,
        path: Array,
        errors: Array,
    ) -> int:
        """Track a piece of the path into arrays of its length."""
        return track_first_that_holds(
            *self._engine.packed, self._memory.numbers, self.targets, begin, end, starts,
            self.demand, self._trial, self._trial_errors, path, errors, reached, manner,
        )  # fmt: skip

    def measure_angles(self) -> None:
        """Let the orientation errors be those about axes that are not free."""
        measure_angles(
            *self._engine.packed, self._memory.numbers, self.targets, self.path, self.demand,
            self.errors,
        )  # fmt: skip

    def _gather(
        self,
        pose: int,
        about: Array,
        attempts: tuple[int, int],
        pool: Array,
        dexterities: Array,
        count: int,
    ) -> int:
        """Add distinct solutions of a pose to a pool; see `gather`."""
        return gather(
            *self._engine.packed, self._memory.numbers, self._memory.activations,
            self.targets[pose], about, self.demand, *attempts, pool, dexterities, count,
        )  # fmt: skip

    def _solve(self, pose: int, seed: Array | None) -> Solution:
        """Return the solution of a pose, the one next to a seed (joints,) where that is given.

        With bounded work, so that no pose out of reach takes the time of those behind it.
        """
        bounds = float(self.demand[POSITION_TOLERANCE]), self._freedom, math.inf, math.inf
        position, orientation = self._poses[pose, :3], self._poses[pose, 3:]
        return one_pose.solve(self._engine, position, orientation, seed, None, bounds, None)

    def _passable(self, pose: int) -> bool:
        """Say whether another start may lead across the step to a pose."""
        return bool(self._solve(pose, self.path[pose - 1]))

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
        R, p = self._engine.chain.forward_matrix(self.path[begin - 1])
        targets = self.targets[begin:]
        self.path[begin:] = self.path[begin - 1]
        self.errors[begin:, 0] = np.linalg.norm(targets[:, X:] - p, axis=1)
        self.errors[begin:, 1] = chordal_angle(targets[:, :X], R.ravel())
        self.status[begin:] = Status.TIMED_OUT
        self.reasons[begin] = 'the time was over before the path was'


def new_rung(nodes: Array) -> Rung:
    """Return a rung on which ways begin at nodes (up to RUNG, joints) [rad or m], or none."""
    rung = Rung(
        nodes=np.zeros((RUNG, nodes.shape[1])),
        lengths=np.zeros(RUNG),
        dexterities=np.zeros(RUNG),
        parents=np.zeros(RUNG, np.int64),
        manners=np.full(RUNG, TRACKED, np.int64),
    )
    rung.nodes[: len(nodes)] = nodes
    return rung
