# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One request, from its checks to its answer: what `IkSolver.solve` does.

Every line of `solve` is part of a few microseconds: good requests are checked by compiled code
alone, and what follows a search that was not at once successful stands in `settle`.
"""

import math
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Posture
from learned_ik.kernels.compilation import wrong_types
from learned_ik.kernels.layout import (
    ANSWER,
    ATTEMPTS,
    BOUND_HIGH,
    BOUND_LOW,
    CLEARANCE,
    CODE,
    FOUND,
    LARGEST_CHANGE,
    LIMIT_MARGIN,
    MALFORMED,
    NEAREST,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
    SEED_DISTANCE,
    SEED_OUTSIDE,
)
from learned_ik.kernels.preference.choice import choose
from learned_ik.notation.pose_forms import read_rotations
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.engine import Engine
from learned_ik.solving.explain import (
    explain_request,
    why_not_clear,
    why_not_reached,
    with_moved_seed,
    with_widened_limits,
)
from learned_ik.solving.freedom import TARGET_AXES, read_freedom
from learned_ik.solving.packing import Memory
from learned_ik.solving.preferences import Prefer
from learned_ik.solving.request import (
    FLOAT64,
    NO_OPTIONS,
    NOT_GIVEN,
    NOTHING,
    Bounds,
    Request,
    as_rows,
    checked_position_tolerance,
    checked_timeout,
    request_options,
)
from learned_ik.solving.restarts import go_on, search_on
from learned_ik.solving.solution import Solution, Status

SUCCESS = Status.SUCCESS  # looking up a member of an enumeration takes longer than one would think
INFINITE = math.inf
WRONG_TYPES = wrong_types()
A_LITTLE = 0.05  # [rad or m], beyond its limit, where a real joint may well be measured


def solve(
    engine: Engine,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    seed: Posture | None,
    prefer: Prefer,
    bounds: Bounds,
    scene: Scene | None,
) -> Solution:
    """Answer one pose; see `IkSolver.solve`.

    All arguments go by position: Python calls that the quickest.
    """
    position_tolerance, orientation_tolerance, max_joint_change, timeout = bounds
    given = orientation
    memory, began = engine.memory(), perf_counter()
    if type(timeout) is not float or not timeout > 0:
        timeout = checked_timeout(timeout)
    seeded = seed is not None
    if prefer is None:
        preference = engine.preferences.nearest if seeded else None
    else:
        preference = engine.preferences.read(prefer, seeded)
    if (
        (
            max_joint_change is not INFINITE
            and (type(max_joint_change) is not float or max_joint_change != INFINITE)
        )
        or type(position_tolerance) is not float
        or type(orientation_tolerance) is not float
        or not orientation_tolerance < INFINITE
    ):
        position_tolerance = checked_position_tolerance(position_tolerance)
        memory.has_options = True  # first: what is refused must not leave its options to the next
        freedom = read_freedom(orientation_tolerance, TARGET_AXES)
        orientation_tolerance = freedom.strictest
        memory.options[...] = request_options(freedom, max_joint_change, seeded)
        orientation = freedom.aimed(orientation)
    elif memory.has_options:
        memory.options[...] = NO_OPTIONS
        memory.has_options = False
    # As compiled code takes them.
    p: Any = position
    o: Any = orientation
    q: Any = seed if seeded else NOTHING
    try:
        if not (p.dtype is o.dtype is q.dtype is FLOAT64):
            p, o, q = as_rows(p, o, q)
    except AttributeError:  # lists, tuples
        p, o, q = as_rows(p, o, q)
    if scene is None or not scene.avoids or not (preference is None or preference.to_seed):
        search, last = memory.search, engine.first_look
    else:
        search, last = engine.clear_search(memory, scene), engine.attempts_per_look(scene)
    try:
        search(True, p, o, q, seeded, position_tolerance, orientation_tolerance, 0, last)
    except WRONG_TYPES:  # whatever else it is, that has such a type
        p, o, q = as_rows(p, o, q)
        search(True, p, o, q, seeded, position_tolerance, orientation_tolerance, 0, last)
    status, message = SUCCESS, ''
    # The fields of an answer, in their order: see `kernels/layout.py`.
    (
        code, position_error, orientation_error, seed_distance, limit_margin, clearance, _, _,
        seed_outside, attempts, nearest,
    ) = memory.fields.tolist()  # fmt: skip
    if (
        code != FOUND
        or not (preference is None or (preference.to_seed and nearest))
        or (scene is not None and search is memory.search)
    ):
        tolerances = position_tolerance, orientation_tolerance
        if code == MALFORMED:
            # It is wrong, or in a form that compiled code does not know.
            orientation, asked = read_rotations(given), seed
            if isinstance(seed, Mapping):
                seed = engine.chain.checked_joints(seed, 'seed')
            if orientation is given and seed is asked:
                explain_request(engine.chain, position, orientation, seed, tolerances)
            return solve(engine, position, orientation, seed, prefer, bounds, scene)
        request = Request(
            memory.requests, memory.answers, seeded, tolerances, preference, scene,
            timeout < INFINITE,
        )  # fmt: skip
        settled = settle if scene is None else settle_in_scene
        status, message = settled(engine, memory, request, began + timeout)
        (
            _, position_error, orientation_error, seed_distance, limit_margin, clearance, _, _,
            seed_outside, attempts, _,
        ) = memory.fields.tolist()  # fmt: skip
    solution = Solution(
        status, memory.solution.copy(), position_error, orientation_error, seed_distance,
        limit_margin, clearance, perf_counter() - began, 1 if attempts == 1 else int(attempts),
        message, engine.joint_names,
    )  # fmt: skip
    if seed_outside > 0:
        solution.message = with_moved_seed(engine.chain, memory.seed, message)
        if seed_outside <= A_LITTLE and (preference is None or preference.to_seed):
            tolerances = position_tolerance, orientation_tolerance
            return _nearer_from_beyond(engine, memory, tolerances, scene, solution)
    return solution


def _nearer_from_beyond(
    engine: Engine, memory: Memory, tolerances: tuple[float, float], scene: Scene | None,
    solution: Solution,
) -> Solution:  # fmt: skip
    """Return what is nearer than `solution` to a seed a little beyond its limits, or `solution`.

    A joint that is measured beyond its limit is there: within limits that are widened to it, for
    this request alone, the answer is one that the arm can go to without a jump. It counts where
    it is nearer than the one within the limits by more than the joint is beyond them.
    """
    packed, seed, began = engine.packed, memory.seed, perf_counter()
    robot, answers = packed.robot.copy(), np.zeros_like(memory.answers)
    at = packed.layout
    low, high = (robot[at[k] : at[k + 1]] for k in (BOUND_LOW, BOUND_HIGH))
    outside = np.maximum(low - seed, seed - high).max()
    np.minimum(low, seed, out=low)
    np.maximum(high, seed, out=high)
    engine.entry(
        *packed._replace(robot=robot), memory.numbers, memory.activations, memory.requests,
        answers, *NOT_GIVEN, True, *tolerances, 0, 1,
    )  # fmt: skip
    near = clear_solution(engine, answers[0], solution.solve_time + perf_counter() - began)
    far_away = not solution or (
        np.abs(solution.joint_positions - seed).max()
        > np.abs(near.joint_positions - seed).max() + outside
    )
    if answers[0, CODE] == FOUND and far_away and _is_clear(engine, memory, scene, near):
        near.message = with_widened_limits(engine.chain, near.joint_positions)
        return near
    return solution


def _is_clear(engine: Engine, memory: Memory, scene: Scene | None, solution: Solution) -> bool:
    """Measure the clearance of a solution; say whether it is what a scene wants."""
    if scene is None:
        return True
    clearances = engine.avoidance.clearance(memory, scene, solution.joint_positions[None])
    solution.clearance = float(clearances[0])
    return not scene.avoids or solution.clearance >= scene.wanted


def clear_solution(engine: Engine, answer: Array, solve_time: float) -> Solution:
    """Return an answer (ANSWER + joints,) that was found to be clear as a `Solution`."""
    fields = answer[:ANSWER].tolist()
    return Solution(
        SUCCESS, answer[ANSWER:].copy(), fields[POSITION_ERROR], fields[ORIENTATION_ERROR],
        fields[SEED_DISTANCE], fields[LIMIT_MARGIN], fields[CLEARANCE], solve_time,
        int(fields[ATTEMPTS]), '', engine.joint_names,
    )  # fmt: skip


def settle(
    engine: Engine, memory: Memory, request: Request, deadline: float
) -> tuple[Status, str]:
    """Bring a request whose first search is over to its end, without regard to a scene.

    Args:
        engine: the arm's.
        memory: of this thread, with the answer so far; it becomes the best found.
        request: of one row, in memory.
        deadline: when to stop, on the clock of `perf_counter` [s].

    Returns:
        How it ended, and why where that is no success.

    """
    status = go_on(engine, memory, request, deadline)
    if status is not SUCCESS:
        return status, why_not_reached(engine, memory, request, status)
    prefer_better(engine, memory, request)
    if memory.answer[CODE] != FOUND:
        status = Status.NO_SOLUTION
        return status, why_not_reached(engine, memory, request, status)
    return status, ''


def settle_in_scene(
    engine: Engine, memory: Memory, request: Request, deadline: float
) -> tuple[Status, str]:
    """Do the same where there is something to keep clear of, or to measure; as `settle`."""
    scene, preference = request.scene, request.preference
    assert scene is not None
    near_seed = memory.request[LARGEST_CHANGE] < math.inf
    if not scene.avoids or not request.prefers_near_seed:
        # What would be preferred without obstacles is, where it is clear; else what is near it.
        status, message = _settle_freely(engine, memory, request, scene, deadline)
        if not scene.avoids or status is not SUCCESS or memory.answer[CLEARANCE] >= scene.wanted:
            return status, message
        status = _search_clear(engine, memory, request, deadline, from_solution=not near_seed)
    else:
        status = go_on(engine, memory, request, deadline)
    if status is not SUCCESS and memory.answer[REACHED] == 0:
        # What no start reaches, a search without obstacles may; or it says why it does not.
        first = request._replace(preference=None)
        engine.search(memory, first.without_scene(), 0, engine.first_look)
        status, message = _settle_freely(engine, memory, first, scene, deadline)
        if status is not SUCCESS or memory.answer[CLEARANCE] >= scene.wanted:
            return status, message
        if near_seed:  # the largest change counts from the seed, not from what was found
            return Status.GOAL_IN_COLLISION, why_not_clear(engine, memory, scene)
        status = _search_clear(engine, memory, request, deadline, from_solution=True)
    if status is not SUCCESS:
        return Status.GOAL_IN_COLLISION, why_not_clear(engine, memory, scene)
    if preference is not None and preference.to_seed and memory.answer[NEAREST] == 0.0:
        _come_nearer(engine, memory, request, scene)
    return SUCCESS, ''


def clear_from_seed(engine: Engine, memory: Memory, request: Request) -> bool:
    """Answer a request of one row from its seed and nowhere else; return whether that is clear."""
    engine.search(memory, request, 0, 1)
    return bool(request.answers[0, CODE] == FOUND)


def _settle_freely(
    engine: Engine, memory: Memory, request: Request, scene: Scene, deadline: float
) -> tuple[Status, str]:
    """Settle without regard to the scene, and measure how clear that is; as `settle`."""
    status, message = settle(engine, memory, request.without_scene(), deadline)
    clearances = engine.avoidance.clearance(memory, scene, memory.solution[None])
    memory.answer[CLEARANCE] = clearances[0]
    return status, message


def _search_clear(
    engine: Engine, memory: Memory, request: Request, deadline: float, *, from_solution: bool
) -> Status:
    """Search for what is clear, from the seed of the request or from the solution in memory."""
    seed, outside, seeded = memory.seed.copy(), memory.answer[SEED_OUTSIDE], request.seeded
    if from_solution:
        memory.seed[...] = memory.solution
        request = request._replace(seeded=True)
    status = search_on(engine, memory, request, deadline)
    if from_solution:
        memory.seed[...], memory.answer[SEED_OUTSIDE] = seed, outside
        distance = math.nan
        if seeded:
            distance = float(np.linalg.norm(memory.solution - seed))
        memory.answer[SEED_DISTANCE] = distance
    return status


def prefer_better(engine: Engine, memory: Memory, request: Request) -> None:
    """Replace solutions by those that the request prefers, without regard to obstacles."""
    if request.preference is not None:
        choose(
            *engine.packed, memory.numbers, memory.activations, request.rows, request.answers,
            request.seeded, *request.tolerances, *request.preference,
        )  # fmt: skip


def _come_nearer(engine: Engine, memory: Memory, request: Request, scene: Scene) -> None:
    """Take what is nearer to the seed than the answer in memory, where that is clear, too."""
    found = memory.answer.copy()
    prefer_better(engine, memory, request)
    clearance = engine.avoidance.clearance(memory, scene, memory.solution[None])[0]
    if clearance >= scene.wanted:
        memory.answer[CLEARANCE] = clearance
    else:
        memory.answer[...] = found
