# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Print what `clutter.py --json` has measured as tables for docs/clutter.md.

    python -m lab.ablations.clutter_table tiago.json panda.json > docs/clutter.md

`--columns` chooses a few kinds of scenes.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from learned_ik.viewing.markdown import escaped

HEADING = """# Clutter: the search among obstacles, in numbers

Median / 95th / 99th percentile in µs of one call from Python, and the share of the scenes that is
answered free and exact (1e-4 m, 1e-3 rad) within 50 ms, if that is not 100 %. The kinds of scenes
and what the figures say: [avoidance_measured.md](avoidance_measured.md). Measured by
`lab/ablations/clutter.py`, printed by `lab/ablations/clutter_table.py`.
"""


def cell(found: dict[str, Any]) -> str:
    """Return what a table tells of one row in one kind of scene."""
    times = ' / '.join(f'{1e6 * found[name]:.0f}' for name in ('median', 'p95', 'p99'))
    solved = 100 * found['solved']
    return times if solved == 100 else f'{times}, {solved:.4g} %'


def table(title: str, columns: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the lines of one table; columns maps what they are called to their rows."""
    every = [row for column in columns.values() for row in column]
    scenes = max(row['scenes'] for row in every)
    lines = ['', f'## {escaped(title)}, {scenes} scenes of each kind', '']
    lines += [f'| | {" | ".join(map(escaped, columns))} |', '|---' * (len(columns) + 1) + '|']
    for label in dict.fromkeys(row['row'] for row in every):
        fewer = min(row['scenes'] for row in every if row['row'] == label)
        note = f' ({fewer} scenes)' if fewer < scenes else ''
        cells = [
            ''.join(cell(row) for row in column if row['row'] == label)
            for column in columns.values()
        ]
        lines.append(f'| {escaped(label)}{note} | {" | ".join(cells)} |')
    return lines


def all_tables(rows: list[dict[str, Any]]) -> list[str]:
    """Return the lines of the whole page: a table for each robot and number of spheres."""
    lines = []
    for robot, spheres in dict.fromkeys((row['robot'], row['spheres']) for row in rows):
        columns: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if (row['robot'], row['spheres']) == (robot, spheres):
                columns.setdefault(row['name'], []).append(row)
        lines += table(f'{robot}, {spheres} {"sphere" if spheres == 1 else "spheres"}', columns)
    return lines


def some_columns(rows: list[dict[str, Any]], chosen: list[str]) -> list[str]:
    """Return the lines of one table for each robot, with kinds such as `near 16` as columns."""
    lines = []
    for robot in dict.fromkeys(row['robot'] for row in rows):
        columns = {
            kind: [
                row
                for row in rows
                if row['robot'] == robot and f'{row["name"]} {row["spheres"]}' == kind
            ]
            for kind in chosen
        }
        lines += table(robot, columns)
    return lines


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('files', nargs='+', type=Path)
    parser.add_argument('--columns', nargs='+', help="only these, such as 'near 16'")
    options = parser.parse_args()
    rows = [row for file in options.files for row in json.loads(file.read_text())]
    robots = list(dict.fromkeys(row['robot'] for row in rows))
    rows.sort(key=lambda row: (robots.index(row['robot']), row['spheres']))
    if options.columns:
        print('\n'.join(some_columns(rows, options.columns)))
        return
    ours = [row for row in rows if 'TRAC-IK' not in row['row']]
    answered = round(sum(row['solved'] * row['scenes'] for row in ours))
    print(HEADING)
    print(
        f'Of {answered} answers that claim to be clear, coal finds that '
        f'{sum(row["lies"] for row in ours)} touch. The largest position error is '
        f'{1e6 * max(row["error"] for row in ours):.1f} µm.'
    )
    print('\n'.join(all_tables(rows)))


if __name__ == '__main__':
    main()
