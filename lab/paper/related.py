# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The methods that the paper names as related work, on the same arms and the same test poses."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch

from lab.methods.committee import committee
from lab.methods.damped_least_squares import STEPS, damped_least_squares
from lab.methods.per_joint import DRAWS, per_joint
from lab.methods.selective import CLUSTERS, selective
from lab.methods.supervised_fitting import Fitting
from lab.paper.presentation.results import Cell, Claim, Report, Table
from lab.paper.table1 import refined
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import our_network, paper_network
from lab.paper.training.shelf import NETWORKS
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.reports.evaluation import errors_of, poses_within
from learned_ik.learning.training_config import HELD_OUT_SEED
from learned_ik.model import IkModel

TITLE = 'Related work: other methods, the same arms and poses'
ROBOTS = ('tiago', 'artificial7')
SUPERVISED, UNSUPERVISED = "the paper's supervised network", "the paper's unsupervised network"
COMMITTEE = 'committee of '
COLUMNS = (
    'method',
    'L2: mean [mm]',
    'median',
    '99 %',
    'mean, % of reach',
    'rotation: mean [°]',
    'median',
    '99 %',
)


@dataclasses.dataclass(frozen=True)
class Networks:
    """Those that the rows of one robot need."""

    supervised: list[Trial]
    unsupervised: list[Trial]
    seeded: Trial
    ours: Trial

    @classmethod
    def of(cls, budget: Budget, robot: str) -> 'Networks':
        """Name them."""
        seeds = range(budget.committee)
        single = paper_network(budget, robot)
        seeded = dataclasses.replace(single.config, seed_input=True)
        return cls(
            [paper_network(budget, robot, 'supervised', seed=seed) for seed in seeds],
            [paper_network(budget, robot, seed=seed) for seed in seeds],
            Trial(f'{single.name}_seeded', single.chain, seeded),
            our_network(budget, robot),
        )

    def all(self) -> list[Trial]:
        """Return them in a row."""
        return [*self.supervised, *self.unsupervised, self.seeded, self.ours]


def trials(budget: Budget) -> list[Trial]:
    """Return two committees, a network that is shown joints, and ours, for each robot."""
    return [trial for robot in ROBOTS for trial in Networks.of(budget, robot).all()]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Return a table for each robot."""
    fitting = Fitting(budget.samples, budget.device, folder / NETWORKS)
    found = {}
    for robot in ROBOTS:
        found[robot] = dict(_rows(Networks.of(budget, robot), budget, models, fitting))
    tables = tuple(
        Table(
            f'{robot}: errors on {budget.poses} poses, the best of all answers to each.',
            COLUMNS,
            tuple((label, *_cells(errors)) for label, errors in rows.items()),
        )
        for robot, rows in found.items()
    )
    notes = (
        '[1] is the textbook method, from mid-range, with constant damping and no restarts, not '
        'the learned damping of that reference.',
        '[5], [6] and [7] are small readings of the idea on perceptrons, taught with '
        f'{budget.samples / 1e6:g} million samples each, not the networks of these references.',
        '[8] is shown joint positions that lie 0.3 rad (standard deviation) beside a solution: '
        'it is told more than the others.',
    )
    return Report(tables, claims=(_a_tenth(found),), notes=notes)


def _rows(
    networks: Networks, budget: Budget, models: Mapping[str, IkModel], fitting: Fitting
) -> Iterator[tuple[str, Mapping]]:
    """Yield each method and its errors, as `Errors.summary` tells them."""
    chain = networks.ours.chain
    poses = poses_within(chain, budget.poses, HELD_OUT_SEED)

    def judged(q: torch.Tensor) -> Mapping:
        return errors_of(q, poses, BatchedKinematics(chain)).summary(chain.reach)

    def members(trials: list[Trial]) -> torch.Tensor:
        return committee([models[trial.name] for trial in trials], poses)

    dls = damped_least_squares(BatchedKinematics(chain), poses)
    yield f'[1] damped least squares, {STEPS} steps from mid-range', judged(dls)
    yield SUPERVISED, models[networks.supervised[0].name].held_out
    yield f'[6] {SUPERVISED}, {COMMITTEE}{budget.committee}', judged(members(networks.supervised))
    yield (
        f'[7] index input, {CLUSTERS} indices, supervised',
        judged(selective(chain, poses, fitting)),
    )
    yield (
        f'[5] a network for each joint, best of {DRAWS} draws, supervised',
        judged(per_joint(chain, poses, fitting)),
    )
    yield UNSUPERVISED, models[networks.unsupervised[0].name].held_out
    yield (
        f'[6] {UNSUPERVISED}, {COMMITTEE}{budget.committee}',
        judged(members(networks.unsupervised)),
    )
    yield f'[8] {UNSUPERVISED}, shown the current joints', models[networks.seeded.name].held_out
    ours = models[networks.ours.name]
    yield f'default recipe, {ours.network.heads} heads', ours.held_out
    yield 'the same, refined', refined(ours, budget.poses)


def _a_tenth(found: Mapping[str, Mapping[str, Mapping]]) -> Claim:
    shares = {}
    for robot, rows in found.items():
        for alone in (SUPERVISED, UNSUPERVISED):
            together = next(label for label in rows if f'{alone}, {COMMITTEE}' in label)
            one, many = (rows[label]['position']['mean'] for label in (alone, together))
            shares[f'{robot}, {alone}'] = many / one
    return Claim(
        'An ensemble [6] reduces the position error to a tenth',
        'I',
        max(shares.values()) < 0.15,
        None,
        'committee / one network: ' + ', '.join(f'{k} {v:.2f}' for k, v in shares.items()),
    )


def _cells(errors: Mapping) -> tuple[Cell, ...]:
    position, angle = errors['position'], errors['orientation']
    return (
        1e3 * position['mean'],
        1e3 * position['median'],
        1e3 * position['p99'],
        1e2 * errors['relative_position_mean'],
        math.degrees(angle['mean']),
        math.degrees(angle['median']),
        math.degrees(angle['p99']),
    )
