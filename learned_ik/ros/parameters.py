# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters, each declared in one place: description, range, default."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node

from learned_ik.errors import ConfigurationError
from learned_ik.serving.described.wanted_arm import WantedArm
from learned_ik.serving.requests_and_answers import PREFERENCES, Defaults, MotionBounds
from learned_ik.solving.fitting import CALIBRATION


@dataclasses.dataclass(frozen=True)
class NodeParameter:
    """One parameter, as `ros2 param describe` shows it."""

    name: str
    default: str | float | int | bool | list[float]
    description: str
    limits: tuple[float, float] | None = None  # smallest and largest value accepted
    choices: tuple[str, ...] | None = None  # the only values accepted
    read_only: bool = False  # fixed when the node starts
    dynamic: bool = False  # values of another type are accepted here, and judged elsewhere

    def declare_on(self, node: Node) -> None:
        """Declare it; rclpy refuses values of another type or out of range.

        Raises:
            rclpy.exceptions.ParameterException: the value given has another type, or is refused.
            ConfigurationError: it is none of the choices.

        """
        descriptor = ParameterDescriptor(
            description=self.description, read_only=self.read_only, dynamic_typing=self.dynamic
        )
        if self.limits is not None:
            low, high = self.limits
            if isinstance(self.default, int):
                descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
            else:
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=low, to_value=high)
                ]
        if self.choices is not None:
            descriptor.additional_constraints = f'one of: {", ".join(self.choices)}'
        self.check(node.declare_parameter(self.name, self.default, descriptor).value)

    def check(self, value: Any) -> None:
        """Raise `ConfigurationError` for a value that is none of the choices, if there are any."""
        if self.choices is not None and value not in self.choices:
            raise ConfigurationError(f"{self.name} '{value}'; expected {', '.join(self.choices)}")

    def of(self, node: Node) -> Any:
        """Return its present value on a node."""
        return node.get_parameter(self.name).value


MODEL = NodeParameter(
    name='model',
    default='',
    description=(
        'Model file made by `train`. Setting it reads the file again; where that fails, the old '
        'model stays. Empty: the robot described is served, and until it is described the TIAGo '
        'arm that comes with the package'
    ),
)
ROBOT_DESCRIPTION = NodeParameter(
    name='robot_description',
    default='',
    description=(
        'URDF text of the robot, which the model must fit, or which is served where there is no '
        'model; as on the topic robot_description: the last one to come counts. Empty: the '
        'topic alone'
    ),
)
BASE_LINK = NodeParameter(
    name='base_link',
    default='',
    description=(
        'Link at which the arm begins, where no model is given; empty: the root of the robot '
        'described'
    ),
)
TIP_LINK = NodeParameter(
    name='tip_link',
    default='',
    description=(
        'Link at which the arm ends, where no model is given; empty: the only leaf of the robot '
        'described'
    ),
)
GROUP = NodeParameter(
    name='group',
    default='',
    description=(
        "MoveIt's planning group that is the arm, where no model, base_link and tip_link are "
        'given; the topic robot_description_semantic says what it is. Empty: the only group that '
        'is one chain'
    ),
)
TRAIN = NodeParameter(
    name='train',
    default=False,
    description=(
        'Whether a network is trained for an arm that is served without one, in a process of its '
        'own at low priority; it is kept for later starts. Needs torch'
    ),
)
TRAIN_SECONDS = NodeParameter(
    name='train_seconds',
    default=120.0,
    description='How long such a training takes [s]; judging it comes on top',
    limits=(1.0, 86400.0),
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
PREFER = NodeParameter(
    name='prefer',
    default='nearest',
    description=(
        "Which of many solutions is wanted: 'nearest' to the seed; 'first', the quickest; "
        "'middle', far from the joint limits"
    ),
    choices=PREFERENCES,
)
TOOL = NodeParameter(
    name='tool',
    default=[],
    description=(
        "Pose of a tool in the tip link's frame: x y z [m] and a quaternion x y z w. All poses "
        'are then those of the tool. Empty: those of the tip link'
    ),
    dynamic=True,  # an empty list has no type
)
CALIBRATION_TOLERANCE = NodeParameter(
    name='calibration_tolerance',
    default=CALIBRATION,
    description=(
        'A robot whose tip is no farther than this from that of the model, in any posture, is '
        'the same robot, calibrated [m]; its described dimensions are used. 0: the two have to '
        'be equal'
    ),
    limits=(0.0, 0.1),
)
SOFT_LIMITS = NodeParameter(
    name='soft_limits',
    default=False,
    description=(
        "Keep the soft limits of the robot description's safety_controller in every answer, as "
        'MoveIt does'
    ),
)
JOINT_LIMITS = NodeParameter(
    name='joint_limits',
    default='',
    description=(
        'Path of a MoveIt joint_limits.yaml. Answers keep its positions, motions keep its '
        "velocities and accelerations; the model's limits hold too. Setting it reads the file "
        'again. Empty: no file'
    ),
)
TRANSFORM_TIMEOUT = NodeParameter(
    name='transform_timeout',
    default=0.1,
    description=(
        'How long a pose in a moving frame waits for its transform from tf2 [s]; other requests '
        'are answered meanwhile'
    ),
    limits=(0.0, 10.0),
)
MOVEIT_GROUP = NodeParameter(
    name='moveit_group',
    default='',
    description=(
        'The only planning group for which ~/get_position_ik answers; empty: it answers for any'
    ),
)
TARGET_MODE = NodeParameter(
    name='target_mode',
    default='track',
    description=(
        "What a target on ~/target_pose brings: 'track', commands at command_rate until it is "
        "reached, within speeds and accelerations, without a jump; 'direct', one command: the "
        'solution. ~/target_twist is always tracked'
    ),
    choices=('track', 'direct'),
)
COMMAND_RATE = NodeParameter(
    name='command_rate',
    default=100.0,
    description='Commands a second while a target is tracked [1/s]',
    limits=(1.0, 1000.0),
    read_only=True,
)
COMMAND_TYPE = NodeParameter(
    name='command_type',
    default='joint_state',
    description=(
        "Second form of the commands, beside ~/joint_command: 'joint_trajectory' on "
        '~/joint_trajectory, for a joint_trajectory_controller; '
        "'float64_multi_array' on ~/joint_positions, for a forward_command_controller; "
        "'joint_state': none"
    ),
    choices=('joint_state', 'joint_trajectory', 'float64_multi_array'),
    read_only=True,
)
TARGET_TIMEOUT = NodeParameter(
    name='target_timeout',
    default=0.5,
    description='The arm brakes when no new twist has come for so long [s]; a pose stays valid',
    limits=(0.01, 60.0),
)
VELOCITY_SCALING = NodeParameter(
    name='velocity_scaling',
    default=1.0,
    description="Share of each joint's speed limit in the URDF that tracking may use",
    limits=(0.001, 1.0),
)
ACCELERATION_LIMIT = NodeParameter(
    name='acceleration_limit',
    default=10.0,
    description='Largest acceleration of any joint while a target is tracked [rad/s² or m/s²]',
    limits=(0.01, 10000.0),
)
AUTOSTART = NodeParameter(
    name='autostart',
    default=True,
    description='Configure and activate the node when it starts',
    read_only=True,
)

AVOID_COLLISIONS = NodeParameter(
    name='avoid_collisions',
    default=True,
    description=(
        'Keep answers clear of the obstacles and, if there are any, of the arm itself; a request '
        'may say otherwise'
    ),
)
MIN_CLEARANCE = NodeParameter(
    name='min_clearance',
    default=0.0,
    description='Distance from obstacles and from the arm itself that counts as clear [m]',
    limits=(0.0, 1.0),
)
OBSTACLES = NodeParameter(
    name='obstacles',
    default=[],
    description=(
        'Spheres to keep clear of: x y z radius of the first, then of the next, and so on [m], in '
        "the base link's frame. Those of the topic ~/obstacles are added"
    ),
    dynamic=True,  # an empty list has no type
)
RETRAIN = NodeParameter(
    name='retrain',
    default=False,
    description=(
        'Retrain the network when the obstacles change, in a second process at low priority; '
        'needs torch'
    ),
)
RETRAIN_SECONDS = NodeParameter(
    name='retrain_seconds',
    default=30.0,
    description='Longest time of such a training [s]; testing the result takes longer',
    limits=(1.0, 86400.0),
)

ALL = (
    MODEL,
    ROBOT_DESCRIPTION,
    BASE_LINK,
    TIP_LINK,
    GROUP,
    TRAIN,
    TRAIN_SECONDS,
    POSITION_TOLERANCE,
    ORIENTATION_TOLERANCE,
    TIMEOUT,
    PREFER,
    TOOL,
    CALIBRATION_TOLERANCE,
    SOFT_LIMITS,
    JOINT_LIMITS,
    TRANSFORM_TIMEOUT,
    MOVEIT_GROUP,
    AVOID_COLLISIONS,
    MIN_CLEARANCE,
    OBSTACLES,
    RETRAIN,
    RETRAIN_SECONDS,
    TARGET_MODE,
    COMMAND_RATE,
    COMMAND_TYPE,
    TARGET_TIMEOUT,
    VELOCITY_SCALING,
    ACCELERATION_LIMIT,
    AUTOSTART,
)

DEFAULTS = tuple(field.name for field in dataclasses.fields(Defaults))  # each a parameter too


def declare_all(node: Node) -> None:
    """Declare every parameter of the node.

    Raises:
        rclpy.exceptions.ParameterException: a given value has another type or is out of range.
        ConfigurationError: `prefer` is none of the known ones.

    """
    for parameter in ALL:
        parameter.declare_on(node)


def given_tool(value: Any) -> Any:
    """Return the value of `tool`, None where it is empty: there is none. Any type is let in."""
    is_empty = value is None or (hasattr(value, '__len__') and len(value) == 0)
    return None if is_empty else value


def defaults(node: Node) -> Defaults:
    """Return tolerances and timeout as they are set at this moment."""
    return Defaults(**{name: node.get_parameter(name).value for name in DEFAULTS})


def bounds(node: Node) -> MotionBounds:
    """Return what a tracked arm may at this moment."""
    return MotionBounds(
        VELOCITY_SCALING.of(node), ACCELERATION_LIMIT.of(node), TARGET_TIMEOUT.of(node),
        1.0 / COMMAND_RATE.of(node),
    )  # fmt: skip


def wanted_arm(node: Node, values: Mapping[str, Any], semantic: str) -> WantedArm:
    """Return which arm is wanted of the robot.

    Args:
        node: of which it is wanted.
        values: new values of its parameters.
        semantic: the text of MoveIt's SRDF; empty: nobody has told.

    """
    named = (BASE_LINK, TIP_LINK, GROUP)
    base_link, tip_link, group = (values.get(each.name, each.of(node)) for each in named)
    return WantedArm(base_link, tip_link, group, semantic)


def changed_defaults(old: Defaults, values: Mapping[str, Any]) -> Defaults:
    """Return tolerances and the like after some parameters got new values.

    Raises:
        ConfigurationError: a preference that there is not.

    """
    PREFER.check(values.get(PREFER.name, old.prefer))
    TARGET_MODE.check(values.get(TARGET_MODE.name, TARGET_MODE.default))
    return dataclasses.replace(old, **{n: v for n, v in values.items() if n in DEFAULTS})
