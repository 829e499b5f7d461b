# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Ask a running node for one joint trajectory through a row of poses, ready for a controller.

ros2 run learned_ik ik_node                   # or: python -m learned_ik ik_node
python examples/11_follow_a_path_over_ros.py  # in another terminal
"""

import numpy as np
import rclpy
from rclpy.node import Node
from trajectory_msgs.msg import JointTrajectory

from learned_ik.ros.client import IkClient

POSES = 60


def main() -> None:
    """Ask for a line, publish its trajectory, and ask for one that leads out of reach."""
    with rclpy.init():
        node = Node('example')
        ik = IkClient(node, '/learned_ik')
        ik.wait_for_node(timeout=10.0)

        line = np.linspace([0.6, -0.3, 0.0], [0.6, 0.0, 0.1], POSES)  # [m], in the base link
        level = np.tile([0.0, 0.0, 0.0, 1.0], (POSES, 1))  # x y z w
        path = ik.follow(line, level, velocity_scaling=0.5)
        if not path:
            raise SystemExit(f'{path.error_code}: {path.message}')
        print(
            f'{len(path)} points in {path.times[-1]:.2f} s, {1e3 * path.solve_time:.1f} ms solved'
        )
        print(f'no joint moves by more than {path.largest_step:.3f} rad from pose to pose')

        # As it came, for a joint_trajectory_controller. The arm has to stand at its first point.
        controller = node.create_publisher(JointTrajectory, '/arm_controller/joint_trajectory', 1)
        controller.publish(path.trajectory)

        # A torch along the same line: its turn about its own axis does not matter.
        torch = ik.follow(line, level, orientation_tolerance=(0.001, 0.001, np.inf))
        print(f'with a free axis {torch.largest_step:.3f} rad')

        broken = ik.follow(line + np.linspace(0.0, 0.6, POSES)[:, None], level)
        first, *_ = broken.message.split(';')
        print(f'{len(broken.failures)} of {POSES} poses are not reached; {first}')


if __name__ == '__main__':
    main()
