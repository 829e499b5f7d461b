# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is suspicious in a description that can be used: one line each, for the log."""

import math
from collections.abc import Iterable, Sequence

from learned_ik.robot.description.actuation import Actuated
from learned_ik.robot.description.bounds import LONG_REACH, MANY_TURNS, NO_LIMIT
from learned_ik.robot.description.elements import child, numbers
from learned_ik.robot.description.motion import Range
from learned_ik.robot.description.names import shown
from learned_ik.robot.description.tree import Joint


def limits_advice(joints: Sequence[Actuated]) -> list[str]:
    """Return what to say of the limits of a chain's actuated joints."""
    endless = [each for each in joints if each.own.endless and each.joint.type != 'continuous']
    wound = [
        each
        for each in joints
        if each.joint.type == 'revolute'
        and not each.own.endless
        and max(-each.own.lower, each.own.upper) > MANY_TURNS
    ]
    lines = []
    if endless:
        lines.append(
            f'limits of {NO_LIMIT:g} rad and more, {_joints(each.joint for each in endless)}: '
            'taken as continuous'
        )
    if wound:
        turns = max(_travel(each.own) for each in wound) / (2 * math.pi)
        lines.append(
            f'limits of {turns:.0f} turns, {_joints(each.joint for each in wound)}: in degrees? '
            'A URDF has radians'
        )
    still = [each for each in joints if each.lower == each.upper]
    own = [each.joint for each in still if each.narrowed_by is None]
    if own:
        lines.append(f'held still, {_joints(own)}: both limits are the same')
    return lines + [_held_still(each) for each in still if each.narrowed_by is not None]


def angles_advice(joints: Iterable[Joint]) -> list[str]:
    """Return what to say of the orientations of joints."""
    turned = []
    for joint in joints:
        origin = child(joint.element, 'origin')
        if origin is not None and origin.get('rpy'):
            if max(map(abs, numbers(origin, 'rpy', 'rpy', 3))) > MANY_TURNS:
                turned.append(joint)
    return [f'rpy of many turns, {_joints(turned)}: in degrees?'] if turned else []


def direction_advice(directions: Sequence[bool], base_link: str, tip_link: str) -> list[str]:
    """Return what to say of an arm's ends; `directions`: whether each joint is taken downwards."""
    if not directions or any(directions):
        return []
    return [
        f"base link '{shown(base_link)}' hangs on tip link '{shown(tip_link)}': base_link and "
        'tip_link look swapped; the arm is taken the wrong way round'
    ]


def reach_advice(reach: float) -> list[str]:
    """Return what to say of an arm's reach [m]."""
    if reach <= LONG_REACH:
        return []
    return [f'reaches {reach:.0f} m: is the URDF in millimetres? It should be in metres']


def _travel(own: Range) -> float:
    """Return how far a joint goes [rad], from where it stands at 0."""
    return max(own.upper, 0.0) - min(own.lower, 0.0)


def _held_still(each: Actuated) -> str:
    follower = '' if each.narrowed_by is None else shown(each.narrowed_by.name)
    return (
        f"held still at {each.lower:g}, joint '{shown(each.joint.name)}': '{follower}' mimics it, "
        'and nowhere else are both within their limits'
    )


def _joints(joints: Iterable[Joint]) -> str:
    first, *more = joints
    return f"joint '{shown(first.name)}'" + (f' and {len(more)} more' if more else '')
