# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Figure 4: supervised against unsupervised training as the artificial arm gets more joints."""

from collections.abc import Mapping
from pathlib import Path

from learned_ik.experiments import paper
from learned_ik.experiments.budgets import Budget
from learned_ik.experiments.catalogue import our_network, paper_network
from learned_ik.experiments.curves import PrintedPoint, Series, curve_tables, draw_curves
from learned_ik.experiments.pictures import BLUE, GREEN, ORANGE, PURPLE, SKY
from learned_ik.experiments.results import Claim, Picture, Report, Table
from learned_ik.learning.sweep import Trial
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
    printed = [
        PrintedPoint(7, p.position, p.orientation)
        for p in paper.TABLE_1
        if (p.robot, p.limits) == ('artificial7', 1.0)
    ]
    draw_curves(lines, models, 'joints of the artificial arm', printed, folder / FILE)
    caption = (
        'Supervised training (dotted) breaks as soon as poses have several solutions; '
        'unsupervised training (solid) does not. Crosses: table I, unsupervised, both encodings.'
    )
    supervised, pose, ours = lines[0], lines[2], lines[4]
    quoted = Table(
        'The perceptron of [5] on its own arms, as the paper quotes it: supervised, mean L2.',
        ('joints', 'L2 [mm]'),
        tuple((n, 1e3 * error) for n, error in paper.QUOTED_PERCEPTRON.items()),
    )
    return Report(
        (*curve_tables('joints', lines, models), quoted),
        (Picture(FILE, caption),),
        (
            _supervised_breaks(supervised, models),
            _unsupervised_wins(supervised, pose, ours, models),
            *_peaks(pose, ours, models),
        ),
    )


def _supervised_breaks(supervised: Series, models: Mapping[str, IkModel]) -> Claim:
    relative = {n: supervised.errors(models, n)[1] for n in supervised.trials}
    least = max(BREAK * relative[min(relative)], BREAK_SHARE)
    broken = min((n for n, error in relative.items() if error > least), default=None)
    listed = ', '.join(f'{n}: {100 * error:.1f} %' for n, error in relative.items())
    return Claim(
        'Supervised training becomes significantly worse from 4 to 5 joints on (here: a relative '
        f'error above {BREAK_SHARE:.0%} of the reach and {BREAK:g} times that of the '
        'shortest arm)',
        'III-C',
        broken is not None and broken <= 5,
        None,
        f'relative L2 by joints: {listed}; first broken: {broken or "none"}',
    )


def _unsupervised_wins(
    supervised: Series, pose: Series, ours: Series, models: Mapping[str, IkModel]
) -> Claim:
    """Compare the two for all arms that have several solutions, six joints or more."""
    many = [n for n in pose.trials if n >= 6]
    taught = {n: supervised.errors(models, n)[2] for n in many}
    better = [all(s.errors(models, n)[2] < taught[n] for n in many) for s in (pose, ours)]
    numbers = ', '.join(
        f'{n}: {taught[n]:.0f}° against {pose.errors(models, n)[2]:.1f}° '
        f'(default recipe {ours.errors(models, n)[2]:.1f}°)'
        for n in many
    )
    return Claim(
        'From 6 joints on, the rotation error of unsupervised training is the smaller one',
        'III-C',
        *better,
        f'rotation by joints: {numbers}',
    )


def _peaks(pose: Series, ours: Series, models: Mapping[str, IkModel]) -> list[Claim]:
    claims = []
    for word, part in (('relative position error', 1), ('rotation error', 2)):
        verdicts, numbers = [], []
        for s in (pose, ours):
            errors = {n: s.errors(models, n)[part] for n in s.trials}
            peak = max(errors, key=errors.__getitem__)
            falls = errors[max(errors)] < errors[peak]
            verdicts.append(5 < peak < 10 and falls)
            factor, unit = (100, ' %') if part == 1 else (1, '°')
            shown = ', '.join(f'{n}: {factor * e:.1f}{unit}' for n, e in errors.items())
            numbers.append(f'{s.label} peaks at {peak} joints ({shown})')
        claims.append(
            Claim(
                f'The {word} of unsupervised training peaks at 6 to 8 joints and falls again',
                'III-C',
                *verdicts,
                '; '.join(numbers),
            )
        )
    return claims
