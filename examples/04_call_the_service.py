# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Ask a running node for one pose, from a node of your own.

ros2 run learned_ik ik_node              # or: python -m learned_ik ik_node
python examples/04_call_the_service.py   # in another terminal
"""

import rclpy
from rclpy.node import Node

from learned_ik.ros.client import IkClient


def main() -> None:
    """Ask once, and print the answer."""
    with rclpy.init():
        ik = IkClient(Node('example'), '/learned_ik')
        ik.wait_for_node(timeout=10.0)

        # [m] and x y z w, in any frame that the robot has fixed to the chain's base link. Seeds,
        # free axes, preferences are given as to `IkSolver.solve`.
        reply = ik.solve([0.6, -0.2, 0.0], [0.0, 0.0, 0.0, 1.0], frame='torso_lift_link')

    if not reply:
        raise SystemExit(f'{reply.error_code}: {reply.message}')
    for name, angle in reply.by_name().items():
        print(f'{name:12} {angle:7.3f} rad')
    print(f'{reply.position_error:.1e} m off, {1e6 * reply.solve_time:.0f} µs in the solver')


if __name__ == '__main__':
    main()
