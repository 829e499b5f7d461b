# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How one joint of a URDF moves: where it stands, about which axis, how far, and after whom."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from lxml import etree

from learned_ik.arrays import Array
from learned_ik.errors import JointLimitError, UnsupportedJointError, UrdfError
from learned_ik.robot.description.bounds import (
    LARGEST_ANGLE,
    LARGEST_FACTOR,
    LARGEST_LENGTH,
    LARGEST_SPEED,
    NO_LIMIT,
)
from learned_ik.robot.description.elements import child, line_of, numbers
from learned_ik.robot.description.names import listed, shown
from learned_ik.robot.description.tree import Joint
from learned_ik.rotations import matrix_from_rpy, transform

MOVING_TYPES = ('revolute', 'continuous', 'prismatic')
LARGEST = {'prismatic': LARGEST_LENGTH}  # of a limit, by the joint's type; else LARGEST_ANGLE


def joint_origin(joint: Joint) -> Array:
    """Return T_parent_joint (4, 4); the identity where the URDF gives none."""
    origin = child(joint.element, 'origin')
    if origin is None:
        return np.eye(4)
    called = f"joint '{shown(joint.name)}': origin"
    xyz = numbers(origin, 'xyz', f'{called} xyz', 3, default='0 0 0', largest=LARGEST_LENGTH)
    rpy = numbers(origin, 'rpy', f'{called} rpy', 3, default='0 0 0', largest=LARGEST_ANGLE)
    return transform(matrix_from_rpy(rpy), xyz)


def joint_axis(joint: Joint) -> Array:
    """Return the unit axis (3,) in the joint's frame; x where the URDF gives none."""
    element = child(joint.element, 'axis')
    if element is None:
        return np.array([1.0, 0.0, 0.0])
    axis = np.array(numbers(element, 'xyz', f"joint '{shown(joint.name)}': axis", 3))
    longest = float(np.abs(axis).max())
    if not 1e-9 <= longest < math.inf:  # NaN neither
        raise UrdfError(
            f"{line_of(element)}joint '{shown(joint.name)}': axis {axis.tolist()}; expected three "
            'numbers, not 0'
        )
    axis = axis / longest  # no square overflows
    return axis / np.linalg.norm(axis)


class Range(NamedTuple):
    """How far a joint may go."""

    lower: float  # [rad or m]
    upper: float
    endless: bool = False  # it turns without end, or as if: the limits are a full turn


FULL_TURN = Range(-math.pi, math.pi, endless=True)


def joint_range(joint: Joint, soft: bool) -> Range:
    """Return the limits of a joint that moves; a full turn for a continuous one.

    Limits of ±1000 rad and more are how converters write that there are none.

    Args:
        joint: revolute, continuous or prismatic.
        soft: heed the safety controller's limits too.

    Raises:
        JointLimitError: there are none, they are too large, or the lower lies above the upper.
        UrdfError: they are no numbers.

    """
    if joint.type == 'continuous':
        return FULL_TURN
    hard = _bounds(joint, 'limit', 'lower', 'upper')
    if hard is None:
        raise JointLimitError(
            f'{joint.where} is {joint.type} but has no <limit lower=... upper=...>; '
            f'give it one{", or make it continuous" if joint.type == "revolute" else ""}'
        )
    lower, upper = hard
    if soft:
        softer = _bounds(joint, 'safety_controller', 'soft_lower_limit', 'soft_upper_limit')
        if softer is not None:
            lower, upper = max(lower, softer[0]), min(upper, softer[1])
    if joint.type == 'revolute' and lower <= -NO_LIMIT and upper >= NO_LIMIT:
        return FULL_TURN
    largest = LARGEST.get(joint.type, LARGEST_ANGLE)
    if not (abs(lower) <= largest and abs(upper) <= largest):  # NaN neither
        or_endless = ', or a continuous joint' if joint.type == 'revolute' else ''
        raise JointLimitError(
            f'{joint.where}: limits [{lower:g}, {upper:g}]; expected finite ones, at most '
            f'{largest:g}{or_endless}'
        )
    if lower > upper:
        raise JointLimitError(
            f'{joint.where}: lower limit {lower:g} lies above upper limit {upper:g}'
        )
    return Range(lower + 0.0, upper + 0.0)  # -0.0 becomes 0.0


def has_limits(joint: Joint) -> bool:
    """Say whether the URDF gives limits for a joint, right or wrong."""
    return _bounds_element(joint, 'limit', 'lower', 'upper') is not None


def rest_position(joint: Joint) -> float:
    """Return where a joint stands that nobody moves: at 0, or at its limit nearest to 0."""
    if joint.type not in ('revolute', 'prismatic'):
        return 0.0
    try:
        lower, upper, _ = joint_range(joint, soft=False)
    except UrdfError:  # it is not on the chain: whatever its limits are, they do not matter
        return 0.0
    return min(max(0.0, lower), upper)


def joint_velocity(joint: Joint) -> float:
    """Return the velocity limit [rad/s or m/s]; infinite where there is none."""
    limit = child(joint.element, 'limit')
    if limit is None:
        return math.inf
    what = f"joint '{shown(joint.name)}': <limit> velocity"
    (velocity,) = numbers(limit, 'velocity', what, default='inf')
    return velocity if 0 < velocity < LARGEST_SPEED else math.inf


class Drive(NamedTuple):
    """What moves a joint: value = multiplier * (value of leader) + offset."""

    leader: Joint
    multiplier: float
    offset: float


class Drives:
    """Who moves each joint: itself, or the one that its mimic tags lead to."""

    def __init__(self, joints: Mapping[str, Joint]) -> None:
        self._joints = joints
        self._known: dict[str, Drive] = {}

    def of(self, joint: Joint) -> Drive:
        """Follow mimic tags to the joint that is really actuated; the joint itself without one.

        Raises:
            UrdfError: a tag is malformed, leads to no joint, or in a loop.
            UnsupportedJointError: a joint on the way is not one that moves.

        """
        followers: dict[str, tuple[Joint, float, float]] = {}  # from the joint to its leader
        leader = joint
        while leader.name not in self._known and (followed := _followed(leader)) is not None:
            name, multiplier, offset = followed
            followers[leader.name] = leader, multiplier, offset
            if name not in self._joints:
                raise UrdfError(f"{leader.where} mimics '{shown(name)}', which does not exist")
            if name in followers:
                raise UrdfError(f'joints mimic each other in a loop: {listed(followers)}')
            leader = self._joints[name]
            if leader.type not in MOVING_TYPES:
                raise UnsupportedJointError(
                    f"{joint.where} mimics '{shown(name)}', which is {shown(leader.type)}; "
                    f'expected {", ".join(MOVING_TYPES)}'
                )
        drive = self._known.setdefault(leader.name, Drive(leader, 1.0, 0.0))
        for follower, multiplier, offset in reversed(followers.values()):
            drive = Drive(
                drive.leader, multiplier * drive.multiplier, multiplier * drive.offset + offset
            )
            if not max(abs(drive.multiplier), abs(drive.offset)) <= LARGEST_FACTOR:
                raise UrdfError(
                    f"{follower.where} follows '{shown(drive.leader.name)}' with multiplier "
                    f'{drive.multiplier:g} and offset {drive.offset:g}; expected finite ones, at '
                    f'most {LARGEST_FACTOR:g}'
                )
            self._known[follower.name] = drive
        return drive


def _followed(joint: Joint) -> tuple[str, float, float] | None:
    """Return whom a joint mimics, with which multiplier and offset; None for an actuated one."""
    mimic = child(joint.element, 'mimic')
    if mimic is None:
        return None
    called = f"joint '{shown(joint.name)}': mimic"
    (multiplier,) = numbers(
        mimic, 'multiplier', f'{called} multiplier', default='1', largest=LARGEST_FACTOR
    )
    (offset,) = numbers(mimic, 'offset', f'{called} offset', default='0', largest=LARGEST_FACTOR)
    return mimic.get('joint') or '', multiplier, offset


def _bounds(joint: Joint, tag: str, low: str, high: str) -> tuple[float, float] | None:
    """Return two limits of a joint; None where it has neither. A single one leaves the other 0."""
    element = _bounds_element(joint, tag, low, high)
    if element is None:
        return None
    called = f"joint '{shown(joint.name)}': <{tag}>"
    (lower,) = numbers(element, low, f'{called} {low}', default='0')
    (upper,) = numbers(element, high, f'{called} {high}', default='0')
    return lower, upper


def _bounds_element(joint: Joint, tag: str, low: str, high: str) -> etree._Element | None:
    element = child(joint.element, tag)
    if element is None or (element.get(low) is None and element.get(high) is None):
        return None
    return element
