# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Straight lines and spirals, to be followed from pose to pose without a jump.

Solvers that follow whole paths get the path; others solve pose after pose, each from the answer
before it. What is beyond every solver of the run counts for none of them.
"""

from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.peers import Field
from lab.peers.contract import Solver, Task
from lab.pinocchio_judge import Poses
from lab.protocols.benchmark_settings import Settings
from lab.robots import Robot
from learned_ik.arrays import Array
from learned_ik.trajectories.pose_paths import line, spiral

POSES = 200  # of a path
JUMP = 0.2  # [rad or m], of one joint between two poses: no motion, but another branch
LINE = (0.1, 0.3)  # shortest and longest, as shares of the arm's reach
RADIUS = (0.03, 0.1)  # likewise, of a spiral, where it begins
HEIGHT = (0.05, 0.2)  # likewise
TURNS = 2.5


def paths(robot: Robot, field: Field, task: Task, settings: Settings) -> dict[str, Any]:
    """Let all solvers follow the same paths in turns: one for every hundred poses."""
    rng = np.random.default_rng(settings.seed)
    count = max(settings.poses // 100, 4)
    drawn = [random_path(robot, rng, spiral_wanted=k % 2 == 0) for k in range(count)]
    found: dict[str, list[tuple[float, Array]]] = {name: [] for name in field.solvers}
    for solver in field.solvers.values():  # not counted: what is compiled or cached at first
        _followed(solver, drawn[0][:2], robot.chain.joint_count)
    for path in drawn:
        for name, solver in field.solvers.items():
            if sum(time for time, _ in found[name]) < settings.budget:
                found[name].append(_followed(solver, path, robot.chain.joint_count))
    judged = {
        name: [_judged(robot, task, *pair) for pair in zip(drawn, tries, strict=False)]
        for name, tries in found.items()
    }
    feasible = np.zeros(count, dtype=bool)
    for verdicts in judged.values():
        feasible[: len(verdicts)] |= [verdict['followed'] for verdict in verdicts]
    rows = [
        {'name': name, 'label': field.solvers[name].label} | _summary(verdicts, feasible)
        for name, verdicts in judged.items()
    ]
    return {
        'rows': rows,
        'absent': field.absent,
        'paths': count,
        'feasible': int(feasible.sum()),
        'poses_per_path': POSES,
    }


def random_path(robot: Robot, rng: np.random.Generator, *, spiral_wanted: bool) -> Poses:
    """Return a path with one orientation that begins at a pose within reach."""
    start = robot.judge.poses(robot.chain.sample(rng, 1))
    orientation = start.quaternions[0]
    direction = rng.normal(size=3)
    direction /= np.linalg.norm(direction)
    reach = robot.chain.reach
    if spiral_wanted:
        path = spiral(
            POSES,
            centre=np.zeros(3),
            radius=reach * rng.uniform(*RADIUS),
            height=reach * rng.uniform(*HEIGHT),
            turns=TURNS,
            axis=direction,
            orientation=orientation,
        )
    else:
        end = reach * rng.uniform(*LINE) * direction
        path = line(POSES, start=np.zeros(3), end=end, orientation=orientation)
    positions = path.positions - path.positions[0] + start.positions[0]
    return Poses(positions, np.tile(start.rotations[0], (POSES, 1, 1)))


def _followed(solver: Solver, path: Poses, joint_count: int) -> tuple[float, Array]:
    """Return how long a solver took [s], and what it claims (poses, joints), NaN for nothing."""
    if hasattr(solver, 'follow'):
        follow = solver.follow(path)
        began = perf_counter()
        answer = follow()
        time = perf_counter() - began
        return time, solver.read_path(answer)
    joints, time, seed = np.full((len(path), joint_count), np.nan), 0.0, None
    for k in range(len(path)):
        request = solver.arguments(path.positions[k], path.rotations[k], seed)
        began = perf_counter()
        answer = solver.call(*request)
        time += perf_counter() - began
        q = None if answer is None else solver.read(answer)
        if q is not None:
            joints[k] = seed = np.array(q)
    return time, joints


def _judged(robot: Robot, task: Task, path: Poses, tried: tuple[float, Array]) -> dict[str, Any]:
    """Return the judge's verdict on one path."""
    time, joints = tried
    position, orientation = robot.judge.errors(joints, path)
    solved = (position <= task.position_tolerance) & (orientation <= task.orientation_tolerance)
    steps = np.diff(joints, axis=0)
    turns = np.round(steps / (2 * np.pi)) * robot.chain.continuous  # whole ones are no motion
    steps = np.abs(steps - 2 * np.pi * turns).max(axis=-1)[solved[1:] & solved[:-1]]
    jumps = int((steps > JUMP).sum())
    return {
        'time': time,
        'failures': int((~solved).sum()),
        'jumps': jumps,
        'largest_step': float(steps.max()) if len(steps) else None,
        'followed': bool(solved.all() and not jumps),
    }


def _summary(verdicts: list[dict[str, Any]], feasible: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return a row: all but the number of paths is of those that some solver follows."""
    of_feasible = [v for v, can in zip(verdicts, feasible, strict=False) if can]
    times = 1e3 * np.array([v['time'] for v in of_feasible])  # [ms]
    largest = [v['largest_step'] for v in of_feasible if v['largest_step'] is not None]
    return {
        'paths': len(verdicts),
        'followed': _share(sum(v['followed'] for v in of_feasible), len(of_feasible)),
        'jumps': sum(v['jumps'] for v in of_feasible),
        'failures': sum(v['failures'] for v in of_feasible),
        'largest_step': max(largest, default=None),
        'median_ms': float(np.median(times)) if len(times) else None,
        'p99_ms': float(np.quantile(times, 0.99)) if len(times) else None,
    }


def _share(count: int, of: int) -> float | None:
    return count / of if of else None
