# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What following a path answers: joint positions for each pose, where it breaks, and why."""

from __future__ import annotations

import dataclasses

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.solving.engine import Engine
from learned_ik.solving.packing import endless_joints
from learned_ik.solving.solution import Status

AT_LIMIT = 0.01  # [rad or m], a joint so near its limit before a jump is what breaks the path
NEAR_SINGULAR = 0.02  # [1], a Jacobian whose least singular value is below hardly moves one way
TOLD = 3  # breaks that a message tells one by one


@dataclasses.dataclass(slots=True, repr=False)
class PathSolution:
    """The answer to a path of n poses, also to one that breaks. It is true if it is a success."""

    joint_positions: (
        Array  # (n, joints) [rad or m]; for poses that are not reached, the best found
    )
    status: Integers  # (n,), values of `Status`
    position_error: Array  # (n,) [m], by forward kinematics
    orientation_error: Array  # (n,) [rad], by forward kinematics too
    largest_step: float  # [rad or m], of one joint between two poses that are reached
    start_step: (
        float  # [rad or m], of one joint from `start` to the first pose; NaN without a start
    )
    jumps: Integers  # indices of poses before which a joint moves by more than `jump`
    failures: Integers  # indices of poses that are not reached
    timed_out: bool  # whether the time was over before all starts were tried
    solve_time: float  # [s], inside `follow`
    message: str  # where the path breaks and why; empty after a success
    clearance: Array | None = None  # (n,) [m], as of a `Solution`; None where no obstacle is known
    collisions: Integers = dataclasses.field(default_factory=lambda: np.empty(0, np.int64))
    # indices of poses that are reached and touch something

    @property
    def success(self) -> bool:
        """Whether all poses are reached without a jump, and clear where that was asked."""
        return len(self.jumps) == len(self.failures) == len(self.collisions) == 0

    def __bool__(self) -> bool:
        return self.success

    def __len__(self) -> int:
        return len(self.status)

    def __repr__(self) -> str:
        told = f': {self.message}' if self.message else ''
        return (
            f'PathSolution({len(self) - len(self.failures)} of {len(self)} poses reached, '
            f'{len(self.jumps)} jumps, in {1e3 * self.solve_time:.3g} ms{told})'
        )


def path_solution(
    engine: Engine,
    path: Array,
    errors: Array,
    status: Integers,
    reasons: dict[int, str],
    *,
    start: Array | None,
    jump: float,
    timed_out: bool,
) -> PathSolution:
    """Measure a path and say where it breaks.

    Args:
        engine: the arm's.
        path: (n, joints) [rad or m].
        errors: (n, 2), position [m] and orientation [rad].
        status: (n,), values of `Status`.
        reasons: why, for poses that are not reached.
        start: (joints,) [rad or m], where the arm was, or None.
        jump: [rad or m].
        timed_out: whether the time was over before everything was tried.

    """
    reached = status == Status.SUCCESS
    steps = np.abs(np.diff(path, axis=0)).max(axis=1, initial=0.0)  # (n - 1,) [rad or m]
    steps = np.where(reached[1:] & reached[:-1], steps, 0.0)  # a miss is no step: it is told
    jumps = 1 + np.nonzero(steps > jump)[0]
    failures = np.nonzero(~reached)[0]
    for pose in jumps:
        joint = int(np.argmax(np.abs(path[pose] - path[pose - 1])))
        reasons[int(pose)] = (
            f"joint '{engine.chain.joint_names[joint]}' jumps by {steps[pose - 1]:.3g} before it: "
            f'{_why_it_breaks(engine, path[pose - 1], timed_out)}'
        )
    return PathSolution(
        joint_positions=path,
        status=status,
        position_error=errors[:, 0].copy(),
        orientation_error=errors[:, 1].copy(),
        largest_step=float(steps.max(initial=0.0)),
        start_step=np.nan if start is None or not len(path) else _largest_step(start, path[0]),
        jumps=jumps,
        failures=failures,
        timed_out=timed_out,
        solve_time=0.0,
        message=_message(reasons),
    )


def _largest_step(a: Array, b: Array) -> float:
    """Return how far the joint that moves farthest moves from a to b (joints,) [rad or m]."""
    return float(np.abs(b - a).max())


def _why_it_breaks(engine: Engine, q: Array, timed_out: bool) -> str:
    """Say why no way leads on from joint positions (joints,), the last before a jump."""
    if timed_out:
        return 'the time was over before every start was tried'
    chain = engine.chain
    margin = np.where(endless_joints(chain), np.inf, np.minimum(q - chain.lower, chain.upper - q))
    joint = int(np.argmin(margin))
    if margin[joint] < AT_LIMIT:
        name = chain.joint_names[joint]
        return f"no start leads across, and on the longest way joint '{name}' comes to its limit"
    least = np.linalg.svd(engine.jacobian(q), compute_uv=False)[-1]
    if least < NEAR_SINGULAR:
        return 'no start leads across, and the longest way comes to a singular posture'
    return 'no start leads across'


def _message(reasons: dict[int, str]) -> str:
    """Return one line that tells the first breaks of a path, in its order."""
    told = [f'pose {pose}: {reasons[pose]}' for pose in sorted(reasons)]
    if len(told) > TOLD:
        told = [*told[:TOLD], f'and {len(told) - TOLD} more']
    return '; '.join(told)
