# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Errors along something that is varied, as curves and as a table: figures 3, 4 and 5."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from learned_ik.experiments import pictures
from learned_ik.experiments.results import Table
from learned_ik.learning.sweep import Trial
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


@dataclasses.dataclass(frozen=True)
class PrintedPoint:
    """What the paper prints about one point of a curve."""

    x: float
    position: float  # [m]
    orientation: float | None  # [deg]


PANELS = (  # title, which of the errors, factor to its unit
    ('position error, L2 [mm]', 0, 1e3),
    ('relative position error [% of reach]', 1, 1e2),
    ('rotation error [°]', 2, 1.0),
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
    for ax, (title, part, factor) in zip(axes.flat, PANELS, strict=True):
        for s in series:
            xs = list(s.trials)
            ys = [factor * s.errors(models, x)[part] for x in xs]
            ax.plot(xs, ys, s.dashes, color=s.colour, marker=s.marker, ms=4, label=s.label)
        points = [(p.x, 1e3 * p.position) for p in printed] if part == 0 else []
        if part == 2:
            points = [(p.x, p.orientation) for p in printed if p.orientation is not None]
        if points:
            ax.plot(*zip(*points, strict=True), 'x', color='black', ms=8, label='paper, printed')
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
        for title, part, factor in PANELS
    )
