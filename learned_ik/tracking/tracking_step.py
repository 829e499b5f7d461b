# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TrackingStep`: what a tracker commands, and how it stands to its target."""

import dataclasses
import enum
from collections.abc import Callable

from learned_ik.arrays import Array


class TrackingStatus(enum.Enum):
    """Where the tip is, seen from the target."""

    ON_TARGET = 'on target'  # within the tolerances
    CATCHING_UP = 'catching up'  # on the way, as fast as the joints may go
    CLOSEST = 'closest'  # as near as limits, reach and obstacles allow, or without a target


@dataclasses.dataclass(slots=True)
class TrackingStep:
    """One command of a tracker. Some of its properties are computed when they are read."""

    status: TrackingStatus  # on the target, on the way, or as near as possible
    joint_positions: Array  # (joints,) [rad or m], within the limits
    joint_velocities: Array  # (joints,) [rad/s or m/s], of this step
    position_error: float  # [m], from the tip to the target; NaN without a target
    orientation_error: float  # [rad], the same, about the axes that are not free
    measure: Callable[[], float] = dataclasses.field(repr=False, compare=False)
    tell: Callable[[], str] = dataclasses.field(repr=False, compare=False)
    look_elsewhere: Callable[[], Array | None] = dataclasses.field(
        default=lambda: None, repr=False, compare=False
    )

    @property
    def clearance(self) -> float:
        """[m], after the step; infinite without obstacles."""
        return self.measure()

    @property
    def message(self) -> str:
        """What holds the arm back; empty on the target."""
        return self.tell()

    @property
    def other_branch(self) -> Array | None:
        """(joints,) [rad or m], a solution on another branch; or None.

        The search takes 50 µs to some milliseconds. It is made only if the arm is as near to the
        target as its present branch allows. `Tracker.switch` leads there.
        """
        return self.look_elsewhere()
