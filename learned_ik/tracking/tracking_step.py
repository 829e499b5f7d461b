# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TrackingStep`: what a tracker commands, and how it stands to its target."""

import dataclasses
import enum
from collections.abc import Callable

from learned_ik.arrays import Array


class TrackingStatus(enum.Enum):
    """How a tracker stands to its target."""

    ON_TARGET = 'on target'  # within the tolerances
    CATCHING_UP = 'catching up'  # on the way there, as fast as the joints may
    CLOSEST = 'closest'  # as near as limits, reach and obstacles allow, or without a target


@dataclasses.dataclass(slots=True)
class TrackingStep:
    """One command of a tracker; what only some ask for is worked out when they do."""

    status: TrackingStatus
    joint_positions: Array  # (joints,) [rad or m], within the limits
    joint_velocities: Array  # (joints,) [rad/s or m/s], of the step that led there
    position_error: float  # [m], from the tip to the target; NaN without one
    orientation_error: float  # [rad], likewise, about the axes that are not free
    measure: Callable[[], float] = dataclasses.field(repr=False, compare=False)
    tell: Callable[[], str] = dataclasses.field(repr=False, compare=False)
    look_elsewhere: Callable[[], Array | None] = dataclasses.field(
        default=lambda: None, repr=False, compare=False
    )

    @property
    def clearance(self) -> float:
        """[m], where the step led; infinite where there is nothing to keep clear of."""
        return self.measure()

    @property
    def message(self) -> str:
        """What holds the arm back; empty on the target."""
        return self.tell()

    @property
    def other_branch(self) -> Array | None:
        """(joints,) [rad or m], of a solution that this branch does not lead to; or None.

        It is looked for when it is asked for, some 50 µs to some milliseconds, and only where the
        arm is as near as this branch allows. `Tracker.switch` goes there.
        """
        return self.look_elsewhere()
