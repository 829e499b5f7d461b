# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

rclpy = pytest.importorskip('rclpy')

from rclpy.qos import DurabilityPolicy, QoSProfile  # noqa: E402
from std_msgs.msg import String  # noqa: E402

from learned_ik.errors import UrdfError  # noqa: E402
from learned_ik.robot.arms import artificial_arm_urdf  # noqa: E402
from learned_ik.ros.description import robot_description  # noqa: E402


def test_a_description_published_before_is_received():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('describer', context=context)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = node.create_publisher(String, '/learned_ik_test_description', latched)
    publisher.publish(String(data=artificial_arm_urdf(3)))
    try:
        found = robot_description('/learned_ik_test_description', timeout=20.0)
        assert found == artificial_arm_urdf(3)
    finally:
        node.destroy_node()
        rclpy.shutdown(context=context)


def test_silence_is_an_error_that_names_the_topic():
    with pytest.raises(UrdfError, match=r"'/nobody_here' within 0\.5 s"):
        robot_description('/nobody_here', timeout=0.5)
