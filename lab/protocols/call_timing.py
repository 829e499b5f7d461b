# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Time many solvers on the same poses, in turns, so that a machine's moods hit all alike."""

import contextlib
import dataclasses
import gc
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter

import numpy as np
import numpy.typing as npt

from lab.peers.contract import Solver
from lab.pinocchio_judge import Poses
from learned_ik.arrays import Array

BLOCK = 500  # poses that one solver takes in its turn; what is cold at first is less than 1 %


@dataclasses.dataclass
class Trial:
    """What one solver did with the first n poses."""

    times: Array  # (n,) [s], of each call
    joints: Array  # (n, joints) [rad or m], what it claims as solutions; NaN where it claims none

    @property
    def claimed(self) -> npt.NDArray[np.bool_]:
        """(n,), whether it claims to have reached the pose."""
        return ~np.isnan(self.joints).any(axis=-1)


def in_turns(
    solvers: Mapping[str, Solver],
    poses: Poses,
    seeds: Array | None,
    joint_count: int,
    budget: float,
    report: Callable[[int], None] = lambda done: None,
) -> dict[str, Trial]:
    """Let each solver solve a block of poses, then the next one, until all poses are done.

    A block begins with one call that is not counted, which brings the solver's code and data
    back into the processor's caches: whoever calls it in a row has them there.

    Args:
        solvers: by name.
        poses: n of them.
        seeds: (n, joints) [rad or m], or None where none are given.
        joint_count: of the arm.
        budget: [s] of each solver, after which it gets no further pose.
        report: called with the number of poses done, for a progress bar.

    """
    times: dict[str, list[float]] = {name: [] for name in solvers}
    joints: dict[str, list[Array]] = {name: [] for name in solvers}
    nothing = np.full(joint_count, np.nan)
    with no_garbage_collection():
        for first in range(0, len(poses), BLOCK):
            block = slice(first, first + BLOCK)
            starts = [None] * len(poses[block]) if seeds is None else seeds[block]
            for name, solver in solvers.items():
                if sum(times[name]) > budget:
                    continue
                rows = zip(poses.positions[block], poses.rotations[block], starts, strict=True)
                requests = [solver.arguments(*row) for row in rows]
                _timed(solver.call, requests[0])
                outcomes = []
                left = budget - sum(times[name])
                for request in requests:
                    time, answer = _timed(solver.call, request)
                    outcomes.append((time, answer))
                    left -= time
                    if left < 0:
                        break
                for time, answer in outcomes:
                    q = None if answer is None else solver.read(answer)
                    times[name].append(time)
                    joints[name].append(nothing if q is None else q)
            gc.collect()
            report(min(first + BLOCK, len(poses)))
    return {name: Trial(np.array(times[name]), np.array(joints[name])) for name in solvers}


def _timed(call: Callable, request: tuple) -> tuple[float, object]:
    """Return how long a call took [s], and its answer; None where it failed with an error."""
    began = perf_counter()
    try:
        answer = call(*request)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # compiled peers panic with more than Exception: a failure like others
        answer = None
    return perf_counter() - began, answer


@contextlib.contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Keep Python from collecting garbage in the middle of a call, as `timeit` does."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
