# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of a `Trace`: target, tip, error, joint speeds and status over the same time."""

import io
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.errors import ConfigurationError
from learned_ik.files import write_atomically
from learned_ik.viewing.status_colours import STATUS_COLOURS
from learned_ik.viewing.trace import Trace

FORMATS = ('.png', '.svg', '.pdf')
SIZE, DOTS_PER_INCH = (12.0, 9.6), 100  # [inch], 1200 px wide
HEIGHTS = (1.0, 1.0, 1.0, 1.2, 1.7, 0.22)  # of the panels, from top to bottom
TARGET_COLOUR, TIP_COLOUR, GREY = '#E69F00', '#0072B2', '#666666'
MANY_FRAMES = 3000  # from which on the lines of the joints are thinner
LEAST_ERROR = 1e-3  # [mm], the lowest that is drawn


def check_can_draw(path: Path) -> None:
    """Raise `ConfigurationError` where no such picture can be drawn, before work begins."""
    if path.suffix not in FORMATS:
        raise ConfigurationError(f"picture '{path}' ends in none of {', '.join(FORMATS)}")
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            'a plot needs matplotlib, which is not installed: pip install matplotlib'
        ) from error


def draw_trace(trace: Trace, title: str, path: Path) -> None:
    """Draw a trace into a picture file.

    Args:
        trace: what to draw.
        title: what stands above it.
        path: where to, `.png`, `.svg` or `.pdf`.

    Raises:
        ConfigurationError: another kind of file, or matplotlib is not installed.
        ModelFileError: the file cannot be written.

    """
    check_can_draw(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout='constrained')
    panels = figure.subplots(len(HEIGHTS), sharex=True, height_ratios=HEIGHTS)
    figure.suptitle(title, x=0.01, ha='left', fontsize=12)
    _draw_positions(panels[:3], trace)
    _draw_errors(panels[3], trace)
    _draw_speeds(panels[4], trace)
    _draw_statuses(panels[5], trace)
    for panel in panels[:-1]:
        panel.spines[['top', 'right']].set_visible(False)
        panel.grid(alpha=0.3)
    panels[-1].set_xlim(0.0, max(trace.times[-1], trace.periods[-1]))
    panels[-1].set_xlabel('time [s]')
    figure.align_ylabels(panels)
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix[1:])
    write_atomically(path, picture.getvalue(), 'picture')


def _draw_positions(panels: Any, trace: Trace) -> None:
    """Draw the target under the tip: where the tip is on it, its line covers the target's."""
    for panel, name, target, tip in zip(
        panels, 'xyz', trace.target.positions.T, trace.tip.T, strict=True
    ):
        panel.plot(trace.times, target, color=TARGET_COLOUR, linewidth=3, label='target')
        panel.plot(trace.times, tip, color=TIP_COLOUR, linewidth=1.2, label='tip')
        panel.set_ylabel(f'{name} [m]')
    _legend(panels[0])


def _draw_errors(panel: Any, trace: Trace) -> None:
    panel.plot(
        trace.times,
        np.maximum(1e3 * trace.position_errors, LEAST_ERROR),
        color=TIP_COLOUR,
        linewidth=1.2,
        label='position [mm]',
    )
    panel.plot(
        trace.times,
        np.maximum(np.degrees(trace.orientation_errors), LEAST_ERROR),
        color=GREY,
        linewidth=0.9,
        label='orientation [°]',
    )
    panel.set(yscale='log', ylabel='error')
    panel.set_ylim(bottom=0.8 * LEAST_ERROR)
    panel.yaxis.set_major_formatter('{x:g}')
    _legend(panel)


def _draw_speeds(panel: Any, trace: Trace) -> None:
    import matplotlib as mpl

    joints, width = len(trace.joint_names), 1.0 if len(trace.times) < MANY_FRAMES else 0.6
    colours = mpl.colormaps['turbo'](np.linspace(0.05, 0.95, joints))
    for name, colour, shares in zip(trace.joint_names, colours, trace.speed_shares.T, strict=True):
        panel.plot(trace.times, shares, color=colour, linewidth=width, label=name)
    panel.axhline(1.0, color='black', linewidth=1.0, linestyle='--')
    panel.set(ylim=(0.0, 1.1), ylabel='speed / limit')
    _legend(panel)


def _draw_statuses(panel: Any, trace: Trace) -> None:
    from matplotlib.patches import Patch

    ends = np.append(trace.times[1:], trace.times[-1] + trace.periods[-1])
    for status, run in groupby(range(len(trace.times)), key=trace.statuses.__getitem__):
        frames = list(run)
        begin, end = trace.times[frames[0]], ends[frames[-1]]
        panel.broken_barh([(begin, end - begin)], (0, 1), color=STATUS_COLOURS[status], lw=0)
    panel.set(ylim=(0, 1), yticks=[], ylabel='status')
    panel.spines[:].set_visible(False)
    _legend(
        panel,
        handles=[
            Patch(color=colour, label=f'{status.value} {trace.share_of(status):.1%}')
            for status, colour in STATUS_COLOURS.items()
        ],
    )


def _legend(panel: Any, **options: Any) -> None:
    """Put the legend right of a panel, where it hides no line."""
    panel.legend(
        loc='center left', bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9, **options
    )
