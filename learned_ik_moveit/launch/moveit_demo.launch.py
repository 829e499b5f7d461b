# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""move_group with our kinematics plugin: `ros2 launch learned_ik_moveit moveit_demo.launch.py`.

All else is the robot's own MoveIt configuration, as it is installed; Panda's by default. No robot
is needed: where nobody publishes joint states, `joint_states:=true` does, at MoveIt's defaults.
"""

import xml.etree.ElementTree as ET
from typing import Any

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

ARGUMENTS = (
    DeclareLaunchArgument(
        'robot',
        default_value='moveit_resources_panda',
        description='Name of the MoveIt configuration, whose package is ROBOT_moveit_config',
    ),
    DeclareLaunchArgument(
        'group', default_value='panda_arm', description='Planning group that the plugin serves'
    ),
    DeclareLaunchArgument(
        'model',
        default_value='',
        description='Packed model whose network is used: learned_ik export MODEL --native FILE; '
        'empty: none',
    ),
    DeclareLaunchArgument(
        'then',
        default_value='',
        description='Kinematics plugin that has the last word, from our answer on; empty: none',
    ),
    DeclareLaunchArgument(
        'timeout', default_value='0.05', description='Longest search for one pose [s]'
    ),
    DeclareLaunchArgument(
        'joint_states',
        default_value='false',
        choices=['true', 'false'],
        description='Publish joint states by joint_state_publisher: for a robot that is not there',
    ),
    DeclareLaunchArgument(
        'rviz',
        default_value='true',
        choices=['true', 'false'],
        description='Open RViz with the configuration of the MoveIt package; false: no screen',
    ),
    DeclareLaunchArgument(
        'robot_state_publisher',
        default_value='true',
        choices=['true', 'false'],
        description='Publish tf of the robot, which stands at the origin of the world; false '
        'where somebody else does',
    ),
)


def kinematics(given: dict[str, str]) -> dict[str, Any]:
    """Return the parameters of kinematics.yaml for the group."""
    solver: dict[str, Any] = {
        'kinematics_solver': 'learned_ik/KinematicsPlugin',
        'kinematics_solver_timeout': float(given['timeout']),
    }
    solver |= {name: given[name] for name in ('model', 'then') if given[name]}
    return {'robot_description_kinematics': {given['group']: solver}}


def fixed_in_the_world(semantic: str) -> list[Node]:
    """Return what publishes that the robot stands at the origin of its virtual joints' frames."""
    return [
        Node(
            package='tf2_ros',
            executable='static_transform_publisher',
            name=f'{joint.get("name")}_tf',
            arguments=[
                '--frame-id', joint.get('parent_frame'),
                '--child-frame-id', joint.get('child_link'),
            ],
        )
        for joint in ET.fromstring(semantic).iter('virtual_joint')
    ]  # fmt: skip


def nodes(context: LaunchContext) -> list[Node]:
    """Return the nodes for the arguments as they were given."""
    from moveit_configs_utils import MoveItConfigsBuilder

    given = {
        argument.name: LaunchConfiguration(argument.name).perform(context)
        for argument in ARGUMENTS
    }
    config = (
        MoveItConfigsBuilder(given['robot'])
        .planning_pipelines(pipelines=['ompl'])
        .planning_scene_monitor(publish_planning_scene=True)
        .to_moveit_configs()
    )
    described = [config.robot_description, config.robot_description_semantic, kinematics(given)]
    started = [
        Node(
            package='moveit_ros_move_group',
            executable='move_group',
            output='screen',
            parameters=[config.to_dict(), kinematics(given)],
        )
    ]
    if given['robot_state_publisher'] == 'true':
        started += fixed_in_the_world(
            config.robot_description_semantic['robot_description_semantic']
        )
        started.append(
            Node(
                package='robot_state_publisher',
                executable='robot_state_publisher',
                parameters=[config.robot_description],
            )
        )
    if given['joint_states'] == 'true':
        started.append(
            Node(
                package='joint_state_publisher',
                executable='joint_state_publisher',
                parameters=[config.robot_description],
            )
        )
    if given['rviz'] == 'true':
        view = config.package_path / 'launch' / 'moveit.rviz'
        started.append(
            Node(
                package='rviz2',
                executable='rviz2',
                arguments=['-d', str(view)],
                parameters=[*described, config.planning_pipelines, config.joint_limits],
            )
        )
    return started


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch` starts."""
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=nodes)])
