# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A trained network on the arm as it stands there: with another tool, or measured more closely.

Neither needs a new training. The tool is folded into the chain and into the network's first
layer; a calibrated robot's own chain is what refinement runs on, from the network's answer.
"""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.checks import numbers, shortened
from learned_ik.errors import InvalidInputError, RobotMismatchError
from learned_ik.network import Network
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import matrix_from_quaternion, normalized_quaternion, transform

CALIBRATION = 0.01  # [m], by how much a calibrated robot's tip may be elsewhere


def checked_tool(tool: npt.ArrayLike) -> Array:
    """Return a tool as (7,): x y z [m] and unit quaternion x y z w, in the tip link's frame.

    Raises:
        InvalidInputError: it is not that.

    """
    values = numbers(tool, 'tool')
    if values.shape != (7,) or not np.isfinite(values).all():
        raise InvalidInputError(
            f'tool is {shortened(values.tolist())}; expected seven finite numbers: x y z [m] and '
            "a quaternion x y z w, in the tip link's frame"
        )
    return np.concatenate(
        [values[:3], normalized_quaternion(values[3:], 'quaternion of the tool')]
    )


def calibrated(
    trained: KinematicChain, robot: KinematicChain, calibration: float
) -> KinematicChain:
    """Return the robot's own chain within the limits that a network was trained for.

    Raises:
        RobotMismatchError: it is another robot, or further away than a calibration explains.

    """
    difference = trained.difference_from(robot, calibration)
    if difference is not None:
        raise RobotMismatchError(f'the network was trained for another robot: {difference}')
    return robot.with_limits(trained.lower, trained.upper)


def fitted(
    trained: KinematicChain,
    network: Network | None,
    tool: Array | None,
    robot: KinematicChain | None,
    calibration: float,
) -> tuple[KinematicChain, Network | None]:
    """Return the chain to solve for, and the network for it.

    Args:
        trained: the chain of the model.
        network: what was trained for it.
        tool: (7,), as `checked_tool` returns it; None: poses are those of the tip link.
        robot: the same arm, measured more closely.
        calibration: [m], how far apart their tips may be.

    Raises:
        RobotMismatchError: `robot` is another arm.

    """
    chain = trained if robot is None else calibrated(trained, robot, calibration)
    if tool is None:
        return chain, network
    T_tip_tool = transform(matrix_from_quaternion(tool[3:]), tool[:3])
    return chain.with_tool(T_tip_tool), network and network.at_tool(T_tip_tool)
