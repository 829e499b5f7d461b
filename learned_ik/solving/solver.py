# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkSolver`: poses in, joint positions out, exact, and honest when there are none."""

import logging
import math
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
import numpy.typing as npt

from learned_ik.compilation import is_compiled
from learned_ik.errors import InvalidInputError
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving import paths
from learned_ik.solving.packing import Memory, pack_model
from learned_ik.solving.path_solution import PathSolution
from learned_ik.solving.requests import (
    NO_OPTIONS,
    checked_poses,
    checked_seeds,
    explain_request,
    request_options,
)
from learned_ik.solving.search import (
    FOUND,
    MALFORMED,
    NOT_FOUND,
    OUTCOME,
    predict_many,
    search,
)
from learned_ik.solving.solution import Solution, SolutionBatch, Status
from learned_ik.solving.tracking import Demand
from learned_ik.solving.vain import MOST_RESTARTS, RESTARTS_PER_LOOK, reason, search_on

log = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]

POSITION_TOLERANCE = 1e-6  # [m]
ORIENTATION_TOLERANCE = 1e-6  # [rad]
TIMEOUT = 0.05  # [s]
SMALLEST_BLOCK = 64  # poses of a batch that one thread takes at once, at the least
BLOCKS_PER_THREAD = 8  # so that no thread waits long for the slowest

SUCCESS = Status.SUCCESS  # looking up a member of an enumeration takes longer than one would think


class IkSolver:
    """Inverse kinematics of one arm.

    The network proposes joint positions, damped least squares makes them exact, and where that
    fails, deterministic restarts look elsewhere. The same request always gets the same answer.
    Safe to use from several threads.
    """

    def __init__(self, model: IkModel | KinematicChain) -> None:
        """Prepare to solve for a model; for a bare chain, without a network.

        Compiles nothing yet: see `warm_up`.
        """
        self.model = model if isinstance(model, IkModel) else None
        self.chain = model.chain if isinstance(model, IkModel) else model
        network = self.model.network if self.model else None
        self._packed = pack_model(self.chain, network)
        self._heads = network.heads if network else 0
        self._memories = threading.local()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'IkSolver':
        """Return a solver for a model file.

        Raises:
            ModelFileError: the file cannot be read; see `IkModel.load`.

        """
        return cls(IkModel.load(path))

    def warm_up(self) -> None:
        """Compile now, or load from disk what was compiled before, so that no request waits."""
        if not is_compiled():
            log.info('compiling the solver for this machine, once; this can take half a minute')
        position, orientation = self.chain.forward(self.chain.middle)
        self.solve(position, orientation)

    def solve(
        self,
        position: npt.ArrayLike,
        orientation: npt.ArrayLike,
        seed: npt.ArrayLike | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float | Sequence[float] = ORIENTATION_TOLERANCE,
        max_joint_change: float = math.inf,
        timeout: float = TIMEOUT,
    ) -> Solution:
        """Find joint positions that bring the tip to a pose.

        Args:
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise; scaled to unit length.
            seed: (joints,) [rad or m], the present joint positions: a solution near them is
                wanted. One beyond the limits is moved to them.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,), one for turns about each axis of the
                target's own frame. `math.inf` frees an axis, three of them the orientation.
            max_joint_change: [rad or m], how far any joint may go from the seed.
            timeout: [s], above 0; looked at now and then while the search is in vain.

        Returns:
            A `Solution`, also for a pose that cannot be reached.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        began = perf_counter()
        if not timeout > 0:
            raise InvalidInputError(f'timeout is {timeout}; expected seconds, above 0')
        memory = self._memory()
        seeded = seed is not None
        plain = (
            max_joint_change == math.inf
            and type(orientation_tolerance) is float
            and orientation_tolerance < math.inf
        )
        if not plain:
            orientation_tolerance, options = request_options(
                orientation_tolerance, max_joint_change, seeded
            )
            memory.options[...] = options
        code = MALFORMED
        if (
            _fits(memory.position, position)
            and _fits(memory.orientation, orientation)
            and (not seeded or _fits(memory.seed, seed))
        ):
            search(
                *self._packed, memory.numbers, memory.activations, memory.request, memory.answer,
                seeded, position_tolerance, orientation_tolerance,
                0, 1 + self._heads + RESTARTS_PER_LOOK,
            )  # fmt: skip
            outcome = memory.outcome.tolist()
            code = outcome[0]
        status, message = SUCCESS, ''
        if code == NOT_FOUND:
            tolerances = position_tolerance, orientation_tolerance
            status, outcome = search_on(
                self._packed, memory, seeded, tolerances, outcome, began + timeout
            )
            if status is not SUCCESS:
                message = reason(
                    self.chain, self._packed, memory, position_tolerance, status, outcome
                )
        if not plain:
            memory.options[...] = NO_OPTIONS
        if code == MALFORMED:
            explain_request(
                self.chain, position, orientation, seed, position_tolerance, orientation_tolerance
            )
        _, position_error, orientation_error, seed_distance, limit_margin, _, attempts = outcome
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

    def solve_batch(
        self,
        positions: npt.ArrayLike,
        orientations: npt.ArrayLike,
        seeds: npt.ArrayLike | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float = ORIENTATION_TOLERANCE,
        threads: int | None = None,
    ) -> SolutionBatch:
        """Solve many poses, each by itself, over all cores; the answers are those of `solve`.

        Args:
            positions: (n, 3) [m].
            orientations: (n, 4) quaternions x y z w.
            seeds: (n, joints) or (joints,) [rad or m], optional.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more.
            threads: how many to use; default: one for each core that this process may use.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        began = perf_counter()
        poses = checked_poses(positions, orientations)
        options = np.tile(NO_OPTIONS, (len(poses), 1))
        starts = checked_seeds(self.chain, seeds, len(poses))
        requests = np.concatenate([poses, options, starts], axis=1)
        if not (position_tolerance >= 0 and orientation_tolerance >= 0):
            raise InvalidInputError(
                f'tolerances are {position_tolerance} m and {orientation_tolerance} rad; '
                'expected numbers, 0 or more'
            )
        answers = np.zeros((len(poses), OUTCOME + self.chain.joint_count))

        def run(block: slice) -> None:
            memory = self._memory()
            search(
                *self._packed, memory.numbers, memory.activations, requests[block], answers[block],
                seeds is not None, position_tolerance, orientation_tolerance,
                0, 1 + self._heads + MOST_RESTARTS,
            )  # fmt: skip

        _in_blocks(run, len(poses), threads)
        code, position_error, orientation_error, seed_distance, limit_margin, _, attempts = (
            np.ascontiguousarray(answers[:, :OUTCOME].T)
        )
        return SolutionBatch(
            status=np.where(code == FOUND, Status.SUCCESS, Status.NO_SOLUTION),
            joint_positions=answers[:, OUTCOME:].copy(),
            position_error=position_error,
            orientation_error=orientation_error,
            seed_distance=seed_distance,
            limit_margin=limit_margin,
            clearance=np.full(len(poses), np.inf),
            attempts=attempts.astype(np.int64),
            solve_time=perf_counter() - began,
        )

    def predict(self, positions: npt.ArrayLike, orientations: npt.ArrayLike) -> Array:
        """Return the network's own answers, unrefined: for each pose that of its best head.

        Args:
            positions: (n, 3) [m].
            orientations: (n, 4) quaternions x y z w.

        Returns:
            (n, joints) [rad or m].

        Raises:
            InvalidInputError: as `solve_batch`, or the solver was made without a network.

        """
        if self._heads == 0:
            raise InvalidInputError('this solver was made for a bare chain: it has no network')
        requests = checked_poses(positions, orientations)
        answers = np.zeros((len(requests), OUTCOME + self.chain.joint_count))

        def run(block: slice) -> None:
            memory = self._memory()
            predict_many(
                *self._packed, memory.numbers, memory.activations, requests[block], answers[block]
            )

        _in_blocks(run, len(requests), None)
        return answers[:, OUTCOME:].copy()

    def follow(
        self,
        positions: npt.ArrayLike,
        orientations: npt.ArrayLike,
        start: npt.ArrayLike | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float = ORIENTATION_TOLERANCE,
        jump: float = paths.JUMP,
        timeout: float = paths.TIMEOUT,
    ) -> PathSolution:
        """Find one joint path through poses, without jumps where there is one.

        Args:
            positions: (n, 3) [m], close enough together to be followed one by one.
            orientations: (n, 4) quaternions x y z w.
            start: (joints,) [rad or m], the present joint positions, from which the path shall
                begin; default: wherever it can be followed.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more.
            jump: [rad or m], above 0: a larger step of one joint from pose to pose is a jump.
            timeout: [s], above 0, for the whole path.

        Returns:
            A `PathSolution`, also where poses cannot be reached or a jump cannot be avoided.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        tools = paths.Tools(self.chain, self._packed, self._memory(), self._heads, self.solve)
        demand = Demand(position_tolerance, orientation_tolerance, jump)
        return paths.follow_path(tools, positions, orientations, start, demand, timeout)

    def _memory(self) -> Memory:
        """Return this thread's memory."""
        try:
            return self._memories.memory
        except AttributeError:
            self._memories.memory = Memory(self._packed)
            return self._memories.memory


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


def _in_blocks(run: Callable[[slice], None], count: int, threads: int | None) -> None:
    """Call `run` for blocks of 0 to count, on several threads."""
    threads = threads or len(os.sched_getaffinity(0))
    size = max(SMALLEST_BLOCK, -(-count // (BLOCKS_PER_THREAD * threads)))
    blocks = [slice(begin, begin + size) for begin in range(0, count, size)]
    if threads == 1 or len(blocks) < 2:
        for block in blocks:
            run(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, blocks))
