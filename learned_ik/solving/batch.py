# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Many poses at once, each by itself: what `IkSolver.solve_batch` and `predict` do."""

import functools
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.choice import choose
from learned_ik.kernels.search import FOUND, NOT_GIVEN, OUTCOME, predict_many, search
from learned_ik.solving import avoidance_requests
from learned_ik.solving.blocks import in_blocks
from learned_ik.solving.preferences import Prefer, Preference
from learned_ik.solving.requests import (
    NO_OPTIONS,
    checked_poses,
    checked_seeds,
    checked_tolerance,
    request_options,
)
from learned_ik.solving.solution import SolutionBatch, Status
from learned_ik.solving.vain import MOST_RESTARTS

if TYPE_CHECKING:
    from learned_ik.solving.solver import IkSolver


def solve_batch(
    solver: 'IkSolver',
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    seeds: npt.ArrayLike | None,
    *,
    prefer: Prefer,
    position_tolerance: float,
    orientation_tolerance: float | Sequence[float],
    max_joint_change: float,
    threads: int | None,
    avoid_collisions: bool | None,
    min_clearance: float,
) -> SolutionBatch:
    """Answer many poses; see `IkSolver.solve_batch`."""
    began = perf_counter()
    seeded = seeds is not None
    preference = solver._preferences.read(prefer, seeded)
    orientation_tolerance, options = request_options(
        orientation_tolerance, max_joint_change, seeded
    )
    requests = _requests(solver, positions, orientations, options, seeds)
    tolerances = checked_tolerance(position_tolerance), orientation_tolerance

    def solve_plain() -> SolutionBatch:
        return _solved(solver, requests, seeded, tolerances, preference, threads, began)

    if not avoid_collisions and solver._spheres is None:
        return solve_plain()
    _, scene, avoid = solver._scene(avoid_collisions, min_clearance)
    return avoidance_requests.solve_batch(
        solve_plain, solver._keep_clear(), scene, avoid, preference is not None, requests, seeded,
        tolerances, solver._memory, functools.partial(in_blocks, threads=threads), began,
    )  # fmt: skip


def _requests(
    solver: 'IkSolver',
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    options: Array,
    seeds: npt.ArrayLike | None,
) -> Array:
    """Return requests (n, SEED + joints) as `packing.py` says, checked."""
    poses = checked_poses(positions, orientations)
    starts = checked_seeds(solver.chain, seeds, len(poses))
    return np.concatenate([poses, np.tile(options, (len(poses), 1)), starts], axis=1)


def _solved(
    solver: 'IkSolver',
    requests: Array,
    seeded: bool,
    tolerances: tuple[float, float],
    preference: Preference | None,
    threads: int | None,
    began: float,
) -> SolutionBatch:
    """Answer requests (n, SEED + joints) without regard to obstacles."""
    answers = np.zeros((len(requests), OUTCOME + solver.chain.joint_count))

    def run(block: slice) -> None:
        memory = solver._memory()
        search(
            *solver._packed, memory.numbers, memory.activations, requests[block], answers[block],
            *NOT_GIVEN, seeded, *tolerances, 0, 1 + solver._heads + MOST_RESTARTS,
        )  # fmt: skip
        if preference is not None:
            choose(
                *solver._packed, memory.numbers, memory.activations, requests[block],
                answers[block], seeded, *tolerances, *preference,
            )  # fmt: skip

    in_blocks(run, len(requests), threads)
    code, position_error, orientation_error, seed_distance, limit_margin, _, attempts, _ = (
        np.ascontiguousarray(answers[:, :OUTCOME].T)
    )
    return SolutionBatch(
        status=np.where(code == FOUND, Status.SUCCESS, Status.NO_SOLUTION),
        joint_positions=answers[:, OUTCOME:].copy(),
        position_error=position_error,
        orientation_error=orientation_error,
        seed_distance=seed_distance,
        limit_margin=limit_margin,
        clearance=np.full(len(requests), np.inf),
        attempts=attempts.astype(np.int64),
        solve_time=perf_counter() - began,
    )


def predict(
    solver: 'IkSolver',
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    seeds: npt.ArrayLike | None,
) -> Array:
    """Return the network's own answers (n, joints) [rad or m]; see `IkSolver.predict`."""
    if solver._heads == 0:
        raise InvalidInputError('this solver was made for a bare chain: it has no network')
    seeded = seeds is not None
    if seeded and not solver.takes_seed:
        raise InvalidInputError(
            'seeds were given, but this network takes none; expected none, or a network trained '
            'with seed_input'
        )
    requests = _requests(solver, positions, orientations, NO_OPTIONS, seeds)
    answers = np.zeros((len(requests), OUTCOME + solver.chain.joint_count))
    avoidance = solver._keep_clear() if solver._spheres is not None else None
    scene = solver._scene(None, 0.0)[1] if avoidance is not None and avoidance.sees else None

    def run(block: slice) -> None:
        memory = solver._memory()
        if scene is not None:
            avoidance.predict(memory, scene, requests[block], answers[block])
            return
        predict_many(
            *solver._packed, memory.numbers, memory.activations, requests[block], answers[block],
            seeded,
        )  # fmt: skip

    in_blocks(run, len(requests))
    return answers[:, OUTCOME:].copy()
