# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A real move_group with our plugin, started by the launch file; where MoveIt is installed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
LAUNCH = ROOT / 'learned_ik_moveit' / 'launch' / 'moveit_demo.launch.py'
RUN = f"""
import launch, sys
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
service = launch.LaunchService(argv=sys.argv)
service.include_launch_description(
    launch.LaunchDescription(
        [
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource({str(LAUNCH)!r}),
                launch_arguments=[('rviz', 'false')],
            )
        ]
    )
)
sys.exit(service.run())
"""


@pytest.fixture
def move_group():
    """Start move_group, or say what is missing."""
    index = pytest.importorskip('ament_index_python.packages')
    for module in ('launch_ros', 'moveit_configs_utils', 'moveit_msgs'):
        pytest.importorskip(module)
    for package in (
        'learned_ik_moveit',
        'moveit_ros_move_group',
        'moveit_resources_panda_description',
        'moveit_resources_panda_moveit_config',
        'robot_state_publisher',
    ):
        try:
            index.get_package_prefix(package)
        except index.PackageNotFoundError:
            pytest.skip(f'{package} is not installed')
    environment = os.environ | {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    process = subprocess.Popen(
        [sys.executable, '-c', RUN], env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def test_compute_ik_answers_with_our_solutions(move_group):
    import rclpy
    from ament_index_python.packages import get_package_share_directory
    from moveit_msgs.msg import MoveItErrorCodes
    from moveit_msgs.srv import GetPositionIK

    from learned_ik import KinematicChain

    described = Path(get_package_share_directory('moveit_resources_panda_description'))
    urdf = (described / 'urdf' / 'panda.urdf').read_text()
    chain = KinematicChain.from_urdf(urdf, 'panda_link0', 'panda_link8', soft_limits=True)
    q = chain.sample(np.random.default_rng(4), 50)
    poses = list(zip(*chain.forward(q), strict=True))
    unknown_frame = MoveItErrorCodes.FRAME_TRANSFORM_FAILURE
    with rclpy.init():
        node = rclpy.create_node('test_moveit_demo')
        client = node.create_client(GetPositionIK, '/compute_ik')
        assert client.wait_for_service(timeout_sec=60), 'move_group does not answer'
        for position, orientation in poses:
            request = GetPositionIK.Request()
            asked = request.ik_request
            asked.group_name, asked.pose_stamped.header.frame_id = 'panda_arm', 'panda_link0'
            pose = asked.pose_stamped.pose
            pose.position.x, pose.position.y, pose.position.z = map(float, position)
            o = pose.orientation
            o.x, o.y, o.z, o.w = map(float, orientation)
            asked.robot_state.is_diff = True
            end = time.monotonic() + 20
            code = unknown_frame
            while code == unknown_frame and time.monotonic() < end:  # tf is still on its way
                future = client.call_async(request)
                rclpy.spin_until_future_complete(node, future, timeout_sec=20)
                response = future.result()
                code = response.error_code.val
            assert code == response.error_code.SUCCESS
            state = response.solution.joint_state
            found = dict(zip(state.name, state.position, strict=True))
            answer = np.array([found[name] for name in chain.joint_names])
            reached, turned = chain.forward(answer)
            assert np.linalg.norm(reached - position) < 2e-6
            assert abs(abs(turned @ orientation) - 1) < 1e-9
            assert (chain.lower - 1e-9 <= answer).all()
            assert (answer <= chain.upper + 1e-9).all()
        node.destroy_node()
