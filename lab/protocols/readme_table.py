# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Write the README's table of peers from the result of a run, so that no number is typed.

    python -m learned_ik benchmark --out results
    python -m lab.protocols.readme_table --json results/results.json

It replaces what stands between the two markers in README.md, or prints it with --print.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.peers import PEERS
from lab.protocols.benchmark_tables import microseconds, percent
from lab.protocols.scores import OURS
from learned_ik.files import write_atomically
from learned_ik.viewing.markdown import escaped

BEGIN = '<!-- benchmark: begin, written by lab/protocols/readme_table.py -->'
END = '<!-- benchmark: end -->'
README = Path(__file__).resolve().parents[2] / 'README.md'
NAMES = {
    'tiago': 'TIAGo',
    'panda': 'Panda',
    'ur10': 'UR10',
    'xarm7': 'xArm7',
    'pr2': 'PR2 arm',
}


def main() -> int:
    """Read the arguments, and write or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--json', type=Path, required=True, nargs='+', help='results.json of one or more runs'
    )
    parser.add_argument('--readme', type=Path, default=README, help='file with the two markers')
    parser.add_argument('--print', action='store_true', help='print the table, change no file')
    options = parser.parse_args()
    block = table([json.loads(path.read_text(encoding='utf-8')) for path in options.json])
    if options.print:
        print(block)
        return 0
    text = options.readme.read_text(encoding='utf-8')
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        print(f'{options.readme} lacks the lines\n{BEGIN}\n{END}', file=sys.stderr)
        return 1
    page = f'{before}{BEGIN}\n{block}\n{END}{after}'
    write_atomically(options.readme, page.encode(), 'page')
    return 0


def table(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of reachable poses: a line for each solver, a column for each robot.

    Args:
        results: of runs with the same settings on the same machine, each for robots of its own.

    """
    result = results[0]
    sections = {k: s for each in results for k, s in each['protocols']['reachable'].items()}
    robots = {k: robot for each in results for k, robot in each['robots'].items()}
    found = {row['name']: row['label'] for s in sections.values() for row in s['rows']}
    labels = {name: found[name] for name in (*OURS, *PEERS) if name in found}
    lines = [
        '| solver | ' + ' | '.join(_title(robot, robots) for robot in sections) + ' |',
        '|---' * (1 + len(sections)) + '|',
    ]
    for name, label in labels.items():
        cells = [_cell(name, section['rows']) for section in sections.values()]
        lines.append(f'| {escaped(label)} | ' + ' | '.join(cells) + ' |')
    machine, tolerances = result['machine'], result['tolerances']
    lines += [
        '',
        f'Median / 99th percentile in µs, and the share solved: {result["settings"]["poses"]} '
        f'reachable poses a robot, to {tolerances["position"]:g} m and '
        f'{tolerances["orientation"]:g} rad, from mid-range, '
        f'{1e3 * result["cap"]:g} ms each, failures counted in the time. Single calls from '
        f'Python on one {escaped(machine["processor"])}; '
        f'{escaped(result["judge"])} judges every answer.',
    ]
    return '\n'.join(lines)


def _title(robot: str, robots: Mapping[str, Any]) -> str:
    joints = robots[robot]['joints']
    return NAMES.get(robot, f'artificial, {joints}')


def _cell(name: str, rows: list[Mapping[str, Any]]) -> str:
    for row in rows:
        if row['name'] == name:
            times = f'{microseconds(row["median"])} / {microseconds(row["p99"])}'
            return f'{times}, {percent(row["solved"])} %'
    return '–'


if __name__ == '__main__':
    sys.exit(main())
