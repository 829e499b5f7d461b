# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Table II: errors along a spiral against those over the uniform test set."""

from collections.abc import Mapping
from pathlib import Path

from lab.paper import printed_values, spirals
from lab.paper.presentation.results import Claim, Report, Table
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import our_network, paper_network
from learned_ik.learning.execution.trials import Trial
from learned_ik.model import IkModel

TITLE = 'Table II: along a spiral, and everywhere'
RECIPES = {'the paper': paper_network, 'default': our_network}


def trials(budget: Budget) -> list[Trial]:
    """Return one network for position alone of each recipe and arm."""
    return [
        recipe(budget, f'artificial{n}', training='position')
        for n in budget.spiral_joints
        for recipe in RECIPES.values()
    ]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Return the paper's table beside ours."""
    rows, ratios = [], {name: {} for name in RECIPES}
    for n in budget.spiral_joints:
        cells = []
        for name, recipe in RECIPES.items():
            model = models[recipe(budget, f'artificial{n}', training='position').name]
            path = spirals.spiral_for(model.chain, budget.spiral_poses)
            along = spirals.followed(model, path).means[0]
            uniform = model.held_out['position']['mean']
            cells += [1e3 * along, 1e3 * uniform]
            ratios[name][n] = along / uniform
        rows.append((n, *(1e3 * error for error in printed_values.TABLE_2[n]), *cells))
    titles = [
        f'{name}: {what} [mm]'
        for name in ('printed', 'here, paper', 'here, default')
        for what in ('spiral', 'uniform')
    ]
    caption = 'Mean L2 error of networks for position alone.'
    table = Table(caption, ('joints', *titles), tuple(rows))
    numbers = '; '.join(
        f'{name}: ' + ', '.join(f'{n} joints {ratio:.2f}' for n, ratio in found.items())
        for name, found in ratios.items()
    )
    claim = Claim(
        'Errors along the spiral are smaller than over the whole workspace, down to half',
        'III-E',
        *(all(ratio < 1 for ratio in found.values()) for found in ratios.values()),
        f'spiral / uniform, {numbers} (printed: 0.85, 0.46, 0.56)',
    )
    return Report((table,), claims=(claim,), notes=(spirals.NOTE,))
