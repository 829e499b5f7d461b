# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the page says of an answer: a headline in its status's colour, and a table of figures."""

import html
import math
from collections.abc import Mapping

from learned_ik.solving.solution import Solution
from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep
from learned_ik.viewing.markdown import escaped
from learned_ik.viewing.session import Session
from learned_ik.viewing.status_colours import STATUS_COLOURS

NEUTRAL = '#666666'


def headline(session: Session) -> str:
    """Return how the arm stands to its target, and what holds it back, as HTML."""
    step, solution = session.step, session.solution
    if step is not None:
        reason = step.message
        if step.other_branch is not None:
            reason += "; another posture reaches it: tick 'At once'"
        return in_colour(step.status.value.capitalize(), STATUS_COLOURS[step.status], reason)
    return solved('The target is', 'reached', solution.success, solution.message)


def solved(what: str, done: str, success: bool, message: str) -> str:
    """Return whether something is reached or followed, and why not, as HTML."""
    if success:
        return in_colour(f'{what} {done}', STATUS_COLOURS[TrackingStatus.ON_TARGET])
    return in_colour(f'{what} not {done}', STATUS_COLOURS[TrackingStatus.CLOSEST], message)


def in_colour(told: str, colour: str = NEUTRAL, reason: str = '') -> str:
    """Return a headline beside a dot of a colour, and a reason, as HTML."""
    after = f': {html.escape(reason)}' if reason else ''
    return (
        '<div style="padding: 0 0.8em; font-size: 0.875em; min-height: 2.6em">'  # two lines
        f'<span style="color: {colour}">&#9679;</span> '
        f'<strong style="color: {colour}">{html.escape(told)}</strong>{after}</div>'
    )


def figures(session: Session) -> str:
    """Return the figures of the last answer, and the joint positions, as markdown."""
    step, solution = session.step, session.solution
    rows = _of_solution(solution) if step is None else _of_step(step, session.speed_share)
    joints = zip(session.solver.chain.joint_names, session.q, strict=True)
    return table(rows | {escaped(name): f'{value:.4f}' for name, value in joints})


def table(rows: Mapping[str, str]) -> str:
    """Return a table of names and values, as markdown."""
    return '| | |\n|---|---|\n' + ''.join(f'| {name} | {rows[name]} |\n' for name in rows)


def errors(position: float, orientation: float, time: float) -> dict[str, str]:
    """Return rows for errors [m], [rad], and a time [s] that it took."""
    told = f'{1e6 * time:.0f} µs' if time < 1e-3 else f'{1e3 * time:.1f} ms'
    return {
        'position error': f'{1e6 * position:.2g} µm',
        'orientation error': f'{math.degrees(orientation):.2g}°',
        'solve time': told,
    }


def _of_solution(solution: Solution) -> dict[str, str]:
    rows = errors(solution.position_error, solution.orientation_error, solution.solve_time)
    rows['margin to joint limits'] = f'{solution.limit_margin:.3g} rad'
    return rows | _clearance(solution.clearance)


def _of_step(step: TrackingStep, share: float) -> dict[str, str]:
    rows = {
        'position error': f'{1e3 * step.position_error:.1f} mm',
        'orientation error': f'{math.degrees(step.orientation_error):.1f}°',
        'fastest joint': f'{share:.0%} of its speed',
    }
    return rows | _clearance(step.clearance)


def _clearance(clearance: float) -> dict[str, str]:
    return {'clearance': f'{1e3 * clearance:.1f} mm'} if math.isfinite(clearance) else {}
