# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which joints hold the arm back: those at a limit of their range, or at their speed."""

import dataclasses
import enum
import math

from learned_ik.viewing.session import Session

AT_LIMIT = {'prismatic': 1e-3, 'revolute': 0.01}  # [m], [rad] from a limit, that count as at it
AT_SPEED = 0.98  # [1], of the speed that it may take


class Hold(enum.Enum):
    """What holds a joint."""

    NOTHING = ''
    LIMIT = 'at its limit'
    SPEED = 'at its speed'


HOLD_COLOURS = {Hold.NOTHING: '#0072B2', Hold.LIMIT: '#CC0000', Hold.SPEED: '#E69F00'}


@dataclasses.dataclass(frozen=True)
class JointState:
    """One joint, as people read it: in degrees or millimetres."""

    name: str
    value: float  # [unit]
    lower: float  # [unit]
    upper: float  # [unit]
    unit: str
    hold: Hold

    @property
    def share(self) -> float:
        """Where in its range it is, from 0 up to 1."""
        width = self.upper - self.lower
        return min(max((self.value - self.lower) / width, 0.0), 1.0) if width > 0 else 0.5


def units(session: Session) -> list[tuple[str, float]]:
    """Return the unit of each joint, and how many of them are one radian or metre."""
    return [
        ('mm', 1000.0) if kind == 'prismatic' else ('°', math.degrees(1.0))
        for kind in session.solver.chain.joint_types
    ]


def joint_states(session: Session) -> list[JointState]:
    """Return how each joint of the arm stands."""
    chain, speeds = session.solver.chain, session.speed_shares
    states = []
    for i, (unit, factor) in enumerate(units(session)):
        q, lower, upper = session.q[i], chain.lower[i], chain.upper[i]
        near = AT_LIMIT.get(chain.joint_types[i], 0.0)
        hold = Hold.NOTHING
        if min(q - lower, upper - q) < near:
            hold = Hold.LIMIT
        elif session.moving and speeds[i] > AT_SPEED * session.speed:
            hold = Hold.SPEED
        states.append(
            JointState(
                chain.joint_names[i], factor * q, factor * lower, factor * upper, unit, hold
            )
        )
    return states
