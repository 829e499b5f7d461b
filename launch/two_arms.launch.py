# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Serve two arms of one robot: `ros2 launch learned_ik two_arms.launch.py`.

A node for each, below its own namespace: /left/learned_ik/get_ik, /right/learned_ik/get_ik. Both
share /robot_description and /joint_states.
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.action import Action
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

from learned_ik.ros.launching.launch_arguments import check_arguments

ARGUMENTS = (
    DeclareLaunchArgument(
        'left',
        default_value='tiago_dual_left',
        description='Arm in the namespace left: the name of a robot that comes with the package, '
        'or a YAML file like theirs',
    ),
    DeclareLaunchArgument(
        'right',
        default_value='tiago_dual_right',
        description='Arm in the namespace right: the same choices',
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
        description='What the nodes log',
    ),
)


IK = PythonLaunchDescriptionSource(str(Path(__file__).with_name('ik.launch.py')))


def check(context: LaunchContext) -> list[Action]:
    """Refuse arguments that neither this file nor the one that it includes has."""
    included = IK.get_launch_description(context).get_launch_arguments()
    check_arguments(__file__, (argument.name for argument in (*ARGUMENTS, *included)))
    return []


def arm(side: str) -> IncludeLaunchDescription:
    """Serve one arm below its own namespace."""
    passed_on = ('autostart', 'use_sim_time', 'log_level')
    return IncludeLaunchDescription(
        IK,
        launch_arguments={
            'robot': LaunchConfiguration(side),
            'namespace': side,
            'share_robot': 'true',
            **{name: LaunchConfiguration(name) for name in passed_on},
        }.items(),
    )


def generate_launch_description() -> LaunchDescription:
    """Return the arguments and both nodes."""
    checked = OpaqueFunction(function=check)
    return LaunchDescription([*ARGUMENTS, checked, arm('left'), arm('right')])
