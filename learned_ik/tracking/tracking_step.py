# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TrackingStep`: what a tracker commands, and how it stands to its target."""

import dataclasses
import enum

from learned_ik.arrays import Array


class TrackingStatus(enum.Enum):
    """How a tracker stands to its target."""

    ON_TARGET = 'on target'  # within the tolerances
    CATCHING_UP = 'catching up'  # on the way there, as fast as the joints may
    CLOSEST = 'closest'  # as near as limits and reach allow, or at rest without a target


@dataclasses.dataclass(slots=True)
class TrackingStep:
    """One command of a tracker."""

    status: TrackingStatus
    joint_positions: Array  # (joints,) [rad or m], within the limits
    joint_velocities: Array  # (joints,) [rad/s or m/s], of the step that led there
    position_error: float  # [m], from the tip to the target; NaN without one
    orientation_error: float  # [rad], likewise, about the axes that are not free
    message: str  # what holds the arm back; empty on the target
