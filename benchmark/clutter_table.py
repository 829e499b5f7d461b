# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Prints what `clutter.py --json` has measured as tables for docs/clutter.md.

python benchmark/clutter_table.py tiago.json panda.json > docs/clutter.md
"""

import argparse
import json
from pathlib import Path
from typing import Any

HEADING = """# In clutter: what each ingredient is worth

Median / 95th / 99th percentile in µs of one call from Python, and the share of the scenes that is
answered free and exact (1e-4 m, 1e-3 rad) within 50 ms, where that is not all. What the kinds of
scenes are, and what follows from the figures, stands in [obstacles.md](obstacles.md). Measured by
`benchmark/clutter.py`, printed by `benchmark/clutter_table.py`.
"""


def cell(found: dict[str, Any]) -> str:
    """Return what a table tells of one row in one kind of scene."""
    times = ' / '.join(f'{1e6 * found[name]:.0f}' for name in ('median', 'p95', 'p99'))
    solved = 100 * found['solved']
    return times if solved == 100 else f'{times}, {solved:.4g} %'


def tables(rows: list[dict[str, Any]]) -> list[str]:
    """Return the lines of all tables: one for each robot and number of spheres."""
    lines = []
    for robot, spheres in dict.fromkeys((row['robot'], row['spheres']) for row in rows):
        chosen = [row for row in rows if (row['robot'], row['spheres']) == (robot, spheres)]
        kinds = list(dict.fromkeys(row['name'] for row in chosen))
        scenes = max(row['scenes'] for row in chosen)
        word = 'sphere' if spheres == 1 else 'spheres'
        lines += ['', f'## {robot}, {spheres} {word}, {scenes} scenes of each kind', '']
        lines += [f'| | {" | ".join(kinds)} |', '|---' * (len(kinds) + 1) + '|']
        for label in dict.fromkeys(row['row'] for row in chosen):
            cells = {row['name']: cell(row) for row in chosen if row['row'] == label}
            fewer = min(row['scenes'] for row in chosen if row['row'] == label)
            note = f' ({fewer} scenes)' if fewer < scenes else ''
            told = ' | '.join(cells.get(kind, '') for kind in kinds)
            lines.append(f'| {label}{note} | {told} |')
    return lines


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('files', nargs='+', type=Path)
    rows = [row for file in parser.parse_args().files for row in json.loads(file.read_text())]
    robots = list(dict.fromkeys(row['robot'] for row in rows))
    rows.sort(key=lambda row: (robots.index(row['robot']), row['spheres']))
    ours = [row for row in rows if 'TRAC-IK' not in row['row']]
    answered = round(sum(row['solved'] * row['scenes'] for row in ours))
    print(HEADING)
    print(
        f'Of {answered} answers that claim to be clear, coal finds that '
        f'{sum(row["lies"] for row in ours)} touch. The largest position error is '
        f'{1e6 * max(row["error"] for row in ours):.1f} µm.'
    )
    print('\n'.join(tables(rows)))


if __name__ == '__main__':
    main()
