# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Start the inverse kinematics node: `ros2 launch learned_ik ik.launch.py --show-args`."""

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from learned_ik.errors import ConfigurationError
from learned_ik.robot.named import RobotConfig, text_of
from learned_ik.ros.launching.launch_arguments import check_arguments

ARGUMENTS = (
    DeclareLaunchArgument(
        'robot',
        default_value='',
        description='Name of a robot that comes with the package, or a YAML file like theirs, as '
        'for `train --robot`: brings model and URDF; empty: see `model`',
    ),
    DeclareLaunchArgument(
        'model',
        default_value='',
        description='Model file made by `train`; empty: that of `robot`, else none: the robot '
        'described is served',
    ),
    DeclareLaunchArgument(
        'base_link',
        default_value='',
        description='Link at which the arm begins, where there is no model; empty: the root',
    ),
    DeclareLaunchArgument(
        'tip_link',
        default_value='',
        description='Link at which the arm ends, where there is no model; empty: the only leaf',
    ),
    DeclareLaunchArgument(
        'group',
        default_value='',
        description="MoveIt's planning group that is the arm, where neither model nor links are "
        'given; empty: the only one that is a chain',
    ),
    DeclareLaunchArgument(
        'train',
        default_value='false',
        choices=['true', 'false'],
        description='Train a network beside, where the arm is served without one; needs torch',
    ),
    DeclareLaunchArgument(
        'train_seconds',
        default_value='120.0',
        description='How long that takes [s]',
    ),
    DeclareLaunchArgument(
        'robot_description_file',
        default_value='',
        description='URDF file of the robot, which the model must fit, or which is served '
        'without; empty: the topic robot_description',
    ),
    DeclareLaunchArgument(
        'namespace',
        default_value='',
        description='Namespace of the node; robot_description, robot_description_semantic and '
        'joint_states follow it',
    ),
    DeclareLaunchArgument(
        'share_robot',
        default_value='false',
        choices=['true', 'false'],
        description='Take these three from the root namespace all the same, as two arms of one '
        'robot do',
    ),
    DeclareLaunchArgument(
        'position_tolerance',
        default_value='1e-6',
        description='Distance to the wanted position that counts as reached [m]',
    ),
    DeclareLaunchArgument(
        'orientation_tolerance',
        default_value='1e-6',
        description='Angle to the wanted orientation that counts as reached [rad]',
    ),
    DeclareLaunchArgument(
        'timeout',
        default_value='0.05',
        description='Longest time to search for a solution of one pose [s]',
    ),
    DeclareLaunchArgument(
        'autostart',
        default_value='true',
        choices=['true', 'false'],
        description='Configure and activate at once; false leaves that to `ros2 lifecycle`',
    ),
    DeclareLaunchArgument(
        'use_sim_time',
        default_value='false',
        choices=['true', 'false'],
        description='Take the time from /clock',
    ),
    DeclareLaunchArgument(
        'log_level',
        default_value='info',
        choices=['debug', 'info', 'warn', 'error', 'fatal'],
        description='What the node logs',
    ),
)

SHARED = [
    (name, f'/{name}')
    for name in ('robot_description', 'robot_description_semantic', 'joint_states')
]


def model_of(robot: RobotConfig) -> str:
    """Return the path of a robot's model, or raise `ConfigurationError`."""
    if robot.model is None:
        raise ConfigurationError(
            f"robot '{robot.name}' names no model; train one, and give it as model:=FILE"
        )
    return str(robot.model)


def ik_node(context: LaunchContext) -> list[Node]:
    """Return the node with the arguments as they were given."""
    check_arguments(__file__, (argument.name for argument in ARGUMENTS))
    given = {
        argument.name: LaunchConfiguration(argument.name).perform(context)
        for argument in ARGUMENTS
    }
    numbers = ('position_tolerance', 'orientation_tolerance', 'timeout', 'train_seconds')
    parameters = {name: float(given[name]) for name in numbers}
    parameters |= {name: given[name] == 'true' for name in ('autostart', 'use_sim_time', 'train')}
    texts = {name: given[name] for name in ('model', 'base_link', 'tip_link', 'group')}
    urdf = given['robot_description_file']
    if given['robot']:
        robot = RobotConfig.named(given['robot'])
        texts['model'] = given['model'] or model_of(robot)
        urdf = urdf or robot.urdf
    if urdf:
        texts['robot_description'] = text_of(urdf, 'URDF')
    # Without a type, launch takes text for YAML and reads what it likes in it.
    parameters.update((name, ParameterValue(text, value_type=str)) for name, text in texts.items())
    return [
        Node(
            package='learned_ik',
            executable='ik_node',
            name='learned_ik',
            namespace=given['namespace'],
            parameters=[parameters],
            remappings=SHARED if given['share_robot'] == 'true' else [],
            ros_arguments=['--log-level', given['log_level']],
            output='screen',
        )
    ]


def generate_launch_description() -> LaunchDescription:
    """Return the arguments and the node."""
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=ik_node)])
