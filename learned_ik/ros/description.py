# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The robot's description, as `robot_state_publisher` offers it: once, for who needs it now."""

import time
from typing import Any

import rclpy
from std_msgs.msg import String

from learned_ik.errors import UrdfError
from learned_ik.ros.qos import LATCHED

TIMEOUT = 10.0  # [s] that a publisher may take to be found


def robot_description(topic: str, timeout: float = TIMEOUT) -> str:
    """Return the URDF text that a topic carries.

    Args:
        topic: such as `/robot_description`, of type `std_msgs/msg/String`, transient local.
        timeout: [s].

    Raises:
        UrdfError: nothing came in that time.

    """
    received: list[str] = []
    context = rclpy.Context()
    rclpy.init(context=context)
    try:
        node = rclpy.create_node('learned_ik_train', context=context)

        def receive(message: Any) -> None:
            received.append(message.data)

        node.create_subscription(String, topic, receive, LATCHED)
        executor = rclpy.executors.SingleThreadedExecutor(context=context)
        executor.add_node(node)
        end = time.monotonic() + timeout
        while not received and time.monotonic() < end:
            executor.spin_once(timeout_sec=0.1)
        executor.shutdown()
        node.destroy_node()
    finally:
        rclpy.try_shutdown(context=context)
    if not received:
        raise UrdfError(
            f"no robot description came on topic '{topic}' within {timeout:g} s; expected a "
            'transient local std_msgs/msg/String, such as robot_state_publisher offers'
        )
    return received[-1]
