# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Errors along something that is varied, as curves and as a table: figures 3, 4 and 5."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.paper.presentation import pictures
from lab.paper.presentation.results import Table
from learned_ik.learning.execution.trials import Trial
from learned_ik.model import IkModel


@dataclasses.dataclass(frozen=True)
class Series:
    """One curve: the same training, again and again, for other arms."""

    label: str
    trials: Mapping[float, Trial]  # by what is varied
    colour: str
    dashes: str
    marker: str

    def errors(self, models: Mapping[str, IkModel], x: float) -> tuple[float, float, float]:
        """Return mean position error [m], the same as a share of the reach, mean angle [deg]."""
        held_out = models[self.trials[x].name].held_out
        return (
            held_out['position']['mean'],
            held_out['relative_position_mean'],
            math.degrees(held_out['orientation']['mean']),
        )

    def each(self, models: Mapping[str, IkModel], part: int) -> dict[float, float]:
        """Return one of the errors, `POSITION`, `RELATIVE` or `ROTATION`, by what is varied."""
        return {x: self.errors(models, x)[part] for x in self.trials}


def listed(errors: Mapping[float, float], part: int) -> str:
    """Return errors as text, each behind what it belongs to."""
    _, _, factor, unit = PANELS[part]
    return ', '.join(f'{x:g}: {factor * error:.1f}{unit}' for x, error in errors.items())


@dataclasses.dataclass(frozen=True)
class PrintedPoint:
    """What the paper prints about one point of a curve."""

    x: float
    position: float  # [m]
    orientation: float  # [deg]
    reach: float  # [m], of that arm

    @property
    def errors(self) -> tuple[float, float, float]:
        """The same three as those of a series."""
        return self.position, self.position / self.reach, self.orientation


POSITION, RELATIVE, ROTATION = range(3)
PANELS = (  # title, which of the errors, factor to its unit, that unit in a text
    ('position error, L2 [mm]', POSITION, 1e3, ' mm'),
    ('relative position error [% of reach]', RELATIVE, 1e2, ' %'),
    ('rotation error [°]', ROTATION, 1.0, '°'),
)


def draw_curves(
    series: Sequence[Series],
    models: Mapping[str, IkModel],
    x_label: str,
    printed: Sequence[PrintedPoint],
    path: Path,
) -> None:
    """Draw the three errors over what is varied; what the paper prints are black crosses."""
    figure, axes = pictures.panels(3, height=4.2)
    for ax, (title, part, factor, _) in zip(axes.flat, PANELS, strict=True):
        for s in series:
            xs = list(s.trials)
            ys = [factor * s.errors(models, x)[part] for x in xs]
            ax.plot(xs, ys, s.dashes, color=s.colour, marker=s.marker, ms=4, label=s.label)
        if printed:
            ys = [factor * p.errors[part] for p in printed]
            ax.plot([p.x for p in printed], ys, 'x', color='black', ms=8, label='paper, printed')
        ax.set(yscale='log', xlabel=x_label, ylabel=title)
        pictures.plain_numbers(ax.yaxis)
        ax.grid(alpha=0.3)
    pictures.legend_below(figure, axes.flat, columns=3)
    pictures.save(figure, path)


def curve_tables(
    x_title: str, series: Sequence[Series], models: Mapping[str, IkModel]
) -> tuple[Table, ...]:
    """Return the curves as numbers: a table for each of the three errors."""
    xs = list(series[0].trials)
    columns = (x_title, *(f'{x:g}' for x in xs))
    return tuple(
        Table(
            f'Mean {title}',
            columns,
            tuple((s.label, *(factor * s.errors(models, x)[part] for x in xs)) for s in series),
        )
        for title, part, factor, _ in PANELS
    )
