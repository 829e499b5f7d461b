# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`PoseQuestion`: a request that was understood. Any thread may answer it, briefly or in full."""

import dataclasses
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError, SeedError, UnknownFrameError
from learned_ik.serving.requests_and_answers import ErrorCode, IkAnswer
from learned_ik.serving.seeds import Seed
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.solving.solution import Solution

SHORT = 1e-3  # [s], a search that others wait for; most take a tenth of it
ENDED_BY_CLOCK = 0.8 * SHORT  # [s]: what took so long and found nothing, was not given up


@dataclasses.dataclass(frozen=True, slots=True)
class PoseQuestion:
    """A request that was understood: whom to ask, and what. Any thread may answer it."""

    robot: ServedRobot
    position: Array  # (3,) [m], in the frame of the base link
    orientation: Array  # (4,) x y z w
    seed: Seed
    timeout: float  # [s]
    options: dict[str, Any]  # the rest of what `IkSolver.solve` takes

    def in_short(self) -> IkAnswer | None:
        """Return the answer, after `SHORT` at most; None where a longer search is asked for."""
        if self.timeout <= 2 * SHORT:
            return self.answer(self.timeout)
        answer = self.answer(SHORT)
        ended_by_clock = not answer.solved and answer.solve_time > ENDED_BY_CLOCK
        return None if ended_by_clock else answer

    def at_length(self) -> IkAnswer:
        """Return the answer, after what is left of the timeout at most."""
        return self.answer(self.timeout - SHORT)

    def answer(self, timeout: float) -> IkAnswer:
        """Return the answer, after `timeout` [s] at most. Bad input is an answer, too."""
        try:
            solution = self.solve(timeout)
        except BAD_INPUT as error:
            return IkAnswer(code_of(error), str(error))
        return self.told(solution)

    def solve(self, timeout: float) -> Solution:
        """Return what the solver says, after `timeout` [s] at most.

        Raises:
            InvalidInputError: a value is not finite, or out of its range.

        """
        return self.robot.solver.solve(
            self.position, self.orientation, self.seed.positions, timeout=timeout, **self.options
        )

    def told(self, solution: Solution) -> IkAnswer:
        """Return what a solution comes to."""
        if (
            solution.joint_positions is not None
            and not np.isfinite(solution.joint_positions).all()
        ):
            return IkAnswer(ErrorCode.FAILURE, 'the solver has answered with what is no number')
        return IkAnswer(
            error_code=ErrorCode(int(solution.status)),
            message=with_source(solution.message, self.seed.source),
            joint_positions=solution.joint_positions,
            position_error=solution.position_error,
            orientation_error=solution.orientation_error,
            solve_time=solution.solve_time,
            clearance=solution.clearance,
            joint_names=self.robot.chain.joint_names,
            seed_source=self.seed.origin,
            seed_distance=solution.seed_distance,
            limit_margin=solution.limit_margin,
        )


def with_source(message: str, source: str) -> str:
    """Return a message that says where the search began, where the request did not."""
    if not source:
        return message
    return f'{message}; seed: {source}' if message else f'seed: {source}'


BAD_INPUT = (UnknownFrameError, InvalidInputError)  # what is wrong with a request, as exceptions


def code_of(error: Exception) -> ErrorCode:
    """Return the error code for one of `BAD_INPUT`."""
    if isinstance(error, UnknownFrameError):
        return ErrorCode.FRAME_TRANSFORM_FAILURE
    if isinstance(error, SeedError):
        return ErrorCode.INVALID_ROBOT_STATE
    return ErrorCode.INVALID_GOAL_CONSTRAINTS
