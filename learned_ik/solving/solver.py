# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkSolver`: poses in, joint positions out, exact, and honest when there are none."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from learned_ik.compilation import is_compiled
from learned_ik.errors import InvalidInputError
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import normalized_quaternion
from learned_ik.solving import search as kernels
from learned_ik.solving.packing import Memory, new_memory, pack_model
from learned_ik.solving.solution import Solution, SolutionBatch, Status, squared_error, why_not

log = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]

POSITION_TOLERANCE = 1e-6  # [m]
ORIENTATION_TOLERANCE = 1e-6  # [rad]
TIMEOUT = 0.05  # [s]
MOST_RESTARTS = 256  # what so many starts leave unsolved is taken for unsolvable
RESTARTS_PER_LOOK = 16  # restarts between two looks at the clock
SMALLEST_BLOCK = 64  # poses of a batch that one thread takes at once, at the least
BLOCKS_PER_THREAD = 8  # so that no thread waits long for the slowest


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
        self._network = self.model.network if self.model else None
        self._packed = pack_model(self.chain, self._network)
        self._heads = self._network.heads if self._network else 0
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
            log.info('compiling the solver for this machine, once; this takes about 15 seconds')
        position, orientation = self.chain.forward(self.chain.middle)
        self.solve(position, orientation)
        self.solve_batch(position[None], orientation[None])

    def solve(
        self,
        position: npt.ArrayLike,
        orientation: npt.ArrayLike,
        seed: npt.ArrayLike | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float = ORIENTATION_TOLERANCE,
        timeout: float = TIMEOUT,
    ) -> Solution:
        """Find joint positions that bring the tip to a pose.

        Args:
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise; scaled to unit length.
            seed: (joints,) [rad or m], the present joint positions: a solution near them is
                wanted. One beyond the limits is moved to them.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more.
            timeout: [s], above 0; what is found first is what is answered, however long it is.

        Returns:
            A `Solution`, also for a pose that cannot be reached.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        began = time.perf_counter()
        if not timeout > 0:
            raise InvalidInputError(f'timeout is {timeout}; expected seconds, above 0')
        position, orientation = np.asarray(position), np.asarray(orientation)
        seed = None if seed is None else np.asarray(seed)
        if (
            position.shape != (3,)
            or orientation.shape != (4,)
            or (seed is not None and seed.shape != (self.chain.joint_count,))
        ):
            self._explain_malformed(position, orientation, seed)
        memory = self._memory()
        request, answer = memory.request, memory.answer
        request[kernels.POSITION : kernels.QUATERNION] = position
        request[kernels.QUATERNION : kernels.POSITION_TOLERANCE] = orientation
        request[kernels.POSITION_TOLERANCE] = position_tolerance
        request[kernels.ORIENTATION_TOLERANCE] = orientation_tolerance
        request[kernels.FIRST_ATTEMPT] = 0.0
        request[kernels.LAST_ATTEMPT] = 1 + self._heads + RESTARTS_PER_LOOK
        request[kernels.SEEDED] = seed is not None
        request[kernels.SEED :] = 0.0 if seed is None else seed
        code = kernels.search(*self._packed, request, memory.numbers, memory.activations, answer)
        status, message = Status.SUCCESS, ''
        if code == kernels.MALFORMED:
            self._explain_malformed(position, orientation, seed)
            raise InvalidInputError(
                f'tolerances are {position_tolerance} m and {orientation_tolerance} rad; '
                'expected numbers, 0 or more'
            )
        if code == kernels.NOT_FOUND:
            status = self._search_on(memory, began + timeout)
            if status is not Status.SUCCESS:
                message = why_not(answer, status)
        results = answer[: kernels.CONFIGURATION].tolist()
        return Solution(
            status=status,
            joint_positions=answer[kernels.CONFIGURATION :].copy(),
            position_error=results[kernels.POSITION_ERROR],
            orientation_error=results[kernels.ORIENTATION_ERROR],
            seed_distance=results[kernels.SEED_DISTANCE],
            limit_margin=results[kernels.LIMIT_MARGIN],
            clearance=math.inf,
            solve_time=time.perf_counter() - began,
            attempts=int(results[kernels.ATTEMPTS]),
            message=message,
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
        began = time.perf_counter()
        requests = self._requests(positions, orientations, seeds)
        requests[:, kernels.POSITION_TOLERANCE] = position_tolerance
        requests[:, kernels.ORIENTATION_TOLERANCE] = orientation_tolerance
        requests[:, kernels.LAST_ATTEMPT] = 1 + self._heads + MOST_RESTARTS
        answers, codes = self._run(kernels.search_many, requests, threads)
        if (codes == kernels.MALFORMED).any():
            raise InvalidInputError(
                f'tolerances are {position_tolerance} m and {orientation_tolerance} rad; '
                'expected numbers, 0 or more'
            )
        return SolutionBatch(
            status=np.where(codes == kernels.FOUND, Status.SUCCESS, Status.NO_SOLUTION),
            joint_positions=answers[:, kernels.CONFIGURATION :].copy(),
            position_error=answers[:, kernels.POSITION_ERROR].copy(),
            orientation_error=answers[:, kernels.ORIENTATION_ERROR].copy(),
            seed_distance=answers[:, kernels.SEED_DISTANCE].copy(),
            limit_margin=answers[:, kernels.LIMIT_MARGIN].copy(),
            clearance=np.full(len(codes), np.inf),
            attempts=answers[:, kernels.ATTEMPTS].astype(np.int64),
            solve_time=time.perf_counter() - began,
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
        if self._network is None:
            raise InvalidInputError('this solver was made for a bare chain: it has no network')
        requests = self._requests(positions, orientations, None)
        answers, _ = self._run(kernels.predict_best, requests, threads=None)
        return answers[:, kernels.CONFIGURATION :].copy()

    def _memory(self) -> Memory:
        """Return this thread's memory."""
        try:
            return self._memories.memory
        except AttributeError:
            self._memories.memory = new_memory(self.chain, self._network)
            return self._memories.memory

    def _search_on(self, memory: Memory, deadline: float) -> Status:
        """Go on with restarts after a first vain search; `memory.answer` becomes the best."""
        request, answer = memory.request, memory.answer
        best, last = answer.copy(), 1 + self._heads + MOST_RESTARTS
        status = Status.NO_SOLUTION
        while request[kernels.LAST_ATTEMPT] < last and status is Status.NO_SOLUTION:
            if best[kernels.BEYOND_REACH] > request[kernels.POSITION_TOLERANCE]:
                break
            if time.perf_counter() > deadline:
                status = Status.TIMED_OUT
                break
            request[kernels.FIRST_ATTEMPT] = request[kernels.LAST_ATTEMPT]
            request[kernels.LAST_ATTEMPT] += RESTARTS_PER_LOOK
            if kernels.FOUND == kernels.search(
                *self._packed, request, memory.numbers, memory.activations, answer
            ):
                status = Status.SUCCESS
            attempts = best[kernels.ATTEMPTS] + answer[kernels.ATTEMPTS]
            if status is Status.SUCCESS or squared_error(answer) < squared_error(best):
                best[:] = answer
            best[kernels.ATTEMPTS] = attempts
        answer[:] = best
        return status

    def _requests(
        self, positions: npt.ArrayLike, orientations: npt.ArrayLike, seeds: npt.ArrayLike | None
    ) -> Array:
        """Return (n, 12 + joints) requests, or raise `InvalidInputError`."""
        positions = np.asarray(positions, dtype=np.float64)
        orientations = np.asarray(orientations, dtype=np.float64)
        normalized_quaternion(orientations, 'orientations')  # for its errors: kernels normalise
        if positions.ndim != 2 or positions.shape[1] != 3:
            raise InvalidInputError(f'positions have shape {positions.shape}; expected (n, 3)')
        if not np.isfinite(positions).all():
            row = int(np.argmin(np.isfinite(positions).all(axis=1)))
            raise InvalidInputError(f'positions[{row}] is {positions[row].tolist()}, not finite')
        count = len(positions)
        if orientations.shape != (count, 4):
            raise InvalidInputError(
                f'orientations have shape {orientations.shape}; expected ({count}, 4)'
            )
        requests = np.zeros((count, kernels.SEED + self.chain.joint_count))
        requests[:, kernels.POSITION : kernels.QUATERNION] = positions
        requests[:, kernels.QUATERNION : kernels.POSITION_TOLERANCE] = orientations
        if seeds is not None:
            seeds = self.chain.checked_joints(seeds, 'seeds')
            if seeds.shape not in ((self.chain.joint_count,), (count, self.chain.joint_count)):
                raise InvalidInputError(
                    f'seeds have shape {seeds.shape}; expected ({count}, {seeds.shape[-1]})'
                )
            requests[:, kernels.SEEDED] = 1.0
            requests[:, kernels.SEED :] = seeds
        return requests

    def _run(
        self, kernel: Callable[..., None], requests: Array, threads: int | None
    ) -> tuple[Array, npt.NDArray[np.int64]]:
        """Run a kernel over all requests, in blocks on several threads."""
        count = len(requests)
        answers = np.zeros((count, kernels.CONFIGURATION + self.chain.joint_count))
        codes = np.zeros(count, dtype=np.int64)

        def run(block: slice) -> None:
            memory = self._memory()
            kernel(
                *self._packed,
                requests[block],
                memory.numbers,
                memory.activations,
                answers[block],
                codes[block],
            )

        threads = threads or len(os.sched_getaffinity(0))
        size = max(SMALLEST_BLOCK, -(-count // (BLOCKS_PER_THREAD * threads)))
        blocks = [slice(begin, begin + size) for begin in range(0, count, size)]
        if threads == 1 or len(blocks) < 2:
            for block in blocks:
                run(block)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(run, blocks))
        return answers, codes

    def _explain_malformed(self, position: Array, orientation: Array, seed: Array | None) -> None:
        """Raise `InvalidInputError` for the first thing that is wrong with a request."""
        if position.shape != (3,):
            raise InvalidInputError(f'position has shape {position.shape}; expected (3,), metres')
        if not np.isfinite(position).all():
            raise InvalidInputError(f'position {position.tolist()} is not finite')
        if orientation.shape != (4,):
            raise InvalidInputError(
                f'orientation has shape {orientation.shape}; expected (4,), a quaternion x y z w'
            )
        normalized_quaternion(orientation)
        if seed is not None and seed.shape != self.chain.checked_joints(seed, 'seed').shape[-1:]:
            raise InvalidInputError(
                f'seed has shape {seed.shape}; expected ({self.chain.joint_count},)'
            )
