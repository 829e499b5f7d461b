# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Endpoints`: the services and topics by which a configured node is asked. Conversion alone."""

import math
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from geometry_msgs.msg import PoseStamped
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectoryPoint
from visualization_msgs.msg import MarkerArray

from learned_ik.arrays import Array
from learned_ik.ros import messages
from learned_ik.ros.markers import marker_array
from learned_ik.ros.qos import LATCHED, LATEST
from learned_ik.ros.running import steady_clock
from learned_ik.ros.tf import MovingFrames
from learned_ik.serving.health import Health
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.outages import OutageReporter
from learned_ik.serving.path_serving import PathServing
from learned_ik.serving.requests_and_answers import (
    Defaults,
    ErrorCode,
    IkAnswer,
    IkRequest,
    PathAnswer,
)
from learned_ik.serving.rviz_picture import TargetHistory
from learned_ik_interfaces.srv import GetIK, GetIKPath

MARKER_PERIOD = 0.1  # [s]


class Endpoints:
    """Converts what comes in, asks an `IkServing`, converts back; from `__init__` to `close`."""

    def __init__(
        self,
        node: LifecycleNode,
        serving: IkServing,
        health: Health,
        defaults: Callable[[], Defaults],
        frames: MovingFrames,
    ) -> None:
        """Open services and topics on the node; `defaults` returns what holds at the moment."""
        self._frames = frames
        self._node = node
        self._serving = serving
        self._paths = PathServing(serving)
        self._health = health
        self._defaults = defaults
        self._history = TargetHistory()
        self._outages = OutageReporter()
        self._last_command: Array | None = None  # (joints,) [rad or m]
        self._commands = node.create_lifecycle_publisher(JointState, '~/joint_command', 10)
        self._markers = node.create_lifecycle_publisher(MarkerArray, '~/markers', 1)
        self._marker_timer = node.create_timer(
            MARKER_PERIOD, self._guarded(self._publish_markers), clock=steady_clock()
        )
        # What waits for a transform must not keep what comes after it waiting.
        group = ReentrantCallbackGroup()
        # rclpy takes coroutines as well, which its types do not say.
        listen: Callable[..., Any] = partial(node.create_subscription, callback_group=group)
        self._subscriptions = [
            listen(String, 'robot_description', self._guarded(self._on_description), LATCHED),
            listen(
                JointState,
                'joint_states',
                self._guarded(self._on_joints),
                qos_profile_sensor_data,
            ),
            listen(PoseStamped, '~/target_pose', self._on_target, LATEST),
        ]
        self._services = [
            node.create_service(GetIK, '~/get_ik', self._on_request, callback_group=group),
            node.create_service(
                GetIKPath, '~/get_ik_path', self._on_path_request, callback_group=group
            ),
        ]

    def close(self) -> None:
        """Withdraw all of them."""
        self._node.destroy_timer(self._marker_timer)
        self._node.destroy_lifecycle_publisher(self._markers)
        self._node.destroy_lifecycle_publisher(self._commands)
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        for service in self._services:
            self._node.destroy_service(service)

    def forget_commands(self) -> None:
        """Let no earlier command be the seed of the next target: time or the arm has changed."""
        self._last_command = None
        self._history.clear()

    async def _on_request(
        self, request: GetIK.Request, response: GetIK.Response
    ) -> GetIK.Response:
        try:
            asked = messages.request_from_service(request)
            if not self._serving.is_rigid(asked.frame):
                await self._frames.wait(asked.frame, asked.stamp)
            answer = self._serving.answer(asked, self._defaults())
            messages.fill_service_response(response, answer, self._serving.joint_names)
            self._health.note_answer(answer.error_code, answer.solve_time)
        except Exception as error:  # a fault of ours must not take the node down
            response = GetIK.Response()
            messages.fill_service_response(
                response, IkAnswer(ErrorCode.FAILURE, self._fault('get_ik', error)), ()
            )
        return response

    async def _on_path_request(
        self, request: GetIKPath.Request, response: GetIKPath.Response
    ) -> GetIKPath.Response:
        try:
            asked = messages.path_request_from_service(request)
            if not self._serving.is_rigid(asked.frame):
                await self._frames.wait(asked.frame, asked.stamp)
            answer = self._paths.answer(asked, self._defaults())
            messages.fill_path_response(
                response, answer, self._serving.joint_names, JointTrajectoryPoint
            )
            self._history.note_path(asked, answer)
            self._health.note_answer(answer.error_code, 0.0)  # solve times are those of one pose
        except Exception as error:  # a fault of ours must not take the node down
            failure = PathAnswer(ErrorCode.FAILURE, self._fault('get_ik_path', error))
            response = GetIKPath.Response()
            messages.fill_path_response(response, failure, (), JointTrajectoryPoint)
        return response

    def _fault(self, service: str, error: Exception) -> str:
        """Log an exception under way, count it, and return what to tell the client."""
        self._health.note_fault()
        self._node.get_logger().error(f'{service} failed:\n{traceback.format_exc()}')
        return f'fault in the node: {error!r}; see its log'

    async def _on_target(self, target: PoseStamped) -> None:
        try:
            asked = messages.request_from_target(target)
            if not self._serving.is_rigid(asked.frame):
                await self._frames.wait(asked.frame, asked.stamp)
            self._follow_target(target, asked)
        except Exception:
            self._drop()

    def _follow_target(self, target: PoseStamped, asked: IkRequest) -> None:
        answer = self._serving.answer(asked, self._defaults(), self._last_command)
        self._health.note_answer(answer.error_code, answer.solve_time)
        self._history.note_target(asked, answer)
        if answer.solved and answer.joint_positions is not None:
            self._last_command = answer.joint_positions
            command = JointState()
            command.header.stamp = target.header.stamp
            messages.fill_joint_state(command, self._serving.joint_names, answer.joint_positions)
            self._commands.publish(command)
            if line := self._outages.reached(time.monotonic()):
                self._node.get_logger().info(line)
        elif line := self._outages.missed(answer.message, time.monotonic()):
            self._node.get_logger().warning(line)

    def _on_joints(self, message: JointState) -> None:
        self._serving.remember_joints(message.name, message.position)

    def _on_description(self, message: String) -> None:
        check_robot(self._serving, message.data, self._node.get_logger())

    def _publish_markers(self) -> None:
        if self._serving.paused is None and self._markers.get_subscription_count():
            stamp = self._node.get_clock().now().to_msg()
            self._markers.publish(marker_array(self._history.picture(self._serving), stamp))

    def _drop(self) -> None:
        """Log and count an exception under way, which leaves a message without effect."""
        self._health.note_fault()
        self._node.get_logger().error(f'message dropped:\n{traceback.format_exc()}')

    def _guarded(self, callback: Callable[..., None]) -> Callable[..., None]:
        """Return the callback of a topic or timer, so that it cannot take the node down."""

        def guarded(*message: Any) -> None:
            try:
                callback(*message)
            except Exception:
                self._drop()

        return guarded


def check_robot(serving: IkServing, description: str | None, log: Any) -> None:
    """Compare a robot with the model, and log what comes out when it is another than before."""
    if not serving.compare_with_robot(description):
        return
    deviation = serving.deviation
    if serving.mismatch is not None:
        log.error(f'refusing every request: {serving.mismatch}')
    elif deviation is not None:
        distance, angle = deviation
        log.warning(
            f'the robot differs from the model as one that was calibrated: by up to '
            f'{1e3 * distance:.2f} mm and {math.degrees(angle):.2f} deg at the tip; solving for '
            'the robot as described'
        )
    elif description is not None:
        log.info('the model fits the robot description')
