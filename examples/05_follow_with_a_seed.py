# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Follow a target that moves as it likes: each answer is the seed of the next request.

    ros2 run learned_ik ik_node                # or: python -m learned_ik ik_node
    python examples/05_follow_with_a_seed.py   # in another terminal

With a robot that publishes `joint_states` none of this is needed: what it says there is the seed
of every request that brings none. For a path that is known beforehand:
11_follow_a_path_over_ros.py.
"""

import math

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from learned_ik.ros.client import IkClient

POSES = 200


class Follower(Node):
    """Asks in a callback: there it awaits the answer, and others are served meanwhile."""

    def __init__(self) -> None:
        super().__init__('example')
        self.ik = IkClient(self, '/learned_ik', patience=10.0)
        self.steps: list[float] = []  # [rad], of all joints together, from pose to pose

    async def follow(self) -> None:
        """Ask for poses on a figure of eight."""
        joints = None  # at first: any answer will do
        for angle in (2 * math.pi * i / POSES for i in range(POSES)):
            place = [0.6, -0.2 + 0.1 * math.sin(angle), 0.1 * math.sin(2 * angle)]  # [m]
            reply = await self.ik.solve_async(place, [0.0, 0.0, 0.0, 1.0], joints)
            if not reply:
                print(f'the arm stays where it is: {reply.message}')
                continue
            if joints is not None:
                self.steps.append(math.dist(reply.joint_positions, joints))
            joints = reply.joint_positions


with rclpy.init():
    follower, executor = Follower(), SingleThreadedExecutor()
    executor.add_node(follower)
    task = executor.create_task(follower.follow)
    executor.spin_until_future_complete(task)
    task.result()  # raises what went wrong
steps = follower.steps
print(f'{len(steps)} steps from pose to pose, none longer than {max(steps):.3f} rad')
