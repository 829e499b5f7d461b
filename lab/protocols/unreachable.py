# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Poses that may be out of reach: how long until a solver gives up, and what it claims."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.peers import Field, assemble
from lab.peers.contract import Task
from lab.pinocchio_judge import Poses
from lab.protocols.benchmark_settings import Settings
from lab.protocols.call_timing import Trial, in_turns
from lab.protocols.scores import confirmed, score
from lab.robots import Robot
from learned_ik.rotations import matrix_from_quaternion

LONG = 10  # times the cap, for which the last search goes on before a pose counts as unreachable
LAST_SEARCHERS = ('optik', 'pinocchio-lm')  # the first of them that takes part searches last


def unreachable(robot: Robot, field: Field, task: Task, settings: Settings) -> dict[str, Any]:
    """Ask for poses drawn uniformly in the ball that the arm's length allows.

    Reachable is what any solver reaches, the judge confirming it, or what one of them reaches in
    a search that is `LONG` times longer; the others count as unreachable.
    """
    poses = in_ball(robot, np.random.default_rng(settings.seed), settings.few)
    joint_count = robot.chain.joint_count
    trials = in_turns(field.solvers, poses, None, joint_count, settings.budget)
    solved = {name: confirmed(t, robot.judge, poses, task) for name, t in trials.items()}
    reached = np.zeros(len(poses), dtype=bool)
    for share in solved.values():
        reached[: len(share)] |= share
    reached[~reached] = _reached_later(robot, field, task, poses[~reached])

    rows = []
    for name, trial in trials.items():
        asked = len(trial.times)
        unreached, possible = ~reached[:asked], reached[:asked]
        if not unreached.any():
            continue
        part = Trial(trial.times[unreached], trial.joints[unreached])
        row = score(name, field.solvers[name], part, np.zeros(len(part.times), bool), task, None)
        wrong = int((trial.claimed & ~solved[name]).sum())
        refused = int((possible & ~solved[name]).sum())
        rows.append(
            dataclasses.asdict(dataclasses.replace(row, wrong=wrong))
            | {'reachable': int(possible.sum()), 'refused': refused}
        )
    return {
        'rows': rows,
        'absent': field.absent,
        'poses': len(poses),
        'reachable': int(reached.sum()),
    }


def in_ball(robot: Robot, rng: np.random.Generator, count: int) -> Poses:
    """Return poses uniform in the ball around the base with the arm's reach as radius."""
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    radii = robot.chain.reach * np.cbrt(rng.uniform(size=(count, 1)))  # [m]
    quaternions = rng.normal(size=(count, 4))
    quaternions /= np.linalg.norm(quaternions, axis=-1, keepdims=True)
    return Poses(radii * directions, matrix_from_quaternion(quaternions))


def _reached_later(robot: Robot, field: Field, task: Task, poses: Poses) -> npt.NDArray[np.bool_]:
    """Return (n,), which poses a long search reaches."""
    reached = np.zeros(len(poses), dtype=bool)
    searcher = next((name for name in LAST_SEARCHERS if name in field.solvers), None)
    if searcher is None or not len(poses):
        return reached
    patient = dataclasses.replace(task, timeout=LONG * task.timeout)
    last = assemble(patient, None, [searcher])
    trials = in_turns(
        {searcher: last.solvers[searcher]}, poses, None, robot.chain.joint_count, np.inf
    )
    return confirmed(trials[searcher], robot.judge, poses, task)
