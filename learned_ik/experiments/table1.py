# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Table I: TIAGo and the artificial arm of seven joints, trained in each of the paper's ways."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from learned_ik.experiments import paper
from learned_ik.experiments.budgets import Budget
from learned_ik.experiments.catalogue import our_network, paper_network
from learned_ik.experiments.results import Cell, Claim, Report, Table
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.configuration import HELD_OUT_SEED
from learned_ik.learning.evaluation import errors_of, poses_within
from learned_ik.learning.sweep import Trial
from learned_ik.model import IkModel
from learned_ik.rotations import quaternion_from_matrix

TITLE = 'Table I: a real and an artificial arm of seven joints'
COLUMNS = (
    'robot',
    'training',
    'output',
    'paper: L2 [mm]',
    'paper: rotation [°]',
    'here: L2 [mm]',
    'here: % of reach',
    'here: rotation [°]',
    'answers that break joint limits [%]',
)
ARMS = (('tiago', 1.0), ('artificial7', 1.0), ('artificial7', 0.8))
WORDS = {
    'supervised': 'supervised',
    'position': 'unsupervised, position',
    'pose': 'unsupervised, position + rotation',
}


def trials(budget: Budget) -> list[Trial]:
    """Return the paper's nine networks, and ours for the same three arms."""
    return [
        *(paper_network(budget, p.robot, p.training, p.encoding, p.limits) for p in paper.TABLE_1),
        *(our_network(budget, robot, limits=limits) for robot, limits in ARMS),
    ]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Return the paper's table beside ours; errors are means over the test set."""
    rows = []
    for p in paper.TABLE_1:
        trial = paper_network(budget, p.robot, p.training, p.encoding, p.limits)
        names = (_arm(p.robot, p.limits), WORDS[p.training], p.encoding)
        printed = (1e3 * p.position, p.orientation)
        rows.append((*names, *printed, *_cells(models[trial.name].held_out)))
    for robot, limits in ARMS:
        model = models[our_network(budget, robot, limits=limits).name]
        names = (_arm(robot, limits), 'default recipe')
        rows.append((*names, 'network', None, None, *_cells(model.held_out)))
        rows.append((*names, 'refined', None, None, *_cells(refined(model, budget.poses))))
    claims = (_position_is_easier(budget, models), _supervised_loses_rotation(budget, models))
    caption = f'Mean errors over {budget.poses} poses that no network was trained on.'
    return Report((Table(caption, COLUMNS, tuple(rows)),), claims=claims)


def refined(model: IkModel, count: int) -> dict:
    """Return the errors of the solver's answers to the test set, by the same metrics."""
    from learned_ik.solving.solver import IkSolver

    poses = poses_within(model.chain, count, HELD_OUT_SEED)
    matrices = poses[:, 3:].double().numpy().reshape(-1, 3, 3)
    solved = IkSolver(model).solve_batch(
        poses[:, :3].double().numpy(), quaternion_from_matrix(matrices)
    )
    q = torch.as_tensor(solved.joint_positions[:, None].astype(np.float32))
    return errors_of(q, poses, BatchedKinematics(model.chain)).summary(model.chain.reach)


def _arm(robot: str, limits: float) -> str:
    name = {'tiago': 'TIAGo', 'artificial7': 'artificial, 7 joints'}[robot]
    return name if limits == 1 else f'{name} ({limits:g} limits)'


def _cells(held_out: Mapping) -> tuple[Cell, ...]:
    return (
        1e3 * held_out['position']['mean'],
        1e2 * held_out['relative_position_mean'],
        math.degrees(held_out['orientation']['mean']),
        1e2 * held_out['limits_broken'],
    )


def _position_is_easier(budget: Budget, models: Mapping[str, IkModel]) -> Claim:
    found = {
        training: models[paper_network(budget, 'tiago', training).name].held_out['position']
        for training in ('position', 'pose')
    }
    alone, both = found['position']['mean'], found['pose']['mean']
    return Claim(
        'Trained for position alone, the position error is less than half',
        'III-D',
        alone < 0.5 * both,
        None,
        f'TIAGo, linear: {1e3 * alone:.1f} mm against {1e3 * both:.1f} mm',
    )


def _supervised_loses_rotation(budget: Budget, models: Mapping[str, IkModel]) -> Claim:
    supervised, pose = (
        math.degrees(
            models[paper_network(budget, 'tiago', training).name].held_out['orientation']['mean']
        )
        for training in ('supervised', 'pose')
    )
    return Claim(
        'Supervised training fails on the orientation of TIAGo, unsupervised does not',
        'III-A',
        supervised > 5 * pose,
        None,
        f'linear: {supervised:.0f}° against {pose:.1f}°',
    )
