# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkServing`: from a request to an answer, whatever the request is. No message, no rclpy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from learned_ik.arrays import Array
from learned_ik.errors import (
    InvalidInputError,
    RobotMismatchError,
    SeedError,
    UnknownFrameError,
    UrdfError,
)
from learned_ik.robot.chain import KinematicChain
from learned_ik.serving.described_body import DescribedBody
from learned_ik.serving.frames import Lookup, pose_in_base
from learned_ik.serving.requests_and_answers import (
    Collisions,
    Defaults,
    ErrorCode,
    IkAnswer,
    IkRequest,
)
from learned_ik.serving.seeds import JointMemory, seed_by_name

if TYPE_CHECKING:
    from learned_ik.model import IkModel
    from learned_ik.solving.solver import IkSolver


class IkServing:
    """Answers requests with one solver, as long as its model fits the robot."""

    def __init__(self, solver: 'IkSolver') -> None:
        """Serve with a solver that has a model.

        Raises:
            InvalidInputError: it was made of a bare chain.

        """
        self._description: str | None = None
        self._body = DescribedBody()
        self.lookup: Lookup | None = None  # who knows how moving frames stand; None: nobody
        self.paused: str | None = None  # why nobody is served for the moment; None: all are
        self.calibration = 0.0  # [m], how far the robot's tip may be from the model's
        self._adopt(solver)

    def _adopt(self, solver: 'IkSolver') -> None:
        self._solver = solver
        self._model = model_of(solver)
        self._chain = self._model.chain  # as it was trained: another tool changes nothing here
        self._base_frames = self._chain.base_frames
        self._joints = JointMemory(self._chain.joint_names)
        self.mismatch: str | None = None  # why the model does not fit the robot; None: it does

    def replace_solver(self, solver: 'IkSolver') -> None:
        """Answer with another solver from now on; what is known of robot and joints remains.

        Raises:
            InvalidInputError: it was made of a bare chain.
            RobotMismatchError: its model does not fit the robot, and nothing has changed.

        """
        successor = IkServing(solver)
        successor.calibration = self.calibration
        successor._body = self._body
        successor.compare_with_robot(self._description)
        if successor.mismatch is not None:
            raise RobotMismatchError(successor.mismatch)
        joints = self._joints
        self._adopt(successor.solver)
        self._base_frames = successor._base_frames
        if joints.names == self._joints.names:
            self._joints = joints

    @property
    def refusal(self) -> str | None:
        """Why no request is answered at all; None: all is well."""
        return self.paused or self.mismatch

    @property
    def solver(self) -> 'IkSolver':
        """What solves; with the body of the robot that is described, once there is one."""
        body = self._body.take()
        if body is not None and body is not self._solver.body:
            self._solver = self._solver.with_body(body)
        return self._solver

    def _ask_for_body(self) -> None:
        """Have the body of the described robot made beside, if it is the model's."""
        described = self._description if self.mismatch is None else None
        self._body.ask(described, self._chain, self._model.body)

    @property
    def model(self) -> 'IkModel':
        """What the solver was made of: the arm as it was trained, and its network."""
        return self._model

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The joints of every answer, from base to tip."""
        return self._chain.joint_names

    def compare_with_robot(self, description: str | None) -> bool:
        """Take note of the robot's URDF, and say whether it is another one than before.

        With a robot that the model does not fit, or a description that cannot be read, every
        request is refused until a fitting one comes. None leaves the robot unchecked. One that
        differs by no more than a calibration is solved for itself, from the network's answers.
        """
        if description == self._description:
            return False
        self._description = description
        self._base_frames = self._chain.base_frames
        self.mismatch = None
        if description is None:
            self._fit_to(None)
        else:
            self._compare(description)
        self._ask_for_body()
        return True

    def compare_again(self) -> None:
        """Compare the robot known by now once more: with another `calibration`."""
        description, self._description = self._description, None
        self.compare_with_robot(description)

    def _compare(self, description: str) -> None:
        try:
            robot = KinematicChain.from_urdf(
                description, self._chain.base_link, self._chain.tip_link
            )
        except UrdfError as error:
            self.mismatch = f'the robot description cannot be used: {error}'
            return
        difference = self._chain.difference_from(robot, self.calibration)
        if difference is not None:
            self.mismatch = (
                f"model '{self._model.name}' was trained for another robot than the one "
                f'described: {difference}'
            )
            return
        self._base_frames = robot.base_frames
        alike = self._chain.difference_from(robot) is None
        self._fit_to(None if alike else robot)

    def _fit_to(self, robot: KinematicChain | None) -> None:
        """Solve for the robot's own chain from now on, or for the model's again."""
        if robot is not None or self._solver.robot is not None:
            self._solver = self._solver.fitted_to(
                tool=self._solver.tool, robot=robot, calibration=self.calibration
            )

    @property
    def deviation(self) -> tuple[float, float] | None:
        """How far the calibrated robot's tip is from the model's [m], [rad]; None: it is not."""
        robot = self._solver.robot
        return None if robot is None else self._chain.deviation_from(robot)

    @property
    def joint_positions(self) -> Array | None:
        """(joints,) [rad or m] as last reported, None until every joint was."""
        return self._joints.positions

    def remember_joints(self, names: Sequence[str], positions: Sequence[float]) -> None:
        """Take a report of where joints are; it seeds the requests that bring no seed."""
        self._joints.update(names, positions)

    def answer(
        self, request: IkRequest, defaults: Defaults, other_seed: Array | None = None
    ) -> IkAnswer:
        """Return the answer to a request. Bad input is an answer too, never an exception.

        Args:
            request: as it came.
            defaults: tolerances and timeout where the request gives none.
            other_seed: (joints,) [rad or m], the seed where neither the request nor any report
                of the joints brings one.

        """
        if self.refusal is not None:
            return IkAnswer(ErrorCode.FAILURE, self.refusal)
        try:
            position, orientation = self.in_base(
                request.frame, request.position, request.orientation, request.stamp
            )
            solution = self.solver.solve(
                position,
                orientation,
                self.seed(request.seed_names, request.seed_positions, other_seed),
                position_tolerance=request.position_tolerance or defaults.position_tolerance,
                orientation_tolerance=(
                    request.orientation_tolerance or defaults.orientation_tolerance
                ),
                prefer=None if defaults.prefer == 'nearest' else defaults.prefer,
                timeout=request.timeout or defaults.timeout,
                avoid_collisions=avoids(request.collisions, defaults),
                min_clearance=defaults.min_clearance,
            )
        except BAD_INPUT as error:
            return IkAnswer(code_of(error), str(error))
        return IkAnswer(
            error_code=ErrorCode(int(solution.status)),
            message=solution.message,
            joint_positions=solution.joint_positions,
            position_error=solution.position_error,
            orientation_error=solution.orientation_error,
            solve_time=solution.solve_time,
            clearance=solution.clearance,
        )

    def is_rigid(self, frame: str) -> bool:
        """Return whether a frame never moves against the base link."""
        return frame in ('', self._chain.base_link) or frame in self._base_frames

    def in_base(
        self, frame: str, position: Array, orientation: Array, stamp: int = 0
    ) -> tuple[Array, Array]:
        """Return a pose, or many, in the frame of the base link; see `frames.pose_in_base`."""
        base, tied = self._chain.base_link, self._base_frames
        return pose_in_base(base, tied, frame, position, orientation, stamp, self.lookup)

    def seed(
        self, names: Sequence[str], positions: Sequence[float], other_seed: Array | None = None
    ) -> Array | None:
        """Return where the joints (joints,) are [rad or m]: as given, else reported, else other.

        Raises:
            SeedError: the given names and positions are not those of the joints.

        """
        if names or len(positions):
            return seed_by_name(self.joint_names, names, positions)
        reported = self._joints.positions
        return other_seed if reported is None else reported


def model_of(solver: 'IkSolver') -> 'IkModel':
    """Return a solver's model, without which nothing is served.

    Raises:
        InvalidInputError: it was made of a bare chain.

    """
    if solver.model is None:
        raise InvalidInputError(
            'the solver was made of a chain without a model; expected one with a model, as '
            'IkSolver.load(path) returns it'
        )
    return solver.model


def avoids(collisions: int, defaults: Defaults) -> bool | None:
    """Return what `IkSolver.solve` is told; None: to avoid as soon as there are obstacles.

    Raises:
        InvalidInputError: the number is none of `Collisions`.

    """
    if collisions not in list(Collisions):
        raise InvalidInputError(
            f'collisions is {collisions}; expected '
            f'{", ".join(f"{each.value} ({each.name})" for each in Collisions)}'
        )
    if collisions == Collisions.DEFAULT:
        return None if defaults.avoid_collisions else False
    return collisions == Collisions.AVOID


BAD_INPUT = (UnknownFrameError, InvalidInputError)  # what is wrong with a request, as exceptions


def code_of(error: Exception) -> ErrorCode:
    """Return the error code for one of `BAD_INPUT`."""
    if isinstance(error, UnknownFrameError):
        return ErrorCode.FRAME_TRANSFORM_FAILURE
    if isinstance(error, SeedError):
        return ErrorCode.INVALID_ROBOT_STATE
    return ErrorCode.INVALID_GOAL_CONSTRAINTS
