# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's service `GetCartesianPath` and its fields, as move_group's `compute_cartesian_path`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from learned_ik.ros.messages import arrays_from_pose, fill_duration, nanoseconds
from learned_ik.ros.moveit.planner_messages import (
    fill_error_code,
    fill_state,
    model_frame,
    told_of_frame,
    wrong_constraints,
    wrong_group,
    wrong_link,
)
from learned_ik.serving.moveit.cartesian_request import CartesianAnswer, CartesianRequest
from learned_ik.serving.requests_and_answers import MOST_POSES, ErrorCode
from learned_ik.serving.served_robot import ServedRobot


def path_refusal(request: Any, robot: ServedRobot, group: str) -> CartesianAnswer | None:
    """Return the answer to a request that asks for what this arm is not; else None."""
    count = len(request.waypoints)
    if count > MOST_POSES:
        return CartesianAnswer(
            ErrorCode.INVALID_GOAL_CONSTRAINTS,
            f'there are {count} waypoints; expected at most {MOST_POSES}',
        )
    refused = (
        wrong_group(request.group_name, group)
        or wrong_link(robot, request.link_name)
        or wrong_link(robot, speed_link(request))
        or wrong_constraints(request.path_constraints)
    )
    return None if refused is None else CartesianAnswer(refused.error_code, refused.message)


def speed_link(request: Any) -> str:
    """Return the link whose speed is bounded; empty: the one that goes, or none."""
    return optional(request, 'cartesian_speed_limited_link', '')


def optional(request: Any, field: str, default: Any) -> Any:
    """Return a field that requests have since some version of MoveIt."""
    return getattr(request, field, default)


def request_from_cartesian_path(request: Any, robot: ServedRobot) -> CartesianRequest:
    """Return what a `GetCartesianPath.Request` asks for."""
    poses = [arrays_from_pose(pose) for pose in request.waypoints]
    joints, frame = request.start_state.joint_state, request.header.frame_id
    is_relative = frame != '' and frame == (request.link_name or robot.chain.tip_link)
    return CartesianRequest(
        frame='' if is_relative else model_frame(robot, frame),
        link=request.link_name,
        positions=np.reshape([position for position, _ in poses], (-1, 3)),
        orientations=np.reshape([orientation for _, orientation in poses], (-1, 4)),
        max_step=request.max_step,
        is_relative=is_relative,
        start_names=joints.name,
        start_positions=joints.position,
        stamp=nanoseconds(request.header.stamp),
        jump_factor=request.jump_threshold,
        revolute_jump=optional(request, 'revolute_jump_threshold', 0.0),
        prismatic_jump=optional(request, 'prismatic_jump_threshold', 0.0),
        avoids_collisions=request.avoid_collisions,
        velocity_scaling=optional(request, 'max_velocity_scaling_factor', 0.0),
        acceleration_scaling=optional(request, 'max_acceleration_scaling_factor', 0.0),
        speed_link=speed_link(request),
        speed=optional(request, 'max_cartesian_speed', 0.0),
    )


def fill_cartesian_path_response(
    response: Any,
    answer: CartesianAnswer,
    request: Any,
    robot: ServedRobot,
    new_point: Callable[[], Any],
) -> None:
    """Write an answer into a `GetCartesianPath.Response`; `new_point` makes a trajectory's."""
    message, start = answer.message, answer.start
    if answer.error_code is ErrorCode.FRAME_TRANSFORM_FAILURE:
        message = told_of_frame(message, request.header.frame_id, robot)
    fill_error_code(response.error_code, answer.error_code, message)
    response.fraction = float(answer.fraction)
    if start is None or answer.joint_positions is None or answer.velocities is None:
        return  # refused
    names = list(answer.joint_names)
    fill_state(response.start_state, request.start_state, names, start.tolist())
    trajectory = response.solution.joint_trajectory
    trajectory.header.frame_id = model_frame(robot, '') or robot.chain.base_link
    trajectory.joint_names = names
    times = () if answer.times is None else answer.times.tolist()
    for positions, velocities, time in zip(
        answer.joint_positions.tolist(), answer.velocities.tolist(), times, strict=True
    ):
        point = new_point()
        point.positions, point.velocities = positions, velocities
        fill_duration(point.time_from_start, time)
        trajectory.points.append(point)
