# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Commands as ros2_control's controllers take them."""

from collections.abc import Callable, Sequence

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from learned_ik.ros import messages
from learned_ik.tracking.tracking_step import TrackingStep

Send = Callable[[Sequence[str], TrackingStep], None]


def controller_commands(node: LifecycleNode, kind: str, period: float) -> tuple[Send, list]:
    """Return what sends a step to a controller, and the publishers that it takes.

    Args:
        node: whose publishers they are.
        kind: a value of the parameter `command_type`; 'joint_state' sends nothing.
        period: [s], of the commands: when a trajectory's point is to be reached.

    """
    if kind == 'joint_trajectory':
        trajectories = node.create_lifecycle_publisher(JointTrajectory, '~/joint_trajectory', 10)

        def send_trajectory(names: Sequence[str], step: TrackingStep) -> None:
            point = JointTrajectoryPoint(
                positions=step.joint_positions.tolist(), velocities=step.joint_velocities.tolist()
            )
            messages.fill_duration(point.time_from_start, period)
            # Without a stamp, a controller begins at once.
            trajectories.publish(JointTrajectory(joint_names=list(names), points=[point]))

        return send_trajectory, [trajectories]
    if kind == 'float64_multi_array':
        arrays = node.create_lifecycle_publisher(Float64MultiArray, '~/joint_positions', 10)

        def send_array(_: Sequence[str], step: TrackingStep) -> None:
            arrays.publish(Float64MultiArray(data=step.joint_positions.tolist()))

        return send_array, [arrays]
    return lambda names, step: None, []
