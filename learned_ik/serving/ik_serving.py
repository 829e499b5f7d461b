# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkServing`: from a request to an answer, whatever the request is. No message, no rclpy."""

import dataclasses
import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError, RobotMismatchError, SeedError
from learned_ik.robot.description.names import listed
from learned_ik.serving.described_body import DescribedBody
from learned_ik.serving.frames import Lookup, pose_in_base
from learned_ik.serving.limits.wanted_limits import WantedLimits
from learned_ik.serving.pose_question import BAD_INPUT, PoseQuestion, code_of
from learned_ik.serving.poses.wishes import UPRIGHT, pose_options
from learned_ik.serving.requests_and_answers import (
    LONGEST_TIMEOUT,
    Defaults,
    ErrorCode,
    IkAnswer,
    IkRequest,
    SeedSource,
)
from learned_ik.serving.seeds import JointMemory, Seed, seed_by_name
from learned_ik.serving.served_robot import ServedRobot, served_robot

if TYPE_CHECKING:
    from learned_ik.model import IkModel
    from learned_ik.solving.solver import IkSolver


class IkServing:
    """Answers requests with one solver, as long as its model fits the robot.

    What answers is replaced as a whole, between two requests; so any thread may ask.
    """

    def __init__(self, solver: 'IkSolver', clock: Callable[[], float] = time.monotonic) -> None:
        """Serve with a solver; `clock` tells when something came [s]."""
        self._robot, self._body = served_robot(solver), DescribedBody()
        self._lock = threading.Lock()
        self.lookup: Lookup | None = None  # who knows how moving frames stand; None: nobody
        self.paused: str | None = None  # why nobody is served for the moment; None: all are
        self.calibration = 0.0  # [m], how far the robot's tip may be from the model's
        self.wanted = WantedLimits()  # what narrows the model's limits
        self.clock = clock
        self._joints = JointMemory(self.joint_names)

    @property
    def robot(self) -> ServedRobot:
        """What answers; with the body of the robot that is described, once that is made."""
        with self._lock:
            body = self._body.take()
            if body is not None and body is not self._robot.solver.body:
                solver = self._robot.solver.with_body(body)
                self._robot = dataclasses.replace(self._robot, solver=solver)
            return self._robot

    def adopt(self, robot: ServedRobot) -> None:
        """Answer with another solver, or for another robot, from the next request on."""
        with self._lock:
            described = robot.description if robot.mismatch is None else None
            known = None if robot.model is None else robot.model.body
            self._body.ask(described, robot.chain, known)
            self._robot = robot
        if self._joints.names != self.joint_names:
            self._joints = JointMemory(self.joint_names)

    def successor(self, solver: 'IkSolver') -> ServedRobot:
        """Return what `adopt` takes to answer with another solver, for the robot known by now.

        Raises:
            RobotMismatchError: its model does not fit the robot.

        """
        robot = served_robot(solver, self.robot.description, self.calibration, self.wanted)
        if robot.mismatch is not None:
            raise RobotMismatchError(robot.mismatch)
        return robot

    def replace_solver(self, solver: 'IkSolver') -> None:
        """Answer with another solver from now on; what is known of robot and joints remains.

        Raises:
            RobotMismatchError: its model does not fit the robot, and nothing has changed.

        """
        self.adopt(self.successor(solver))

    @property
    def mismatch(self) -> str | None:
        """Why the model does not fit the robot; None: it does."""
        return self.robot.mismatch

    @property
    def refusal(self) -> str | None:
        """Why no request is answered at all; None: all is well."""
        return self.paused or self.mismatch

    @property
    def solver(self) -> 'IkSolver':
        """What solves."""
        return self.robot.solver

    @property
    def model(self) -> 'IkModel | None':
        """What the solver was made of; None: of a chain, without a network."""
        return self.robot.model

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The joints of every answer, from base to tip."""
        return self.robot.chain.joint_names

    @property
    def deviation(self) -> tuple[float, float] | None:
        """How far the calibrated robot's tip is from the model's [m], [rad]; None: it is not."""
        return self.robot.deviation

    def described(self, description: str | None) -> ServedRobot:
        """Return what `adopt` takes to answer for the robot with this URDF; None: for any.

        With a robot that the model does not fit, or a description that cannot be read, every
        request is refused until a fitting one comes.
        """
        return served_robot(self.solver, description, self.calibration, self.wanted)

    def compare_with_robot(self, description: str | None) -> bool:
        """Take note of the robot's URDF, and say whether it is another one than before."""
        if description == self.robot.description:
            return False
        self.adopt(self.described(description))
        return True

    def compare_again(self) -> None:
        """Compare the robot known by now once more: with other `calibration`, or `wanted`."""
        self.adopt(self.described(self.robot.description))

    @property
    def joint_positions(self) -> Array | None:
        """(joints,) [rad or m] as last reported, None until every joint was."""
        return self._joints.positions

    @property
    def joints_told(self) -> str:
        """How reports of the joints stand, in a few words."""
        return self._joints.told(self.clock())

    def joints_complaint(self) -> str | None:
        """Return a warning, once each time, where joints are not reported, or not any more."""
        if self.robot.placeholder:
            return None
        return self._joints.complaint(self.clock())

    def remember_joints(self, names: Sequence[str], positions: Sequence[float]) -> None:
        """Take a report of where joints are; it seeds the requests that bring no seed."""
        self._joints.update(names, positions, self.clock())

    def answer(
        self,
        request: IkRequest,
        defaults: Defaults,
        command: Array | None = None,
        commanded_at: float = math.inf,
    ) -> IkAnswer:
        """Return the answer to a request; see `question` for the arguments."""
        question = self.question(request, defaults, command, commanded_at)
        if isinstance(question, IkAnswer):
            return question
        return question.answer(question.timeout)

    def question(
        self,
        request: IkRequest,
        defaults: Defaults,
        command: Array | None = None,
        commanded_at: float = math.inf,
    ) -> PoseQuestion | IkAnswer:
        """Return what is asked. Bad input is an answer at once, never an exception.

        Args:
            request: as it came.
            defaults: tolerances and timeout where the request gives none.
            command: (joints,) [rad or m], the last one given to the robot: the seed where the
                request brings none, and no report of the joints that came after it.
            commanded_at: [s], when, on the clock of this object; default: just now.

        """
        robot = self.robot
        refusal = self.paused or robot.mismatch
        if refusal is not None:
            return IkAnswer(ErrorCode.FAILURE, refusal)
        try:
            position, orientation = pose_in_base(
                robot.chain.base_link, robot.base_frames, request.frame, request.position,
                UPRIGHT if request.position_only else request.orientation,
                request.stamp, self.lookup,
                may_be_empty=not request.of_planner,
            )  # fmt: skip
            seed = self._seed_of(robot, request, command, commanded_at)
            return PoseQuestion(
                robot=robot,
                position=position,
                orientation=orientation,
                seed=seed,
                timeout=checked_timeout(request.timeout or defaults.timeout),
                options=pose_options(request, defaults, robot.chain.joint_names, seed),
            )
        except BAD_INPUT as error:
            return IkAnswer(code_of(error), str(error))

    def is_rigid(self, frame: str) -> bool:
        """Return whether a frame never moves against the base link."""
        robot = self.robot
        return frame in ('', robot.chain.base_link) or frame in robot.base_frames

    def in_base(
        self, frame: str, position: Array, orientation: Array, stamp: int = 0
    ) -> tuple[Array, Array]:
        """Return a pose, or many, in the frame of the base link; see `frames.pose_in_base`."""
        base, tied = self.robot.chain.base_link, self.robot.base_frames
        return pose_in_base(base, tied, frame, position, orientation, stamp, self.lookup)

    def seed(
        self,
        names: Sequence[str],
        positions: Sequence[float],
        command: Array | None = None,
        commanded_at: float = math.inf,
    ) -> Seed:
        """Return where the joints are: as given, else as reported or commanded, the later one.

        Raises:
            SeedError: the given names and positions are not those of the joints.

        """
        if names or len(positions):
            given = seed_by_name(self.joint_names, names, positions)
            return Seed(given, origin=SeedSource.REQUEST)
        return self.known_seed(command, commanded_at)

    def known_seed(self, command: Array | None = None, commanded_at: float = math.inf) -> Seed:
        """Return where the joints are, as reported or commanded, the later one."""
        reported, reported_at = self._joints.positions, self._joints.time
        if command is not None and (reported is None or commanded_at > reported_at):
            told = f'the last joint_command, {self._since(reported_at)}'
            return Seed(command, told, SeedSource.LAST_COMMAND)
        if reported is None:
            return Seed()
        age = 1e3 * (self.clock() - reported_at)
        return Seed(reported, f'joint_states of {age:.0f} ms ago', SeedSource.JOINT_STATES)

    def state(
        self,
        names: Sequence[str],
        positions: Sequence[float],
        command: Array | None = None,
        commanded_at: float = math.inf,
    ) -> Seed:
        """Return where the joints are: those that are given there, the others as `seed` has them.

        Raises:
            SeedError: what is given is malformed, or lacks a joint of which nobody has told.

        """
        missing = [name for name in self.joint_names if name not in names]
        if not missing or len(names) != len(positions) or not names:
            return self.seed(names, positions, command, commanded_at)
        known = self.seed((), (), command, commanded_at)
        where = self._joints.reported
        if known.positions is not None:
            where = dict(zip(self.joint_names, known.positions.tolist(), strict=True))
        unknown = [name for name in missing if name not in where]
        if unknown:
            raise SeedError(
                f'the robot state lacks {listed(unknown)}, and joint_states have not told where '
                f'{"it is" if len(unknown) == 1 else "they are"}; expected all of '
                f'{listed(self.joint_names)} from either'
            )
        merged = where | dict(zip(names, positions, strict=True))
        return Seed(seed_by_name(self.joint_names, list(merged), list(merged.values())))

    def _seed_of(
        self, robot: ServedRobot, request: IkRequest, command: Array | None, commanded_at: float
    ) -> Seed:
        given = request.seed_names, request.seed_positions
        if not request.of_planner:
            return self.seed(*given, command, commanded_at)
        seed = self.state(*given, command, commanded_at)
        if seed.positions is None:
            return seed
        return dataclasses.replace(seed, positions=within_limits(robot, seed.positions))

    def _since(self, reported_at: float) -> str:
        if math.isinf(reported_at):
            return 'as joint_states are not known'
        return f'as joint_states are older, of {self.clock() - reported_at:.2f} s ago'


def within_limits(robot: ServedRobot, q: Array) -> Array:
    """Return joint positions (joints,) moved into the limits that a robot keeps."""
    chain = robot.solver.chain
    return np.asarray(np.where(chain.continuous, q, np.clip(q, chain.lower, chain.upper)))


def checked_timeout(timeout: float) -> float:
    """Return a timeout [s] that the node can grant; whether it is above 0, the solver says.

    Raises:
        InvalidInputError: it is longer than `LONGEST_TIMEOUT`, or NaN.

    """
    if not timeout <= LONGEST_TIMEOUT:
        raise InvalidInputError(
            f'timeout is {timeout:g} s; expected at most {LONGEST_TIMEOUT:g} s'
        )
    return timeout
