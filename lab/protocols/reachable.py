# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Reachable poses: from nowhere in particular (TRAC-IK's protocol), and from near by."""

import dataclasses
from typing import Any

import numpy as np

from lab.peers import Field
from lab.peers.contract import Task
from lab.pinocchio_judge import Poses
from lab.protocols.benchmark_settings import Settings
from lab.protocols.call_timing import in_turns
from lab.protocols.scores import Row, confirmed, score
from lab.robots import Robot
from learned_ik.arrays import Array

NEAR = 0.1  # [rad or m], how far at most each joint of a near seed is from a solution
FEWEST = 20  # poses that a solver has to take within its budget: fewer make no percentiles


def reachable(robot: Robot, field: Field, task: Task, settings: Settings) -> dict[str, Any]:
    """Ask for poses of uniformly drawn joint positions; peers begin at mid-range."""
    q = robot.chain.sample(np.random.default_rng(settings.seed), settings.poses)
    return measured(robot, field, task, robot.judge.poses(q), None, settings.budget)


def near(robot: Robot, field: Field, task: Task, settings: Settings) -> dict[str, Any]:
    """Ask for such poses with a seed whose every joint is off by up to `NEAR`, uniformly."""
    rng = np.random.default_rng(settings.seed)
    q = robot.chain.sample(rng, settings.poses)
    seeds = q + rng.uniform(-NEAR, NEAR, q.shape)
    seeds = np.clip(seeds, robot.chain.lower, robot.chain.upper)
    return measured(robot, field, task, robot.judge.poses(q), seeds, settings.budget)


def measured(
    robot: Robot, field: Field, task: Task, poses: Poses, seeds: Array | None, budget: float
) -> dict[str, Any]:
    """Let all solvers take the poses in turns, and judge their answers.

    Args:
        robot: whose judge it is.
        field: who takes part.
        task: what is asked.
        poses: n of them.
        seeds: (n, joints) [rad or m], or None.
        budget: [s] of each solver.

    """
    trials = in_turns(field.solvers, poses, seeds, robot.chain.joint_count, budget)
    rows: list[Row] = []
    absent = dict(field.absent)
    for name, trial in trials.items():
        if len(trial.times) < min(FEWEST, len(poses)):
            absent[field.solvers[name].label] = f'too slow: {trial.times.mean():.1g} s a call'
            continue
        solved = confirmed(trial, robot.judge, poses, task)
        rows.append(score(name, field.solvers[name], trial, solved, task, seeds))
    return {'rows': [dataclasses.asdict(row) for row in rows], 'absent': absent}
