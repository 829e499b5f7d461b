# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Requests to `IkSolver` while there are obstacles, or where answers are to keep clear.

Where none is known and nobody asks, nothing in here is called.
"""

import math
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.kernels.avoidance.clear_search import (
    ANSWER,
    ATTEMPTS,
    CLEARANCE,
    CODE,
    MARGIN,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
    SEED_DISTANCE,
)
from learned_ik.kernels.packing import LARGEST_CHANGE, SEED, Memory
from learned_ik.kernels.path.branches import DISTINCT
from learned_ik.kernels.search import FOUND, MALFORMED
from learned_ik.solving.avoidance_solver import Avoidance, Scene
from learned_ik.solving.requests import (
    NO_OPTIONS,
    check_timeout,
    explain_request,
    request_options,
)
from learned_ik.solving.solution import Solution, SolutionBatch, Status
from learned_ik.solving.variety import spread

if TYPE_CHECKING:
    from learned_ik.solving.solver import IkSolver


OF_NOTHING = np.full(ANSWER, float(MALFORMED))  # the answer to what is no request
CANDIDATES = 4  # times as many solutions are looked at as are wanted: not all can be cleared


def solve(
    plain: 'IkSolver',
    avoidance: Avoidance,
    scene: Scene,
    avoid: bool,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    seed: npt.ArrayLike | None,
    *,
    prefer: Any,
    position_tolerance: float,
    orientation_tolerance: float | Sequence[float],
    max_joint_change: float,
    timeout: float,
) -> Solution:
    """Answer one pose; `plain` is the solver that knows of no obstacles. See `IkSolver.solve`."""
    began = perf_counter()
    memory = plain._memory()
    options = {
        'position_tolerance': position_tolerance,
        'orientation_tolerance': orientation_tolerance,
        'max_joint_change': max_joint_change,
        'timeout': timeout,
    }
    if not avoid:
        solution = plain.solve(position, orientation, seed, prefer=prefer, **options)
        return measured(solution, avoidance, memory, scene, began)
    start = seed
    if prefer is not None:
        plain._preferences.read(prefer, seed is not None)  # raises for what it does not know
    if not (prefer is None or (isinstance(prefer, str) and prefer in ('first', 'nearest'))):
        # A preferred posture: what is preferred, if it is clear; else what is clear near it.
        solution = plain.solve(position, orientation, seed, prefer=prefer, **options)
        measured(solution, avoidance, memory, scene, began)
        if not solution.success or solution.clearance >= scene.wanted:
            return solution
        start = solution.joint_positions if math.isinf(max_joint_change) else seed
    check_timeout(timeout)
    answer = search(
        plain, avoidance, scene, position, orientation, start, options, began + timeout
    )
    if answer[CODE] != FOUND and answer[REACHED] == 0:
        solution = plain.solve(position, orientation, seed, prefer='first', **options)
        measured(solution, avoidance, memory, scene, began)
        if not solution.success or solution.clearance >= scene.wanted:
            return solution
        if not math.isinf(max_joint_change):  # it counts from the seed, not from the solution
            why = avoidance.why(memory, scene, solution.joint_positions, solution.clearance)
            solution.status = Status.GOAL_IN_COLLISION
            solution.message = _in_collision(scene, solution.attempts, why)
            return solution
        answer = search(
            plain, avoidance, scene, position, orientation, solution.joint_positions, options,
            began + timeout,
        )  # fmt: skip
    solution = _solution(answer, began)
    if seed is not None and start is not seed:
        solution.seed_distance = float(np.linalg.norm(solution.joint_positions - np.asarray(seed)))
    if seed is None:
        solution.seed_distance = math.nan
    if not solution.success:
        why = avoidance.why(memory, scene, solution.joint_positions, solution.clearance)
        solution.message = _in_collision(scene, solution.attempts, why)
    return solution


def search(
    plain: 'IkSolver',
    avoidance: Avoidance,
    scene: Scene,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    seed: npt.ArrayLike | None,
    options: dict[str, Any],
    deadline: float,
    only_seed: bool = False,
) -> Array:
    """Fill a request into memory, search, and return the answer of `Avoidance.find`.

    Raises:
        InvalidInputError: the request is malformed.

    """
    memory, seeded = plain._memory(), seed is not None
    tolerance, largest_change = options['orientation_tolerance'], options['max_joint_change']
    usual = largest_change == math.inf and type(tolerance) is float and tolerance < math.inf
    answer = OF_NOTHING
    try:
        if not usual:
            tolerance, memory.options[...] = request_options(tolerance, largest_change, seeded)
        if (
            _fits(memory.position, position)
            and _fits(memory.orientation, orientation)
            and (not seeded or _fits(memory.seed, seed))
        ):
            answer = avoidance.find(
                memory, scene, seeded, (float(options['position_tolerance']), tolerance),
                deadline, only_seed,
            )  # fmt: skip
        if answer[CODE] == MALFORMED:
            explain_request(
                plain.chain, position, orientation, seed, options['position_tolerance'], tolerance
            )
    finally:
        if not usual:
            memory.options[...] = NO_OPTIONS
    return answer


def measured(
    solution: Solution, avoidance: Avoidance, memory: Memory, scene: Scene, began: float
) -> Solution:
    """Fill in the clearance of a solution, and the time since `began`."""
    clearances, _ = avoidance.clearance(memory, scene, solution.joint_positions[None])
    solution.clearance = float(clearances[0])
    solution.solve_time = perf_counter() - began
    return solution


def solve_all(
    plain: 'IkSolver',
    avoidance: Avoidance,
    scene: Scene,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    limit: int,
    seed: npt.ArrayLike | None,
    tolerances: dict[str, Any],
    timeout: float,
) -> list[Solution]:
    """Return several solutions of one pose that keep clear; see `IkSolver.solve_all`."""
    began = perf_counter()
    candidates = plain.solve_all(
        position, orientation, CANDIDATES * limit, seed=seed, **tolerances
    )
    options = {**tolerances, 'max_joint_change': math.inf}
    found: list[Solution] = []
    for candidate in candidates:
        answer = search(
            plain, avoidance, scene, position, orientation, candidate.joint_positions, options,
            began + timeout, only_seed=True,
        )  # fmt: skip
        solution = _solution(answer, began)
        q = solution.joint_positions
        new = all(np.abs(q - each.joint_positions).max() > DISTINCT for each in found)
        if solution.success and new:
            found.append(solution)
    if not found:
        first = solve(
            plain, avoidance, scene, True, position, orientation, seed, prefer=None,
            max_joint_change=math.inf, timeout=timeout, **tolerances,
        )  # fmt: skip
        found = [first] if first.success else []
    if seed is None:
        kept = spread(np.array([each.joint_positions for each in found]), limit)
        found = [found[k] for k in sorted(kept)]
    for solution in found:
        solution.seed_distance = math.nan
        if seed is not None:
            q = solution.joint_positions
            solution.seed_distance = float(np.linalg.norm(q - np.asarray(seed, np.float64)))
        solution.solve_time = perf_counter() - began
    if seed is not None:
        found.sort(key=lambda solution: solution.seed_distance)
    return found[:limit]


def solve_batch(
    solve_plain: Callable[[], SolutionBatch],
    avoidance: Avoidance,
    scene: Scene,
    avoid: bool,
    preferred: bool,
    requests: Array,
    seeded: bool,
    tolerances: tuple[float, float],
    memory: Callable[[], Memory],
    in_blocks: Callable[[Callable[[slice], None], int], None],
    began: float,
) -> SolutionBatch:
    """Return the answers to many poses; see `IkSolver.solve_batch`.

    Args:
        solve_plain: answers them without regard to obstacles.
        avoidance: keeps clear.
        scene: what to keep clear of.
        avoid: whether to.
        preferred: whether some solutions are preferred to others: what is clear near these, then.
        requests: (n, SEED + joints), as `packing.py` says.
        seeded: whether the seeds count.
        tolerances: of position [m] and orientation [rad].
        memory: returns a thread's memory.
        in_blocks: calls a function for blocks of so many requests.
        began: when, on the clock of `perf_counter` [s].

    """
    joints = requests.shape[1] - SEED
    if not avoid or preferred:
        batch = solve_plain()
        batch.clearance, _ = avoidance.clearance(memory(), scene, batch.joint_positions)
        if not avoid:
            batch.solve_time = perf_counter() - began
            return batch
        seeds, requests = requests[:, SEED:], requests.copy()
        if np.isinf(requests[:, LARGEST_CHANGE]).all():
            requests[:, SEED:] = batch.joint_positions
    answers = np.empty((len(requests), ANSWER + joints))

    def run(block: slice) -> None:
        answers[block] = avoidance.find_many(
            memory(), scene, requests[block], seeded or preferred, tolerances
        )

    in_blocks(run, len(requests))
    if preferred:
        distances = np.linalg.norm(answers[:, ANSWER:] - seeds, axis=1)
        answers[:, SEED_DISTANCE] = distances if seeded else np.nan
    return _batch(answers, began)


def _batch(answers: Array, began: float) -> SolutionBatch:
    """Return the answers (n, ANSWER + joints) of `Avoidance.find_many` as a batch."""
    status = np.where(answers[:, REACHED] == 1, Status.GOAL_IN_COLLISION, Status.NO_SOLUTION)
    return SolutionBatch(
        status=np.where(answers[:, CODE] == FOUND, Status.SUCCESS, status),
        joint_positions=answers[:, ANSWER:].copy(),
        position_error=answers[:, POSITION_ERROR].copy(),
        orientation_error=answers[:, ORIENTATION_ERROR].copy(),
        seed_distance=answers[:, SEED_DISTANCE].copy(),
        limit_margin=answers[:, MARGIN].copy(),
        clearance=answers[:, CLEARANCE].copy(),
        attempts=answers[:, ATTEMPTS].astype(np.int64),
        solve_time=perf_counter() - began,
    )


def _solution(answer: Array, began: float) -> Solution:
    status = Status.SUCCESS if answer[CODE] == FOUND else Status.GOAL_IN_COLLISION
    fields = answer[:ANSWER].tolist()
    return Solution(
        status,
        answer[ANSWER:].copy(),
        fields[POSITION_ERROR],
        fields[ORIENTATION_ERROR],
        fields[SEED_DISTANCE],
        fields[MARGIN],
        fields[CLEARANCE],
        perf_counter() - began,
        int(fields[ATTEMPTS]),
        '',
    )


def _in_collision(scene: Scene, attempts: int, why: str) -> str:
    wanted = f' by {1e3 * scene.wanted:.3g} mm' if scene.wanted > 0 else ''
    return (
        f'the pose can be reached, but nothing found in {attempts} attempts keeps clear{wanted}: '
        f'at the best, {why}'
    )


def _fits(place: Array, values: npt.ArrayLike) -> bool:
    """Copy values into their place in memory; False if they are not numbers of its shape."""
    try:
        values = np.asarray(values)
        if values.shape != place.shape:
            return False
        place[...] = values
    except (TypeError, ValueError):
        return False
    return True
