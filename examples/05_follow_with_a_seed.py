# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Follow a target that moves as it likes: each answer is the seed of the next request.

    ros2 run learned_ik ik_node                # or: python -m learned_ik ik_node
    python examples/05_follow_with_a_seed.py   # in another terminal

With a robot that publishes `joint_states` none of this is needed: what it says there is the seed
of every request that brings none. For a path that is known beforehand: 03_follow_a_path.py.
"""

import math

import rclpy
from rclpy.node import Node
from sensor_msgs.msg import JointState

from learned_ik_interfaces.srv import GetIK


def main() -> None:
    """Ask for 200 poses on a figure of eight, and print how far the joints moved between two."""
    rclpy.init()
    node = Node('example')
    client = node.create_client(GetIK, '/learned_ik/get_ik')
    if not client.wait_for_service(timeout_sec=10.0):
        raise SystemExit('no /learned_ik/get_ik: is the node running?')

    seed = JointState()  # empty at first: any answer will do
    steps = []  # [rad], of all joints together, from pose to pose
    for angle in (2 * math.pi * i / 200 for i in range(200)):
        request = GetIK.Request(seed=seed)
        request.pose.pose.position.x = 0.6  # [m], in the base link of the chain
        request.pose.pose.position.y = -0.2 + 0.1 * math.sin(angle)
        request.pose.pose.position.z = 0.1 * math.sin(2 * angle)
        future = client.call_async(request)
        rclpy.spin_until_future_complete(node, future)
        response = future.result()
        if response.error_code != GetIK.Response.SUCCESS:
            print(f'the arm stays where it is: {response.message}')
            continue
        if seed.position:
            steps.append(math.dist(response.joint_state.position, seed.position))
        seed = response.joint_state
    print(f'{len(steps)} steps from pose to pose, none longer than {max(steps):.3f} rad')
    rclpy.shutdown()


if __name__ == '__main__':
    main()
