# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The plots of a run: success over time, how long calls take, growth with the joints.

Colours are those of Okabe and Ito, which colour-blind people tell apart; lines also differ in
dashes and markers. A solver looks the same in every plot.
"""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lab.protocols.scores import TIME_GRID
from learned_ik.files import write_atomically

STYLES = {  # solver: colour, dashes, marker
    'ours': ('#D55E00', '-', 'o'),
    'ours-network': ('#D55E00', '-.', 'd'),
    'ours-bare': ('#E69F00', '--', 's'),
    'pytracik': ('#0072B2', '-', '^'),
    'pinocchio-clik': ('#56B4E9', ':', 'v'),
    'pinocchio-lm': ('#56B4E9', '-.', '<'),
    'roboticstoolbox': ('#009E73', '-', 'D'),
    'optik': ('#CC79A7', '-', 'P'),
    'ssik': ('#000000', ':', 'X'),
    'eaik': ('#000000', '--', '*'),
}
TITLES = {'reachable': 'reachable poses, from mid-range', 'near': 'a seed near by'}
PLOTTED = tuple(TITLES)
COLUMNS = 3  # of small multiples

Section = Mapping[str, Any]


def draw(result: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """Write every plot that the result has numbers for, and yield the paths."""
    if not any(result['protocols'].get(protocol) for protocol in (*PLOTTED, 'growth')):
        return
    import matplotlib

    matplotlib.use('Agg')
    for protocol in PLOTTED:
        sections = result['protocols'].get(protocol)
        if sections:
            yield _saved(_success(sections, protocol), folder / f'success_{protocol}.png')
            yield _saved(_latency(sections, protocol), folder / f'latency_{protocol}.png')
    if result['protocols'].get('growth'):
        yield _saved(_growth(result['protocols']['growth']), folder / 'growth.png')


def _success(sections: Mapping[str, Section], protocol: str) -> Any:
    """Draw which share of the poses is solved within a time."""
    figure, axes = _panels(len(sections), height=2.6)
    for ax, (robot, section) in zip(axes, sections.items(), strict=False):
        for row in section['rows']:
            colour, dashes, _ = STYLES[row['name']]
            solved = 100 * np.array(row['solved_within'])
            ax.semilogx(TIME_GRID, solved, dashes, color=colour, label=row['label'])
        ax.set(title=robot, xlim=(1, 1e5), ylim=(0, 102))
    _finish(figure, axes, 'time of one call [µs]', 'solved [%]')
    figure.suptitle(f'Solved within a time: {TITLES[protocol]}')
    return figure


def _latency(sections: Mapping[str, Section], protocol: str) -> Any:
    """Draw how the times of all calls are distributed."""
    figure, axes = _panels(len(sections), height=3.2)
    for ax, (robot, section) in zip(axes, sections.items(), strict=False):
        rows = section['rows'][::-1]
        for place, row in enumerate(rows):
            share = np.diff(row['called_within'], prepend=0.0)
            height = 0.85 * share / max(share.max(), 1e-9)  # none: all were slower
            colour = STYLES[row['name']][0]
            ax.fill_between(
                TIME_GRID, place, place + height, step='pre', color=colour, alpha=0.75, lw=0
            )
            ax.plot(row['median'], place, '|', color='black', ms=9)
            ax.plot(row['p99'], place, '>', color='black', ms=4)
        ax.set(title=robot, xscale='log', xlim=(1, 1e5), ylim=(-0.4, len(rows)))
        ax.set_yticks(range(len(rows)), [row['label'] for row in rows], fontsize=7)
        ax.grid(axis='x', alpha=0.3)
    for ax in axes:
        ax.set_xlabel('time of one call [µs]')
    figure.suptitle(
        f'How long a call takes: {TITLES[protocol]}\n'
        'bar: median, triangle: 99th percentile; heights are scaled',
        fontsize='medium',
    )
    return figure


def _growth(sections: Mapping[str, Section]) -> Any:
    """Draw median, 99th percentile and success over the number of joints."""
    figure, axes = _panels(3, height=3.4)
    names = dict.fromkeys(row['name'] for s in sections.values() for row in s['rows'])
    figures = (('median', 'median time [µs]'), ('p99', '99th percentile of the time [µs]'))
    for name in names:
        found = [
            (section['joints'], row)
            for section in sections.values()
            for row in section['rows']
            if row['name'] == name
        ]
        joints = [count for count, _ in found]
        colour, dashes, marker = STYLES[name]
        label = found[0][1]['label']
        look = {'color': colour, 'ls': dashes, 'marker': marker, 'ms': 4, 'label': label}
        for ax, (key, _) in zip(axes, figures, strict=False):
            ax.plot(joints, [row[key] for _, row in found], **look)
        axes[2].plot(joints, [100 * row['solved'] for _, row in found], **look)
    for ax, (_, title) in zip(axes, figures, strict=False):
        ax.set(yscale='log', ylabel=title)

    axes[2].set(ylabel='solved [%]')
    for ax in axes:
        ax.set_xlabel('joints of the artificial arm')
        ax.grid(alpha=0.3)
    _legend(figure, axes)
    figure.suptitle('Growth: reachable poses, no seed')
    return figure


def _panels(count: int, height: float) -> tuple[Any, list[Any]]:
    """Return a figure and `count` axes, in rows of at most `COLUMNS`."""
    import matplotlib.pyplot as plt

    columns = min(count, COLUMNS)
    lines = -(-count // columns)
    size = (max(4.2 * columns + 0.8, 7.0), max(height * lines + 1.2, 4.6))
    figure, grid = plt.subplots(lines, columns, figsize=size, squeeze=False, layout='constrained')
    axes = list(grid.flat)
    for ax in axes[count:]:
        ax.remove()
    return figure, axes[:count]


def _finish(figure: Any, axes: list[Any], x: str, y: str) -> None:
    for ax in axes:
        ax.set(xlabel=x, ylabel=y)
        ax.grid(alpha=0.3)
    _legend(figure, axes)


def _legend(figure: Any, axes: list[Any]) -> None:
    """Put one legend for all panels below them."""
    looks = {}
    for ax in axes:
        for line, label in zip(*ax.get_legend_handles_labels(), strict=True):
            looks.setdefault(label, line)
    figure.legend(
        looks.values(),
        looks.keys(),
        loc='outside lower center',
        ncols=min(len(axes) + 2, 5),
    )


def _saved(figure: Any, path: Path) -> Path:
    import matplotlib.pyplot as plt

    content = io.BytesIO()
    figure.savefig(content, format='png', dpi=110)
    plt.close(figure)
    write_atomically(path, content.getvalue(), 'picture')
    return path
