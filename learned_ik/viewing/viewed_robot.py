# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ViewedRobot`: an arm to look at, by name or from a file, with a network or without."""

import dataclasses
from pathlib import Path

from learned_ik.errors import RobotMismatchError
from learned_ik.model import IkModel
from learned_ik.resources import shipped_files
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.named import RobotConfig, body_from_file, chain_from_file, text_of
from learned_ik.solving.solver import IkSolver

MODEL_SUFFIX = '.safetensors'


@dataclasses.dataclass(frozen=True)
class ViewedRobot:
    """What the page shows."""

    name: str
    solver: IkSolver
    urdf: Path | None  # that draws it; none: a line through its joints


def names() -> list[str]:
    """Return the robots that come with the package."""
    return [path.stem for path in shipped_files('config', '.yaml')]


def robot_named(name: str) -> ViewedRobot:
    """Return a robot that comes with the package, with its network where it has one.

    Raises:
        ConfigurationError: there is no such robot; the error lists those that there are.

    """
    config = RobotConfig.named(name)
    if config.model is None:
        chain = config.chain()
        return _robot(config.name, chain, body_from_file(config.urdf, chain), config.urdf)
    model = IkModel.load(config.model)
    return _robot(config.name, model, model.body, config.urdf)


def robot_of_model(path: Path, urdf: Path | None = None) -> ViewedRobot:
    """Return the robot that a model was trained for.

    Args:
        path: of the model's file, or the name of one that comes with the package.
        urdf: draws it; default: the one that comes with the package for this arm, if any.

    Raises:
        ModelFileError: the file cannot be read.
        RobotMismatchError: the URDF's robot is another one.

    """
    model = IkModel.load(path)
    if urdf is None:
        return _robot(path.stem, model, model.body, shipped_urdf(model.chain))
    check_fits(model, urdf)
    body = Body.from_urdf(
        text_of(urdf, 'URDF'),
        model.chain,
        folders=[urdf.resolve().parent],
        known=model.body,  # where it has the same capsules: working out pairs takes seconds
    )
    return _robot(path.stem, model, body, urdf)


def robot_of_urdf(path: Path, base: str | None = None, tip: str | None = None) -> ViewedRobot:
    """Return the robot of a URDF file, without a network.

    Args:
        path: of the file.
        base: link where the arm begins; default: the root of the tree.
        tip: link where it ends; default: the only leaf.

    Raises:
        UrdfError: or one of its subclasses: the URDF does not describe such an arm.
        ConfigurationError: the file cannot be read.

    """
    chain = chain_from_file(path, base, tip)
    return _robot(path.stem, chain, body_from_file(path, chain), path)


def shipped_urdf(chain: KinematicChain) -> Path | None:
    """Return the URDF of the robot that comes with the package and has this chain, if any."""
    for name in names():
        robot = RobotConfig.named(name)
        if robot.chain().fingerprint == chain.fingerprint:
            return robot.urdf
    return None


def check_fits(model: IkModel, urdf: Path) -> None:
    """Raise `RobotMismatchError` unless the model is for the robot of a URDF file."""
    robot = chain_from_file(urdf, model.chain.base_link, model.chain.tip_link)
    difference = model.chain.difference_from(robot)
    if difference is not None:
        raise RobotMismatchError(
            f"model '{model.name}' was trained for another robot than that of '{urdf}': "
            f'{difference}'
        )


def _robot(
    name: str, arm: IkModel | KinematicChain, body: Body | None, urdf: Path | None
) -> ViewedRobot:
    solver = IkSolver(arm, body=body)
    solver.warm_up()
    solver.prepare_to_avoid()  # so that the first sphere makes no one wait
    return ViewedRobot(name, solver, urdf)
