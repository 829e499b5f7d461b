# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Between ROS messages and the objects of `exchange.py`: nothing but conversion.

Messages are read and written by their fields alone, so that this module needs no ROS.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.ros.exchange import IkAnswer, IkRequest

Array = npt.NDArray[np.float64]


def request_from_service(message: Any) -> IkRequest:
    """Return what a `GetIK.Request` asks for."""
    position, orientation = arrays_from_pose(message.pose.pose)
    return IkRequest(
        frame=message.pose.header.frame_id,
        position=position,
        orientation=orientation,
        seed_names=message.seed.name,
        seed_positions=message.seed.position,
        position_tolerance=message.position_tolerance,
        orientation_tolerance=message.orientation_tolerance,
        timeout=seconds_from_duration(message.timeout),
    )


def request_from_target(message: Any) -> IkRequest:
    """Return what a `PoseStamped` asks for: this pose, with every default."""
    position, orientation = arrays_from_pose(message.pose)
    return IkRequest(message.header.frame_id, position, orientation)


def fill_service_response(response: Any, answer: IkAnswer, joint_names: Iterable[str]) -> None:
    """Write an answer into a `GetIK.Response`."""
    response.error_code = int(answer.error_code)
    response.message = answer.message
    response.position_error = float(answer.position_error)
    response.orientation_error = float(answer.orientation_error)
    response.solve_time = float(answer.solve_time)
    if answer.joint_positions is not None:
        fill_joint_state(response.joint_state, joint_names, answer.joint_positions)


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


def fill_duration(duration: Any, seconds: float) -> None:
    """Write a length of time [s] into a `Duration`, rounded to the nanosecond."""
    duration.sec = math.floor(seconds)
    duration.nanosec = min(round((seconds - duration.sec) * 1e9), 999_999_999)
