# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked and what is answered, as typed objects: poses and paths. No message, no rclpy."""

import dataclasses
import enum
import math
from collections.abc import Sequence

from learned_ik.arrays import Array
from learned_ik.solving.solution import Solution, SolutionBatch

LONGEST_TIMEOUT = 60.0  # [s], of a pose or a path: longer ones are refused
MOST_POSES = 3000  # of a path: more take ROS so long to unpack that others would wait
MOST_IN_BATCH = 10_000  # poses of a batch, which are packed more tightly
MOST_SOLUTIONS, SOLUTIONS = 256, 16  # of one pose: so many at most; where the request says nothing
BATCH_TIMEOUT = 1.0  # [s], for all poses of a batch, where the request says nothing


class ErrorCode(enum.IntEnum):
    """The constants of all services: those of moveit_msgs/MoveItErrorCodes."""

    SUCCESS = 1
    FAILURE = 99999
    PLANNING_FAILED = -1  # of paths alone
    TIMED_OUT = -6
    GOAL_IN_COLLISION = -12
    INVALID_GROUP_NAME = -15  # of MoveIt's request alone
    INVALID_GOAL_CONSTRAINTS = -16
    INVALID_ROBOT_STATE = -17
    INVALID_LINK_NAME = -18  # of MoveIt's request alone
    FRAME_TRANSFORM_FAILURE = -21
    NO_IK_SOLUTION = -31


@dataclasses.dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a request says nothing: the node's parameters."""

    position_tolerance: float  # [m]
    orientation_tolerance: float  # [rad]
    timeout: float  # [s]
    avoid_collisions: bool = True  # as soon as there are obstacles
    min_clearance: float = 0.0  # [m]
    prefer: str = 'nearest'  # one of PREFERENCES: which of many solutions is wanted


@dataclasses.dataclass(frozen=True, slots=True)
class MotionBounds:
    """What a tracked arm may, and how near it is to come: the node's parameters."""

    velocity_scaling: float = 1.0  # [1], share of each joint's speed
    acceleration: float = 10.0  # [rad/s² or m/s²], of every joint
    target_timeout: float = 0.5  # [s], after which no twist holds any more
    period: float = 0.01  # [s], from one command to the next


PREFERENCES = ('nearest', 'first', 'middle')  # as `IkSolver.solve` has them


class Collisions(enum.IntEnum):
    """The constants of GetIK.srv: whether an answer has to keep clear."""

    DEFAULT = 0
    AVOID = 1
    IGNORE = 2


class SeedSource(enum.IntEnum):
    """The constants of GetIK.srv: where a search began."""

    NONE = 0
    REQUEST = 1
    JOINT_STATES = 2
    LAST_COMMAND = 3


class FreedomAxes(enum.IntEnum):
    """The constants of OrientationFreedom.msg: whose axes turns are counted about."""

    TARGET = 0
    BASE = 1


@dataclasses.dataclass(frozen=True, slots=True)
class AskedFreedom:
    """Which turns of the tip do not matter, or not much, as it came."""

    axes: int = FreedomAxes.TARGET
    least: Sequence[float] = (0.0, 0.0, 0.0)  # x y z [rad], 0 or below
    most: Sequence[float] = (0.0, 0.0, 0.0)  # x y z [rad], 0 or above; both 0: the tolerance


@dataclasses.dataclass(frozen=True, slots=True)
class AskedPreference:
    """Which of many solutions is wanted, as it came."""

    prefer: str = ''  # one of PREFERENCES, or 'posture'; empty: the default
    names: Sequence[str] = ()  # joint names of a posture, in any order
    positions: Sequence[float] = ()  # one for each name [rad or m]
    weights: Sequence[float] = ()  # one for each name, above 0; empty: one each


NO_FREEDOM, NO_PREFERENCE = AskedFreedom(), AskedPreference()


@dataclasses.dataclass(frozen=True, slots=True)
class IkRequest:
    """One pose to be reached, as it came: nothing is checked yet."""

    frame: str  # the frame of the pose; empty: the chain's base link
    position: Array  # (3,) [m]
    orientation: Array  # (4,) x y z w
    seed_names: Sequence[str] = ()  # joint names, in any order
    seed_positions: Sequence[float] = ()  # one for each name [rad or m]
    stamp: int = 0  # when the pose holds, for a frame that moves [ns]; 0: the latest
    position_tolerance: float = 0.0  # [m]; 0: the default
    orientation_tolerance: float = 0.0  # [rad]; 0: the default
    timeout: float = 0.0  # [s]; 0: the default
    collisions: int = Collisions.DEFAULT
    freedom: AskedFreedom = NO_FREEDOM
    position_only: bool = False  # whatever `freedom` and the orientation are
    preference: AskedPreference = NO_PREFERENCE
    max_joint_change: float = 0.0  # [rad or m], from the seed; 0: any
    # Whether a planner asks: the seed is the state of a robot, and joints that it lacks are where
    # they were last reported; no answer goes beyond the limits, wherever the robot is.
    of_planner: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class IkAnswer:
    """What became of a request."""

    error_code: ErrorCode
    message: str = ''  # what went wrong; where the search began, if the request did not say
    joint_positions: Array | None = None  # (joints,) [rad or m]; None when the request is refused
    position_error: float = math.nan  # [m]
    orientation_error: float = math.nan  # [rad]
    solve_time: float = 0.0  # [s]
    clearance: float = math.nan  # [m]; infinite without obstacles
    joint_names: tuple[str, ...] = ()  # of `joint_positions`
    seed_source: SeedSource = SeedSource.NONE
    seed_distance: float = math.nan  # [rad or m]; NaN without a seed
    limit_margin: float = math.nan  # [rad or m]

    @property
    def solved(self) -> bool:
        """Whether the pose is reached within both tolerances."""
        return self.error_code is ErrorCode.SUCCESS


@dataclasses.dataclass(frozen=True, slots=True)
class SolutionsAnswer:
    """Several solutions of one pose, the best first."""

    error_code: ErrorCode
    message: str = ''  # as of an `IkAnswer`
    solutions: Sequence[Solution] = ()
    solve_time: float = 0.0  # [s], for all of them
    joint_names: tuple[str, ...] = ()
    seed_source: SeedSource = SeedSource.NONE


@dataclasses.dataclass(frozen=True, slots=True)
class BatchRequest:
    """Many poses, each to be reached by itself, as they came: nothing is checked yet."""

    frame: str  # the frame of the poses; empty: the chain's base link
    positions: Array  # (3 n,) [m], one after the other
    orientations: Array  # (4 n,) x y z w; not looked at with `position_only`
    seed_names: Sequence[str] = ()  # joint names, in any order
    seed_positions: Sequence[float] = ()  # [rad or m], for all alike or for each in turn
    stamp: int = 0  # when the poses hold, for a frame that moves [ns]; 0: the latest
    position_tolerance: float = 0.0  # [m]; 0: the default
    orientation_tolerance: float = 0.0  # [rad]; 0: the default
    timeout: float = 0.0  # [s], for all; 0: `BATCH_TIMEOUT`
    collisions: int = Collisions.DEFAULT
    freedom: AskedFreedom = NO_FREEDOM
    position_only: bool = False
    preference: AskedPreference = NO_PREFERENCE
    max_joint_change: float = 0.0  # [rad or m], from the seed; 0: any


@dataclasses.dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of many poses; `solution` is None when the request is refused."""

    error_code: ErrorCode  # of the first pose that is not solved
    message: str = ''  # which one, and how many are not
    solution: SolutionBatch | None = None
    joint_names: tuple[str, ...] = ()
    seed_source: SeedSource = SeedSource.NONE


@dataclasses.dataclass(frozen=True, slots=True)
class PathRequest:
    """Poses to be reached one after the other, as they came: nothing is checked yet."""

    frame: str  # the frame of the poses; empty: the chain's base link
    positions: Array  # (n, 3) [m]
    orientations: Array  # (n, 4) x y z w
    start_names: Sequence[str] = ()  # joint names, in any order
    start_positions: Sequence[float] = ()  # one for each name [rad or m]
    stamp: int = 0  # when the poses hold, for a frame that moves [ns]; 0: the latest
    position_tolerance: float = 0.0  # [m]; 0: the default
    orientation_tolerance: float = 0.0  # [rad]; 0: the default
    jump_threshold: float = 0.0  # [rad or m]; 0: the default
    velocity_scaling: float = 0.0  # share of the velocity limits; 0: all
    acceleration: float = 0.0  # [rad/s² or m/s²]; 0: the default
    timeout: float = 0.0  # [s]; 0: the default
    freedom: AskedFreedom = NO_FREEDOM
    position_only: bool = False  # whatever `freedom` and the orientations are
    collisions: int = Collisions.DEFAULT


@dataclasses.dataclass(frozen=True, slots=True)
class PathAnswer:
    """What became of a path; all arrays are None when the request is refused."""

    error_code: ErrorCode
    message: str = ''  # what went wrong; empty on success
    joint_positions: Array | None = None  # (n, joints) [rad or m]
    velocities: Array | None = None  # (n, joints) [rad/s or m/s]
    times: Array | None = None  # (n,) [s]
    failed_poses: Sequence[int] = ()
    jumps: Sequence[int] = ()
    fraction: float = 0.0  # share of the poses before the first of both
    max_position_error: float = math.nan  # [m]
    max_orientation_error: float = math.nan  # [rad]
    largest_step: float = math.nan  # [rad or m]
    start_step: float = math.nan  # [rad or m]
    solve_time: float = 0.0  # [s]
    joint_names: tuple[str, ...] = ()  # of `joint_positions`
    start_source: SeedSource = SeedSource.NONE

    @property
    def solved(self) -> bool:
        """Whether every pose is reached, without a jump."""
        return self.error_code is ErrorCode.SUCCESS
