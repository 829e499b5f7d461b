# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Several solutions of one pose, as different as possible: what `IkSolver.solve_all` asks for."""

import itertools
import math
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Integers, Posture
from learned_ik.checks import numbers, whole
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.layout import ANSWER, FREE_AXES, LARGEST_CHANGE
from learned_ik.kernels.path.branches import DISTINCT, gather
from learned_ik.kernels.path.tracking import read_targets
from learned_ik.solving import one_pose
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.engine import RESTARTS_PER_LOOK, Engine
from learned_ik.solving.freedom import Freedom
from learned_ik.solving.one_pose import clear_from_seed, clear_solution
from learned_ik.solving.request import (
    Request,
    checked_position_tolerance,
    checked_start,
    checked_timeout,
    request_options,
)
from learned_ik.solving.solution import Solution

Value = TypeVar('Value')

MOST = 4096  # solutions that may be asked for
RESTARTS = 64  # at the least: without redundancy, that finds every branch but the rarest
RESTARTS_PER_SOLUTION = 8  # with it, there is always one more
CANDIDATES_PER_SOLUTION = 4  # of which the most different are kept
SHORTEST_SEARCH = 1e-3  # [s], also when the time is almost over
CANDIDATES_IN_SCENE = 4  # times as many solutions are looked at: not all can be cleared


def solve_all(
    engine: Engine,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    limit: int,
    seed: Posture | None,
    *,
    position_tolerance: float,
    freedom: Freedom,
    timeout: float,
    scene: Scene | None,
) -> list[Solution]:
    """Return several solutions of a pose; see `IkSolver.solve_all`."""
    limit = whole(
        limit, 'limit', f'a whole number, 1 up to {MOST}', lambda count: 1 <= count <= MOST
    )
    make_ready('paths')  # before the clock: no timeout pays for compiling
    engine.memory()
    began, timeout = perf_counter(), checked_timeout(timeout)
    deadline = began + timeout
    orientation, freedom = freedom.aimed(orientation), freedom.at_the_middle()
    bounds = position_tolerance, freedom.shortest, math.inf, timeout
    first = one_pose.solve(engine, position, orientation, seed, 'first', bounds, None)
    if not first:
        return []
    about = None if seed is None else checked_start(engine.chain, seed, 'seed')
    options = request_options(freedom, math.inf, False)
    pose = numbers(position, 'position'), numbers(orientation, 'orientation')
    row = np.concatenate([*pose, options])
    tolerances = checked_position_tolerance(position_tolerance), freedom.strictest
    avoids = scene is not None and scene.avoids
    candidates = distinct_solutions(
        engine, row, about, tolerances, CANDIDATES_IN_SCENE * limit if avoids else limit,
        deadline=_midway(deadline),
    )  # fmt: skip
    solved = []
    for q in _in_time(candidates, _midway(deadline) if avoids else deadline):
        solved.append(one_pose.solve(engine, position, orientation, q, 'first', bounds, None))
    found = [solution for solution in solved if solution] or [first]
    if scene is not None and scene.avoids:
        found = _cleared(engine, row, tolerances, scene, _in_time(found, deadline))
        if not found:
            rest = *bounds[:3], max(deadline - perf_counter(), SHORTEST_SEARCH)
            solution = one_pose.solve(engine, position, orientation, seed, None, rest, scene)
            found = [solution] if solution else []
        elif about is None:
            kept = spread(np.array([each.joint_positions for each in found]), limit, deadline)
            found = [found[k] for k in sorted(kept)]
    elif scene is not None:
        postures = np.array([each.joint_positions for each in found])
        clearances = engine.avoidance.clearance(engine.memory(), scene, postures)
        for solution, clearance in zip(found, clearances.tolist(), strict=True):
            solution.clearance = clearance
    for solution in found:
        solution.seed_distance = math.nan
        if about is not None:
            solution.seed_distance = float(np.linalg.norm(solution.joint_positions - about))
        solution.solve_time = perf_counter() - began
    if avoids and about is not None:
        found.sort(key=lambda solution: solution.seed_distance)
    return found[:limit]


def _midway(deadline: float) -> float:
    """Return when half of the time is over that is left now."""
    return 0.5 * (perf_counter() + deadline)


def _in_time(values: Iterable[Value], deadline: float) -> Iterator[Value]:
    """Yield values until the time is over."""
    return itertools.takewhile(lambda _: perf_counter() < deadline, values)


def _cleared(
    engine: Engine,
    row: Array,
    tolerances: tuple[float, float],
    scene: Scene,
    candidates: Iterable[Solution],
) -> list[Solution]:
    """Return those distinct solutions that keep clear to which candidates can be walked.

    Args:
        engine: the arm's.
        row: (SEED,), the request without its seed.
        tolerances: of position [m] and orientation [rad].
        scene: what to keep clear of.
        candidates: solutions.

    """
    memory, found = engine.memory(), list[Solution]()
    answers = np.empty((1, ANSWER + engine.chain.joint_count))
    for candidate in candidates:
        rows = np.concatenate([row, candidate.joint_positions])[None]
        request = Request(rows, answers, True, tolerances, None, scene)
        if not clear_from_seed(engine, memory, request):
            continue
        q = answers[0, ANSWER:].copy()
        if all(np.abs(q - each.joint_positions).max() > DISTINCT for each in found):
            found.append(clear_solution(engine, answers[0], 0.0))
    return found


def distinct_solutions(
    engine: Engine,
    row: Array,
    seed: Array | None,
    tolerances: tuple[float, float],
    limit: int,
    *,
    deadline: float,
) -> Array:
    """Return up to `limit` solutions (some, joints) [rad or m] of a pose, best first.

    The network's heads and restarts give candidates. Best is what is nearest to the seed, or
    without one, where the arm is most dexterous. Where there are too many, those are kept that
    leave the smallest gaps (farthest-point selection; Gonzalez, "Clustering to Minimize the
    Maximum Intercluster Distance", DOI 10.1016/0304-3975(85)90224-5).

    Args:
        engine: of the arm.
        row: (SEED,), the request without its seed, checked.
        seed: (joints,) [rad or m], optional; see `gather`.
        tolerances: of position [m] and orientation [rad].
        limit: 1 or more.
        deadline: when to stop with what there is then, on the clock of `perf_counter` [s].

    """
    target = np.empty((1, 12))
    read_targets(row[None, :FREE_AXES], target)
    demand = np.array([*tolerances, math.inf, *row[FREE_AXES:LARGEST_CHANGE]])
    memory, joints = engine.memory(), engine.chain.joint_count
    pool = np.empty((CANDIDATES_PER_SOLUTION * limit, joints))
    dexterities = np.empty(len(pool))
    attempts = engine.heads + max(RESTARTS, RESTARTS_PER_SOLUTION * limit)
    about = engine.chain.middle if seed is None else np.ascontiguousarray(seed)
    count, first, half = 0, 0, _midway(deadline)
    while first < attempts and count < len(pool) and perf_counter() < half:
        last = min(max(first, engine.heads) + RESTARTS_PER_LOOK, attempts)  # all heads at once
        count = gather(
            *engine.packed, memory.numbers, memory.activations, target[0], about, demand,
            first, last, pool, dexterities, count,
        )  # fmt: skip
        first = last
    cost = -dexterities[:count] if seed is None else np.linalg.norm(pool[:count] - seed, axis=1)
    order = np.argsort(cost, kind='stable')
    kept = order[spread(pool[order], limit, deadline)]
    return pool[kept[np.argsort(cost[kept], kind='stable')]]


def spread(points: Array, limit: int, deadline: float = math.inf) -> Integers:
    """Return which of points (n, joints) to keep: the first, then ever the farthest from those.

    No more than `limit`, and none after the deadline, on the clock of `perf_counter` [s].
    """
    kept = [0] if len(points) else []
    gaps = np.full(len(points), np.inf)
    while 0 < len(kept) < min(limit, len(points)) and perf_counter() < deadline:
        gaps = np.minimum(gaps, np.linalg.norm(points - points[kept[-1]], axis=1))
        kept.append(int(np.argmax(gaps)))
    return np.array(kept, dtype=np.int64)
