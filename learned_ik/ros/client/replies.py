# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What an `ik_node` has answered, as arrays: of a pose, of several solutions, of many, of a path.

Messages are read by their fields alone, so that this module needs no ROS.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from learned_ik.arrays import Array, Booleans, Integers
from learned_ik.ros.messages import seconds_from_duration
from learned_ik.serving.requests_and_answers import ErrorCode


@dataclasses.dataclass(frozen=True, slots=True)
class PoseReply:
    """The answer to one pose, also to one out of reach. It is true if it is a success."""

    error_code: int  # an `ErrorCode`: SUCCESS, or the reason
    message: str  # the same in words; on success: where the search began, if the node chose that
    joint_names: tuple[str, ...]  # base to tip; empty if the request was refused
    joint_positions: Array  # (joints,) [rad or m], the best found; (0,) if refused
    position_error: float  # [m], by forward kinematics; NaN if refused
    orientation_error: float  # [rad], by forward kinematics; NaN if refused
    seed_distance: float  # [rad or m], Euclidean, from where the search began; NaN without a seed
    limit_margin: float  # [rad or m], smallest distance of a joint from its limit; NaN if refused
    clearance: float  # [m]; infinite without obstacles; NaN if refused
    seed_source: int  # SEED_NONE, SEED_REQUEST, ... of GetIK.Response: where the search began
    solve_time: float  # [s], in the node's solver

    @property
    def success(self) -> bool:
        """Whether the pose is reached within the tolerances."""
        return self.error_code == ErrorCode.SUCCESS

    def __bool__(self) -> bool:
        return self.success

    def by_name(self) -> dict[str, float]:
        """Return the joint positions [rad or m] by joint name."""
        return dict(zip(self.joint_names, self.joint_positions.tolist(), strict=True))


@dataclasses.dataclass(frozen=True, slots=True)
class SolutionsReply:
    """Several solutions of one pose, best first: a sequence of `PoseReply`."""

    error_code: int
    message: str
    joint_names: tuple[str, ...]
    joint_positions: Array  # (n, joints) [rad or m]
    position_error: Array  # (n,) [m]
    orientation_error: Array  # (n,) [rad]
    seed_distance: Array  # (n,) [rad or m]; NaN without a seed
    limit_margin: Array  # (n,) [rad or m]
    clearance: Array  # (n,) [m]
    seed_source: int
    solve_time: float  # [s]

    @property
    def success(self) -> bool:
        """Whether there is at least one."""
        return self.error_code == ErrorCode.SUCCESS

    def __len__(self) -> int:
        return len(self.joint_positions)

    def __iter__(self) -> Iterator[PoseReply]:
        for index, joints in enumerate(self.joint_positions):
            yield PoseReply(
                self.error_code, self.message, self.joint_names, joints,
                float(self.position_error[index]), float(self.orientation_error[index]),
                float(self.seed_distance[index]), float(self.limit_margin[index]),
                float(self.clearance[index]), self.seed_source, self.solve_time,
            )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class BatchReply:
    """The answers to n poses. It is true if all are reached. If refused, all arrays are empty."""

    error_code: int  # SUCCESS, why the request was refused, or that of the first pose not reached
    message: str
    joint_names: tuple[str, ...]
    joint_positions: Array  # (n, joints) [rad or m], the best found
    error_codes: Integers  # (n,), one for each pose
    position_error: Array  # (n,) [m]
    orientation_error: Array  # (n,) [rad]
    seed_distance: Array  # (n,) [rad or m]; NaN without a seed
    clearance: Array  # (n,) [m]
    seed_source: int
    solve_time: float  # [s], of all of them

    @property
    def success(self) -> Booleans:
        """(n,), whether each pose is reached within the tolerances."""
        return self.error_codes == ErrorCode.SUCCESS

    def __bool__(self) -> bool:
        return self.error_code == ErrorCode.SUCCESS

    def __len__(self) -> int:
        return len(self.error_codes)


@dataclasses.dataclass(frozen=True, slots=True)
class PathReply:
    """The answer to a path of n poses. It is true if all are reached and no joint jumps."""

    error_code: int
    message: str  # where it breaks and why
    joint_names: tuple[str, ...]
    joint_positions: Array  # (n, joints) [rad or m]; (0, 0) if the request was refused
    velocities: Array  # (n, joints) [rad/s or m/s]
    times: Array  # (n,) [s], from 0 on
    failures: Integers  # indices of poses that are not reached
    jumps: Integers  # indices of poses before which a joint moves by more than `jump`
    fraction: float  # share of the poses before the first failure or jump
    max_position_error: float  # [m]; NaN if the request was refused, as the next ones
    max_orientation_error: float  # [rad]
    largest_step: float  # [rad or m], of one joint between two poses in a row
    start_step: float  # [rad or m], of one joint from the present posture to the first pose
    start_source: int  # as `seed_source`: where `start_step` counts from
    solve_time: float  # [s]
    trajectory: Any  # the same as `trajectory_msgs/JointTrajectory`, for a controller

    @property
    def success(self) -> bool:
        """Whether all poses are reached without a jump, and clear where that was asked."""
        return self.error_code == ErrorCode.SUCCESS

    def __bool__(self) -> bool:
        return self.success

    def __len__(self) -> int:
        return len(self.joint_positions)


def pose_reply(message: Any) -> PoseReply:
    """Return what a `GetIK.Response` says."""
    return PoseReply(
        error_code=known_code(message.error_code),
        message=message.message,
        joint_names=tuple(message.joint_state.name),
        joint_positions=column(message.joint_state.position),
        position_error=message.position_error,
        orientation_error=message.orientation_error,
        seed_distance=message.seed_distance,
        limit_margin=message.limit_margin,
        clearance=message.clearance,
        seed_source=message.seed_source,
        solve_time=message.solve_time,
    )


def solutions_reply(message: Any) -> SolutionsReply:
    """Return what a `GetIKSolutions.Response` says."""
    names, found = tuple(message.joint_names), message.solutions
    return SolutionsReply(
        error_code=known_code(message.error_code),
        message=message.message,
        joint_names=names,
        joint_positions=rows([each.joint_positions for each in found], len(names)),
        position_error=column([each.position_error for each in found]),
        orientation_error=column([each.orientation_error for each in found]),
        seed_distance=column([each.seed_distance for each in found]),
        limit_margin=column([each.limit_margin for each in found]),
        clearance=column([each.clearance for each in found]),
        seed_source=message.seed_source,
        solve_time=message.solve_time,
    )


def batch_reply(message: Any) -> BatchReply:
    """Return what a `GetIKBatch.Response` says."""
    names = tuple(message.joint_names)
    return BatchReply(
        error_code=known_code(message.error_code),
        message=message.message,
        joint_names=names,
        joint_positions=column(message.joint_positions).reshape(-1, max(1, len(names))),
        error_codes=np.array(message.error_codes, np.int64),
        position_error=column(message.position_errors),
        orientation_error=column(message.orientation_errors),
        seed_distance=column(message.seed_distances),
        clearance=column(message.clearances),
        seed_source=message.seed_source,
        solve_time=message.solve_time,
    )


def path_reply(message: Any) -> PathReply:
    """Return what a `GetIKPath.Response` says."""
    points, names = message.trajectory.points, tuple(message.trajectory.joint_names)
    return PathReply(
        error_code=known_code(message.error_code),
        message=message.message,
        joint_names=names,
        joint_positions=rows([point.positions for point in points], len(names)),
        velocities=rows([point.velocities for point in points], len(names)),
        times=column([seconds_from_duration(point.time_from_start) for point in points]),
        failures=np.array(message.failed_poses, np.int64),
        jumps=np.array(message.jumps, np.int64),
        fraction=message.fraction,
        max_position_error=message.max_position_error,
        max_orientation_error=message.max_orientation_error,
        largest_step=message.largest_step,
        start_step=message.start_step,
        start_source=message.start_source,
        solve_time=message.solve_time,
        trajectory=message.trajectory,
    )


def known_code(code: int) -> int:
    """Return an `ErrorCode`; the number itself where a newer node has more of them."""
    try:
        return ErrorCode(code)
    except ValueError:
        return code


def column(values: Sequence[float]) -> Array:
    """Return numbers of a message as an array of its own (n,)."""
    return np.array(values, np.float64)


def rows(values: Sequence[Sequence[float]], columns: int) -> Array:
    """Return rows of a message as one array (n, columns)."""
    return np.array(values, np.float64).reshape(-1, columns) if values else np.empty((0, columns))
