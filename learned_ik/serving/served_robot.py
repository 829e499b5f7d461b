# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ServedRobot`: a solver, and how it fits the robot that is described. Replaced as a whole.

Whoever answers a request takes one of these at its beginning, and sees none half changed,
whatever is set meanwhile. Making one takes time and may be done on another thread.
"""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError, UrdfError
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.names import printable

if TYPE_CHECKING:
    from learned_ik.model import IkModel
    from learned_ik.solving.solver import IkSolver


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class ServedRobot:
    """What solves, for which robot. Never changed."""

    solver: 'IkSolver'
    model: 'IkModel'  # what the solver was made of: the arm as it was trained, and its network
    description: str | None  # the robot's URDF; None: nobody has told
    calibration: float  # [m], how far the robot's tip may be from the model's
    base_frames: Mapping[str, Array]  # T_base_frame (4, 4) of each link tied to the base
    mismatch: str | None  # why the model does not fit the robot; None: it does

    @property
    def chain(self) -> KinematicChain:
        """The arm as it was trained: another tool changes nothing here."""
        return self.model.chain

    @property
    def deviation(self) -> tuple[float, float] | None:
        """How far the calibrated robot's tip is from the model's [m], [rad]; None: it is not."""
        robot = self.solver.robot
        return None if robot is None else self.chain.deviation_from(robot)


def served_robot(
    solver: 'IkSolver', description: str | None = None, calibration: float = 0.0
) -> ServedRobot:
    """Return a solver for the robot that is described.

    A robot that differs by no more than a calibration is solved for itself, from the network's
    answers. Where the model does not fit it, or it cannot be read, `mismatch` says why.

    Args:
        solver: with a model.
        description: the robot's URDF; None leaves the robot unchecked.
        calibration: [m], how far its tip may be from the model's.

    Raises:
        InvalidInputError: the solver was made of a bare chain.

    """
    model = model_of(solver)
    chain = model.chain

    def served(
        solver: 'IkSolver', frames: Mapping[str, Array] = chain.base_frames, no: str | None = None
    ) -> ServedRobot:
        return ServedRobot(solver, model, description, calibration, frames, no)

    if description is None:
        return served(_fitted(solver, None, calibration))
    try:
        robot = KinematicChain.from_urdf(description, chain.base_link, chain.tip_link)
    except UrdfError as error:
        return served(solver, no=f'the robot description cannot be used: {error}')
    difference = chain.difference_from(robot, calibration)
    if difference is not None:
        return served(
            solver,
            no=f"model '{printable(model.name)}' was trained for another robot than the one "
            f'described: {difference}',
        )
    alike = chain.difference_from(robot) is None
    return served(_fitted(solver, None if alike else robot, calibration), robot.base_frames)


def _fitted(solver: 'IkSolver', robot: KinematicChain | None, calibration: float) -> 'IkSolver':
    """Return a solver for the robot's own chain, or for the model's again."""
    if robot is None and solver.robot is None:
        return solver
    fitted = solver.fitted_to(tool=solver.tool, robot=robot, calibration=calibration)
    fitted.prepare_to_avoid()  # here, and not while the first request waits
    return fitted


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
