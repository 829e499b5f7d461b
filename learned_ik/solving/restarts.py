# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A search, and what follows one that has found nothing: more restarts while there is time."""

import math
from time import perf_counter

from learned_ik.arrays import Array
from learned_ik.kernels.layout import (
    ANSWER,
    ATTEMPTS,
    BEYOND_REACH,
    CLEARANCE,
    CODE,
    FOUND,
    LARGEST_CHANGE,
    MALFORMED,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
)
from learned_ik.kernels.search import NEARLY_REACHED
from learned_ik.solving.engine import RESTARTS_PER_LOOK, Engine
from learned_ik.solving.packing import Memory
from learned_ik.solving.request import POSITION_ONLY, Request
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
    engine.search(memory, request, 0, engine.attempts_per_look(request.scene))
    return go_on(engine, memory, request, deadline)


def go_on(engine: Engine, memory: Memory, request: Request, deadline: float) -> Status:
    """Go on after a first look, of `Engine.attempts_per_look`; args as `search_on`.

    For a patient request as long as the time lasts, unless what is left shows that nothing will
    be found; else, and among obstacles, for a bounded number of restarts. The nearest try is
    taken from those, or from the first look: it does not depend on the clock.
    """
    answer = memory.answer
    if answer[CODE] == FOUND:
        return Status.SUCCESS
    if answer[CODE] == MALFORMED:
        return Status.NO_SOLUTION
    last = engine.attempts_per_look(request.scene)
    step = min(last, RESTARTS_PER_LOOK)
    patient = request.patient and not request.avoids
    most = math.inf if patient else engine.attempts(request.avoids)
    best, attempts, status = answer.copy(), answer[ATTEMPTS], Status.NO_SOLUTION
    hopeful = _is_worth_more(engine, memory, best, request)  # and stays so: the best gets better
    while hopeful and last < most:
        if perf_counter() > deadline:
            status = Status.TIMED_OUT
            break
        engine.search(memory, request, last, last + step)
        last += step
        attempts += answer[ATTEMPTS]
        if answer[CODE] == FOUND or (not patient and _is_better(engine, answer, best)):
            best = answer.copy()
        if best[CODE] == FOUND:
            status = Status.SUCCESS
            break
    answer[...] = best
    answer[ATTEMPTS] = attempts
    return status


def reaches_position(
    engine: Engine,
    memory: Memory,
    request: Request,
    q: Array,
    restarts: int | None = RESTARTS_PER_LOOK,
) -> bool:
    """Say whether the position of a request can be reached with some orientation.

    Args:
        engine: the arm's.
        memory: of this thread; its request and answer stay what they are.
        request: of one row, in memory.
        q: (joints,) [rad or m], the best found, from which to begin.
        restarts: how many to make beside; None: as many as a batch makes.

    """
    asked, answer = memory.request.copy(), memory.answer.copy()
    memory.seed[...], memory.options[...] = q, POSITION_ONLY
    alone = Request(memory.requests, memory.answers, True, (request.tolerances[0], math.pi))
    engine.search(memory, alone, 0, engine.attempts(False, restarts))
    reached = memory.answer[CODE] == FOUND
    memory.request[...], memory.answer[...] = asked, answer
    return bool(reached)


def _is_worth_more(engine: Engine, memory: Memory, best: Array, request: Request) -> bool:
    """Say whether more restarts may help."""
    if request.avoids:  # what no start reaches is for the search without obstacles to explain
        return bool(best[REACHED] == 1)
    if best[BEYOND_REACH] > request.tolerances[0]:
        return False
    if _squared_error(engine, best) <= (NEARLY_REACHED * engine.angular_weight) ** 2:
        return True
    if memory.request[LARGEST_CHANGE] < math.inf:  # so near to a seed, there are not many ways
        return False
    restarts = None if request.patient else RESTARTS_PER_LOOK
    return reaches_position(engine, memory, request, best[ANSWER:], restarts)


def _is_better(engine: Engine, answer: Array, best: Array) -> bool:
    """Say whether one answer is better than another: found, reached, clearer, or nearer."""
    if answer[CODE] == FOUND or answer[REACHED] != best[REACHED]:
        return bool(answer[CODE] == FOUND or answer[REACHED] > best[REACHED])
    if answer[REACHED]:
        return bool(answer[CLEARANCE] > best[CLEARANCE])
    return _squared_error(engine, answer) < _squared_error(engine, best)


def _squared_error(engine: Engine, answer: Array) -> float:
    """Return the squared weighted pose error [m²]."""
    turned = engine.angular_weight * answer[ORIENTATION_ERROR]
    return float(answer[POSITION_ERROR] ** 2 + turned**2)
