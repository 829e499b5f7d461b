# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The report as a folder: `report.html` to look at, `report.json` for scripts, figures as PNG."""

import io
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.checks import number
from learned_ik.errors import ConfigurationError, ModelFileError
from learned_ik.files import write_atomically
from learned_ik.learning.reports.report import MARGINS, Report
from learned_ik.notation.readable import readable_length

POSITION, ORIENTATION, GREY = '#0072B2', '#D55E00', '#666666'  # Okabe and Ito
AXES = 'xyz'
# Median position error as a share of the reach, and what such a network is.
VERDICTS = (
    (0.002, 'very good'),
    (0.01, 'good'),
    (0.03, 'fair, and gains by a longer training'),
    (np.inf, 'poor: train it longer'),
)

TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{ name }}: how good the network is, and where not</title>
<style>
body { font-family: sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse } td, th { padding: .2em .9em; text-align: right }
th { border-bottom: 1px solid #888 } td:first-child, th:first-child { text-align: left }
img { max-width: 100% } figure { margin: 1.5em 0 } figcaption { color: #555 }
</style>
</head>
<body>
<h1>{{ name }}</h1>
<p><b>{{ verdict }}</b></p>
<p>{{ joints }} joints from <code>{{ base }}</code> to <code>{{ tip }}</code>, robot
<code>{{ fingerprint }}</code>. A network of {{ parameters }} parameters, trained on
{{ samples }} million poses in {{ seconds }} s. Errors are those of the network alone, on
{{ poses }} poses that it was not trained on, unless a row says otherwise.</p>
<h2>How large the errors are</h2>
<table>
<tr><th></th><th>mean</th><th>median</th><th>90 %</th><th>99 %</th><th>largest</th></tr>
{% for label, row in rows %}
<tr><td>{{ label }}</td>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}
</table>
{% if refined %}<p>{{ refined }}</p>{% endif %}
<p>Mean position error of a cell of the workspace: {{ place }}. The heads lead to
{{ distinct }} distinct solutions of a pose in the mean.</p>
{% for heading, file, caption in figures %}
<h2>{{ heading }}</h2>
<figure><img src="{{ file }}" alt="{{ caption }}"><figcaption>{{ caption }}</figcaption></figure>
{% endfor %}
</body>
</html>
"""


def write_report(
    report: Report, folder: str | os.PathLike[str], refined: Mapping[str, Any] | None = None
) -> Path:
    """Write the report's files and return the path of its page.

    Args:
        report: what is told.
        folder: where the files go.
        refined: what the solver makes of the network's answers: `position` and `orientation` as
            `quantiles` has them, the share `solved`, and the `seconds` of a pose.

    Raises:
        ConfigurationError: the folder cannot be written, or what draws is not installed.

    """
    folder = Path(folder)
    try:
        import jinja2
        import matplotlib
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"a report needs {error.name}, which is not installed: pip install 'learned_ik[train]'"
        ) from error
    matplotlib.use('Agg')
    try:
        folder.mkdir(parents=True, exist_ok=True)
        figures = list(_draw(report, folder))
        page = jinja2.Template(TEMPLATE, autoescape=True).render(
            **_words(report, figures, refined)
        )
        write_atomically(folder / 'report.html', page.encode(), 'page')
        summary = {**report.summary(), 'refined': refined}
        text = json.dumps(summary, indent=1, allow_nan=False)
        write_atomically(folder / 'report.json', f'{text}\n'.encode(), 'result')
    except (OSError, ModelFileError) as error:
        raise ConfigurationError(f"report '{folder}' cannot be written: {error}") from error
    return folder / 'report.html'


def _words(
    report: Report, figures: list[tuple[str, str, str]], refined: Mapping[str, Any] | None
) -> dict[str, Any]:
    summary, chain, training = report.summary(), report.model.chain, report.model.training
    place = summary['over_workspace']
    names = ('mean', 'median', 'p90', 'p99', 'max')
    rows = [
        ('position [mm]', 'position', 1e3),
        ('orientation [deg]', 'orientation', math.degrees(1)),
    ]
    table = [(label, summary[key], factor) for label, key, factor in rows]
    if refined is not None:
        table += [
            ('refined: position [µm]', refined['position'], 1e6),
            ('refined: orientation [µrad]', refined['orientation'], 1e6),
        ]
    return {
        'verdict': verdict(report, refined),
        'refined': None if refined is None else refined_sentence(refined),
        'name': report.model.name or chain.tip_link,
        'joints': chain.joint_count,
        'base': chain.base_link,
        'tip': chain.tip_link,
        'fingerprint': chain.fingerprint,
        'parameters': report.model.network.parameter_count,
        'samples': f'{1e-6 * _told(training, "samples"):.1f}',
        'seconds': f'{_told(training, "seconds"):.0f}',
        'poses': summary['poses'],
        'rows': [
            (label, [f'{factor * errors[name]:.3g}' for name in names])
            for label, errors, factor in table
        ],
        'place': f'{1e3 * place["mean_of_cells"]:.2f} mm, standard deviation '
        f'{1e3 * place["deviation_of_cells"]:.2f} mm, worst {1e3 * place["worst_cell"]:.1f} mm',
        'distinct': f'{summary["distinct_solutions"]["mean"]:.1f}',
        'figures': figures,
    }


def _told(training: Mapping[str, Any], name: str) -> float:
    """Return what a model file says of its training; raise `InvalidInputError` for nonsense."""
    return number(training.get(name, 0), f'training: {name}', '0 or more', lambda n: n >= 0)


def verdict(report: Report, refined: Mapping[str, Any] | None) -> str:
    """Return in one sentence what the network is good for."""
    median = float(np.median(report.position_errors))
    share = median / max(report.model.chain.reach, 1e-9)
    words = next(word for limit, word in VERDICTS if share < limit)
    told = f'The network is {words}: half of its answers are within {readable_length(median)}'
    if refined is None:
        return f'{told}, {100 * share:.2g} % of the reach.'
    return f'{told}; refined, {100 * refined["solved"]:.2f} % of the poses are solved.'


def refined_sentence(refined: Mapping[str, Any]) -> str:
    """Return what refinement takes."""
    return (
        f'Refined by the solver, {100 * refined["solved"]:.2f} % of {refined["poses"]} poses are '
        f'solved to 10 µm and 100 µrad, in {1e6 * refined["seconds"]:.1f} µs a pose.'
    )


def _draw(report: Report, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Write each figure and yield its heading, file name and caption."""
    yield (
        'How the errors are distributed',
        _saved(_histograms(report), folder / 'errors.png'),
        ('Errors of the network alone. Lines: median and 99th percentile.'),
    )
    yield (
        'Where in the workspace they are large',
        _saved(_maps(report), folder / 'workspace.png'),
        (
            'Mean position error over the workspace, seen along each axis of the base frame, and '
            'below it how many of the poses lie there.'
        ),
    )
    yield (
        'How they grow near joint limits',
        _saved(_margins(report), folder / 'limits.png'),
        (
            'Mean errors by how far the joint positions of the pose are from their limits: 0 at a '
            'limit, 1 with every joint in the middle of its range.'
        ),
    )
    if _has_curve(report.model.training):
        yield (
            'How they fell in training',
            _saved(_curve(report), folder / 'training.png'),
            ('Errors while training, on 2000 poses: mean, and dashed the median.'),
        )
    yield (
        'How many solutions the heads lead to',
        _saved(_distinct(report), folder / 'distinct.png'),
        (
            'How many distinct solutions the answers of the heads lead to: some joint differs by '
            'more than 0.3 rad or m.'
        ),
    )


def _has_curve(training: Mapping[str, Any]) -> bool:
    """Say whether a model file holds the errors while it was trained, in a form that we know."""
    rows = training.get('curve')
    names = (
        'samples',
        *(f'{k}_{s}' for k in ('position', 'orientation') for s in ('mean', 'median')),
    )
    return (
        isinstance(rows, list)
        and len(rows) > 0
        and all(
            isinstance(row, dict) and all(isinstance(row.get(name), int | float) for name in names)
            for row in rows
        )
    )


def _histograms(report: Report) -> Any:
    figure, axes = _panels(2)
    parts = [
        (1e3 * report.position_errors, 'position error [mm]', POSITION),
        (np.degrees(report.orientation_errors), 'orientation error [deg]', ORIENTATION),
    ]
    for ax, (errors, label, colour) in zip(axes, parts, strict=True):
        low, high = np.quantile(errors, [0.0005, 1.0])
        ax.hist(errors, np.geomspace(max(low, 1e-6), max(high, 2e-6), 70), color=colour, alpha=0.8)
        unit = label.partition('[')[2].rstrip(']')
        for level, dashes, name in ((0.5, '-', 'median'), (0.99, '--', '99 % below')):
            value = np.quantile(errors, level)
            ax.axvline(value, color='black', ls=dashes, lw=1, label=f'{name} {value:.3g} {unit}')
        ax.set(xscale='log', xlabel=label, ylabel='poses')
        ax.legend(frameon=False)
    return figure


def _maps(report: Report) -> Any:
    import matplotlib.pyplot as plt

    figure, grid = plt.subplots(2, 3, figsize=(11, 7), layout='constrained')
    views = [(0, 1), (0, 2), (1, 2)]
    errors = 1e3 * report.position_errors
    maps = [report.map(across, up, errors) for across, up in views]
    top = np.nanquantile(np.concatenate([mean.ravel() for _, _, mean, _ in maps]), 0.98)
    for column, ((across, up), (x, y, mean, count)) in enumerate(zip(views, maps, strict=True)):
        shown = grid[0, column].pcolormesh(x, y, mean, vmin=0, vmax=top, cmap='viridis')
        density = np.where(count > 0, count, np.nan)
        dense = grid[1, column].pcolormesh(x, y, density, cmap='Greys', norm='log')
        for ax in grid[:, column]:
            ax.set(xlabel=f'{AXES[across]} [m]', ylabel=f'{AXES[up]} [m]', aspect='equal')
    figure.colorbar(shown, ax=grid[0], label='mean position error [mm]', extend='max')
    figure.colorbar(dense, ax=grid[1], label='poses')
    return figure


def _margins(report: Report) -> Any:
    figure, axes = _panels(2)
    rows = report.by_margin()
    left = [row['from'] for row in rows]
    parts = [
        ([1e3 * row['position'] for row in rows], 'mean position error [mm]', POSITION),
        (
            [math.degrees(row['orientation']) for row in rows],
            'mean orient. error [deg]',
            ORIENTATION,
        ),
    ]
    for ax, (values, label, colour) in zip(axes, parts, strict=True):
        ax.bar(left, values, width=0.92 * MARGINS[1], align='edge', color=colour, alpha=0.8)
        ax.set(xlabel='smallest margin of a joint, as a share of half its range', ylabel=label)
    return figure


def _curve(report: Report) -> Any:
    figure, axes = _panels(2)
    curve = report.model.training['curve']
    samples = [1e-6 * row['samples'] for row in curve]
    parts = [
        ('position', 1e3, 'position error [mm]', POSITION),
        ('orientation', math.degrees(1), 'orientation error [deg]', ORIENTATION),
    ]
    for ax, (key, factor, label, colour) in zip(axes, parts, strict=True):
        for statistic, dashes in (('mean', '-'), ('median', '--')):
            values = [factor * row[f'{key}_{statistic}'] for row in curve]
            ax.plot(samples, values, dashes, color=colour, label=statistic)
        ax.set(yscale='log', xlabel='million poses seen', ylabel=label)
        ax.grid(alpha=0.3, which='both')
        ax.legend(frameon=False)
    return figure


def _distinct(report: Report) -> Any:
    figure, (ax,) = _panels(1)
    heads = report.model.network.heads
    counts = np.bincount(report.distinct, minlength=heads + 1) / len(report.distinct)
    ax.bar(range(heads + 1), 100 * counts, color=GREY)
    ax.set(xlabel='distinct solutions of a pose', ylabel='poses [%]')
    return figure


def _panels(count: int) -> tuple[Any, list[Any]]:
    import matplotlib.pyplot as plt

    size = (5.2 * count + 0.4, 3.6)
    figure, axes = plt.subplots(1, count, figsize=size, squeeze=False, layout='constrained')
    return figure, list(axes[0])


def _saved(figure: Any, path: Path) -> str:
    import matplotlib.pyplot as plt

    content = io.BytesIO()
    figure.savefig(content, format='png', dpi=100)
    plt.close(figure)
    write_atomically(path, content.getvalue(), 'picture')
    return path.name
