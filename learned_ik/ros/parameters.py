# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters, each declared in one place: description, range, default."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node

from learned_ik.ros.exchange import Defaults


@dataclasses.dataclass(frozen=True)
class NodeParameter:
    """One parameter, as `ros2 param describe` shows it."""

    name: str
    default: str | float | int | bool | list[float]
    description: str
    limits: tuple[float, float] | None = None  # smallest and largest value accepted
    read_only: bool = False  # fixed when the node starts

    def declare_on(self, node: Node) -> None:
        """Declare it; rclpy refuses values of another type or out of range."""
        descriptor = ParameterDescriptor(description=self.description, read_only=self.read_only)
        if self.limits is not None:
            low, high = self.limits
            if isinstance(self.default, int):
                descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
            else:
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=low, to_value=high)
                ]
        node.declare_parameter(self.name, self.default, descriptor)

    def of(self, node: Node) -> Any:
        """Return its present value on a node."""
        return node.get_parameter(self.name).value


MODEL = NodeParameter(
    name='model',
    default='',
    description=(
        'Model file made by `train`; empty: the TIAGo arm that comes with the package. Setting it '
        'reads the file again; where that fails, the old model stays'
    ),
)
ROBOT_DESCRIPTION = NodeParameter(
    name='robot_description',
    default='',
    description=(
        'URDF text of the robot, to be compared with the model as the topic robot_description '
        'is; the last one to come counts. Empty: the robot is not checked'
    ),
)
POSITION_TOLERANCE = NodeParameter(
    name='position_tolerance',
    default=1e-6,
    description='Distance to the wanted position that counts as reached [m]',
    limits=(1e-9, 1.0),
)
ORIENTATION_TOLERANCE = NodeParameter(
    name='orientation_tolerance',
    default=1e-6,
    description='Angle to the wanted orientation that counts as reached [rad]',
    limits=(1e-9, 3.15),
)
TIMEOUT = NodeParameter(
    name='timeout',
    default=0.05,
    description='Longest time to search for a solution of one pose [s]',
    limits=(1e-4, 60.0),
)
AUTOSTART = NodeParameter(
    name='autostart',
    default=True,
    description='Whether the node configures and activates itself when it starts',
    read_only=True,
)

ALL = (
    MODEL,
    ROBOT_DESCRIPTION,
    POSITION_TOLERANCE,
    ORIENTATION_TOLERANCE,
    TIMEOUT,
    AUTOSTART,
)

DEFAULTS = tuple(field.name for field in dataclasses.fields(Defaults))  # each a parameter too


def declare_all(node: Node) -> None:
    """Declare every parameter of the node.

    Raises:
        rclpy.exceptions.ParameterException: a given value has another type or is out of range.

    """
    for parameter in ALL:
        parameter.declare_on(node)


def defaults(node: Node) -> Defaults:
    """Return tolerances and timeout as they are set at this moment."""
    return Defaults(**{name: node.get_parameter(name).value for name in DEFAULTS})


def changed_defaults(old: Defaults, values: Mapping[str, Any]) -> Defaults:
    """Return tolerances and timeout after some parameters got new values."""
    return dataclasses.replace(old, **{n: v for n, v in values.items() if n in DEFAULTS})
