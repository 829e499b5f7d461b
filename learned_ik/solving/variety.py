# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Several solutions of one pose, as different as possible: what `IkSolver.solve_all` asks for."""

import math
from collections.abc import Sequence
from time import perf_counter

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Integers
from learned_ik.checks import numbers, whole
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.layout import ANSWER, FREE_AXES, LARGEST_CHANGE
from learned_ik.kernels.path.branches import DISTINCT, gather
from learned_ik.kernels.path.tracking import read_targets
from learned_ik.solving import one_pose
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.engine import Engine
from learned_ik.solving.one_pose import clear_from_seed, clear_solution
from learned_ik.solving.request import (
    Request,
    checked_position_tolerance,
    checked_start,
    checked_timeout,
    request_options,
)
from learned_ik.solving.solution import Solution

MOST = 4096  # solutions that may be asked for
RESTARTS = 64  # at the least: without redundancy, that finds every branch but the rarest
RESTARTS_PER_SOLUTION = 8  # with it, there is always one more
CANDIDATES_PER_SOLUTION = 4  # of which the most different are kept
RESTARTS_PER_LOOK = 32  # restarts between two looks at the clock
TIMEOUT = 1.0  # [s], of all solutions together
TIMEOUT_OF_FIRST = 0.05  # [s], of the first: where there is none, there are no others
CANDIDATES_IN_SCENE = 4  # times as many solutions are looked at: not all can be cleared


def solve_all(
    engine: Engine,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    limit: int,
    seed: npt.ArrayLike | None,
    *,
    position_tolerance: float,
    orientation_tolerance: float | Sequence[float],
    timeout: float,
    scene: Scene | None,
) -> list[Solution]:
    """Return several solutions of a pose; see `IkSolver.solve_all`."""
    limit = whole(
        limit, 'limit', f'a whole number, 1 up to {MOST}', lambda count: 1 <= count <= MOST
    )
    timeout, began = checked_timeout(timeout), perf_counter()
    deadline = began + timeout
    bounds = position_tolerance, orientation_tolerance, math.inf, min(timeout, TIMEOUT_OF_FIRST)
    first = one_pose.solve(engine, position, orientation, seed, 'first', bounds, None)
    if not first:
        return []
    about = None if seed is None else checked_start(engine.chain, seed, 'seed')
    strictest, free = request_options(orientation_tolerance, math.inf, False)
    pose = numbers(position, 'position'), numbers(orientation, 'orientation')
    row = np.concatenate([*pose, free])
    tolerances = checked_position_tolerance(position_tolerance), strictest
    avoids = scene is not None and scene.avoids
    candidates = distinct_solutions(
        engine, row, about, tolerances, CANDIDATES_IN_SCENE * limit if avoids else limit, deadline
    )
    solved = [
        one_pose.solve(engine, position, orientation, q, 'first', bounds, None)
        for q in candidates
        if perf_counter() < deadline
    ]
    found = [solution for solution in solved if solution] or [first]
    if scene is not None and scene.avoids:
        found = _cleared(engine, row, tolerances, scene, found, deadline)
        if not found:
            solution = one_pose.solve(engine, position, orientation, seed, None, bounds, scene)
            found = [solution] if solution else []
        elif about is None:
            kept = spread(np.array([each.joint_positions for each in found]), limit)
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


def _cleared(
    engine: Engine,
    row: Array,
    tolerances: tuple[float, float],
    scene: Scene,
    candidates: list[Solution],
    deadline: float,
) -> list[Solution]:
    """Return those distinct solutions that keep clear to which candidates can be walked.

    Args:
        engine: the arm's.
        row: (SEED,), the request without its seed.
        tolerances: of position [m] and orientation [rad].
        scene: what to keep clear of.
        candidates: solutions.
        deadline: when to stop, on the clock of `perf_counter` [s].

    """
    memory, found = engine.memory(), list[Solution]()
    answers = np.empty((1, ANSWER + engine.chain.joint_count))
    for candidate in candidates:
        if perf_counter() > deadline:
            break
        rows = np.concatenate([row, candidate.joint_positions])[None]
        request = Request(rows, answers, True, tolerances, None, scene)
        if not clear_from_seed(engine, memory, request):
            continue
        q = answers[0, ANSWER:].copy()
        if all(np.abs(q - each.joint_positions).max() > DISTINCT for each in found):
            found.append(clear_solution(answers[0], 0.0))
    return found


def distinct_solutions(
    engine: Engine,
    row: Array,
    seed: Array | None,
    tolerances: tuple[float, float],
    limit: int,
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
        deadline: when to stop, on the clock of `perf_counter` [s].

    """
    make_ready('paths')
    target = np.empty((1, 12))
    read_targets(row[None, :FREE_AXES], target)
    demand = np.array([*tolerances, math.inf, *row[FREE_AXES:LARGEST_CHANGE]])
    memory, joints = engine.memory(), engine.chain.joint_count
    pool = np.empty((CANDIDATES_PER_SOLUTION * limit, joints))
    dexterities = np.empty(len(pool))
    attempts = engine.heads + max(RESTARTS, RESTARTS_PER_SOLUTION * limit)
    about = engine.chain.middle if seed is None else np.ascontiguousarray(seed)
    count = begin = 0
    while begin < attempts and count < len(pool) and (begin == 0 or perf_counter() < deadline):
        end = min(begin + RESTARTS_PER_LOOK + (engine.heads if begin == 0 else 0), attempts)
        count = gather(
            *engine.packed, memory.numbers, memory.activations, target[0], about, demand,
            begin, end, pool, dexterities, count,
        )  # fmt: skip
        begin = end
    cost = -dexterities[:count] if seed is None else np.linalg.norm(pool[:count] - seed, axis=1)
    order = np.argsort(cost, kind='stable')
    kept = order[spread(pool[order], limit)]
    return pool[kept[np.argsort(cost[kept], kind='stable')]]


def spread(points: Array, limit: int) -> Integers:
    """Return which of points (n, joints) to keep: the first, then ever the farthest from those."""
    kept = [0] if len(points) else []
    gaps = np.full(len(points), np.inf)
    while 0 < len(kept) < min(limit, len(points)):
        gaps = np.minimum(gaps, np.linalg.norm(points - points[kept[-1]], axis=1))
        kept.append(int(np.argmax(gaps)))
    return np.array(kept, dtype=np.int64)
