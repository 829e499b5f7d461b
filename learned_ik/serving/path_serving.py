# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`PathServing`: from any request for a path to a timed answer. No message, no rclpy."""

import dataclasses
import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.serving.frames import pose_in_base
from learned_ik.serving.ik_serving import IkServing, checked_timeout
from learned_ik.serving.pose_question import BAD_INPUT, code_of
from learned_ik.serving.poses.wishes import UPRIGHT, path_options
from learned_ik.serving.requests_and_answers import (
    MOST_POSES,
    Defaults,
    ErrorCode,
    PathAnswer,
    PathRequest,
)
from learned_ik.serving.seeds import Seed
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.solving.paths.follow import JUMP, TIMEOUT
from learned_ik.solving.paths.path_solution import PathSolution
from learned_ik.trajectories.timing import ACCELERATION, PathTiming, time_path

LONGEST_TRAJECTORY = 2.0**31 - 1  # [s], what a message can say


class PathServing:
    """Answers requests for paths with the solver, frames and joints of an `IkServing`."""

    def __init__(self, serving: IkServing) -> None:
        self._serving = serving

    def answer(
        self,
        request: PathRequest,
        defaults: Defaults,
        command: Array | None = None,
        commanded_at: float = math.inf,
    ) -> PathAnswer:
        """Return the answer to a request. Bad input is an answer too, never an exception.

        Args:
            request: as it came.
            defaults: tolerances where the request gives none.
            command: (joints,) [rad or m], and
            commanded_at: [s], as `IkServing.question` takes them.

        """
        robot = self._serving.robot
        refusal = self._serving.paused or robot.mismatch
        if refusal is not None:
            return PathAnswer(ErrorCode.FAILURE, refusal)
        try:
            check_size(len(request.positions))
            start = self._serving.seed(
                request.start_names, request.start_positions, command, commanded_at
            )
            solution = self._follow(robot, request, defaults, start)
            timing = timed(robot, solution, request)
        except BAD_INPUT as error:
            return PathAnswer(code_of(error), str(error))
        answer = path_answer(solution, timing, robot.chain.joint_names)
        return dataclasses.replace(answer, start_source=start.origin)

    def _follow(
        self, robot: ServedRobot, request: PathRequest, defaults: Defaults, start: Seed
    ) -> PathSolution:
        orientations = request.orientations
        if request.position_only:
            orientations = np.tile(UPRIGHT, (len(request.positions), 1))
        positions, orientations = pose_in_base(
            robot.chain.base_link, robot.base_frames, request.frame,
            request.positions, orientations, request.stamp, self._serving.lookup,
        )  # fmt: skip
        return robot.solver.follow(
            positions,
            orientations,
            start.positions,
            jump=request.jump_threshold or JUMP,
            timeout=checked_timeout(request.timeout or TIMEOUT),
            **path_options(request, defaults),
        )


def check_size(poses: int) -> None:
    """Raise `InvalidInputError` for a path of no poses, or of too many."""
    if not 0 < poses <= MOST_POSES:
        many = f'{poses} poses' if poses else 'no poses'
        raise InvalidInputError(
            f'the path has {many}; expected one or more, at most {MOST_POSES}: a longer one can '
            'be asked for in parts, each from the end of the one before'
        )


def timed(robot: ServedRobot, solution: PathSolution, request: PathRequest) -> PathTiming:
    """Return when to be where on a path.

    Raises:
        InvalidInputError: the request's velocity or acceleration are out of their range, or so
            small that the time has no place in a message.

    """
    return timed_within(
        robot, solution.joint_positions, request.velocity_scaling or 1.0,
        request.acceleration,
    )  # fmt: skip


def timed_within(
    robot: ServedRobot, path: Array, scaling: float, acceleration: float = 0.0, share: float = 1.0
) -> PathTiming:
    """Return when to be where on a path (n, joints) [rad or m]; raises as `timed`.

    Args:
        robot: whose joints move.
        path: to be moved through.
        scaling: share of the velocities.
        acceleration: [rad/s² or m/s²], of every joint that has no lesser limit; 0: the default.
        share: of those accelerations.

    """
    limits = robot.bounds.acceleration
    usual = np.where(np.isinf(limits), ACCELERATION, limits)
    limits = share * (np.minimum(limits, acceleration) if acceleration else usual)
    with np.errstate(over='ignore', divide='ignore', invalid='ignore'):
        timing = time_path(path, robot.velocity, limits, scaling)
    if not (timing.times[-1] <= LONGEST_TRAJECTORY and np.isfinite(timing.velocities).all()):
        raise InvalidInputError(
            f'at velocity scaling {scaling:g} and acceleration {limits.min():g} the path '
            f'takes {timing.times[-1]:.3g} s; expected at most {LONGEST_TRAJECTORY:g} s'
        )
    return timing


def path_answer(
    solution: PathSolution, timing: PathTiming, joint_names: tuple[str, ...] = ()
) -> PathAnswer:
    """Return what a solution of at least one pose comes to."""
    breaks = [*solution.failures, *solution.jumps, *solution.collisions]
    first_break = min(breaks, default=len(solution))
    return PathAnswer(
        error_code=_code_of_path(solution),
        message=solution.message,
        joint_positions=solution.joint_positions,
        velocities=timing.velocities,
        times=timing.times,
        failed_poses=solution.failures.tolist(),
        jumps=solution.jumps.tolist(),
        fraction=float(first_break) / len(solution),
        max_position_error=float(np.max(solution.position_error)),
        max_orientation_error=float(np.max(solution.orientation_error)),
        largest_step=solution.largest_step,
        start_step=solution.start_step,
        solve_time=solution.solve_time,
        joint_names=joint_names,
    )


def _code_of_path(solution: PathSolution) -> ErrorCode:
    if solution.success:
        return ErrorCode.SUCCESS
    if solution.timed_out:
        return ErrorCode.TIMED_OUT
    if len(solution.failures) == len(solution.jumps) == 0:
        return ErrorCode.GOAL_IN_COLLISION
    return ErrorCode.NO_IK_SOLUTION if len(solution.failures) else ErrorCode.PLANNING_FAILED
