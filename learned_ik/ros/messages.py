# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Between ROS messages and the objects of `requests_and_answers.py`: nothing but conversion.

Messages are read and written by their fields alone, so that this module needs no ROS.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.serving.requests_and_answers import (
    AskedFreedom,
    AskedPreference,
    IkAnswer,
    IkRequest,
    PathAnswer,
    PathRequest,
)
from learned_ik.serving.status.wording import one_line


def request_from_service(message: Any) -> IkRequest:
    """Return what a `GetIK.Request` asks for."""
    return dataclasses.replace(
        pose_request(message),
        preference=preference_from_message(message.preference),
        max_joint_change=message.max_joint_change,
    )


def pose_request(message: Any) -> IkRequest:
    """Return what `GetIK.Request` and `GetIKSolutions.Request` alike have."""
    position, orientation = arrays_from_pose(message.pose.pose)
    return IkRequest(
        frame=message.pose.header.frame_id,
        position=position,
        orientation=orientation,
        seed_names=message.seed.name,
        seed_positions=message.seed.position,
        stamp=nanoseconds(message.pose.header.stamp),
        position_tolerance=message.position_tolerance,
        orientation_tolerance=message.orientation_tolerance,
        timeout=seconds_from_duration(message.timeout),
        collisions=message.collisions,
        freedom=freedom_from_message(message.freedom),
        position_only=message.position_only,
    )


def freedom_from_message(message: Any) -> AskedFreedom:
    """Return what an `OrientationFreedom` says."""
    least, most = message.least, message.most
    return AskedFreedom(message.axes, (least.x, least.y, least.z), (most.x, most.y, most.z))


def preference_from_message(message: Any) -> AskedPreference:
    """Return what a `Preference` says."""
    posture = message.posture
    return AskedPreference(message.prefer, posture.name, posture.position, message.weights)


def request_from_target(message: Any) -> IkRequest:
    """Return what a `PoseStamped` asks for: this pose, with every default."""
    position, orientation = arrays_from_pose(message.pose)
    stamp = nanoseconds(message.header.stamp)
    return IkRequest(message.header.frame_id, position, orientation, stamp=stamp)


def fill_service_response(response: Any, answer: IkAnswer, joint_names: Iterable[str]) -> None:
    """Write an answer into a `GetIK.Response`."""
    response.error_code = int(answer.error_code)
    response.message = one_line(answer.message)
    response.position_error = float(answer.position_error)
    response.orientation_error = float(answer.orientation_error)
    response.solve_time = float(answer.solve_time)
    response.clearance = float(answer.clearance)
    response.seed_source = int(answer.seed_source)
    response.seed_distance = float(answer.seed_distance)
    response.limit_margin = float(answer.limit_margin)
    if answer.joint_positions is not None:
        fill_joint_state(response.joint_state, joint_names, answer.joint_positions)


def path_request_from_service(message: Any) -> PathRequest:
    """Return what a `GetIKPath.Request` asks for."""
    poses = [arrays_from_pose(pose) for pose in message.poses]
    return PathRequest(
        frame=message.header.frame_id,
        positions=np.reshape([position for position, _ in poses], (-1, 3)),
        orientations=np.reshape([orientation for _, orientation in poses], (-1, 4)),
        start_names=message.start.name,
        start_positions=message.start.position,
        stamp=nanoseconds(message.header.stamp),
        position_tolerance=message.position_tolerance,
        orientation_tolerance=message.orientation_tolerance,
        jump_threshold=message.jump_threshold,
        velocity_scaling=message.velocity_scaling,
        acceleration=message.acceleration,
        timeout=seconds_from_duration(message.timeout),
        freedom=freedom_from_message(message.freedom),
        position_only=message.position_only,
        collisions=message.collisions,
    )


def fill_path_response(
    response: Any, answer: PathAnswer, joint_names: Iterable[str], new_point: Callable[[], Any]
) -> None:
    """Write an answer into a `GetIKPath.Response`; `new_point` makes a `JointTrajectoryPoint`."""
    response.error_code = int(answer.error_code)
    response.message = one_line(answer.message)
    response.failed_poses = [int(pose) for pose in answer.failed_poses]
    response.jumps = [int(pose) for pose in answer.jumps]
    response.fraction = float(answer.fraction)
    response.max_position_error = float(answer.max_position_error)
    response.max_orientation_error = float(answer.max_orientation_error)
    response.largest_step = float(answer.largest_step)
    response.start_step = float(answer.start_step)
    response.solve_time = float(answer.solve_time)
    response.start_source = int(answer.start_source)
    if answer.joint_positions is None or answer.velocities is None or answer.times is None:
        return  # refused
    response.trajectory.joint_names = list(joint_names)
    for positions, velocities, time in zip(
        answer.joint_positions.tolist(), answer.velocities.tolist(), answer.times, strict=True
    ):
        point = new_point()
        point.positions, point.velocities = positions, velocities
        fill_duration(point.time_from_start, float(time))
        response.trajectory.points.append(point)


def fill_joint_state(message: Any, joint_names: Iterable[str], positions: npt.ArrayLike) -> None:
    """Write joint names and (joints,) positions [rad or m] into a `JointState`."""
    message.name = list(joint_names)
    message.position = np.asarray(positions, dtype=np.float64).tolist()


def arrays_from_pose(pose: Any) -> tuple[Array, Array]:
    """Return position (3,) [m] and orientation (4,) x y z w of a `Pose`, unchecked."""
    p, q = pose.position, pose.orientation
    return np.array([p.x, p.y, p.z]), np.array([q.x, q.y, q.z, q.w])


def fill_pose(pose: Any, position: npt.ArrayLike, orientation: npt.ArrayLike) -> None:
    """Write position (3,) [m] and orientation (4,) x y z w into a `Pose`."""
    p, q = pose.position, pose.orientation
    p.x, p.y, p.z = map(float, np.asarray(position))
    q.x, q.y, q.z, q.w = map(float, np.asarray(orientation))


def seconds_from_duration(duration: Any) -> float:
    """Return the length of a `Duration` [s]."""
    return duration.sec + 1e-9 * duration.nanosec


def nanoseconds(stamp: Any) -> int:
    """Return a `Time` as one number [ns]."""
    return 1_000_000_000 * stamp.sec + stamp.nanosec


def fill_duration(duration: Any, seconds: float) -> None:
    """Write a length of time [s] into a `Duration`, rounded to the nanosecond."""
    duration.sec = math.floor(seconds)
    duration.nanosec = min(round((seconds - duration.sec) * 1e9), 999_999_999)
