# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Figure 4: supervised against unsupervised training as the artificial arm gets more joints."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.paper import printed_values
from lab.paper.presentation.curves import (
    POSITION,
    RELATIVE,
    ROTATION,
    PrintedPoint,
    Series,
    curve_tables,
    draw_curves,
    listed,
)
from lab.paper.presentation.pictures import BLUE, GREEN, ORANGE, PURPLE, SKY
from lab.paper.presentation.results import Claim, Picture, Report, Table
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import arm, our_network, paper_network
from learned_ik.learning.execution.trials import Trial
from learned_ik.model import IkModel

TITLE = 'Figure 4: supervised against unsupervised'
FILE = 'fig4.png'
BREAK = 2.0  # times the error of 3 joints, from where a method counts as broken
BREAK_SHARE = 0.05  # of the reach, and at least so much


def series(budget: Budget) -> tuple[Series, ...]:
    """Return the paper's four curves and ours."""
    looks = (
        ('supervised', 'linear', ORANGE, ':', 'v'),
        ('supervised', 'biternion', PURPLE, ':', '^'),
        ('pose', 'linear', BLUE, '-', 'o'),
        ('pose', 'biternion', SKY, '-', 'D'),
    )
    joints = budget.joints
    curves = [
        Series(
            f'{"un" * (training == "pose")}supervised, {encoding}',
            {n: paper_network(budget, f'artificial{n}', training, encoding) for n in joints},
            *look,
        )
        for training, encoding, *look in looks
    ]
    ours = {n: our_network(budget, f'artificial{n}') for n in joints}
    return (*curves, Series('default recipe', ours, GREEN, '--', 's'))


def trials(budget: Budget) -> list[Trial]:
    """Return five networks for each number of joints."""
    return [trial for s in series(budget) for trial in s.trials.values()]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Draw the curves beside the points that table I prints of them."""
    lines = series(budget)
    reach = arm('artificial7').reach
    printed = [
        PrintedPoint(7, p.position, p.orientation, reach)
        for p in printed_values.TABLE_1
        if (p.robot, p.limits) == ('artificial7', 1.0)
    ]
    draw_curves(lines, models, 'joints of the artificial arm', printed, folder / FILE)
    caption = (
        'To see: supervised training (dotted) breaks as soon as poses have several solutions, '
        'unsupervised training (solid, dashed) does not; whether its errors are largest at 6 to 8 '
        'joints and fall again. Crosses: table I, unsupervised, both encodings.'
    )
    supervised, pose, ours = lines[0], lines[2], lines[4]
    quoted = Table(
        'The perceptron of [5] on its own arms, as the paper quotes it: supervised, mean L2.',
        ('joints', 'L2 [mm]'),
        tuple((n, 1e3 * error) for n, error in printed_values.QUOTED_PERCEPTRON.items()),
    )
    return Report(
        (*curve_tables('joints', lines, models), quoted),
        (Picture(FILE, caption),),
        (
            _supervised_breaks(lines[:2], models),
            _unsupervised_wins(supervised, pose, ours, models),
            *_peaks(pose, ours, models),
            _biternions_trade(lines, models),
        ),
    )


def _supervised_breaks(lines: Sequence[Series], models: Mapping[str, IkModel]) -> Claim:
    verdicts, numbers = [], []
    for s in lines:
        relative = s.each(models, RELATIVE)
        least = max(BREAK * relative[min(relative)], BREAK_SHARE)
        broken = min((n for n, error in relative.items() if error > least), default=None)
        verdicts.append(broken is not None and broken <= 5)
        numbers.append(f'{s.label} {listed(relative, RELATIVE)}, first at {broken or "none"}')
    return Claim(
        'With either encoding supervised training becomes significantly worse from 4 to 5 joints '
        f'on (here: a relative error above {BREAK_SHARE:.0%} of the reach and {BREAK:g} times '
        'that of the shortest arm)',
        'III-C',
        all(verdicts),
        None,
        f'relative L2 by joints: {"; ".join(numbers)}',
    )


def _unsupervised_wins(
    supervised: Series, pose: Series, ours: Series, models: Mapping[str, IkModel]
) -> Claim:
    """Compare the two for all arms that have several solutions, six joints or more."""
    taught, free, best = (
        {n: error for n, error in s.each(models, ROTATION).items() if n >= 6}
        for s in (supervised, pose, ours)
    )
    return Claim(
        'From 6 joints on, the rotation error of unsupervised training is the smaller one',
        'III-C',
        *(all(errors[n] < taught[n] for n in taught) for errors in (free, best)),
        f'rotation by joints: supervised {listed(taught, ROTATION)}; unsupervised '
        f'{listed(free, ROTATION)}; default recipe {listed(best, ROTATION)}',
    )


def _peaks(pose: Series, ours: Series, models: Mapping[str, IkModel]) -> list[Claim]:
    claims = []
    for word, part in (('relative position error', RELATIVE), ('rotation error', ROTATION)):
        verdicts, numbers = [], []
        for s in (pose, ours):
            errors = s.each(models, part)
            peak = max(errors, key=errors.__getitem__)
            verdicts.append(6 <= peak <= 8 and errors[max(errors)] < errors[peak])
            numbers.append(f'{s.label} peaks at {peak} joints ({listed(errors, part)})')
        claims.append(
            Claim(
                f'The {word} of unsupervised training peaks at 6 to 8 joints and falls again',
                'III-C',
                *verdicts,
                '; '.join(numbers),
            )
        )
    return claims


def _biternions_trade(lines: Sequence[Series], models: Mapping[str, IkModel]) -> Claim:
    """Compare the encodings over all arms: supervised in position, unsupervised in both errors."""
    parts = ((0, 1, POSITION), (2, 3, POSITION), (2, 3, ROTATION))
    ratios = []
    for linear, biternion, part in parts:
        of_linear, of_biternion = (lines[i].each(models, part) for i in (linear, biternion))
        ratios.append(statistics.geometric_mean(of_biternion[n] / of_linear[n] for n in of_linear))
    supervised, position, rotation = ratios
    return Claim(
        'Biternions have slightly better position errors by either training, and worse rotation '
        'errors by the unsupervised one',
        'III-C',
        supervised < 1 and position < 1 and rotation > 1,
        None,
        f'biternion / linear, mean over all arms: supervised position {supervised:.2f}; '
        f'unsupervised position {position:.2f}, rotation {rotation:.2f}',
    )
