# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`BatchServing`: from any request for many poses to their answers. No message, no rclpy."""

import collections
import math
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import normalized_quaternion
from learned_ik.serving.frames import pose_in_base
from learned_ik.serving.ik_serving import IkServing, checked_timeout
from learned_ik.serving.pose_question import BAD_INPUT, code_of, with_source
from learned_ik.serving.poses.wishes import UPRIGHT, pose_options
from learned_ik.serving.requests_and_answers import (
    BATCH_TIMEOUT,
    MOST_IN_BATCH,
    BatchAnswer,
    BatchRequest,
    Defaults,
    ErrorCode,
    SeedSource,
)
from learned_ik.serving.seeds import Seed, seeds_by_name
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.solving.request import checked_poses
from learned_ik.solving.solution import SolutionBatch

LONG_ENOUGH = 1e-5  # [1], of an orientation that need not be looked at closely
WORDS = {  # of a pose that is not solved
    ErrorCode.TIMED_OUT: 'no time was left for it, or it was not found in time',
    ErrorCode.GOAL_IN_COLLISION: 'it is reached, but nothing that was found keeps clear',
    ErrorCode.NO_IK_SOLUTION: 'no solution was found',
}


class BatchServing:
    """Answers requests for many poses with the solver, frames and joints of an `IkServing`."""

    def __init__(self, serving: IkServing) -> None:
        self._serving = serving

    def answer(
        self,
        request: BatchRequest,
        defaults: Defaults,
        command: Array | None = None,
        commanded_at: float = math.inf,
    ) -> BatchAnswer:
        """Return the answer to a request. Bad input is an answer too, never an exception.

        Args:
            request: as it came.
            defaults: what holds where the request says nothing; but for the timeout.
            command: (joints,) [rad or m], and
            commanded_at: [s], as `IkServing.question` takes them.

        """
        robot = self._serving.robot
        refusal = self._serving.paused or robot.mismatch
        if refusal is not None:
            return BatchAnswer(ErrorCode.FAILURE, refusal)
        try:
            count = batch_size(request)
            positions, orientations = self._poses(robot, request, count)
            seed = self._seed(robot, request, count, command, commanded_at)
            solution = robot.solver.solve_batch(
                positions,
                orientations,
                seed.positions,
                timeout=checked_timeout(request.timeout or BATCH_TIMEOUT),
                **pose_options(request, defaults, robot.chain.joint_names, seed),
            )
        except BAD_INPUT as error:
            return BatchAnswer(code_of(error), str(error))
        return batch_answer(solution, robot.chain.joint_names, seed)

    def _poses(self, robot: ServedRobot, request: BatchRequest, count: int) -> tuple[Array, Array]:
        """Return positions (n, 3) [m] and orientations (n, 4) in the base link's frame."""
        positions = np.reshape(request.positions, (count, 3))
        if request.position_only:
            orientations = np.tile(UPRIGHT, (count, 1))
        else:
            orientations = np.reshape(request.orientations, (count, 4))
        check_orientations(orientations)
        checked_poses(positions, orientations)  # named as they came, in whatever frame
        return pose_in_base(
            robot.chain.base_link, robot.base_frames, request.frame,
            positions, orientations, request.stamp, self._serving.lookup,
        )  # fmt: skip

    def _seed(
        self,
        robot: ServedRobot,
        request: BatchRequest,
        count: int,
        command: Array | None,
        commanded_at: float,
    ) -> Seed:
        names, positions = request.seed_names, request.seed_positions
        if names or len(positions):
            seeds = seeds_by_name(robot.chain.joint_names, names, positions, count)
            return Seed(seeds, origin=SeedSource.REQUEST)
        return self._serving.known_seed(command, commanded_at)


def batch_size(request: Any) -> int:
    """Return how many poses a `BatchRequest` has, or its message.

    Raises:
        InvalidInputError: none, too many, or the arrays are not of the same number of poses.

    """
    many, turns = len(request.positions), len(request.orientations)
    count = many // 3
    if many % 3:
        raise InvalidInputError(
            f'positions has {many} numbers; expected three for each pose, x y z of one after the '
            'other'
        )
    if not 0 < count <= MOST_IN_BATCH:
        poses = f'{count} poses' if count else 'no poses'
        raise InvalidInputError(
            f'the batch has {poses}; expected one or more, at most {MOST_IN_BATCH}: more can be '
            'asked for in parts'
        )
    if not request.position_only and turns != 4 * count:
        raise InvalidInputError(
            f'orientations has {turns} numbers; expected {4 * count}, four for each of '
            f'{count} poses, x y z w of one after the other'
        )
    return count


def check_orientations(orientations: Array) -> None:
    """Raise `InvalidInputError` for the first of orientations (n, 4) that is none, by number."""
    good = np.isfinite(orientations).all(axis=1) & (np.abs(orientations).max(axis=1) > LONG_ENOUGH)
    for row in np.flatnonzero(~good):
        normalized_quaternion(orientations[row], f'orientations[{row}]')


def batch_answer(solution: SolutionBatch, joint_names: tuple[str, ...], seed: Seed) -> BatchAnswer:
    """Return what the solutions of at least one pose come to."""
    if not np.isfinite(solution.joint_positions).all():
        return BatchAnswer(ErrorCode.FAILURE, 'the solver has answered with what is no number')
    code, message = ErrorCode.SUCCESS, ''
    missed = np.flatnonzero(~solution.success)
    if len(missed):
        first = int(missed[0])
        code = ErrorCode(int(solution.status[first]))
        counts = collections.Counter(solution.status[missed].tolist())
        by_code = ', '.join(f'{ErrorCode(each).name}: {counts[each]}' for each in sorted(counts))
        message = (
            f'pose {first}: {WORDS[code]}; of {len(solution)} poses, {len(missed)} are not solved '
            f'({by_code})'
        )
    return BatchAnswer(code, with_source(message, seed.source), solution, joint_names, seed.origin)
