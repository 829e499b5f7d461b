# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked and answered of a straight way through waypoints. No message, no rclpy."""

import dataclasses
from collections.abc import Sequence

from learned_ik.arrays import Array
from learned_ik.serving.requests_and_answers import ErrorCode


@dataclasses.dataclass(frozen=True, slots=True)
class CartesianRequest:
    """A way to be gone, as it was asked for: nothing is checked yet."""

    frame: str  # of the waypoints; empty: the base link
    link: str  # that goes there, one that is tied to the tip; empty: the tip
    positions: Array  # (n, 3) [m]
    orientations: Array  # (n, 4) x y z w
    max_step: float  # [m]
    is_relative: bool = False  # whether each waypoint is given in the frame of the one before
    start_names: Sequence[str] = ()  # joint names, in any order
    start_positions: Sequence[float] = ()  # one for each name [rad or m]
    stamp: int = 0  # when the waypoints hold, for a frame that moves [ns]; 0: the latest
    jump_factor: float = 0.0  # [1], of the mean step, that is a jump; 0: none
    revolute_jump: float = 0.0  # [rad], that is a jump; 0: `JUMP`
    prismatic_jump: float = 0.0  # [m]; 0: `JUMP`
    avoids_collisions: bool = True
    velocity_scaling: float = 0.0  # share of the velocity limits; outside of 0 to 1: all
    acceleration_scaling: float = 0.0
    speed_link: str = ''  # the link whose speed is bounded; empty: the one that goes
    speed: float = 0.0  # [m/s], the bound; 0 or less: none


@dataclasses.dataclass(frozen=True, slots=True)
class CartesianAnswer:
    """What became of it; arrays are None when the request is refused."""

    error_code: ErrorCode
    message: str = ''  # what went wrong, or why the way ends early
    joint_positions: Array | None = None  # (n, joints) [rad or m], from the start on
    velocities: Array | None = None  # (n, joints) [rad/s or m/s]
    times: Array | None = None  # (n,) [s]
    fraction: float = 0.0  # share of the waypoints that is followed
    joint_names: tuple[str, ...] = ()  # of `joint_positions`

    @property
    def start(self) -> Array | None:
        """(joints,) [rad or m], where the way begins."""
        return None if self.joint_positions is None else self.joint_positions[0]
