# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a URDF's tree of joints to the row of motions between two of its links.

What comes out are the fields of a `KinematicChain`, which this file does not know.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from urdf_parser_py import urdf as urdf_parser

from learned_ik.arrays import Array
from learned_ik.errors import (
    AmbiguousTipError,
    JointLimitError,
    NoActuatedJointError,
    UnknownLinkError,
    UnsupportedJointError,
    UrdfError,
)
from learned_ik.robot.parsing import parse_urdf
from learned_ik.rotations import inverse_transform, matrix_from_rpy, rotation_to_axis, transform

MOVING_TYPES = ('revolute', 'continuous', 'prismatic')


def chain_fields(
    urdf: str, base_link: str | None, tip_link: str | None, soft_limits: bool
) -> dict[str, Any]:
    """Return the fields of the chain between two links; see `KinematicChain.from_urdf`."""
    robot = parse_urdf(urdf)
    base_link = base_link if base_link is not None else robot.get_root()
    tip_link = tip_link if tip_link is not None else _only_leaf(robot)
    for role, link in (('base', base_link), ('tip', tip_link)):
        if link not in robot.link_map:
            raise UnknownLinkError(
                f"{role} link '{link}' is not in robot '{robot.name}'; "
                f'its links are: {", ".join(sorted(robot.link_map))}'
            )
    limits = _Limits(robot, soft_limits)
    names: list[str] = []  # actuated joints, as they are met
    lower: list[float] = []
    upper: list[float] = []
    transforms, motions = [np.eye(4)], []
    for joint, forwards in joints_between(robot, base_link, tip_link):
        T_origin = joint_origin(joint)
        if joint.type == 'fixed':
            transforms[-1] = transforms[-1] @ (
                T_origin if forwards else inverse_transform(T_origin)
            )
            continue
        drive = _drive(robot, joint)
        if drive.leader.name not in names:
            names.append(drive.leader.name)
            low, high = limits.of(drive.leader)
            lower.append(low)
            upper.append(high)
        k = names.index(drive.leader.name)
        if drive.leader is not joint:
            lower[k], upper[k] = limits.narrowed_by_follower(joint, drive, lower[k], upper[k])
        # Align the motion with z. Backwards, the child frame moves the other way and the fixed
        # origin comes after the motion instead of before it.
        T_axis = transform(
            rotation_to_axis(joint_axis(joint) * (1 if forwards else -1)), np.zeros(3)
        )
        if forwards:
            transforms[-1] = transforms[-1] @ T_origin @ T_axis
            transforms.append(T_axis.T)
        else:
            transforms[-1] = transforms[-1] @ T_axis
            transforms.append(T_axis.T @ inverse_transform(T_origin))
        motions.append((joint.type == 'prismatic', k, drive.multiplier, drive.offset))
    if not motions:
        raise NoActuatedJointError(
            f"nothing moves between base link '{base_link}' and tip link '{tip_link}'; "
            'expected at least one revolute, continuous or prismatic joint between them'
        )
    prismatic, source, multiplier, offset = zip(*motions, strict=True)
    joints = [robot.joint_map[name] for name in names]
    return {
        'base_link': base_link,
        'tip_link': tip_link,
        'joint_names': tuple(names),
        'joint_types': tuple(joint.type for joint in joints),
        'lower': np.array(lower),
        'upper': np.array(upper),
        'velocity': np.array([_velocity(joint) for joint in joints]),
        'transforms': np.array(transforms),
        'prismatic': np.array(prismatic, dtype=bool),
        'source': np.array(source, dtype=np.int64),
        'multiplier': np.array(multiplier, dtype=np.float64),
        'offset': np.array(offset, dtype=np.float64),
        'base_frames': _rigid_frames(robot, base_link),
    }


def _only_leaf(robot: urdf_parser.Robot) -> str:
    leaves = sorted(link for link in robot.link_map if link not in robot.child_map)
    if len(leaves) > 1:
        raise AmbiguousTipError(
            f"no tip link was named and robot '{robot.name}' has {len(leaves)} leaves; "
            f'name one of: {", ".join(leaves)}'
        )
    return leaves[0]


def joints_between(
    robot: urdf_parser.Robot, base_link: str, tip_link: str
) -> Iterator[tuple[urdf_parser.Joint, bool]]:
    """Yield each joint on the way, and whether it is traversed from parent to child."""
    up, down = _joints_to_root(robot, base_link), _joints_to_root(robot, tip_link)
    while up and down and up[-1] is down[-1]:  # what both share lies above their fork
        up.pop()
        down.pop()
    for joint in up:
        yield _supported(joint), False
    for joint in reversed(down):
        yield _supported(joint), True


def _joints_to_root(robot: urdf_parser.Robot, link: str) -> list[urdf_parser.Joint]:
    joints = []
    while link in robot.parent_map:
        name, link = robot.parent_map[link]
        joints.append(robot.joint_map[name])
    return joints


def _supported(joint: urdf_parser.Joint) -> urdf_parser.Joint:
    if joint.type not in (*MOVING_TYPES, 'fixed'):
        raise UnsupportedJointError(
            f"joint '{joint.name}' is {joint.type}, which one number cannot move; choose base and "
            f'tip links with only {", ".join(MOVING_TYPES)} and fixed joints between them'
        )
    return joint


class _Drive(NamedTuple):
    """What moves a joint: value = multiplier * (value of leader) + offset."""

    leader: urdf_parser.Joint
    multiplier: float
    offset: float


def _drive(robot: urdf_parser.Robot, joint: urdf_parser.Joint) -> _Drive:
    """Follow mimic tags to the joint that is really actuated; the joint itself without one."""
    multiplier, offset, leader, passed = 1.0, 0.0, joint, [joint.name]
    while leader.mimic is not None:
        mimic = leader.mimic
        if mimic.joint not in robot.joint_map:
            raise UrdfError(f"joint '{leader.name}' mimics '{mimic.joint}', which does not exist")
        # The parser gives None for what is absent: the standard's defaults are 1 and 0.
        factor = 1.0 if mimic.multiplier is None else mimic.multiplier
        offset += multiplier * (0.0 if mimic.offset is None else mimic.offset)
        multiplier *= factor
        leader = robot.joint_map[mimic.joint]
        if leader.name in passed:
            raise UrdfError(f'joints mimic each other in a loop: {" -> ".join(passed)}')
        passed.append(leader.name)
        if leader.type not in MOVING_TYPES:
            raise UnsupportedJointError(
                f"joint '{joint.name}' mimics '{leader.name}', which is {leader.type}; "
                f'expected {", ".join(MOVING_TYPES)}'
            )
    if not (math.isfinite(multiplier) and math.isfinite(offset)):
        raise UrdfError(f"joint '{joint.name}': mimic multiplier and offset must be finite")
    return _Drive(leader, multiplier, offset)


class _Limits:
    """Where a joint may go: hard limits, or the safety controller's."""

    def __init__(self, robot: urdf_parser.Robot, soft: bool) -> None:
        self._robot = robot
        self._soft = soft

    def of(self, joint: urdf_parser.Joint) -> tuple[float, float]:
        """Return lower and upper limit [rad or m]; a full turn for a continuous joint."""
        if joint.type == 'continuous':
            return -math.pi, math.pi
        if joint.limit is None or math.isnan(joint.limit.lower):
            raise JointLimitError(
                f"joint '{joint.name}' is {joint.type} but has no <limit lower=... upper=...>; "
                'give it one, or make it continuous'
            )
        lower, upper = joint.limit.lower, joint.limit.upper
        if self._soft and joint.safety_controller is not None:
            lower = max(lower, joint.safety_controller.soft_lower_limit)
            upper = min(upper, joint.safety_controller.soft_upper_limit)
        if not (math.isfinite(lower) and math.isfinite(upper)):
            raise JointLimitError(
                f"joint '{joint.name}': limits [{lower}, {upper}]; expected finite ones"
            )
        if lower > upper:
            raise JointLimitError(
                f"joint '{joint.name}': lower limit {lower} lies above upper limit {upper}"
            )
        return lower, upper

    def narrowed_by_follower(
        self, follower: urdf_parser.Joint, drive: _Drive, lower: float, upper: float
    ) -> tuple[float, float]:
        """Narrow a leader's limits to those values at which its follower keeps its own."""
        if follower.type == 'continuous' or follower.limit is None or drive.multiplier == 0:
            return lower, upper
        if math.isnan(follower.limit.lower):
            return lower, upper
        ends = [(end - drive.offset) / drive.multiplier for end in self.of(follower)]
        narrowed = max(lower, min(ends)), min(upper, max(ends))
        if narrowed[0] > narrowed[1]:
            raise JointLimitError(
                f"joint '{follower.name}' mimics '{drive.leader.name}', but no value of it keeps "
                'both within their limits'
            )
        return narrowed


def joint_origin(joint: urdf_parser.Joint) -> Array:
    """Return T_parent_joint (4, 4); the identity where the URDF gives none."""
    if joint.origin is None:
        return np.eye(4)
    xyz = joint.origin.xyz if joint.origin.xyz is not None else [0.0, 0.0, 0.0]
    rpy = joint.origin.rpy if joint.origin.rpy is not None else [0.0, 0.0, 0.0]
    if not (np.isfinite(xyz).all() and np.isfinite(rpy).all()):
        raise UrdfError(f"joint '{joint.name}': origin {xyz} {rpy} is not finite")
    return transform(matrix_from_rpy(rpy), xyz)


def joint_axis(joint: urdf_parser.Joint) -> Array:
    """Return the unit axis (3,) in the joint's frame; x where the URDF gives none."""
    axis = np.array(joint.axis if joint.axis is not None else [1.0, 0.0, 0.0], dtype=np.float64)
    length = float(np.linalg.norm(axis))
    if not math.isfinite(length) or length < 1e-9:
        raise UrdfError(
            f"joint '{joint.name}': axis {axis.tolist()}; expected three numbers, not 0"
        )
    return axis / length


def _velocity(joint: urdf_parser.Joint) -> float:
    """Return the velocity limit [rad/s or m/s]; infinite where there is none."""
    if joint.limit is None or not joint.limit.velocity or not joint.limit.velocity > 0:
        return math.inf
    return float(joint.limit.velocity)


def _rigid_frames(robot: urdf_parser.Robot, base_link: str) -> dict[str, Array]:
    """Return T_base_link (4, 4) for every link that fixed joints alone tie to the base."""
    frames, frontier = {base_link: np.eye(4)}, [base_link]
    while frontier:
        link = frontier.pop()
        steps = [
            (joint.child, joint_origin(joint))
            for joint in robot.joints
            if joint.type == 'fixed' and joint.parent == link
        ]
        steps += [
            (joint.parent, inverse_transform(joint_origin(joint)))
            for joint in robot.joints
            if joint.type == 'fixed' and joint.child == link
        ]
        for neighbour, T in steps:
            if neighbour not in frames:
                frames[neighbour] = frames[link] @ T
                frontier.append(neighbour)
    return frames
