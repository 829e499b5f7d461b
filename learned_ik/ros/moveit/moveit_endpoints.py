# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`MoveItEndpoints`: MoveIt's services, where moveit_msgs is installed. Conversion alone."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from trajectory_msgs.msg import JointTrajectoryPoint

from learned_ik.ros import parameters
from learned_ik.ros.endpoints import Asked, Endpoints
from learned_ik.ros.messages import nanoseconds
from learned_ik.ros.moveit.cartesian_path import (
    fill_cartesian_path_response,
    path_refusal,
    request_from_cartesian_path,
)
from learned_ik.ros.moveit.planner_messages import fill_error_code, model_frame
from learned_ik.ros.moveit.position_ik import (
    fill_position_ik_response,
    refusal,
    request_from_position_ik,
)
from learned_ik.ros.qos import SERVICES
from learned_ik.serving.moveit.cartesian_request import CartesianAnswer
from learned_ik.serving.moveit.cartesian_serving import CartesianServing
from learned_ik.serving.requests_and_answers import ErrorCode
from learned_ik.serving.served_robot import ServedRobot


class MoveItEndpoints:
    """Answers MoveIt's own requests; from `__init__` to `close`."""

    def __init__(self, asked: Asked, endpoints: Endpoints) -> None:
        """Open the services; without moveit_msgs, say so and open none."""
        self._node, self._serving, self._health = asked.node, asked.serving, asked.health
        self._log, self._background, self._defaults = asked.log, asked.background, asked.defaults
        self._endpoints, self._wait_for = endpoints, asked.wait_for
        self._ways = CartesianServing(asked.serving)
        self._services: list[Any] = []
        try:
            from moveit_msgs.srv import GetCartesianPath, GetPositionIK
        except ModuleNotFoundError as error:
            if error.name != 'moveit_msgs':
                raise
            asked.node.get_logger().debug('moveit_msgs is not installed: none of its services')
            return
        serve: Callable[..., Any] = partial(self._node.create_service, qos_profile=SERVICES)
        self._services = [
            serve(
                GetPositionIK, '~/get_position_ik', self._on_request,
                callback_group=ReentrantCallbackGroup(),
            ),
            serve(
                GetCartesianPath, '~/compute_cartesian_path', self._on_path_request,
                callback_group=MutuallyExclusiveCallbackGroup(),
            ),
        ]  # fmt: skip

    def close(self) -> None:
        """Withdraw the services."""
        for service in self._services:
            self._node.destroy_service(service)

    async def _on_request(self, request: Any, response: Any) -> Any:
        asked, robot = request.ik_request, self._serving.robot
        try:
            answer = refusal(asked, robot, parameters.MOVEIT_GROUP.of(self._node))
            if answer is None:
                answer = await self._endpoints.answer(request_from_position_ik(asked, robot))
            fill_position_ik_response(response, answer, asked, robot)
            self._health.note_answer(answer.error_code, answer.solve_time)
        except Exception as error:  # a fault of ours must not take the node down
            self._fault(response, 'get_position_ik failed', error)
        return response

    async def _on_path_request(self, request: Any, response: Any) -> Any:
        robot = self._serving.robot
        try:
            answer = path_refusal(request, robot, parameters.MOVEIT_GROUP.of(self._node))
            if answer is None:
                header = request.header
                await self._wait_for(
                    model_frame(robot, header.frame_id), nanoseconds(header.stamp)
                )
                job = partial(self._answer_path, request, response, robot)
                answer = await self._background.paths.do(job)
            else:
                fill_cartesian_path_response(
                    response, answer, request, robot, JointTrajectoryPoint
                )
            self._health.note_answer(answer.error_code, 0.0)
        except Exception as error:  # a fault of ours must not take the node down
            self._fault(response, 'compute_cartesian_path failed', error)
        return response

    def _answer_path(self, request: Any, response: Any, robot: ServedRobot) -> CartesianAnswer:
        """Fill the response to a path. On another thread: messages this long take their time."""
        asked = request_from_cartesian_path(request, robot)
        answer = self._ways.answer(asked, self._defaults(), *self._endpoints.seeding_command())
        fill_cartesian_path_response(response, answer, request, robot, JointTrajectoryPoint)
        return answer

    def _fault(self, response: Any, where: str, error: Exception) -> None:
        self._health.note_fault()
        fill_error_code(response.error_code, ErrorCode.FAILURE, self._log.fault(where, error))
