# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Many poses in one call, over several threads."""

from time import perf_counter
from typing import Any

import numpy as np

from lab.peers import Field
from lab.peers.contract import Task
from lab.protocols.benchmark_settings import Settings
from lab.robots import Robot

TIMES = 10  # as many poses as where each is a call of its own
ROUNDS = 3  # of which the median counts


def batch(robot: Robot, field: Field, task: Task, settings: Settings) -> dict[str, Any]:
    """Ask for all poses at once, of each solver that can be asked so."""
    q = robot.chain.sample(np.random.default_rng(settings.seed), TIMES * settings.poses)
    poses = robot.judge.poses(q)
    able = {name: s for name, s in field.solvers.items() if hasattr(s, 'batch')}
    calls = {name: solver.batch(poses, settings.threads) for name, solver in able.items()}
    times: dict[str, list[float]] = {name: [] for name in able}
    answers = {}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            began = perf_counter()
            answers[name] = call()
            times[name].append(perf_counter() - began)
    rows = []
    for name, solver in able.items():
        position, orientation = robot.judge.errors(solver.read_batch(answers[name]), poses)
        solved = position <= task.position_tolerance
        solved &= orientation <= task.orientation_tolerance
        seconds = float(np.median(times[name]))
        rows.append(
            {
                'name': name,
                'label': solver.label,
                'poses': len(poses),
                'threads': settings.threads,
                'solved': float(solved.mean()),
                'seconds': seconds,
                'poses_per_second': len(poses) / seconds,
            }
        )
    single = {s.label: 'has no batch call' for n, s in field.solvers.items() if n not in able}
    return {'rows': rows, 'absent': {**field.absent, **single}}
