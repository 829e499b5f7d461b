# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where each joint is in its range, and which of them hold the arm, as a row of gauges: HTML."""

import html
from collections.abc import Sequence

from learned_ik.viewing.answer_text import BOX, NEUTRAL
from learned_ik.viewing.controls.joint_states import HOLD_COLOURS, Hold, JointState

TRACK = '#e4e8ec'


def joint_gauges(states: Sequence[JointState]) -> str:
    """Return an upright gauge for each joint, from base to tip, as HTML."""
    legend = ''.join(
        f' <span style="color: {HOLD_COLOURS[hold]}">&#9679;</span> {hold.value}'
        for hold in (Hold.LIMIT, Hold.SPEED)
    )
    gauges = ''.join(_gauge(i + 1, state) for i, state in enumerate(states))
    return (
        f'<div style="{BOX} padding-bottom: 0.7em">'
        f'<div style="color: {NEUTRAL}; white-space: nowrap">joints in their '
        f'ranges: {legend}</div>'
        f'<div style="display: flex; gap: 2px">{gauges}</div></div>'
    )


def _gauge(number: int, state: JointState) -> str:
    colour = HOLD_COLOURS[state.hold]
    strong = 'bold' if state.hold is not Hold.NOTHING else 'normal'
    told = html.escape(
        f'{state.name}: {state.value:.1f} {state.unit} of {state.lower:.0f} to '
        f'{state.upper:.0f} {state.unit} {state.hold.value}'
    )
    return (
        f'<div title="{told}" style="flex: 1; text-align: center; min-width: 0; '
        f'color: {colour}; font-weight: {strong}">'
        f'<div style="position: relative; height: 2.4em; width: 6px; margin: 3px auto; '
        f'border-radius: 3px; background: {TRACK}">'
        f'<div style="position: absolute; left: -4px; width: 14px; height: 6px; '
        f'border-radius: 3px; bottom: calc({100 * state.share:.0f}% - 3px); '
        f'background: {colour}"></div></div>'
        f'<div style="font-size: 0.8em; line-height: 1">{number}</div></div>'
    )
