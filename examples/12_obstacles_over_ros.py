# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Tell a running node of an obstacle, and see its answers keep clear.

ros2 run learned_ik ik_node               # or: python -m learned_ik ik_node
python examples/12_obstacles_over_ros.py  # in another terminal
"""

import time

import rclpy
from geometry_msgs.msg import Point
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile

from learned_ik.ros.client import IkClient
from learned_ik_interfaces.msg import ObstacleSpheres

POSE = [0.6, -0.2, 0.0], [0.0, 0.0, 0.0, 1.0]  # [m], x y z w, in the chain's base link
# What is published stays known to a node that starts later.
LATCHED = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def main() -> None:
    """Put a ball beside the arm, ask, put it where nothing can keep clear, and take it away."""
    with rclpy.init():
        node = Node('example')
        spheres = node.create_publisher(ObstacleSpheres, '/learned_ik/obstacles', LATCHED)
        ik = IkClient(node, '/learned_ik')
        ik.wait_for_node(timeout=10.0)

        def ask(what: str) -> None:
            time.sleep(0.5)  # a topic has no answer: let the message arrive
            reply = ik.solve(*POSE)
            clear = f'{1e3 * reply.clearance:.1f} mm clear'
            print(f'{what}: {reply.error_code.name}, {clear}. {reply.message}')

        ask('no obstacle')
        ball = ObstacleSpheres(action=ObstacleSpheres.ADD, ids=['ball'])
        ball.centers, ball.radii = [Point(x=0.3, y=-0.35, z=-0.1)], [0.05]  # [m]
        spheres.publish(ball)
        ask('a ball of 5 cm beside the arm')

        ball.centers, ball.radii = (
            [Point(x=0.6, y=-0.2, z=0.0)],
            [0.1],
        )  # it moves
        spheres.publish(ball)
        ask('the ball about the target')
        print(f'if it is ignored: {ik.solve(*POSE, avoid_collisions=False).error_code.name}')

        spheres.publish(ObstacleSpheres(action=ObstacleSpheres.CLEAR, ids=['ball']))
        ask('none again')


if __name__ == '__main__':
    main()
