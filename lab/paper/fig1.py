# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Figure 1, bottom row: arms of more and more joints follow a spiral."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.paper import spirals
from lab.paper.presentation import pictures
from lab.paper.presentation.results import Claim, Picture, Report, Table
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import our_network, paper_network
from learned_ik.learning.execution.trials import Trial
from learned_ik.model import IkModel
from learned_ik.robot.skeleton import joint_origins

TITLE = 'Figure 1: arms that follow a spiral'
FILE = 'fig1.png'
SHORTEST = 4  # joints, the fewest that reach the spiral
POSTURES = 5  # of the arm that are drawn along the way
RECIPES = ("the paper's recipe", 'default recipe')
NOTE = (
    'Why joints jump: the default recipe has eight heads, of which the best one answers each '
    'pose, until another becomes the best. `IkSolver.follow` keeps to one branch instead.'
)


def trials(budget: Budget) -> list[Trial]:
    """Return one network for position alone of each recipe and arm."""
    return [trial for pair in _pairs(budget).values() for trial in pair]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Draw target, arm, and where the tip goes."""
    pairs = _pairs(budget)
    figure, axes = pictures.panels(
        len(RECIPES),
        len(pairs),
        height=3.5,
        # Lines in the order of the calls: the target must not be hidden under the others.
        subplot_kw={'projection': '3d', 'computed_zorder': False},
    )
    rows = []
    for beside, (joints, pair) in zip(axes, pairs.items(), strict=True):
        chain = pair[0].chain
        path = spirals.spiral_for(chain, budget.spiral_poses)
        means, jumps = [], []
        for recipe, trial, ax in zip(RECIPES, pair, beside, strict=True):
            model = models[trial.name]
            errors = spirals.followed(model, path)
            mean = errors.means[0]
            _draw(ax, model, path, errors)
            ax.set_title(f'{joints} joints, {recipe}: {1e3 * mean:.1f} mm', fontsize=10, y=1.0)
            means += [1e3 * mean, 1e2 * mean / chain.reach]
            jumps.append(spirals.jumps(model, budget.spiral_poses))
        rows.append((joints, chain.reach, *means, *jumps))
    pictures.legend_below(figure, axes.flat, columns=3)
    pictures.save(figure, folder / FILE)
    caption = (
        'The tip (broad, orange) is to go along the target (black, dashed): where it does, the '
        'dashes run along its middle. Blue: the arm on its way. Networks alone, each pose by '
        'itself, position alone; above each the mean error.'
    )
    titles = [f'{recipe}: {unit}' for recipe in RECIPES for unit in ('L2 [mm]', '% of reach')]
    titles += [f'{recipe}: jumps' for recipe in RECIPES]
    table = Table(
        'Mean position error along the spiral, and how often a joint jumps: moves by more than '
        f'{spirals.JUMP:g} rad between poses {spirals.DENSER} times as dense.',
        ('joints', 'reach [m]', *titles),
        tuple(rows),
    )
    return Report((table,), (Picture(FILE, caption),), (_smooth(rows),), (spirals.NOTE, NOTE))


def _smooth(rows: Sequence[tuple]) -> Claim:
    counts = [[row[column] for row in rows] for column in (-2, -1)]
    numbers = '; '.join(
        f'{recipe} ' + ', '.join(f'{row[0]}: {n}' for row, n in zip(rows, found, strict=True))
        for recipe, found in zip(RECIPES, counts, strict=True)
    )
    return Claim(
        'The network finds a smooth continuous solution (here: no joint jumps along the spiral)',
        'III-C',
        *(not any(found) for found in counts),
        f'jumps by joints: {numbers}',
    )


def _pairs(budget: Budget) -> dict[int, tuple[Trial, Trial]]:
    return {
        n: (
            paper_network(budget, f'artificial{n}', 'position'),
            our_network(budget, f'artificial{n}', 'position'),
        )
        for n in (SHORTEST, *budget.spiral_joints)
    }


def _draw(ax: Any, model: IkModel, path: Any, errors: Any) -> None:
    for q in errors.q[:: max(1, len(errors.q) // POSTURES)].double().numpy():
        arm = joint_origins(model.chain, q)
        ax.plot(*arm.T, '.-', color=pictures.BLUE, lw=1.2, ms=4, alpha=0.6, label='arm')
    tip = spirals.reached(model, errors)
    ax.plot(*tip.T, '-', color=pictures.ORANGE, lw=4.0, alpha=0.6, label='reached by the network')
    ax.plot(*path.positions.T, '--', color=pictures.BLACK, lw=1.0, label='target')
    spirals.share_axes(ax, model.chain.reach, zoom=1.0)
