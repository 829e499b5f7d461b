# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's service `GetPositionIK` and its fields.

What the fields mean is what move_group's `compute_ik` and MoveIt's SrvKinematicsPlugin make of
them: where the vectors have an element, they win over the single fields. Poses are those of the
link that a request names, the tip or one that is tied to it: of the node's `tool` MoveIt knows
nothing.
"""

from typing import Any

from learned_ik.robot.description.names import listed
from learned_ik.ros.messages import arrays_from_pose, nanoseconds, seconds_from_duration
from learned_ik.ros.moveit.planner_messages import (
    fill_error_code,
    fill_state,
    model_frame,
    told_of_frame,
    wrong_constraints,
    wrong_group,
    wrong_link,
)
from learned_ik.serving.moveit.asked_link import link_to_solver, moved
from learned_ik.serving.requests_and_answers import Collisions, ErrorCode, IkAnswer, IkRequest
from learned_ik.serving.served_robot import ServedRobot


def refusal(request: Any, robot: ServedRobot, group: str) -> IkAnswer | None:
    """Return the answer to a request that asks for what this arm is not; else None."""
    poses, links = len(request.pose_stamped_vector), list(request.ik_link_names)
    if poses > 1 or len(links) > 1:
        several = IkAnswer(
            ErrorCode.INVALID_LINK_NAME,
            f'{poses} poses for the links {listed(links)}; expected one: the arm has the one tip '
            f"'{robot.chain.tip_link}'",
        )
        return wrong_group(request.group_name, group) or several
    return (
        wrong_group(request.group_name, group)
        or wrong_link(robot, asked_link(request))
        or wrong_constraints(request.constraints)
    )


def asked_link(request: Any) -> str:
    """Return the link that is to reach the pose; empty: the tip."""
    if request.pose_stamped_vector or request.ik_link_names:
        return next(iter(request.ik_link_names), '')
    return request.ik_link_name


def asked_pose(request: Any) -> Any:
    """Return the `PoseStamped` that is to be reached."""
    return next(iter(request.pose_stamped_vector), request.pose_stamped)


def request_from_position_ik(request: Any, robot: ServedRobot) -> IkRequest:
    """Return what a `PositionIKRequest` asks for: one pose, near the joints of its state.

    Args:
        request: whose pose is that of the link it names, one that is tied to the tip.
        robot: that is asked.

    """
    stamped, link = asked_pose(request), asked_link(request)
    position, orientation = moved(*arrays_from_pose(stamped.pose), link_to_solver(robot, link))
    joints = request.robot_state.joint_state
    return IkRequest(
        frame=model_frame(robot, stamped.header.frame_id),
        position=position,
        orientation=orientation,
        seed_names=joints.name,
        seed_positions=joints.position,
        stamp=nanoseconds(stamped.header.stamp),
        timeout=seconds_from_duration(request.timeout),
        collisions=Collisions.DEFAULT if request.avoid_collisions else Collisions.IGNORE,
        of_planner=True,
    )


def fill_position_ik_response(
    response: Any, answer: IkAnswer, request: Any, robot: ServedRobot
) -> None:
    """Write an answer into a `GetPositionIK.Response`; only a success has a solution."""
    message = answer.message
    if answer.error_code is ErrorCode.FRAME_TRANSFORM_FAILURE:
        message = told_of_frame(message, asked_pose(request).header.frame_id, robot)
    fill_error_code(response.error_code, answer.error_code, message)
    if answer.solved and answer.joint_positions is not None:
        fill_state(
            response.solution, request.robot_state, answer.joint_names,
            answer.joint_positions.tolist(),
        )  # fmt: skip
