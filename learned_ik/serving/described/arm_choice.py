# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which arm is served where no model was named, and by what network, if there is one.

1. The arm that parameters or MoveIt's SRDF ask for: by its links, or by its planning group.
2. Else the arm that is served now, as long as the robot has it; then TIAGo's.
3. Else the arm of the only shipped model that fits the robot.
4. Else the robot's only chain; see `arm_tip.py`.

A chain is served with a network where the user's folder or the package has one for it.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from learned_ik import resources
from learned_ik.errors import ConfigurationError, LearnedIkError, UrdfError
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.names import listed
from learned_ik.serving.described.kept_models import kept_model
from learned_ik.serving.described.wanted_arm import WantedArm
from learned_ik.serving.limits.wanted_limits import WantedLimits
from learned_ik.serving.loading import SHIPPED_MODEL, made_ready
from learned_ik.serving.served_robot import ServedRobot, served_robot
from learned_ik.solving.solver import IkSolver


def chosen_robot(
    description: str,
    arm: WantedArm,
    now: ServedRobot,
    calibration: float,
    wanted: WantedLimits,
    say: Callable[[str], Any],
) -> ServedRobot:
    """Return what serves the arm that is wanted of a robot.

    Args:
        description: the robot's URDF.
        arm: which one of its arms.
        now: what serves now, and goes on where it is the wanted arm; its tool is kept.
        calibration: [m], how far the robot's tip may be from a model's.
        wanted: what narrows the limits.
        say: called with a line of text before anything that takes long.

    Returns:
        With `mismatch` set where there is no such arm, where it is not known which one it is, or
        where limits are wanted of none of its joints.

    """
    try:
        solver = _solver(description, arm, now, calibration)
        if solver is not now.solver:
            made_ready(solver, say)
        return served_robot(solver, description, calibration, wanted)
    except LearnedIkError as error:
        return dataclasses.replace(
            served_robot(now.solver, None, calibration),
            description=description,
            mismatch=f'the robot described cannot be served: {error}',
            placeholder=now.placeholder,
        )


def _solver(description: str, arm: WantedArm, now: ServedRobot, calibration: float) -> IkSolver:
    """Return a solver for the arm that is wanted of a robot.

    Raises:
        UrdfError: the robot has no such arm.
        ConfigurationError: it is not known which one is wanted.

    """
    ends = arm.ends()
    if ends is None:
        chain = _likely_chain(description, now, calibration) or arm.only_chain(description)
    else:
        base_link, tip_link = ends
        chain = KinematicChain.from_urdf(description, base_link or None, tip_link or None)

    def fits(model: IkModel) -> bool:
        return model.chain.difference_from(chain, calibration) is None

    if now.model is not None and fits(now.model):
        return now.solver  # its network may have been trained further
    model = kept_model(chain) or next(filter(fits, _shipped()), None)
    if model is None and now.solver.trained_chain.fingerprint == chain.fingerprint:
        return now.solver
    return IkSolver(model or chain, tool=now.solver.tool)


def _likely_chain(description: str, now: ServedRobot, calibration: float) -> KinematicChain | None:
    """Return a robot's arm for which there is a model, where nobody has said which is wanted.

    Raises:
        ConfigurationError: there are several.

    """
    served_now = [now.model] if now.model is not None else []
    default = [IkModel.load(resources.shipped_file(SHIPPED_MODEL))]
    for models in (served_now, default, _shipped()):
        chains = {
            model.name: chain
            for model in models
            if (chain := _described(model, description, calibration)) is not None
        }
        if len(chains) > 1:
            raise ConfigurationError(
                f'there are models for several of its arms, {listed(list(chains))}; name one by '
                'the parameter model, or the arm by base_link and tip_link'
            )
        if chains:
            return next(iter(chains.values()))
    return None


def _described(model: IkModel, description: str, calibration: float) -> KinematicChain | None:
    """Return the chain of a robot that a model fits; None: it has no such chain."""
    chain = model.chain
    if chain.base_link not in description or chain.tip_link not in description:
        return None  # which needs no parsing
    try:
        robot = KinematicChain.from_urdf(description, chain.base_link, chain.tip_link)
    except UrdfError:
        return None
    return robot if chain.difference_from(robot, calibration) is None else None


def _shipped() -> Sequence[IkModel]:
    return [IkModel.load(path) for path in resources.shipped_files('models', '.safetensors')]
