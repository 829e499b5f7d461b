# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A search, and what follows one that has found nothing: more restarts while there is time."""

from time import perf_counter

from learned_ik.arrays import Array
from learned_ik.kernels.layout import (
    ATTEMPTS,
    BEYOND_REACH,
    CLEARANCE,
    CODE,
    FOUND,
    MALFORMED,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
)
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.kernels.search import NEARLY_REACHED
from learned_ik.solving.engine import RESTARTS_PER_LOOK, Engine
from learned_ik.solving.packing import Memory
from learned_ik.solving.request import Request
from learned_ik.solving.solution import Status


def search_on(engine: Engine, memory: Memory, request: Request, deadline: float) -> Status:
    """Search until something is found, nothing can be expected, or there is no time left.

    Args:
        engine: the arm's.
        memory: of this thread; its answer becomes the best found.
        request: of one row, in memory.
        deadline: when to stop, on the clock of `perf_counter` [s].

    Returns:
        SUCCESS, NO_SOLUTION, or TIMED_OUT.

    """
    engine.search(memory, request, 0, engine.attempts(request.avoids, RESTARTS_PER_LOOK))
    return go_on(engine, memory, request, deadline)


def go_on(engine: Engine, memory: Memory, request: Request, deadline: float) -> Status:
    """Go on after a first search of `RESTARTS_PER_LOOK` restarts; args as `search_on`."""
    answer = memory.answer
    if answer[CODE] == FOUND:
        return Status.SUCCESS
    if answer[CODE] == MALFORMED:
        return Status.NO_SOLUTION
    most = engine.attempts(request.avoids)
    last = engine.attempts(request.avoids, RESTARTS_PER_LOOK)
    best, attempts, status = answer.copy(), answer[ATTEMPTS], Status.NO_SOLUTION
    while last < most and _is_worth_more(best, request):
        if perf_counter() > deadline:
            status = Status.TIMED_OUT
            break
        engine.search(memory, request, last, last + RESTARTS_PER_LOOK)
        last += RESTARTS_PER_LOOK
        attempts += answer[ATTEMPTS]
        if _is_better(answer, best):
            best = answer.copy()
        if best[CODE] == FOUND:
            status = Status.SUCCESS
            break
    answer[...] = best
    answer[ATTEMPTS] = attempts
    return status


def _is_worth_more(best: Array, request: Request) -> bool:
    """Say whether more restarts may help."""
    if request.avoids:  # what no start reaches is for the search without obstacles to explain
        return bool(best[REACHED] == 1)
    within_reach = best[BEYOND_REACH] <= request.tolerances[0]
    return bool(within_reach and _squared_error(best) <= NEARLY_REACHED**2)


def _is_better(answer: Array, best: Array) -> bool:
    """Say whether one answer is better than another: found, reached, clearer, or nearer."""
    if answer[CODE] == FOUND or answer[REACHED] != best[REACHED]:
        return bool(answer[CODE] == FOUND or answer[REACHED] > best[REACHED])
    if answer[REACHED]:
        return bool(answer[CLEARANCE] > best[CLEARANCE])
    return _squared_error(answer) < _squared_error(best)


def _squared_error(answer: Array) -> float:
    """Return the squared weighted pose error [m²]."""
    return float(answer[POSITION_ERROR] ** 2 + (ANGULAR_WEIGHT * answer[ORIENTATION_ERROR]) ** 2)
