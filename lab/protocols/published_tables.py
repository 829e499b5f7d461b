# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Write the tables of peers in README.md and docs/benchmark.md, so that no number is typed.

    python -m learned_ik benchmark --protocols reachable --budget 2.5 --out results
    python -m lab.protocols.published_tables --json results/results.json

What the tables need of a run is kept in docs/benchmark.json. Without --json, the tables are made
of that again. Each replaces what stands between two markers.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.peers import PEERS
from lab.protocols.benchmark_tables import microseconds, percent
from lab.protocols.scores import OURS
from learned_ik.files import write_atomically
from learned_ik.viewing.markdown import escaped

ROOT = Path(__file__).resolve().parents[2]
BEGIN = '<!-- benchmark: begin, written by lab/protocols/published_tables.py -->'
END = '<!-- benchmark: end -->'
KEPT = 'docs/benchmark.json'
ABOUT = ('settings', 'tolerances', 'cap', 'machine', 'judge')
ROW = ('name', 'label', 'poses', 'solved', 'median', 'p99')
NAMES = {
    'tiago': 'TIAGo',
    'panda': 'Panda',
    'ur10': 'UR10',
    'xarm7': 'xArm7',
    'pr2': 'PR2',
}
# What a newcomer is shown: one arm that everybody knows, and the peers that most people use.
SHOWN_ROBOT = 'panda'
SHOWN = ('ours', 'pytracik', 'pinocchio-lm', 'roboticstoolbox')

Results = Mapping[str, Any]  # of a run: all of it, or what is kept
Row = Mapping[str, Any]


def main() -> int:
    """Read the arguments; keep what the tables need, and write or print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--json', type=Path, nargs='+', help='results.json of one or more runs')
    parser.add_argument('--root', type=Path, default=ROOT, help='folder of README.md and docs/')
    parser.add_argument('--print', action='store_true', help='print the tables, change no file')
    options = parser.parse_args()
    kept = options.root / KEPT
    results = [json.loads(path.read_text(encoding='utf-8')) for path in options.json or [kept]]
    result = merged(results)
    blocks = {'README.md': short_table(result), 'docs/benchmark.md': long_tables(result)}
    if options.print:
        print('\n\n'.join(blocks.values()))
        return 0
    pages = {options.root / page: block for page, block in blocks.items()}
    for path, block in pages.items():
        before, begin, rest = path.read_text(encoding='utf-8').partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            print(f'{path} lacks the lines\n{BEGIN}\n{END}', file=sys.stderr)
            return 1
        page = f'{before}{BEGIN}\n{block}\n{END}{after}'
        write_atomically(path, page.encode(), 'page')
    write_atomically(kept, f'{json.dumps(result, indent=1)}\n'.encode(), 'results')
    return 0


def merged(results: Sequence[Results]) -> dict[str, Any]:
    """Return what the tables need of runs with the same settings, each of robots of its own."""
    about = {key: results[0][key] for key in ABOUT}
    robots, sections = {}, {}
    for result in results:
        for robot, section in result['protocols']['reachable'].items():
            robots[robot] = {'joints': result['robots'][robot]['joints']}
            rows = [{key: row[key] for key in ROW} for row in section['rows']]
            sections[robot] = {'rows': rows}
    return {**about, 'robots': robots, 'protocols': {'reachable': sections}}


def short_table(result: Results) -> str:
    """Return four lines: our solver and three others on one arm."""
    sections = result['protocols']['reachable']
    robot = SHOWN_ROBOT if SHOWN_ROBOT in sections else next(iter(sections))
    by_name = {row['name']: row for row in sections[robot]['rows']}
    rows = [by_name[name] for name in SHOWN if name in by_name]
    lines = [
        f'| {_title(robot, result)}, {result["robots"][robot]["joints"]} joints '
        '| median | 99th percentile | solved |',
        '|---|---:|---:|---:|',
    ]
    for row in rows:
        name = f'**{row["label"]}**' if row['name'] == 'ours' else escaped(row['label'])
        lines.append(
            f'| {name} | {microseconds(row["median"])} µs | {microseconds(row["p99"])} µs '
            f'| {percent(row["solved"])} % |'
        )
    return '\n'.join(lines)


def long_tables(result: Results) -> str:
    """Return three tables, of medians, of 99th percentiles, and of what was solved."""
    cells: dict[str, Callable[[Row], str]] = {
        'Median of a call [µs]': lambda row: microseconds(row['median']),
        '99th percentile of a call [µs]': lambda row: microseconds(row['p99']),
        'Poses solved [%]': lambda row: percent(row['solved']),
    }
    settings, tolerances = result['settings'], result['tolerances']
    about = (
        f'{settings["poses"]} reachable poses of each robot, to {tolerances["position"]:g} m and '
        f'{tolerances["orientation"]:g} rad, from mid-range, {1e3 * result["cap"]:g} ms each; '
        f'slow solvers got fewer poses. Failures count in the times. Single calls from Python on '
        f'one {escaped(result["machine"]["processor"])}, the solvers one after the other in one '
        f'run; {escaped(result["judge"])} judges every answer. A dash: the solver does not take '
        'part, or no network comes with the package.'
    )
    tables = [f'### {title}\n\n{_table(result, cell)}' for title, cell in cells.items()]
    return '\n\n'.join([about, *tables])


def _table(result: Results, cell: Callable[[Row], str]) -> str:
    sections = result['protocols']['reachable']
    found = {row['name']: row['label'] for s in sections.values() for row in s['rows']}
    labels = {name: found[name] for name in (*OURS, *PEERS) if name in found}
    lines = [
        '| | ' + ' | '.join(_title(robot, result) for robot in sections) + ' |',
        '|---' + '|---:' * len(sections) + '|',
    ]
    for name, label in labels.items():
        rows = [next((r for r in s['rows'] if r['name'] == name), None) for s in sections.values()]
        cells = ['–' if row is None else cell(row) for row in rows]
        lines.append(f'| {escaped(label)} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _title(robot: str, result: Results) -> str:
    return NAMES.get(robot, f'artificial {result["robots"][robot]["joints"]}')


if __name__ == '__main__':
    sys.exit(main())
