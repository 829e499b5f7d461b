# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's service `GetPositionIK`, offered where moveit_msgs is installed, and its fields.

What the fields mean is what move_group's `compute_ik` and MoveIt's SrvKinematicsPlugin make of
them: where the vectors have an element, they win over the single fields. Poses are the tip link's,
which a request names: of the node's `tool` MoveIt knows nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from rclpy.callback_groups import ReentrantCallbackGroup

from learned_ik.arrays import Array
from learned_ik.robot.description.names import listed
from learned_ik.ros import parameters
from learned_ik.ros.endpoints import Asked
from learned_ik.ros.messages import arrays_from_pose, nanoseconds, seconds_from_duration
from learned_ik.ros.qos import SERVICES
from learned_ik.rotations import matrix_from_quaternion, quaternion_from_matrix
from learned_ik.serving.requests_and_answers import (
    Collisions,
    ErrorCode,
    IkAnswer,
    IkRequest,
)
from learned_ik.serving.status.wording import named, one_line


class MoveItEndpoint:
    """Answers MoveIt's own inverse kinematics request; from `__init__` to `close`."""

    def __init__(self, asked: Asked, answer: Callable[[IkRequest], Awaitable[IkAnswer]]) -> None:
        """Open the service; without moveit_msgs, say so and open nothing."""
        self._node, self._serving, self._health = asked.node, asked.serving, asked.health
        self._log, self._answer = asked.log, answer
        self._service = None
        try:
            from moveit_msgs.srv import GetPositionIK
        except ModuleNotFoundError as error:
            if error.name != 'moveit_msgs':
                raise
            asked.node.get_logger().debug('moveit_msgs is not installed: no ~/get_position_ik')
            return
        serve: Callable[..., Any] = self._node.create_service
        self._service = serve(
            GetPositionIK,
            '~/get_position_ik',
            self._on_request,
            qos_profile=SERVICES,
            callback_group=ReentrantCallbackGroup(),
        )

    def close(self) -> None:
        """Withdraw the service."""
        if self._service is not None:
            self._node.destroy_service(self._service)

    async def _on_request(self, request: Any, response: Any) -> Any:
        asked = request.ik_request
        try:
            group = parameters.MOVEIT_GROUP.of(self._node)
            answer = refusal(asked, self._serving.solver.chain.tip_link, group)
            if answer is None:
                tool = self._serving.solver.tool
                answer = await self._answer(request_from_position_ik(asked, tool))
            fill_position_ik_response(response, answer, asked, answer.joint_names)
            self._health.note_answer(answer.error_code, answer.solve_time)
        except Exception as error:  # a fault of ours must not take the node down
            self._health.note_fault()
            self._log.fault('get_position_ik failed', error)
            response.error_code.val = int(ErrorCode.FAILURE)
        return response


def refusal(request: Any, tip_link: str, group: str) -> IkAnswer | None:
    """Return the answer to a request that asks for what this arm is not; else None."""
    if group and request.group_name != group:
        return IkAnswer(
            ErrorCode.INVALID_GROUP_NAME,
            f"group {named(request.group_name)} is not served here; expected '{group}'",
        )
    poses, links = len(request.pose_stamped_vector), list(request.ik_link_names)
    if poses > 1 or len(links) > 1:
        return IkAnswer(
            ErrorCode.INVALID_LINK_NAME,
            f'{poses} poses for the links {listed(links)}; expected one: the arm has the one tip '
            f"'{tip_link}'",
        )
    link = asked_link(request)
    if link not in ('', tip_link):
        return IkAnswer(
            ErrorCode.INVALID_LINK_NAME,
            f"link {named(link)} is not the tip of this arm; expected '{tip_link}', or an empty "
            'name',
        )
    constraints = request.constraints
    if any(
        getattr(constraints, kind)
        for kind in (
            'joint_constraints',
            'position_constraints',
            'orientation_constraints',
            'visibility_constraints',
        )
    ):
        return IkAnswer(
            ErrorCode.INVALID_GOAL_CONSTRAINTS,
            'the request has constraints, which are not supported; expected none',
        )
    return None


def asked_link(request: Any) -> str:
    """Return the link that is to reach the pose; empty: the tip."""
    if request.pose_stamped_vector or request.ik_link_names:
        return next(iter(request.ik_link_names), '')
    return request.ik_link_name


def request_from_position_ik(request: Any, tool: Array | None = None) -> IkRequest:
    """Return what a `PositionIKRequest` asks for: one pose, near the joints of its state.

    Args:
        request: whose pose is that of the link it names, the tip.
        tool: (7,), the tool behind the tip that the solver's poses are for, if there is one.

    """
    stamped = next(iter(request.pose_stamped_vector), request.pose_stamped)
    position, orientation = arrays_from_pose(stamped.pose)
    if tool is not None:
        position, orientation = moved_to_tool(position, orientation, tool)
    joints = request.robot_state.joint_state
    return IkRequest(
        frame=stamped.header.frame_id,
        position=position,
        orientation=orientation,
        seed_names=joints.name,
        seed_positions=joints.position,
        stamp=nanoseconds(stamped.header.stamp),
        timeout=seconds_from_duration(request.timeout),
        collisions=Collisions.DEFAULT if request.avoid_collisions else Collisions.IGNORE,
    )


def moved_to_tool(position: Array, orientation: Array, tool: Array) -> tuple[Array, Array]:
    """Return the pose of a tool (7,) whose tip is at a pose; no orientation stays none."""
    length = float(np.linalg.norm(orientation))
    if not 0 < length < np.inf:  # which is refused later, with a reason
        return position, orientation
    R = matrix_from_quaternion(orientation / length)
    turned = quaternion_from_matrix(R @ matrix_from_quaternion(tool[3:]))
    return position + R @ tool[:3], turned


def fill_position_ik_response(
    response: Any, answer: IkAnswer, request: Any, joint_names: tuple[str, ...]
) -> None:
    """Write an answer into a `GetPositionIK.Response`; only a success has a solution."""
    code = response.error_code
    code.val = int(answer.error_code)
    if hasattr(code, 'message'):  # since MoveIt for Jazzy
        code.message = one_line(answer.message)
        code.source = 'learned_ik'
    if not answer.solved or answer.joint_positions is None:
        return
    given = request.robot_state.joint_state
    state = dict(zip(given.name, given.position, strict=False))
    state.update(zip(joint_names, answer.joint_positions.tolist(), strict=True))
    solution = response.solution
    solution.joint_state.header.frame_id = given.header.frame_id
    solution.joint_state.name = list(state)
    solution.joint_state.position = list(state.values())
    solution.multi_dof_joint_state = request.robot_state.multi_dof_joint_state
