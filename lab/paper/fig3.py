# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Figure 3: errors of the artificial arm of seven joints over the range of its joint limits."""

from collections.abc import Mapping
from pathlib import Path

from lab.paper import printed_values
from lab.paper.presentation.curves import PrintedPoint, Series, curve_tables, draw_curves
from lab.paper.presentation.pictures import BLUE, ORANGE
from lab.paper.presentation.results import Claim, Picture, Report
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import arm, our_network, paper_network
from learned_ik.learning.execution.trials import Trial
from learned_ik.model import IkModel

TITLE = 'Figure 3: narrower joint limits'
ROBOT = 'artificial7'
FILE = 'fig3.png'


def series(budget: Budget) -> tuple[Series, ...]:
    """Return the paper's curve and ours."""
    papers = {share: paper_network(budget, ROBOT, limits=share) for share in budget.limits}
    ours = {share: our_network(budget, ROBOT, limits=share) for share in budget.limits}
    return (
        Series("the paper's recipe", papers, BLUE, '-', 'o'),
        Series('default recipe', ours, ORANGE, '--', 's'),
    )


def trials(budget: Budget) -> list[Trial]:
    """Return one network of each recipe for each share of the limits."""
    return [trial for s in series(budget) for trial in s.trials.values()]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Draw the curves beside the three points that the paper prints."""
    lines = series(budget)
    reach = arm(ROBOT).reach
    printed = [
        PrintedPoint(p.limits, p.position, p.orientation, reach)
        for p in printed_values.TABLE_1
        if (p.robot, p.training, p.encoding) == (ROBOT, 'pose', 'linear')
    ]
    printed.append(PrintedPoint(*printed_values.TIGHTEST_LIMITS, reach))
    draw_curves(lines, models, 'share of the full joint ranges', printed, folder / FILE)
    caption = (
        'Errors fall as the joint ranges are narrowed from 1.0 (±180° and ±120°) to 0.2. Crosses: '
        'what the paper prints (tables and text).'
    )
    tables = curve_tables('share of limits', lines, models)
    return Report(tables, (Picture(FILE, caption),), (_tighter_helps(lines, models),))


def _tighter_helps(lines: tuple[Series, ...], models: Mapping[str, IkModel]) -> Claim:
    shares = sorted(lines[0].trials)
    tight, full = shares[0], shares[-1]
    ends = [[s.errors(models, x) for x in (tight, full)] for s in lines]
    better = [narrow[0] < wide[0] and narrow[2] < wide[2] for narrow, wide in ends]
    numbers = '; '.join(
        f'{s.label}: {1e3 * narrow[0]:.1f} mm, {narrow[2]:.1f}° at {tight:g}, '
        f'{1e3 * wide[0]:.1f} mm, {wide[2]:.1f}° at {full:g}'
        for s, (narrow, wide) in zip(lines, ends, strict=True)
    )
    return Claim('Tighter joint limits make both errors smaller', 'III-B', *better, numbers)
