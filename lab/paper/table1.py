# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Table I: TIAGo and the artificial arm of seven joints, trained in each of the paper's ways."""

import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from lab.paper import printed_values
from lab.paper.presentation.results import Cell, Claim, Report, Table
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import (
    ENCODINGS,
    FULL,
    TRAININGS,
    our_network,
    paper_network,
)
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.reports.evaluation import errors_of, poses_within
from learned_ik.learning.training_config import HELD_OUT_SEED, PAPER
from learned_ik.model import IkModel
from learned_ik.rotations import quaternion_from_matrix

TITLE = 'Table I: a real and an artificial arm of seven joints'
COLUMNS = (
    'robot',
    'training',
    'output',
    'samples [million]',
    'paper: L2 [mm]',
    'paper: rotation [°]',
    'here: L2 [mm]',
    'here: % of reach',
    'here: rotation [°]',
    'answers that break joint limits [%]',
)
ALIKE = 2.0  # factor between errors in a similar range
REPRODUCED = 1.5  # factor between a printed error and ours
TELLS_SAMPLES = True  # of each network: those that were trained longer may stand beside others
ARMS = (('tiago', 1.0), ('artificial7', 1.0), ('artificial7', 0.8))
OURS = 'default recipe'
WORDS = {
    'supervised': 'supervised',
    'position': 'unsupervised, position',
    'pose': 'unsupervised, position + rotation',
}
SETTINGS = (  # robot, training, encoding, limits
    *itertools.product(('tiago', 'artificial7'), TRAININGS, ENCODINGS, (1.0,)),
    ('artificial7', 'pose', 'linear', 0.8),
)
SEVERAL_SEEDS = tuple(('tiago', 'pose', encoding, 1.0) for encoding in ENCODINGS)
PRINTED = {row[:4]: row for row in printed_values.TABLE_1}  # nine of these


def trials(budget: Budget) -> list[Trial]:
    """Return the paper's networks, and ours for the same three arms."""
    return [
        *(paper_network(budget, *setting) for setting in SETTINGS),
        *(our_network(budget, robot, limits=limits) for robot, limits in ARMS),
        *(trial for setting in SEVERAL_SEEDS for trial in seeds_of(budget, setting)),
    ]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Return the paper's table beside ours; errors are means over the test set."""
    rows = []
    for setting in SETTINGS:
        robot, training, encoding, limits = setting
        printed = PRINTED.get(setting)
        cells = (None, None) if printed is None else (1e3 * printed.position, printed.orientation)
        model = _longest(models, paper_network(budget, *setting))
        names = (_arm(robot, limits), WORDS[training], encoding)
        rows.append((*names, _millions(model), *cells, *_cells(model.held_out)))
    for robot, limits in ARMS:
        model = _longest(models, our_network(budget, robot, limits=limits))
        names = (_arm(robot, limits), OURS)
        for output, errors in (
            ('network', model.held_out),
            ('refined', refined(model, budget.poses)),
        ):
            rows.append((*names, output, _millions(model), None, None, *_cells(errors)))
    claims = (
        *(_as_printed(budget, models, setting) for setting in SEVERAL_SEEDS),
        _position_is_easier(budget, models),
        _supervised_loses_rotation(budget, models),
        _arms_are_alike(budget, models),
    )
    caption = (
        'Mean errors over poses that no network was trained on: '
        f'{printed_values.TEST_POSES} for networks that have seen the '
        f"paper's {PAPER.samples / 1e6:g} million samples, {budget.poses} for the others, which "
        'have not settled.'
    )
    tables = [Table(caption, COLUMNS, tuple(rows))]
    if budget.seeds > 1:
        tables.append(_over_seeds(budget, models))
    return Report(tuple(tables), claims=claims)


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


def seeds_of(budget: Budget, setting: tuple) -> list[Trial]:
    """Return the same training from several seeds."""
    return [paper_network(budget, *setting, seed=seed) for seed in range(budget.seeds)]


def errors_over_seeds(
    budget: Budget, models: Mapping[str, IkModel], setting: tuple
) -> tuple[float, list[float], list[float]]:
    """Return samples [million], L2 [mm] and rotation [deg] of the seeds that were trained most."""
    trained = [_longest(models, trial) for trial in seeds_of(budget, setting)]
    most = max(map(_millions, trained))
    equal = [model for model in trained if _millions(model) == most]
    return (
        most,
        [1e3 * model.held_out['position']['mean'] for model in equal],
        [math.degrees(model.held_out['orientation']['mean']) for model in equal],
    )


def _over_seeds(budget: Budget, models: Mapping[str, IkModel]) -> Table:
    rows = []
    for setting in SEVERAL_SEEDS:
        samples, lengths, angles = errors_over_seeds(budget, models, setting)
        printed = PRINTED[setting]
        spread = [
            cell
            for errors, value in (
                (lengths, 1e3 * printed.position),
                (angles, printed.orientation),
            )
            for cell in (value, float(np.mean(errors)), min(errors), max(errors))
        ]
        rows.append((setting[2], samples, len(lengths), *spread))
    titles = [
        f'{what}{unit}'
        for unit in (', L2 [mm]', ', rotation [°]')
        for what in ('paper', 'mean', 'least', 'most')
    ]
    return Table(
        'TIAGo, unsupervised, position + rotation: the mean and the range over seeds, of those '
        'that have seen equally many samples.',
        ('output', 'samples [million]', 'seeds', *titles),
        tuple(rows),
    )


def _longest(models: Mapping[str, IkModel], trial: Trial) -> IkModel:
    """Return a network, the one that was trained with the full budget where there is one."""
    return models.get(trial.name + FULL, models[trial.name])


def _alike(models: Mapping[str, IkModel], trials: Sequence[Trial]) -> list[IkModel]:
    """Return networks that may be compared: all of the full budget, or none of them."""
    if all(trial.name + FULL in models for trial in trials):
        return [models[trial.name + FULL] for trial in trials]
    return [models[trial.name] for trial in trials]


def _millions(model: IkModel) -> float:
    return model.training['samples'] / 1e6


def _settled(*networks: IkModel) -> bool:
    """Return whether networks have had all of the paper's training."""
    return all(_millions(model) >= PAPER.samples / 1e6 for model in networks)


def _arm(robot: str, limits: float = 1.0) -> str:
    name = {'tiago': 'TIAGo', 'artificial7': 'artificial, 7 joints'}[robot]
    return name if limits == 1 else f'{name} ({limits:g} limits)'


def _cells(held_out: Mapping) -> tuple[Cell, ...]:
    return (
        1e3 * held_out['position']['mean'],
        1e2 * held_out['relative_position_mean'],
        math.degrees(held_out['orientation']['mean']),
        1e2 * held_out['limits_broken'],
    )


def _as_printed(budget: Budget, models: Mapping[str, IkModel], setting: tuple) -> Claim:
    samples, *found = errors_over_seeds(budget, models, setting)
    printed = 1e3 * PRINTED[setting].position, PRINTED[setting].orientation
    means = [float(np.mean(errors)) for errors in found]
    return Claim(
        f'Trained for position and rotation, with {setting[2]} outputs, TIAGo has the mean errors '
        f'of table I (here: both within a factor of {REPRODUCED:g})',
        'III-A',
        all(
            1 / REPRODUCED < mean / value < REPRODUCED
            for mean, value in zip(means, printed, strict=True)
        ),
        None,
        f'{means[0]:.1f} mm, {means[1]:.2f}° (printed: {printed[0]:.1f} mm, {printed[1]:.2f}°), '
        f'seeds: {len(found[0])}, samples: {samples:g} million',
        samples >= PAPER.samples / 1e6,
    )


def _position_is_easier(budget: Budget, models: Mapping[str, IkModel]) -> Claim:
    networks = _alike(
        models,
        [paper_network(budget, 'tiago', training) for training in ('position', 'pose')],
    )
    alone, both = (network.held_out['position']['mean'] for network in networks)
    return Claim(
        'Trained for position alone, the position error is less than half',
        'III-D',
        alone < 0.5 * both,
        None,
        f'TIAGo, linear: {1e3 * alone:.1f} mm against {1e3 * both:.1f} mm',
        _settled(*networks),
    )


def _supervised_loses_rotation(budget: Budget, models: Mapping[str, IkModel]) -> Claim:
    networks = _alike(
        models,
        [paper_network(budget, 'tiago', training) for training in ('supervised', 'pose')],
    )
    supervised, pose = (
        math.degrees(network.held_out['orientation']['mean']) for network in networks
    )
    return Claim(
        'Supervised training fails on the orientation of TIAGo, unsupervised does not',
        'III-A',
        supervised > 5 * pose,
        None,
        f'linear: {supervised:.0f}° against {pose:.1f}°',
        _settled(*networks),
    )


def _arms_are_alike(budget: Budget, models: Mapping[str, IkModel]) -> Claim:
    verdicts, numbers, settled = [], [], True
    for words, network in (("the paper's recipe", paper_network), (OURS, our_network)):
        both = _alike(models, [network(budget, robot) for robot in ('tiago', 'artificial7')])
        tiago, artificial = (model.held_out for model in both)
        settled = settled and (network is our_network or _settled(*both))
        ratios = [
            artificial[part]['mean'] / tiago[part]['mean'] for part in ('position', 'orientation')
        ]
        verdicts.append(all(1 / ALIKE < ratio < ALIKE for ratio in ratios))
        numbers.append(f'{words} {ratios[0]:.2f} and {ratios[1]:.2f}')
    return Claim(
        'The artificial arm of 7 joints has errors in a similar range as TIAGo (here: within a '
        f'factor of {ALIKE:g})',
        'III-A',
        *verdicts,
        f'artificial / TIAGo, position and rotation: {"; ".join(numbers)} (printed: 1.45, 0.80)',
        settled,
    )
