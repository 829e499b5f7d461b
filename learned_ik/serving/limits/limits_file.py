# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`joint_limits.yaml`, as MoveIt's configurations have it: limits of joints, by name.

Heeded as MoveIt heeds it: positions where they are given, whatever `has_position_limits` says;
velocities and accelerations where `has_..._limits` is true.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from learned_ik.errors import ConfigurationError
from learned_ik.robot.description.names import shown
from learned_ik.yaml_config import from_mapping, read_yaml


@dataclasses.dataclass(frozen=True)
class JointEntry:
    """What such a file says of one joint; all of it is in rad or m, and s."""

    has_position_limits: bool | None = None
    min_position: float | None = None
    max_position: float | None = None
    has_velocity_limits: bool = False
    max_velocity: float | None = None
    min_velocity: float | None = None
    has_acceleration_limits: bool = False
    max_acceleration: float | None = None
    min_acceleration: float | None = None
    # Not heeded: nothing here is decelerated, jerked or pushed by these.
    has_deceleration_limits: bool = False
    max_deceleration: float | None = None
    has_jerk_limits: bool = False
    max_jerk: float | None = None
    has_effort_limits: bool = False
    max_effort: float | None = None
    has_soft_limits: bool = False
    k_position: float | None = None
    k_velocity: float | None = None
    soft_lower_limit: float | None = None
    soft_upper_limit: float | None = None
    angle_wraparound: bool = False

    def __post_init__(self) -> None:
        """Raise `ConfigurationError` for numbers that are no limits."""
        low, high = self.positions
        if math.isnan(low) or math.isnan(high) or low > high:
            raise ConfigurationError(
                f'positions go from {low} to {high}; expected min_position <= max_position'
            )
        for name in ('velocity', 'acceleration'):
            has, most = getattr(self, f'has_{name}_limits'), getattr(self, f'max_{name}')
            if has and (most is None or not most > 0):
                raise ConfigurationError(
                    f'max_{name} is {most}; expected above 0 where has_{name}_limits is true'
                )

    @property
    def positions(self) -> tuple[float, float]:
        """From where to where the joint may go [rad or m]; infinite where that is not said."""
        low, high = self.min_position, self.max_position
        return -math.inf if low is None else low, math.inf if high is None else high

    @property
    def velocity(self) -> float:
        """[rad/s or m/s], the largest; infinite where there is none."""
        most = self.max_velocity if self.has_velocity_limits else None
        return math.inf if most is None else most

    @property
    def acceleration(self) -> float:
        """[rad/s² or m/s²], the largest; infinite where there is none."""
        most = self.max_acceleration if self.has_acceleration_limits else None
        return math.inf if most is None else most


def read_limits_file(path: str) -> Mapping[str, JointEntry]:
    """Return what a `joint_limits.yaml` says of each joint.

    Raises:
        ConfigurationError: it cannot be read, has no mapping `joint_limits`, or says of a joint
            what is no limit.

    """
    content: Any = read_yaml(path)
    joints = content.get('joint_limits') if isinstance(content, Mapping) else None
    if not isinstance(joints, Mapping):
        raise ConfigurationError(
            f"'{shown(path)}' has no mapping 'joint_limits'; expected, as in a MoveIt "
            'configuration, joint_limits: {JOINT: {min_position: ..., max_position: ...}}'
        )
    return {
        str(name): from_mapping(JointEntry, entry, f"'{shown(path)}', joint '{shown(name)}'")
        for name, entry in joints.items()
    }
