# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Many poses at once, each by itself: what `IkSolver.solve_batch` and `predict` do."""

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Postures
from learned_ik.checks import whole
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.forward_kinematics import X
from learned_ik.kernels.layout import (
    ANSWER,
    ATTEMPTS,
    CLEARANCE,
    CODE,
    FOUND,
    FREE_AXES,
    LIMIT_MARGIN,
    MALFORMED,
    NEAREST,
    ORIENTATION,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    SEED,
    SEED_DISTANCE,
)
from learned_ik.kernels.search import predict as predict_rows
from learned_ik.kernels.tips import forward_many
from learned_ik.rotations import chordal_angle, matrix_from_quaternion, normalized_quaternion
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.engine import Engine
from learned_ik.solving.explain import explain_request
from learned_ik.solving.freedom import Freedom
from learned_ik.solving.one_pose import prefer_better, settle_in_scene
from learned_ik.solving.packing import Memory
from learned_ik.solving.preferences import Prefer
from learned_ik.solving.request import (
    NO_OPTIONS,
    Request,
    before_the_end,
    checked_poses,
    checked_position_tolerance,
    checked_seeds,
    checked_timeout,
    request_options,
)
from learned_ik.solving.solution import SolutionBatch, Status

MOST_THREADS = 1024
THREADS = f'a whole number, 1 up to {MOST_THREADS}'
MOST_STARTS = 1024
STARTS = f'a whole number, 1 up to {MOST_STARTS}'
SMALLEST_BLOCK = 64  # requests that one thread takes at once, at the least
FIRST_PIECE, PIECE_TIME = 4, 1e-3  # [poses], [s], between two looks at the clock
BLOCKS_PER_THREAD = 8  # so that no thread waits long for the slowest


def solve_batch(
    engine: Engine,
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    seeds: Postures | None,
    *,
    prefer: Prefer,
    position_tolerance: float,
    freedom: Freedom,
    max_joint_change: float,
    threads: int | None,
    timeout: float,
    starts: int | None = None,
    scene: Scene | None,
) -> SolutionBatch:
    """Answer many poses; see `IkSolver.solve_batch`."""
    engine.memory()  # before the clock: no timeout pays for compiling
    began = perf_counter()
    timeout = checked_timeout(timeout)
    if threads is not None:
        threads = whole(threads, 'threads', THREADS, lambda count: 1 <= count <= MOST_THREADS)
    if starts is not None:
        starts = whole(starts, 'starts', STARTS, lambda count: 1 <= count <= MOST_STARTS)
    seeded = seeds is not None
    options = request_options(freedom, max_joint_change, seeded)
    orientations = freedom.aimed(orientations, 'orientations')
    rows = _rows(engine, positions, orientations, options, seeds)
    request = Request(
        rows,
        np.zeros((len(rows), ANSWER + engine.chain.joint_count)),
        seeded,
        (checked_position_tolerance(position_tolerance), freedom.strictest),
        engine.preferences.read(prefer, seeded),
        scene,
    )
    status = np.empty(len(rows), np.int64)

    deadline = before_the_end(began, timeout)

    def run(block: slice) -> None:
        for piece in _pieces(block, deadline):
            part = request._replace(rows=rows[piece], answers=request.answers[piece])
            if starts is None:
                status[piece] = _answered(engine, engine.memory(), part, deadline)
            else:
                status[piece] = _answered_from(starts, engine, engine.memory(), part)
        part = request._replace(rows=rows[block], answers=request.answers[block])
        _leave_out(engine, part, status[block])

    status[:] = Status.TIMED_OUT
    in_blocks(run, len(rows), threads)
    answers = request.answers
    return SolutionBatch(
        status=status,
        joint_positions=answers[:, ANSWER:].copy(),
        position_error=answers[:, POSITION_ERROR].copy(),
        orientation_error=answers[:, ORIENTATION_ERROR].copy(),
        seed_distance=answers[:, SEED_DISTANCE].copy(),
        limit_margin=answers[:, LIMIT_MARGIN].copy(),
        clearance=answers[:, CLEARANCE].copy(),
        attempts=answers[:, ATTEMPTS].astype(np.int64),
        solve_time=perf_counter() - began,
    )


def _pieces(block: slice, deadline: float) -> Iterator[slice]:
    """Yield a block in pieces that take about `PIECE_TIME` each, until the time is over."""
    if deadline == math.inf:
        yield block
        return
    begin, size = block.start, FIRST_PIECE
    while begin < block.stop and (at := perf_counter()) < deadline:
        yield slice(begin, min(begin + size, block.stop))
        begin += size
        faster = PIECE_TIME / max(perf_counter() - at, 1e-9)
        size = max(1, min(SMALLEST_BLOCK, int(size * min(faster, 4.0))))


def _leave_out(engine: Engine, request: Request, status: npt.NDArray[np.int64]) -> None:
    """Fill the answers to poses for which there was no time: the seed, or the middle.

    Args:
        engine: the arm's.
        request: of all rows.
        status: (n,), how each ended.

    """
    left = (status == Status.TIMED_OUT) & (request.answers[:, ATTEMPTS] == 0)
    if not left.any():
        return
    chain, rows, answers = engine.chain, request.rows[left], request.answers[left]
    q = np.ascontiguousarray(rows[:, SEED:]) if request.seeded else chain.middle[None]
    tips, poses = np.empty((len(q), 12)), rows[:, :FREE_AXES]
    forward_many(*engine.packed, engine.memory().numbers, q, tips)
    targets = matrix_from_quaternion(normalized_quaternion(poses[:, ORIENTATION:]))
    answers[:, ANSWER:] = q
    answers[:, POSITION_ERROR] = np.linalg.norm(poses[:, :ORIENTATION] - tips[:, X:], axis=1)
    answers[:, ORIENTATION_ERROR] = chordal_angle(targets.reshape(-1, 9), tips[:, :X])
    answers[:, SEED_DISTANCE] = 0.0 if request.seeded else math.nan
    answers[:, LIMIT_MARGIN] = np.minimum(q - chain.lower, chain.upper - q).min(axis=1)
    answers[:, CLEARANCE] = math.inf if request.scene is None else math.nan  # nobody measured it
    request.answers[left] = answers


def _answered(
    engine: Engine, memory: Memory, request: Request, deadline: float
) -> npt.NDArray[np.int64]:
    """Fill the answers of many rows, and return how each ended: values of `Status`."""
    scene, preference, answers = request.scene, request.preference, request.answers
    by_seed = request.prefers_near_seed
    if scene is not None and scene.avoids and by_seed:
        engine.search(memory, request, 0, engine.attempts_per_look(scene))
        settled = answers[:, CODE] == FOUND  # the others go on below
        if preference is not None:
            settled &= answers[:, NEAREST] == 1.0
    else:
        engine.search(memory, request.without_scene(), 0, engine.attempts(False))
        prefer_better(engine, memory, request)
        settled = np.ones(len(answers), bool)
        if scene is not None:
            answers[:, CLEARANCE] = engine.avoidance.clearance(memory, scene, answers[:, ANSWER:])
            if scene.avoids:
                settled = (answers[:, CODE] != FOUND) | (answers[:, CLEARANCE] >= scene.wanted)
    _refuse_malformed(engine, request)
    status = np.where(answers[:, CODE] == FOUND, Status.SUCCESS, Status.NO_SOLUTION)
    # The few that obstacles stand in the way of go the way of single requests, to its end.
    one = request._replace(rows=memory.requests, answers=memory.answers)
    first = one if by_seed else one.without_scene()
    for row in np.nonzero(~settled)[0]:
        memory.request[...] = request.rows[row]
        engine.search(memory, first, 0, engine.attempts_per_look(first.scene))
        status[row], _ = settle_in_scene(engine, memory, one, deadline)
        answers[row] = memory.answer
    memory.options[...] = NO_OPTIONS
    return status


def _answered_from(
    starts: int, engine: Engine, memory: Memory, request: Request
) -> npt.NDArray[np.int64]:
    """Do the same from so many starts for each row, and no more; return how each ended."""
    scene, answers = request.scene, request.answers
    last = starts if request.seeded else 1 + starts  # attempt 0 is the seed's
    engine.search(memory, request.without_scene(), 0, min(last, engine.attempts(False)))
    prefer_better(engine, memory, request)
    _refuse_malformed(engine, request)
    if scene is not None:
        answers[:, CLEARANCE] = engine.avoidance.clearance(memory, scene, answers[:, ANSWER:])
    status = np.where(answers[:, CODE] == FOUND, Status.SUCCESS, Status.NO_SOLUTION)
    if scene is None or not scene.avoids:
        return status
    touching = (answers[:, CODE] == FOUND) & (answers[:, CLEARANCE] < scene.wanted)
    if touching.any():
        clear = request._replace(rows=request.rows[touching], answers=answers[touching])
        engine.search(memory, clear, 0, min(last, engine.attempts(True)))
        answers[touching] = clear.answers
        found = clear.answers[:, CODE] == FOUND
        status[touching] = np.where(found, Status.SUCCESS, Status.GOAL_IN_COLLISION)
    return status


def _refuse_malformed(engine: Engine, request: Request) -> None:
    """Raise `InvalidInputError` for the first row that compiled code has refused."""
    for row in np.nonzero(request.answers[:, CODE] == MALFORMED)[0]:
        position, orientation = np.split(request.rows[row, :FREE_AXES], [ORIENTATION])
        explain_request(engine.chain, position, orientation, None, request.tolerances)


def _rows(
    engine: Engine,
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    options: Array,
    seeds: Postures | None,
) -> Array:
    """Return requests (n, SEED + joints) as `kernels/layout.py` says, checked."""
    poses = checked_poses(positions, orientations)
    starts = checked_seeds(engine.chain, seeds, len(poses))
    return np.concatenate([poses, np.tile(options, (len(poses), 1)), starts], axis=1)


def predict(
    engine: Engine,
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    seeds: Postures | None,
) -> Array:
    """Return the network's own answers (n, joints) [rad or m]; see `IkSolver.predict`."""
    if engine.heads == 0:
        raise InvalidInputError('this solver was made for a bare chain: it has no network')
    seeded = seeds is not None
    if seeded and not engine.takes_seed:
        raise InvalidInputError(
            'seeds were given, but this network takes none; expected none, or a network trained '
            'with seed_input'
        )
    rows = _rows(engine, positions, orientations, NO_OPTIONS, seeds)
    answers = np.zeros((len(rows), ANSWER + engine.chain.joint_count))
    scene = engine.scene(None, 0.0)

    def run(block: slice) -> None:
        memory = engine.memory()
        if scene is not None and engine.avoidance.sight.sees:
            engine.avoidance.predict(memory, scene, rows[block], answers[block])
        else:
            predict_rows(
                *engine.packed, memory.numbers, memory.activations, rows[block], answers[block],
                seeded,
            )  # fmt: skip

    in_blocks(run, len(rows))
    return answers[:, ANSWER:].copy()


def in_blocks(run: Callable[[slice], None], count: int, threads: int | None = None) -> None:
    """Call `run` for blocks of 0 to count, on several threads.

    Args:
        run: what to do with a block; called by any of the threads.
        count: of all requests.
        threads: how many to use; default: one for each core that this process may use.

    """
    threads = threads or len(os.sched_getaffinity(0))
    size = max(SMALLEST_BLOCK, -(-count // (BLOCKS_PER_THREAD * threads)))
    blocks = [slice(begin, begin + size) for begin in range(0, count, size)]
    if threads == 1 or len(blocks) < 2:
        for block in blocks:
            run(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, blocks))
