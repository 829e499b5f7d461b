# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the page says of an answer, as HTML: a headline in its status's colour, and figures.

Each text keeps its height, whatever it says: nothing below it moves under a mouse.
"""

import html
import math
from collections.abc import Mapping

from learned_ik.solving.solution import Solution
from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep
from learned_ik.viewing.controls.joint_states import HOLD_COLOURS, Hold, joint_states
from learned_ik.viewing.session import NetworkAnswer, OtherSolutions, Session
from learned_ik.viewing.status_colours import STATUS_COLOURS

NEUTRAL = '#666666'
NETWORK, OTHERS = 'network alone', 'other solutions'
COLOURS = {NETWORK: '#D98200', OTHERS: '#3A9BD9'}  # as they are in the scene
NONE = '–'  # a figure that there is not
BOX = 'margin: 0 0.75em; font-size: 0.8em; line-height: 1.35;'


def headline(session: Session) -> str:
    """Return how the arm stands to its target, and what holds it back, as HTML."""
    step, solution = session.step, session.solution
    if step is not None:
        reason = step.message
        if step.other_branch is not None:
            reason += "; another posture reaches it: tick 'At once'"
        return in_colour(step.status.value.capitalize(), STATUS_COLOURS[step.status], reason)
    if solution.success and solution.clearance < 0:
        return in_colour('The arm touches something', HOLD_COLOURS[Hold.LIMIT])
    held = [joint.name for joint in joint_states(session) if joint.hold is Hold.LIMIT]
    reason = f'{", ".join(held)} at the limit' if held and solution.success else solution.message
    return solved('The target is', 'reached', solution.success, reason)


def solved(what: str, done: str, success: bool, reason: str) -> str:
    """Return whether something is reached or followed, and what is to be said of it, as HTML."""
    if success:
        return in_colour(f'{what} {done}', STATUS_COLOURS[TrackingStatus.ON_TARGET], reason)
    return in_colour(f'{what} not {done}', STATUS_COLOURS[TrackingStatus.CLOSEST], reason)


def in_colour(told: str, colour: str = NEUTRAL, reason: str = '') -> str:
    """Return a headline beside a dot of a colour, and a reason, as HTML of three lines."""
    after = f': {html.escape(reason)}' if reason else ''
    return (
        f'<div style="{BOX} height: 4.05em; overflow-y: auto">'
        f'<span style="color: {colour}">&#9679;</span> '
        f'<strong style="color: {colour}">{html.escape(told)}</strong>{after}</div>'
    )


def figures(session: Session, network: NetworkAnswer | None, others: OtherSolutions | None) -> str:
    """Return the figures of the last answer, of the network's before it, and of others."""
    step, solution = session.step, session.solution
    if step is None:
        rows = _of_solution(solution)
    else:
        rows = _of_step(step, float(session.speed_shares.max()))
    if network is None:
        alone = NONE
    else:
        alone = f'{_length(network.position_error)}, {_angle(network.orientation_error)} off'
    count = NONE if others is None else f'{len(others.postures)} in {duration(others.time)}'
    return table(rows | {NETWORK: alone, OTHERS: count})


def table(rows: Mapping[str, str]) -> str:
    """Return a table of names and values, as HTML."""
    cells = ''.join(
        f'<tr><td style="color: {COLOURS.get(name, NEUTRAL)}; padding: 0">{html.escape(name)}</td>'
        f'<td style="text-align: right; padding: 0; font-variant-numeric: tabular-nums">'
        f'{html.escape(value)}</td></tr>'
        for name, value in rows.items()
    )
    return (
        f'<div style="{BOX}"><table style="width: 100%; border-spacing: 0">{cells}</table></div>'
    )


def errors(position: float, orientation: float, time: float) -> dict[str, str]:
    """Return rows for errors [m], [rad], and a time [s] that it took."""
    return {
        'position error': _length(position),
        'orientation error': _angle(orientation),
        'solve time': duration(time),
    }


def duration(seconds: float) -> str:
    """Return a time [s] as people read it."""
    return f'{1e6 * seconds:.0f} µs' if seconds < 1e-3 else f'{1e3 * seconds:.1f} ms'


def _length(metres: float) -> str:
    if metres < 1e-6:
        return '< 1 µm'
    for unit, factor in (('µm', 1e6), ('mm', 1e3)):
        if metres * factor < 1000:
            return (
                f'{metres * factor:.2g} {unit}'
                if metres * factor < 10
                else (f'{metres * factor:.0f} {unit}')
            )
    return f'{metres:.2f} m'


def _angle(radians: float) -> str:
    degrees = math.degrees(radians)
    return (
        '< 0.0001°'
        if degrees < 1e-4
        else f'{degrees:.2g}°'
        if degrees < 10
        else (f'{degrees:.0f}°')
    )


def _of_solution(solution: Solution) -> dict[str, str]:
    rows = errors(solution.position_error, solution.orientation_error, solution.solve_time)
    margin = solution.limit_margin
    rows['margin to joint limits'] = f'{margin:.3f} rad' if math.isfinite(margin) else NONE
    return rows | _clearance(solution.clearance)


def _of_step(step: TrackingStep, share: float) -> dict[str, str]:
    rows = errors(step.position_error, step.orientation_error, math.nan)
    del rows['solve time']
    return (
        rows
        | {
            'fastest joint': f'{share:.0%} of its speed',
            'margin to joint limits': NONE,
        }
        | _clearance(step.clearance)
    )


def _clearance(clearance: float) -> dict[str, str]:
    return {'clearance': f'{1e3 * clearance:.1f} mm' if math.isfinite(clearance) else NONE}
