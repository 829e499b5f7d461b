# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Figure 5: position alone against position and orientation, as the arm gets more joints."""

from collections.abc import Mapping
from pathlib import Path

from lab.paper.presentation.curves import (
    POSITION,
    RELATIVE,
    ROTATION,
    Series,
    curve_tables,
    draw_curves,
    listed,
)
from lab.paper.presentation.pictures import BLUE, GREEN, ORANGE, PURPLE, SKY, YELLOW
from lab.paper.presentation.results import Claim, Picture, Report
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import our_network, paper_network
from learned_ik.learning.execution.trials import Trial
from learned_ik.model import IkModel

TITLE = 'Figure 5: position alone'
FILE = 'fig5.png'
LOST = 30.0  # [deg], rotation error from which an orientation counts as not kept
WORDS = {'position': 'position', 'pose': 'position + rotation'}
LOOKS = (
    ('position', 'linear', ORANGE, ':', 'v'),
    ('position', 'biternion', PURPLE, ':', '^'),
    ('pose', 'linear', BLUE, '-', 'o'),
    ('pose', 'biternion', SKY, '-', 'D'),
)


def series(budget: Budget) -> tuple[Series, ...]:
    """Return the paper's four curves and our two."""
    joints = budget.joints
    curves = [
        Series(
            f'{WORDS[training]}, {encoding}',
            {n: paper_network(budget, f'artificial{n}', training, encoding) for n in joints},
            *look,
        )
        for training, encoding, *look in LOOKS
    ]
    for training, colour, marker in (('position', YELLOW, 'P'), ('pose', GREEN, 's')):
        ours = {n: our_network(budget, f'artificial{n}', training) for n in joints}
        curves.append(Series(f'default recipe, {WORDS[training]}', ours, colour, '--', marker))
    return tuple(curves)


def trials(budget: Budget) -> list[Trial]:
    """Return six networks for each number of joints, half of which figure 4 shows too."""
    return [trial for s in series(budget) for trial in s.trials.values()]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Draw the curves; of these the paper prints no number."""
    lines = series(budget)
    draw_curves(lines, models, 'joints of the artificial arm', (), folder / FILE)
    caption = (
        'To see: trained for position alone (dotted, yellow), the position error is a fraction of '
        'that for position and rotation (solid, green), and the rotation is anything.'
    )
    return Report(
        curve_tables('joints', lines, models),
        (Picture(FILE, caption),),
        (
            _less_than_half(lines, models),
            _rotation_is_lost(lines, models),
            _long_arms_are_no_harder(lines, models),
        ),
    )


def _less_than_half(lines: tuple[Series, ...], models: Mapping[str, IkModel]) -> Claim:
    verdicts, numbers = [], []
    for alone, both in ((lines[0], lines[2]), (lines[4], lines[5])):
        with_rotation = both.each(models, POSITION)
        shares = {n: e / with_rotation[n] for n, e in alone.each(models, POSITION).items()}
        verdicts.append(all(share < 0.5 for share in shares.values()))
        ratios = ', '.join(f'{n}: {share:.2f}' for n, share in shares.items())
        numbers.append(f'{alone.label} {ratios}')
    return Claim(
        'For every arm, position alone has less than half the position error',
        'III-D',
        *verdicts,
        f'ratio by joints: {"; ".join(numbers)}',
    )


def _rotation_is_lost(lines: tuple[Series, ...], models: Mapping[str, IkModel]) -> Claim:
    verdicts, numbers = [], []
    for s in (lines[0], lines[4]):
        errors = s.each(models, ROTATION)
        verdicts.append(min(errors.values()) > LOST)
        numbers.append(f'{s.label} {listed(errors, ROTATION)}')
    return Claim(
        f'Trained for position alone, the rotation is lost (here: more than {LOST:g}° of error)',
        'III-D',
        *verdicts,
        f'rotation by joints: {"; ".join(numbers)}',
    )


def _long_arms_are_no_harder(lines: tuple[Series, ...], models: Mapping[str, IkModel]) -> Claim:
    verdicts, numbers = [], []
    for s in (lines[0], lines[4]):
        relative = s.each(models, RELATIVE)
        ends = {n: relative[n] for n in (min(relative), max(relative))}
        short, long = ends.values()
        verdicts.append(long <= short)
        numbers.append(f'{s.label} ' + ', '.join(f'{n}: {100 * e:.2f} %' for n, e in ends.items()))
    return Claim(
        'With 20 joints the relative position error is not bigger than with 3',
        'III-D',
        *verdicts,
        f'by joints: {"; ".join(numbers)}',
    )
