# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Ask a running node for one pose: an ordinary ROS 2 client.

ros2 run learned_ik ik_node              # or: python -m learned_ik ik_node
python examples/04_call_the_service.py   # in another terminal
"""

import rclpy
from geometry_msgs.msg import Point, Quaternion
from rclpy.node import Node

from learned_ik_interfaces.srv import GetIK


def main() -> None:
    """Ask once, and print the answer."""
    rclpy.init()
    node = Node('example')
    client = node.create_client(GetIK, '/learned_ik/get_ik')
    if not client.wait_for_service(timeout_sec=10.0):
        raise SystemExit('no /learned_ik/get_ik: is the node running?')

    request = GetIK.Request()
    request.pose.header.frame_id = 'torso_lift_link'  # empty: the base link of the chain
    request.pose.pose.position = Point(x=0.6, y=-0.2, z=0.0)  # [m]
    request.pose.pose.orientation = Quaternion(w=1.0)

    future = client.call_async(request)
    rclpy.spin_until_future_complete(node, future)
    response = future.result()

    if response.error_code != GetIK.Response.SUCCESS:
        raise SystemExit(f'{response.error_code}: {response.message}')
    joints = response.joint_state
    for name, angle in zip(joints.name, joints.position, strict=True):
        print(f'{name:12} {angle:7.3f} rad')
    print(f'{response.position_error:.1e} m off, {1e6 * response.solve_time:.0f} µs in the solver')
    rclpy.shutdown()


if __name__ == '__main__':
    main()
