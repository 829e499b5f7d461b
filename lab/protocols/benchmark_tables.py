# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A run as text: one table, a block for each protocol and robot, a line for each solver."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.protocols.scores import OURS, WORTHY

Row = Mapping[str, Any]

TITLES = {
    'reachable': 'reachable poses, from mid-range',
    'near': 'reachable poses, a seed within 0.1 rad of a solution in every joint',
    'paths': 'straight lines and spirals of 200 poses',
    'unreachable': 'unreachable poses: until the solver gives up',
    'batch': 'many poses in one call',
    'growth': 'the artificial arm as it grows',
    'streaming': 'targets that come one by one, 72 a second',
}
LABEL_WIDTH = 35


def text(result: Mapping[str, Any]) -> str:
    """Return the whole run as text."""
    lines = []
    for protocol, sections in result['protocols'].items():
        for robot, section in sections.items():
            about = result['robots'].get(robot, {})
            joints = about.get('joints', section.get('joints'))
            lines += ['', f'{robot}, {joints} joints: {TITLES[protocol]}']
            lines += section_lines(protocol, section)
    for robot, about in result['robots'].items():
        if 'missing' in about:
            lines += ['', f'{robot} is left out: {about["missing"]}']
    lines += ['', *_footnotes(result)]
    return '\n'.join(lines[1:])


def section_lines(protocol: str, section: Mapping[str, Any]) -> list[str]:
    """Return one block: a header, the solvers' lines, and who does not take part."""
    columns = columns_of(protocol, section['rows'])
    lines = [f'  {"":<{LABEL_WIDTH}}' + ''.join(f'{title:>11}' for title, _ in columns)]
    for row in section['rows']:
        cells = ''.join(f'{cell(row):>11}' for _, cell in columns)
        lines.append(f'  {row["label"]:<{LABEL_WIDTH}}' + cells)
    lines += [f'  {label}: {reason}' for label, reason in section['absent'].items()]
    if 'reachable' in section:
        unreachable = section['poses'] - section['reachable']
        lines.append(f'  {unreachable} of {section["poses"]} poses count as unreachable')
    if 'feasible' in section:
        lines.append(
            f'  {section["feasible"]} of {section["paths"]} paths are followed by some solver: '
            'all but their number is of these'
        )
    return lines


def columns_of(protocol: str, rows: Sequence[Row]) -> list[tuple[str, Callable[[Row], str]]]:
    """Return the titles of a protocol's columns, and how each cell is made from a row."""
    if protocol == 'batch':
        return [
            ('poses', lambda row: f'{row["poses"]}'),
            ('solved %', lambda row: percent(row['solved'])),
            ('poses/s', lambda row: f'{row["poses_per_second"]:.0f}'),
        ]
    if protocol == 'paths':
        return [
            ('paths', lambda row: f'{row["paths"]}'),
            ('followed %', lambda row: percent(row['followed'])),
            ('jumps', lambda row: f'{row["jumps"]}'),
            ('failures', lambda row: f'{row["failures"]}'),
            ('step rad', lambda row: _or_dash(row['largest_step'], '.3f')),
            ('median ms', lambda row: _or_dash(row['median_ms'], '.2f')),
            ('p99 ms', lambda row: _or_dash(row['p99_ms'], '.2f')),
        ]
    if protocol == 'streaming':
        return [
            ('motion', lambda row: row['motion']),
            ('frames', lambda row: f'{row.get("frames", "-")}'),
            ('flips', lambda row: f'{row["flipped"]}/{row["runs"]}' if 'runs' in row else '-'),
            ('silent %', lambda row: percent(row.get('silent'))),
            ('outside %', lambda row: percent(row.get('outside'))),
            ('near %', lambda row: percent(row['near'])),
            ('mean mm', lambda row: _or_dash(row.get('mean_mm'), '.2f')),
            ('p95 mm', lambda row: _or_dash(row.get('p95_mm'), '.2f')),
            ('mean deg', lambda row: _or_dash(row.get('mean_deg'), '.2f')),
            ('p95 deg', lambda row: _or_dash(row.get('p95_deg'), '.2f')),
            ('speed %', lambda row: percent(row.get('speed'))),
            ('rad/s²', lambda row: _or_dash(row.get('acceleration'), '.0f')),
            ('median µs', lambda row: _or_dash(row.get('median'), '.1f')),
            ('p99 µs', lambda row: _or_dash(row.get('p99'), '.1f')),
        ]
    times: list[tuple[str, Callable[[Row], str]]] = [
        (f'{figure} µs', lambda row, figure=figure: microseconds(row[figure]))
        for figure in ('median', 'mean', 'p95', 'p99', 'max')
    ]
    ratios: list[tuple[str, Callable[[Row], str]]] = [
        (f'{figure} ÷', lambda row, figure=figure: ratio(row, rows, figure, protocol))
        for figure in ('median', 'p99')
    ]
    wrong = ('wrong', lambda row: f'{row["wrong"]}')
    poses = ('poses', lambda row: f'{row["poses"]}')
    if protocol == 'unreachable':
        refused = ('refused', lambda row: f'{row["refused"]}/{row["reachable"]}')
        return [poses, *times, *ratios, wrong, refused]
    late = ('late %', lambda row: percent(row['late']))
    columns = [poses, ('solved %', lambda row: percent(row['solved'])), *times, *ratios]
    columns += [late, wrong]
    if protocol == 'near':
        columns.append(('jumps %', lambda row: percent(row['jumps'])))
    return columns


def ratio(row: Row, rows: Sequence[Row], figure: str, protocol: str) -> str:
    """Return a row's figure divided by the best peer's: below 1 is faster than every peer."""
    enough = 0.0 if protocol == 'unreachable' else WORTHY
    peers = [
        peer[figure] for peer in rows if peer['name'] not in OURS and peer['solved'] >= enough
    ]
    return f'{row[figure] / min(peers):.3g}' if peers else '-'


def percent(share: float | None) -> str:
    """Return a share in percent: 100 only where it is all."""
    if share is None:
        return '-'
    digits = f'{100 * share:.2f}'
    return '<100' if digits == '100.00' and share < 1 else digits


def microseconds(time: float) -> str:
    """Return a time [µs] with as many digits as mean something."""
    return f'{time:.1f}' if time < 100 else f'{time:.0f}'


def _or_dash(value: float | None, spec: str) -> str:
    return '-' if value is None else format(value, spec)


def _footnotes(result: Mapping[str, Any]) -> list[str]:
    tolerances, machine = result['tolerances'], result['machine']
    lines = [
        f'Solved: within {tolerances["position"]:g} m and {tolerances["orientation"]:g} rad and '
        f"the joint limits, by {result['judge']} of the robot's URDF. Times are of all calls, "
        'also of those that fail.',
        f'Late: longer than the cap of {1e3 * result["cap"]:g} ms. Wrong: claimed, and refuted. '
        f'÷: against the best peer that solves {100 * WORTHY:g} % or more. Jump: a joint that '
        'ends 0.5 rad or more from the seed.',
        f'{machine["processor"]}, {machine["cores"]} cores, load {machine["load_before"][0]:.1f} '
        f'before and {machine["load_after"][0]:.1f} after.',
    ]
    absent = [name for name, version in result['versions'].items() if version is None]
    if absent:
        lines.append(f'Peers that are not installed: {", ".join(absent)}.')
    return lines
