# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What follows a search in vain: more restarts while there is time, and the reason at the end."""

import math
from time import perf_counter

import numpy as np

from learned_ik.kernels.packing import HEADS, Memory, PackedModel
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.kernels.search import ENOUGH_RESTARTS, FOUND, NEAR_MISS, NOT_GIVEN, search
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving.requests import NO_OPTIONS, POSITION_ONLY
from learned_ik.solving.solution import Status, why_not

MOST_RESTARTS = 256  # what so many starts leave unsolved is taken for unsolvable
RESTARTS_PER_LOOK = ENOUGH_RESTARTS  # restarts between two looks at the clock
RESTARTS_FOR_A_REASON = 4  # restarts that look for the position alone


def search_on(
    packed: PackedModel,
    memory: Memory,
    seeded: bool,
    tolerances: tuple[float, float],
    outcome: list[float],
    deadline: float,
) -> tuple[Status, list[float]]:
    """Go on with restarts after the first `RESTARTS_PER_LOOK` of them were in vain.

    Args:
        packed: the model.
        memory: with the request in it, and the best so far; its solution becomes the best.
        seeded: whether the request has a seed.
        tolerances: of position [m] and orientation [rad].
        outcome: the fields of `search.Outcome` so far.
        deadline: when to stop, on the clock of `perf_counter` [s].

    Returns:
        How the search ended, and the fields of `search.Outcome` for the best.

    """
    best, solution, attempts = outcome, memory.solution.copy(), outcome[6]
    status = Status.NO_SOLUTION
    for restart in range(RESTARTS_PER_LOOK, MOST_RESTARTS, RESTARTS_PER_LOOK):
        if outcome[5] > tolerances[0] or _squared_error(best) > NEAR_MISS**2:
            break  # beyond reach, or far from reached after enough restarts
        if perf_counter() > deadline:
            status = Status.TIMED_OUT
            break
        first = 1 + int(packed.layout[HEADS]) + restart
        search(
            *memory.arrays, *NOT_GIVEN, seeded, *tolerances, first, first + RESTARTS_PER_LOOK,
        )  # fmt: skip
        outcome = memory.outcome.tolist()
        attempts += outcome[6]
        found = outcome[0] == FOUND
        if found or _squared_error(outcome) < _squared_error(best):
            best, solution = outcome, memory.solution.copy()
        if found:
            status = Status.SUCCESS
            break
    memory.solution[...] = solution
    return status, [*best[:6], attempts, best[7]]


def reason(
    chain: KinematicChain,
    packed: PackedModel,
    memory: Memory,
    position_tolerance: float,
    status: Status,
    outcome: list[float],
) -> str:
    """Say why the best in memory is no solution; the request in memory is lost.

    Args:
        chain: the robot.
        packed: its model.
        memory: with the request in it, and the best found.
        position_tolerance: [m].
        status: TIMED_OUT or NO_SOLUTION.
        outcome: the fields of `search.Outcome`.

    """
    q = memory.solution.copy()
    near_seed = bool(np.isfinite(memory.options).all())  # joints were to stay near the seed
    at_limits = [
        name
        for name, value, low, high in zip(
            chain.joint_names, q, chain.lower, chain.upper, strict=True
        )
        if low < high and (value <= low or value >= high)
    ]
    memory.seed[...] = q
    memory.options[...] = POSITION_ONLY
    last = 1 + int(packed.layout[HEADS]) + RESTARTS_FOR_A_REASON
    search(
        *memory.arrays, *NOT_GIVEN, True, position_tolerance, math.pi, 0, last,
    )  # fmt: skip
    position_alone = memory.outcome[0] == FOUND
    memory.options[...] = NO_OPTIONS
    memory.solution[...] = q
    return why_not(status, outcome, position_alone, at_limits, near_seed)


def _squared_error(outcome: list[float]) -> float:
    """Return the squared weighted pose error [m²]."""
    return outcome[1] ** 2 + (ANGULAR_WEIGHT * outcome[2]) ** 2
