# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`~/get_position_ik`, offered where moveit_msgs is installed."""

import traceback
from collections.abc import Callable
from typing import Any

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode

from learned_ik.ros import parameters
from learned_ik.ros.exchange import Defaults, ErrorCode
from learned_ik.ros.health import Health
from learned_ik.ros.moving_frames import MovingFrames
from learned_ik.ros.position_ik import answer_position_ik, request_from_position_ik
from learned_ik.ros.serving import IkServing


class MoveItEndpoint:
    """Answers MoveIt's own inverse kinematics request; from `__init__` to `close`."""

    def __init__(
        self,
        node: LifecycleNode,
        serving: IkServing,
        health: Health,
        defaults: Callable[[], Defaults],
        frames: MovingFrames,
    ) -> None:
        """Open the service; without moveit_msgs, say so and open nothing."""
        self._node, self._serving = node, serving
        self._health, self._defaults = health, defaults
        self._frames = frames
        self._service = None
        try:
            from moveit_msgs.srv import GetPositionIK
        except ModuleNotFoundError as error:
            if error.name != 'moveit_msgs':
                raise
            node.get_logger().debug('moveit_msgs is not installed: no ~/get_position_ik')
            return
        self._service = node.create_service(
            GetPositionIK,
            '~/get_position_ik',
            self._on_request,
            callback_group=ReentrantCallbackGroup(),
        )

    def close(self) -> None:
        """Withdraw the service."""
        if self._service is not None:
            self._node.destroy_service(self._service)

    async def _on_request(self, request: Any, response: Any) -> Any:
        try:
            asked = request_from_position_ik(request.ik_request, self._serving.solver.tool)
            if not self._serving.is_rigid(asked.frame):
                await self._frames.wait(asked.frame, asked.stamp)
            answer = answer_position_ik(
                request.ik_request,
                response,
                self._serving,
                self._defaults(),
                parameters.MOVEIT_GROUP.of(self._node),
            )
            self._health.note_answer(answer.error_code, answer.solve_time)
        except Exception:  # a fault of ours must not take the node down
            self._health.note_fault()
            self._node.get_logger().error(f'get_position_ik failed:\n{traceback.format_exc()}')
            response.error_code.val = int(ErrorCode.FAILURE)
        return response
