# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""See an arm follow a path in RViz: `ros2 launch learned_ik demo.launch.py`.

The IK node, a trajectory for it, robot_state_publisher, and RViz. No robot is needed.
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.action import Action
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from learned_ik.resources import shipped_file
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.named import RobotConfig
from learned_ik.ros.launching.launch_arguments import check_arguments
from learned_ik.ros.launching.needed_packages import check_packages

TIAGO = 'tiago_arm'  # before which the paths of trajectory_node lie, unless it is told otherwise
IK = PythonLaunchDescriptionSource(str(Path(__file__).with_name('ik.launch.py')))
PACKAGES = {'robot_state_publisher': 'robot_state_publisher', 'rviz': 'rviz2'}  # by argument
SHARE = 0.7  # of each joint's range, where any other arm stands in the middle of its path

ARGUMENTS = (
    DeclareLaunchArgument(
        'robot',
        default_value='tiago_arm',
        description='Name of a robot that comes with the package, or a YAML file like theirs',
    ),
    DeclareLaunchArgument(
        'model',
        default_value='',
        description='Model file made by `train`; empty: that of the robot',
    ),
    DeclareLaunchArgument(
        'path',
        default_value='spiral',
        choices=['spiral', 'line', 'circle', 'topic', 'marker'],
        description='What is followed; topic: each nav_msgs/Path on /trajectory/path; marker: the '
        'interactive marker that is dragged in RViz',
    ),
    DeclareLaunchArgument(
        'mode',
        default_value='follow',
        choices=['follow', 'stream'],
        description='follow: one request for the whole path; stream: one target after the other',
    ),
    DeclareLaunchArgument(
        'rate',
        default_value='50.0',
        description='How often joint states, or targets, are published [Hz]',
    ),
    DeclareLaunchArgument(
        'rviz',
        default_value='true',
        choices=['true', 'false'],
        description='Open RViz; false where there is no screen',
    ),
    DeclareLaunchArgument(
        'robot_state_publisher',
        default_value='true',
        choices=['true', 'false'],
        description='Publish tf and robot_description; false where somebody else does',
    ),
    DeclareLaunchArgument(
        'log_level',
        default_value='info',
        choices=['debug', 'info', 'warn', 'error', 'fatal'],
        description='What the nodes log',
    ),
)


def path_about(chain: KinematicChain) -> dict[str, object]:
    """Return the parameters of a small path about a posture that leaves the arm room."""
    position, orientation = chain.forward(chain.lower + SHARE * (chain.upper - chain.lower))
    x, y, z = position.tolist()
    radius = 0.1 * chain.reach
    return {
        'centre': [x, y, z],
        'orientation': orientation.tolist(),
        'axis': [x, y, 0.0] if abs(x) + abs(y) > radius else [1.0, 0.0, 0.0],  # outwards
        'radius': radius,
        'height': 1.5 * radius,
        'start': [x, y - radius, z],
        'end': [x, y + radius, z],
    }


def actions(context: LaunchContext) -> list[Action]:
    """Return the nodes with the arguments as they were given."""
    included = IK.get_launch_description(context).get_launch_arguments()
    check_arguments(__file__, (argument.name for argument in (*ARGUMENTS, *included)))
    given = {
        argument.name: LaunchConfiguration(argument.name).perform(context)
        for argument in ARGUMENTS
    }
    # What is missing is missed before a node runs, which nobody would end.
    check_packages(
        {PACKAGES[name]: f'{name}:=false' for name in PACKAGES if given[name] == 'true'}
    )
    robot = RobotConfig.named(given['robot'])
    log = {'ros_arguments': ['--log-level', given['log_level']], 'output': 'screen'}
    nodes = [
        IncludeLaunchDescription(
            IK,
            launch_arguments={
                name: given[name] for name in ('robot', 'model', 'log_level')
            }.items(),
        ),
        Node(
            package='learned_ik',
            executable='trajectory_node',
            name='trajectory',
            parameters=[
                {
                    'path': given['path'],
                    'mode': given['mode'],
                    'rate': float(given['rate']),
                    'frame': robot.base_link,
                    **({} if given['robot'] == TIAGO else path_about(robot.chain())),
                }
            ],
            **log,
        ),
    ]
    if given['robot_state_publisher'] == 'true':
        urdf = Path(robot.urdf).read_text(encoding='utf-8')
        nodes.append(
            Node(
                package='robot_state_publisher',
                executable='robot_state_publisher',
                parameters=[{'robot_description': ParameterValue(urdf, value_type=str)}],
                **log,
            )
        )
    if given['rviz'] == 'true':
        config = str(shipped_file('config/learned_ik.rviz'))
        nodes.append(
            Node(
                package='rviz2',
                executable='rviz2',
                arguments=['-d', config, '-f', robot.base_link],
                **log,
            )
        )
    return nodes


def generate_launch_description() -> LaunchDescription:
    """Return the arguments and the nodes."""
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=actions)])
