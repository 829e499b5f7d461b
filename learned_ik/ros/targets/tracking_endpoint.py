# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TrackingEndpoint`: commands at a steady rate for a target that is tracked. Conversion alone."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import TwistStamped
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import JointState

from learned_ik.arrays import Array
from learned_ik.ros import messages, parameters
from learned_ik.ros.qos import LATEST
from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.ros.running import create_timer
from learned_ik.ros.targets.controller_commands import controller_commands
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.requests_and_answers import Defaults, MotionBounds
from learned_ik.serving.target_tracking import TargetTracking

LEVELS = {
    'ON_TARGET': DiagnosticStatus.OK, 'CATCHING_UP': DiagnosticStatus.OK,
    'CLOSEST': DiagnosticStatus.WARN,
}  # fmt: skip


class TrackingEndpoint:
    """Takes twists, commands what `TargetTracking` says, and tells how the arm stands."""

    def __init__(
        self,
        node: LifecycleNode,
        serving: IkServing,
        log: NodeLog,
        settings: Callable[[], tuple[Defaults, MotionBounds]],
        last_command: Callable[[], tuple[Array | None, float]],
        publish: Callable[[JointState, Array], None],
    ) -> None:
        """Open the topics; a timer commands.

        Args:
            node: whose they are.
            serving: what is served.
            log: where faults are told.
            settings: what holds at the moment.
            last_command: (joints,) [rad or m], and when [s], on the clock of `serving`.
            publish: sends a command with its joint positions (joints,).

        """
        self._node, self._serving, self._log = node, serving, log
        self._settings, self._last_command, self._publish = settings, last_command, publish
        self.tracking = TargetTracking(serving)
        self._status = node.create_lifecycle_publisher(DiagnosticStatus, '~/tracking_status', 10)
        listen: Callable[..., Any] = node.create_subscription
        self._twists = listen(TwistStamped, '~/target_twist', self._on_twist, LATEST)
        period = 1 / parameters.COMMAND_RATE.of(node)
        self._send, self._publishers = controller_commands(
            node, parameters.COMMAND_TYPE.of(node), period
        )
        self._timer = create_timer(node, period, self._tick)
        self._complained = -np.inf

    def close(self) -> None:
        """Withdraw them."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_subscription(self._twists)
        for publisher in (self._status, *self._publishers):
            self._node.destroy_lifecycle_publisher(publisher)

    def forget(self) -> None:
        """Follow nothing any more."""
        self.tracking.forget()

    def _on_twist(self, message: TwistStamped) -> None:
        try:
            frame = message.header.frame_id
            chain = self._serving.robot.chain
            if frame not in ('', chain.base_link, chain.tip_link):
                self.refuse(
                    f"target_twist is in the frame '{messages.one_line(frame)}'; expected "
                    f"'{chain.base_link}' or '{chain.tip_link}'"
                )
                return
            v, w = message.twist.linear, message.twist.angular
            linear, angular = np.array([v.x, v.y, v.z]), np.array([w.x, w.y, w.z])
            self.tracking.move(linear, angular, frame == chain.tip_link)
        except Exception as error:
            self._log.fault('a twist was dropped', error)

    def refuse(self, reason: str) -> None:
        """Brake, and tell why, at most once a second."""
        self.tracking.refuse(reason)
        now = time.monotonic()
        if now - self._complained > 1.0:
            self._complained = now
            self._log.warning(f'no target: {reason}')

    def _tick(self) -> None:
        try:
            if not self.tracking.is_active:
                return
            serving = self._serving
            if serving.paused is not None or serving.robot.mismatch is not None:
                self.forget()
                return
            defaults, bounds = self._settings()
            step = self.tracking.step(bounds, defaults, *self._last_command())
            if step is None:
                self.refuse(self.tracking.refusal)
                return
            command = JointState()
            command.header.stamp = self._node.get_clock().now().to_msg()
            names = serving.robot.chain.joint_names
            messages.fill_joint_state(command, names, step.joint_positions)
            command.velocity = step.joint_velocities.tolist()
            self._publish(command, step.joint_positions)
            self._send(names, step)
            values = {
                'position_error': step.position_error,
                'orientation_error': step.orientation_error,
                'clearance': step.clearance,
            }
            self._status.publish(
                DiagnosticStatus(
                    level=LEVELS[step.status.name],
                    name=step.status.name,
                    message=messages.one_line(step.message),
                    values=[KeyValue(key=k, value=f'{v:.9g}') for k, v in values.items()],
                )
            )
        except Exception as error:
            self._log.fault('no command', error)
