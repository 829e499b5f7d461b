# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How long each of the last answers took, as a row of bars: HTML, with a picture in it."""

import numpy as np

from learned_ik.viewing.answer_text import BOX, NEUTRAL, duration
from learned_ik.viewing.solve_times import WINDOW, SolveTimes

BARS = 100
LOWEST, HIGHEST = 1e-6, 1e-2  # [s], of the bars, on a logarithmic scale
LINES = {1e-5: '10 µs', 1e-4: '100 µs', 1e-3: '1 ms'}
COLOUR = '#0072B2'
LINE = 'white-space: nowrap; overflow: hidden; text-overflow: ellipsis'


def time_row(times: SolveTimes) -> str:
    """Return the answers of the last seconds, the latest at the right, as HTML."""
    ago, took = times.rows.T
    said = 'no answer yet'
    if len(took):
        said = f'median {duration(float(np.median(took)))}, longest {duration(took.max())}'
    lines = ''.join(
        f'<path d="M0 {_height(each):.1f}H{BARS}" stroke="#dddddd" stroke-width="0.5" '
        'vector-effect="non-scaling-stroke"/>'
        for each in LINES
    )
    names = ''.join(
        f'<span style="position: absolute; left: 0; top: {_height(each):.0f}%; font-size: 0.75em; '
        f'line-height: 1; color: {NEUTRAL}; transform: translateY(-50%); '
        f'background: rgba(255, 255, 255, 0.7)">{name}</span>'
        for each, name in LINES.items()
    )
    return (
        f'<div style="{BOX}"><div style="color: {NEUTRAL}; {LINE}">'
        f'time per answer, {WINDOW:.0f} s: <span style="color: {COLOUR}">{said}</span></div>'
        '<div style="position: relative; height: 3.2em">'
        f'<svg viewBox="0 0 {BARS} 100" preserveAspectRatio="none" '
        f'style="width: 100%; height: 100%; display: block">{lines}'
        f'<path d="{_bars(ago, took)}" fill="{COLOUR}"/></svg>{names}</div></div>'
    )


def _bars(ago: np.ndarray, took: np.ndarray) -> str:
    """Return a bar for each part of the time, as long as its longest answer."""
    longest = np.zeros(BARS)
    places = np.clip(BARS - 1 - (ago / WINDOW * BARS).astype(int), 0, BARS - 1)
    np.maximum.at(longest, places, took)
    return ''.join(
        f'M{i} 100V{_height(each):.0f}h0.8V100z' for i, each in enumerate(longest) if each > 0
    )


def _height(seconds: float) -> float:
    """Return where a time [s] is drawn, from 100 at the foot up to 0."""
    share = np.log(seconds / LOWEST) / np.log(HIGHEST / LOWEST)
    return float(100 * (1 - np.clip(share, 0.03, 1.0)))
