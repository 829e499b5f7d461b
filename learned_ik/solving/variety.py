# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Several solutions of one pose, as different as possible: what `IkSolver.solve_all` asks for."""

import math
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.kernels.path.branches import gather
from learned_ik.kernels.path.tracking import Demand, read_targets
from learned_ik.solving.requests import checked_start, request_options
from learned_ik.solving.solution import Solution

if TYPE_CHECKING:
    from learned_ik.solving.solver import IkSolver


RESTARTS = 64  # at the least: without redundancy, that finds every branch but the rarest
RESTARTS_PER_SOLUTION = 8  # with it, there is always one more
CANDIDATES_PER_SOLUTION = 4  # of which the most different are kept


def solve_all(
    solver: 'IkSolver',
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    limit: int,
    seed: npt.ArrayLike | None,
    *,
    position_tolerance: float,
    orientation_tolerance: float | Sequence[float],
) -> list[Solution]:
    """Return several solutions of a pose where all is clear; see `IkSolver.solve_all`."""
    tolerances = {
        'position_tolerance': position_tolerance,
        'orientation_tolerance': orientation_tolerance,
    }
    if not solver.solve(position, orientation, seed, prefer='first', **tolerances).success:
        return []
    began = perf_counter()
    pose = np.concatenate([position, orientation], dtype=np.float64)
    about = None if seed is None else checked_start(solver.chain, seed)
    strictest, options = request_options(orientation_tolerance, math.inf, False)
    demand = Demand(float(position_tolerance), strictest, math.inf, options[:3])
    found = distinct_solutions(solver, pose, about, demand, limit)
    solutions = [
        solver.solve(position, orientation, q, prefer='first', **tolerances) for q in found
    ]
    for solution in solutions:
        solution.seed_distance = (
            math.nan if about is None else float(np.linalg.norm(solution.joint_positions - about))
        )
        solution.solve_time = perf_counter() - began
    return solutions


def distinct_solutions(
    solver: 'IkSolver',
    pose: Array,
    seed: Array | None,
    demand: Demand,
    limit: int,
) -> Array:
    """Return up to `limit` solutions (some, joints) [rad or m] of a pose, best first.

    The network's heads and restarts give candidates. Best is what is nearest to the seed, or
    without one, what promises most. Where there are too many, those are kept that leave the
    smallest gaps (farthest-point selection; Gonzalez, "Clustering to Minimize the Maximum
    Intercluster Distance", DOI 10.1016/0304-3975(85)90224-5).

    Args:
        solver: of the arm.
        pose: (7,), position [m] and quaternion, checked.
        seed: (joints,) [rad or m], optional; see `gather`.
        demand: tolerances.
        limit: 1 or more.

    """
    target = np.empty((1, 12))
    read_targets(pose[None], target)
    memory, joints = solver._memory(), solver.chain.joint_count
    pool = np.empty((CANDIDATES_PER_SOLUTION * limit, joints))
    promises = np.empty(len(pool))
    attempts = solver._heads + max(RESTARTS, RESTARTS_PER_SOLUTION * limit)
    about = solver.chain.middle if seed is None else seed
    count = gather(
        *solver._packed, memory.numbers, memory.activations, target[0], about, demand,
        0, attempts, pool, promises, 0,
    )  # fmt: skip
    cost = -promises[:count] if seed is None else np.linalg.norm(pool[:count] - seed, axis=1)
    order = np.argsort(cost, kind='stable')
    kept = order[spread(pool[order], limit)]
    return pool[kept[np.argsort(cost[kept], kind='stable')]]


def spread(points: Array, limit: int) -> npt.NDArray[np.int64]:
    """Return which of points (n, joints) to keep: the first, then ever the farthest from those."""
    kept = [0] if len(points) else []
    gaps = np.full(len(points), np.inf)
    while 0 < len(kept) < min(limit, len(points)):
        gaps = np.minimum(gaps, np.linalg.norm(points - points[kept[-1]], axis=1))
        kept.append(int(np.argmax(gaps)))
    return np.array(kept, dtype=np.int64)
