# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a trial was worth: how much of it holds before the judge, and how long it took."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.peers.contract import Task
from lab.pinocchio_judge import Judge, Poses
from lab.protocols.call_timing import Trial
from learned_ik.arrays import Array

OURS = ('ours', 'ours-network', 'ours-bare')  # who is not a peer
WORTHY = 0.95  # share of poses that a peer has to solve to be compared with: failing is fast
TIME_GRID = np.logspace(0, 6, 121)  # [µs], where distributions are kept: 20 steps a decade


@dataclasses.dataclass(frozen=True)
class Row:
    """One solver's line in a table. Times are of all calls, those that failed among them."""

    name: str  # of the peer on the command line; or one of OURS
    label: str  # for people
    setting: str  # its options
    poses: int  # how many it was asked
    solved: float  # share that the judge confirms
    wrong: int  # claims that the judge refutes
    late: float  # share of calls that took longer than the cap
    median: float  # [µs]
    mean: float  # [µs]
    p95: float  # [µs]
    p99: float  # [µs]
    max: float  # [µs]
    jumps: float | None  # share of its solutions with a joint farther from the seed than `JUMP`
    called_within: list[float]  # share of calls that took at most TIME_GRID[k]
    solved_within: list[float]  # likewise, and solved the pose


JUMP = 0.5  # [rad or m], of one joint, against a seed that is 0.1 away from a solution


def confirmed(trial: Trial, judge: Judge, poses: Poses, task: Task) -> npt.NDArray[np.bool_]:
    """Return (n,), which answers keep limits and tolerances as the judge sees it."""
    position, orientation = judge.errors(trial.joints, poses[: len(trial.joints)])
    return (position <= task.position_tolerance) & (orientation <= task.orientation_tolerance)


def score(
    name: str, solver: Any, trial: Trial, solved: npt.NDArray[np.bool_], task: Task, seeds: Any
) -> Row:
    """Return a solver's row.

    Args:
        name: of the solver.
        solver: whose label and setting are shown.
        trial: n calls.
        solved: (n,), what the judge confirms.
        task: whose timeout is the cap.
        seeds: (n or more, joints) [rad or m], from which it was to stay near, or None.

    """
    times = 1e6 * trial.times  # [µs]
    median, p95, p99 = np.quantile(times, [0.5, 0.95, 0.99])
    jumps = None
    if seeds is not None and solved.any():
        moved = np.abs(trial.joints - seeds[: len(solved)])[solved].max(axis=-1)
        jumps = float(np.mean(moved > JUMP))
    return Row(
        name=name,
        label=solver.label,
        setting=solver.setting,
        poses=len(times),
        solved=float(solved.mean()),
        wrong=int((trial.claimed & ~solved).sum()),
        late=float(np.mean(trial.times > task.timeout)),
        median=float(median),
        mean=float(times.mean()),
        p95=float(p95),
        p99=float(p99),
        max=float(times.max()),
        jumps=jumps,
        called_within=_shares(times, len(times)),
        solved_within=_shares(times[solved], len(times)),
    )


def best_peer(rows: Sequence[Row], figure: str) -> Row | None:
    """Return the peer with the smallest value of a figure, among those that solve enough."""
    worthy = [row for row in rows if row.name not in OURS and row.solved >= WORTHY]
    return min(worthy, key=lambda row: getattr(row, figure), default=None)


def _shares(times: Array, count: int) -> list[float]:
    """Return which share of `count` calls lies at or below each time of the grid."""
    below = np.searchsorted(np.sort(times), TIME_GRID, side='right')
    return [round(float(share), 6) for share in below / count]
