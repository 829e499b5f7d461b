# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Train for the robot that runs: `ros2 launch learned_ik train.launch.py tip:=tool0`.

The URDF comes from the topic on which robot_state_publisher publishes it.
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from learned_ik.ros.launching.launch_arguments import check_arguments

ARGUMENTS = (
    DeclareLaunchArgument(
        'topic',
        default_value='/robot_description',
        description='Topic that carries the URDF',
    ),
    DeclareLaunchArgument(
        'base',
        default_value='',
        description="Link at which the arm begins; empty: the URDF's root",
    ),
    DeclareLaunchArgument(
        'tip',
        default_value='',
        description="Link at which the arm ends; empty: the URDF's only leaf",
    ),
    DeclareLaunchArgument(
        'out',
        default_value='arm.safetensors',
        description='Model file to write; a relative path counts from where the launch is started',
    ),
    DeclareLaunchArgument(
        'minutes',
        default_value='5.0',
        description='How long to train [min]',
    ),
)


def train(context: LaunchContext) -> list[Node]:
    """Return the training with the arguments as they were given; what is empty is left out."""
    check_arguments(__file__, (argument.name for argument in ARGUMENTS))
    given = {
        argument.name: LaunchConfiguration(argument.name).perform(context)
        for argument in ARGUMENTS
    }
    given['out'] = str(Path(given['out']).absolute())
    options = [word for name, value in given.items() if value for word in (f'--{name}', value)]
    return [
        Node(
            package='learned_ik',
            executable='train',
            arguments=options,
            output='screen',
            emulate_tty=True,
        )
    ]


def generate_launch_description() -> LaunchDescription:
    """Return the arguments and the training."""
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=train)])
