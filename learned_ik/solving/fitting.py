# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A trained network on the arm as it stands there: another tool, measured anew, narrower limits.

None of these needs a new training. The tool is folded into the chain and into the network's first
layer; a calibrated robot's own chain is what refinement runs on, from the network's answer; within
narrower limits the network still says where to begin.
"""

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.checks import numbers, shortened
from learned_ik.errors import InvalidInputError, JointLimitError, RobotMismatchError
from learned_ik.network import Network
from learned_ik.notation.pose_forms import read_poses
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.names import shown
from learned_ik.rotations import matrix_from_quaternion, normalized_quaternion, transform

CALIBRATION = 0.01  # [m], by how much a calibrated robot's tip may be elsewhere


def checked_tool(tool: npt.ArrayLike) -> Array:
    """Return a tool as (7,): x y z [m] and unit quaternion x y z w, in the tip link's frame.

    Raises:
        InvalidInputError: it is not that, nor a transform (4, 4) of any form.

    """
    position, orientation, is_pose = read_poses(tool, None, ('tool', 'tool'))
    values = np.concatenate([position, orientation]) if is_pose else numbers(tool, 'tool')
    if values.shape != (7,) or not np.isfinite(values).all():
        raise InvalidInputError(
            f'tool is {shortened(values.tolist())}; expected seven finite numbers: x y z [m] and '
            "a quaternion x y z w, in the tip link's frame"
        )
    return np.concatenate(
        [values[:3], normalized_quaternion(values[3:], 'quaternion of the tool')]
    )


class Limits(NamedTuple):
    """How far joints may go, each (joints,) [rad or m]; infinite where nobody says."""

    lower: Array
    upper: Array


def checked_limits(limits: Any, chain: KinematicChain) -> Limits:
    """Return limits: a pair (lower, upper), each (joints,) [rad or m] or one number for all.

    Raises:
        InvalidInputError: they are no such pair, or there is NaN in them.

    """
    if not isinstance(limits, tuple | list | np.ndarray) or len(limits) != 2:
        raise InvalidInputError(
            f'limits are {shortened(limits)}; expected a pair (lower, upper) [rad or m]'
        )
    ends = []
    for name, end in zip(Limits._fields, limits, strict=True):
        values = numbers(end, f'the {name} limits')
        if values.shape not in ((), chain.lower.shape) or np.isnan(values).any():
            raise InvalidInputError(
                f'the {name} limits are {shortened(values.tolist())}; expected '
                f'({chain.joint_count},) numbers [rad or m], infinite where there is no limit'
            )
        ends.append(np.broadcast_to(values, chain.lower.shape).copy())
    return Limits(*ends)


def narrowed(chain: KinematicChain, limits: Limits) -> KinematicChain:
    """Return a chain within narrower limits; what lies beyond its own is clipped to these.

    An endless joint stays endless where neither limit is finite; where only one is, it turns from
    there as far as brings every pose.

    Raises:
        JointLimitError: of some joint's range nothing is left.

    """
    lower, upper, kinds = chain.lower.copy(), chain.upper.copy(), list(chain.joint_types)
    for k, (low, high) in enumerate(zip(*limits, strict=True)):
        if kinds[k] != 'continuous':
            lower[k], upper[k] = max(low, lower[k]), min(high, upper[k])
        elif math.isfinite(low) or math.isfinite(high):
            span, kinds[k] = upper[k] - lower[k], 'revolute'
            lower[k] = low if math.isfinite(low) else high - span
            upper[k] = high if math.isfinite(high) else low + span
        if not lower[k] <= upper[k] or low == math.inf or high == -math.inf:
            own = 'any angle' if chain.continuous[k] else f'{chain.lower[k]} to {chain.upper[k]}'
            raise JointLimitError(
                f"joint '{shown(chain.joint_names[k])}': limits [{low}, {high}] leave nothing of "
                f'its own, {own}; expected lower <= upper, and some of these between them'
            )
    return dataclasses.replace(chain, lower=lower, upper=upper, joint_types=tuple(kinds))


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
    limits: Limits | None = None,
) -> tuple[KinematicChain, Network | None]:
    """Return the chain to solve for, and the network for it.

    Args:
        trained: the chain of the model.
        network: what was trained for it.
        tool: (7,), as `checked_tool` returns it; None: poses are those of the tip link.
        robot: the same arm, measured more closely.
        calibration: [m], how far apart their tips may be.
        limits: narrower than those of the chain; None: its own.

    Raises:
        RobotMismatchError: `robot` is another arm.
        JointLimitError: the limits leave nothing of the range of a joint.

    """
    chain = trained if robot is None else calibrated(trained, robot, calibration)
    if limits is not None:
        chain = narrowed(chain, limits)
    if tool is None:
        return chain, network
    T_tip_tool = transform(matrix_from_quaternion(tool[3:]), tool[:3])
    return chain.with_tool(T_tip_tool), network and network.at_tool(T_tip_tool)
