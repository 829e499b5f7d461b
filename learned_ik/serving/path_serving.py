# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`PathServing`: from any request for a path to a timed answer. No message, no rclpy."""

import numpy as np

from learned_ik.errors import InvalidInputError
from learned_ik.serving.ik_serving import BAD_INPUT, IkServing, code_of
from learned_ik.serving.requests_and_answers import Defaults, ErrorCode, PathAnswer, PathRequest
from learned_ik.solving.paths.follow import JUMP, TIMEOUT
from learned_ik.solving.paths.path_solution import PathSolution
from learned_ik.trajectories.timing import ACCELERATION, PathTiming, time_path


class PathServing:
    """Answers requests for paths with the solver, frames and joints of an `IkServing`."""

    def __init__(self, serving: IkServing) -> None:
        self._serving = serving

    def answer(self, request: PathRequest, defaults: Defaults) -> PathAnswer:
        """Return the answer to a request. Bad input is an answer too, never an exception.

        Args:
            request: as it came.
            defaults: tolerances where the request gives none.

        """
        if self._serving.refusal is not None:
            return PathAnswer(ErrorCode.FAILURE, self._serving.refusal)
        try:
            solution = self._follow(request, defaults)
            timing = time_path(
                solution.joint_positions,
                self._serving.solver.chain.velocity,
                request.acceleration or ACCELERATION,
                request.velocity_scaling or 1.0,
            )
        except BAD_INPUT as error:
            return PathAnswer(code_of(error), str(error))
        return path_answer(solution, timing)

    def _follow(self, request: PathRequest, defaults: Defaults) -> PathSolution:
        if len(request.positions) == 0:
            raise InvalidInputError('the path has no poses; expected one or more')
        positions, orientations = self._serving.in_base(
            request.frame, request.positions, request.orientations, request.stamp
        )
        return self._serving.solver.follow(
            positions,
            orientations,
            self._serving.seed(request.start_names, request.start_positions),
            position_tolerance=request.position_tolerance or defaults.position_tolerance,
            orientation_tolerance=request.orientation_tolerance or defaults.orientation_tolerance,
            jump=request.jump_threshold or JUMP,
            timeout=request.timeout or TIMEOUT,
            avoid_collisions=None if defaults.avoid_collisions else False,
            min_clearance=defaults.min_clearance,
        )


def path_answer(solution: PathSolution, timing: PathTiming) -> PathAnswer:
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
    )


def _code_of_path(solution: PathSolution) -> ErrorCode:
    if solution.success:
        return ErrorCode.SUCCESS
    if solution.timed_out:
        return ErrorCode.TIMED_OUT
    if len(solution.failures) == len(solution.jumps) == 0:
        return ErrorCode.GOAL_IN_COLLISION
    return ErrorCode.NO_IK_SOLUTION if len(solution.failures) else ErrorCode.PLANNING_FAILED
