# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One request, from its checks to its answer: what `IkSolver.solve` does where all is clear.

Every line here is part of a few microseconds: good requests are checked by compiled code alone.
"""

import contextlib
import math
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from learned_ik.kernels.choice import NEAR, choose
from learned_ik.kernels.search import MALFORMED, NOT_FOUND, NOTHING, search
from learned_ik.solving.preferences import Prefer
from learned_ik.solving.requests import (
    NO_OPTIONS,
    as_vectors,
    check_timeout,
    checked_tolerance,
    explain_request,
    request_options,
)
from learned_ik.solving.solution import Solution, Status, told_of_seed
from learned_ik.solving.vain import RESTARTS_PER_LOOK, reason, search_on

if TYPE_CHECKING:
    from learned_ik.solving.solver import IkSolver

POSE_AND_SEED = slice(8, 11)  # of the arguments of `search`

SUCCESS = Status.SUCCESS  # looking up a member of an enumeration takes longer than one would think


def solve(
    solver: 'IkSolver',
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    seed: npt.ArrayLike | None,
    prefer: Prefer,
    position_tolerance: float,
    orientation_tolerance: float | Sequence[float],
    max_joint_change: float,
    timeout: float,
) -> Solution:
    """Answer one pose without regard to obstacles; see `IkSolver.solve`."""
    began = perf_counter()
    check_timeout(timeout)
    memory, packed = solver._memory(), solver._packed
    seeded = seed is not None
    if prefer is None:
        preference = solver._preferences.nearest if seeded else None
    else:
        preference = solver._preferences.read(prefer, seeded)
    plain = (
        max_joint_change == math.inf
        and type(position_tolerance) is float
        and type(orientation_tolerance) is float
        and orientation_tolerance < math.inf
    )
    try:
        if not plain:
            orientation_tolerance, options = request_options(
                orientation_tolerance, max_joint_change, seeded
            )
            position_tolerance = checked_tolerance(position_tolerance)
            memory.options[...] = options
        last = 1 + solver._heads + RESTARTS_PER_LOOK
        given = position, orientation, seed if seeded else NOTHING
        try:
            search_given(
                *memory.arrays, True, *given, seeded,
                position_tolerance, orientation_tolerance, 0, last,
            )  # fmt: skip
        except TypeError:  # lists, integers, whatever is no array as the kernel takes it
            memory.outcome[0] = MALFORMED
            with contextlib.suppress(TypeError):
                search_given(
                    *memory.arrays, True, *as_vectors(*given), seeded,
                    position_tolerance, orientation_tolerance, 0, last,
                )  # fmt: skip
        outcome = memory.outcome.tolist()
        code = outcome[0]
        if code == MALFORMED:
            explain_request(
                solver.chain, position, orientation, seed,
                position_tolerance, orientation_tolerance,
            )  # fmt: skip
        status, message = SUCCESS, ''
        if code == NOT_FOUND:
            tolerances = position_tolerance, orientation_tolerance
            status, outcome = search_on(
                packed, memory, seeded, tolerances, outcome, began + timeout
            )
        if status is not SUCCESS:
            message = reason(solver.chain, packed, memory, position_tolerance, status, outcome)
        elif preference is not None and not (preference.to_seed and outcome[3] <= NEAR):
            memory.outcome[...] = outcome
            choose(*memory.arrays, seeded, position_tolerance, orientation_tolerance, *preference)
            outcome = memory.outcome.tolist()
    finally:
        if not plain:
            memory.options[...] = NO_OPTIONS
    _, position_error, orientation_error, seed_distance, limit_margin, _, attempts, beyond = (
        outcome
    )
    if beyond > 0:
        message = told_of_seed(solver.chain, seed, message)
    return Solution(
        status,
        memory.solution.copy(),
        position_error,
        orientation_error,
        seed_distance,
        limit_margin,
        math.inf,
        perf_counter() - began,
        int(attempts),
        message,
    )


def first_search(*arguments: Any) -> None:
    """Call `search` for the first time in this process, with arrays as they should be.

    For those it is compiled; with any others it raises `TypeError` ever after.
    """
    global search_given
    for vector in arguments[POSE_AND_SEED]:
        if type(vector) is not np.ndarray or vector.ndim != 1 or vector.dtype != np.float64:
            raise TypeError
        if not vector.flags.carray:
            raise TypeError
    search(*arguments)
    search.disable_compile()
    search_given = search


search_given: Callable[..., None] = first_search  # what `solve` calls
