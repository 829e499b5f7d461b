# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ServedRobot`: a solver, and how it fits the robot that is described. Replaced as a whole.

Whoever answers a request takes one of these at its beginning, and sees none half changed,
whatever is set meanwhile. Making one takes time and may be done on another thread.
"""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import JointLimitError, UrdfError
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.names import printable
from learned_ik.robot.urdf import tied_links
from learned_ik.serving.limits.wanted_limits import Bounds, WantedLimits, bounds_of
from learned_ik.solving.fitting import Limits

if TYPE_CHECKING:
    from learned_ik.model import IkModel
    from learned_ik.solving.solver import IkSolver


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class ServedRobot:
    """What solves, for which robot. Never changed."""

    solver: 'IkSolver'
    model: 'IkModel | None'  # what the solver was made of; None: of a chain, without a network
    description: str | None  # the robot's URDF; None: nobody has told
    calibration: float  # [m], how far the robot's tip may be from the model's
    base_frames: Mapping[str, Array]  # T_base_frame (4, 4) of each link tied to the base
    mismatch: str | None  # why the model does not fit the robot; None: it does
    wanted: WantedLimits  # what narrows the model's limits
    bounds: Bounds  # what the joints may
    tip_frames: Mapping[str, Array]  # T_tip_link (4, 4) of each link tied to the tip
    root_link: str | None  # of the description, the frame of MoveIt's model; None: nobody knows
    placeholder: bool = False  # the arm is not known yet: the solver is of none that there is

    @property
    def awaited(self) -> bool:
        """Whether nobody has described the robot yet, so that no request is answered."""
        return self.placeholder and self.description is None

    @property
    def refused(self) -> bool:
        """Whether no request is answered: the robot is another one, or not known."""
        return self.mismatch is not None or self.placeholder

    @property
    def chain(self) -> KinematicChain:
        """The arm as it was trained, or described: another tool changes nothing here."""
        return self.solver.trained_chain

    @property
    def velocity(self) -> Array:
        """(joints,) [rad/s or m/s], the largest of each joint; infinite where nobody says."""
        return np.minimum(self.solver.chain.velocity, self.bounds.velocity)

    @property
    def deviation(self) -> tuple[float, float] | None:
        """How far the calibrated robot's tip is from the model's [m], [rad]; None: it is not."""
        robot = self.solver.robot
        return None if robot is None else self.chain.deviation_from(robot)


def served_robot(
    solver: 'IkSolver',
    description: str | None = None,
    calibration: float = 0.0,
    wanted: WantedLimits | None = None,
) -> ServedRobot:
    """Return a solver for the robot that is described.

    If the robot differs from the model by a calibration alone, the solver has the dimensions of
    the robot, and the network says where to begin. If the model does not fit, the description
    cannot be read, or limits leave nothing of a range, `mismatch` says why.

    Args:
        solver: with a network or without.
        description: the robot's URDF; None leaves the robot unchecked.
        calibration: [m], how far its tip may be from the model's.
        wanted: what narrows the model's limits; None: nothing.

    Raises:
        ConfigurationError: limits are wanted of none of the arm's joints.

    """
    model, chain, wanted = solver.model, solver.trained_chain, wanted or WantedLimits()
    bounds = bounds_of(chain, None, wanted)
    tip_frames: Mapping[str, Array] = {chain.tip_link: np.eye(4)}
    root_link: str | None = None

    def served(
        solver: 'IkSolver', frames: Mapping[str, Array] = chain.base_frames, no: str | None = None
    ) -> ServedRobot:
        return ServedRobot(
            solver, model, description, calibration, frames, no, wanted, bounds, tip_frames,
            root_link,
        )  # fmt: skip

    def fitting(
        robot: KinematicChain | None, frames: Mapping[str, Array] = chain.base_frames
    ) -> ServedRobot:
        try:
            return served(_fitted(solver, robot, calibration, bounds), frames)
        except JointLimitError as error:
            return served(solver, no=f'the limits cannot be kept: {error}')

    if description is None:
        return fitting(None)
    try:
        robot = KinematicChain.from_urdf(description, chain.base_link, chain.tip_link)
        root_link, tip_frames = tied_links(description, chain.tip_link)
    except UrdfError as error:
        return served(solver, no=f'the robot description cannot be used: {error}')
    difference = chain.difference_from(robot, calibration)
    if difference is not None:
        made = 'what serves was made for'
        if model is not None:
            made = f"model '{printable(model.name)}' was trained for"
        return served(solver, no=f'{made} another robot than the one described: {difference}')
    try:
        bounds = bounds_of(chain, description, wanted)
    except UrdfError as error:
        return served(solver, no=f'the soft limits of the robot description: {error}')
    alike = chain.difference_from(robot) is None
    return fitting(None if alike else robot, robot.base_frames)


def _fitted(
    solver: 'IkSolver', robot: KinematicChain | None, calibration: float, bounds: Bounds
) -> 'IkSolver':
    """Return a solver for the robot's own chain, or for the model's again, within limits."""
    limits = bounds.limits
    if robot is None and solver.robot is None and _alike(limits, solver.limits):
        return solver
    fitted = solver.fitted_to(
        tool=solver.tool, robot=robot, calibration=calibration, limits=limits
    )
    fitted.prepare_to_avoid()  # here, and not while the first request waits
    return fitted


def _alike(a: Limits | None, b: Limits | None) -> bool:
    return a is b or (a is not None and b is not None and all(map(np.array_equal, a, b)))
