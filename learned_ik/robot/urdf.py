# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a URDF's tree of joints to the row of motions between two of its links.

What comes out are the fields of a `KinematicChain`, which this file does not know.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import (
    AmbiguousTipError,
    NoActuatedJointError,
    UnknownLinkError,
    UnsupportedJointError,
    UrdfError,
)
from learned_ik.robot.description.actuation import Actuation
from learned_ik.robot.description.advice import angles_advice, direction_advice, limits_advice
from learned_ik.robot.description.bounds import LARGEST_LENGTH, MOST_MOTIONS
from learned_ik.robot.description.elements import RUN_XACRO, is_xacro
from learned_ik.robot.description.motion import (
    MOVING_TYPES,
    Drives,
    joint_axis,
    joint_origin,
    joint_velocity,
)
from learned_ik.robot.description.names import listed, shown
from learned_ik.robot.description.tree import Joint, Robot
from learned_ik.robot.description.xacro import (
    check_end,
    is_of_xacro,
    leftover_advice,
    makes_nothing,
    not_expanded,
    with_question,
)
from learned_ik.robot.parsing import parse_urdf, urdf_text
from learned_ik.rotations import inverse_transform, rotation_to_axis, transform


def chain_fields(
    urdf: str, base_link: str | None, tip_link: str | None, soft_limits: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of the chain between two links, and a line on whatever is suspicious.

    See `KinematicChain.from_urdf`.
    """
    robot = parse_urdf(urdf)
    base_link = robot.root if base_link is None else base_link
    if tip_link is None:
        tip_link = _only_leaf(robot)
        check_end(robot.xacro, tip_link)
    with with_question(robot.xacro, UnknownLinkError, NoActuatedJointError):
        return _fields(robot, base_link, tip_link, soft_limits)


def _fields(
    robot: Robot, base_link: str, tip_link: str, soft_limits: bool
) -> tuple[dict[str, Any], list[str]]:
    for role, link in (('base', base_link), ('tip', tip_link)):
        _check_link(robot, link, role)
    drives, actuation = Drives(robot.joint_map), Actuation(soft_limits)
    transforms, motions = [np.eye(4)], []
    way = list(joints_between(robot, base_link, tip_link))
    for joint, forwards in way:
        T_origin = joint_origin(joint)
        if joint.type == 'fixed':
            transforms[-1] = transforms[-1] @ (
                T_origin if forwards else inverse_transform(T_origin)
            )
            continue
        drive = drives.of(joint)
        k = actuation.number_of(drive, joint)
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
    _check_size(transforms, base_link, tip_link)
    prismatic, source, multiplier, offset = zip(*motions, strict=True)
    joints = actuation.joints
    fields = {
        'base_link': base_link,
        'tip_link': tip_link,
        'joint_names': tuple(each.joint.name for each in joints),
        'joint_types': tuple(each.type for each in joints),
        'lower': np.array([each.range[0] for each in joints]),
        'upper': np.array([each.range[1] for each in joints]),
        'velocity': np.array([joint_velocity(each.joint) for each in joints]),
        'transforms': np.array(transforms),
        'prismatic': np.array(prismatic, dtype=bool),
        'source': np.array(source, dtype=np.int64),
        'multiplier': np.array(multiplier, dtype=np.float64),
        'offset': np.array(offset, dtype=np.float64),
        'base_frames': _rigid_frames(robot, base_link),
    }
    advice = leftover_advice(robot.xacro) + limits_advice(joints)
    advice += direction_advice([forwards for _, forwards in way], base_link, tip_link)
    return fields, advice + angles_advice(joint for joint, _ in way)


def tied_links(urdf: str, link: str) -> tuple[str, dict[str, Array]]:
    """Return the root of a description, and what fixed joints alone tie to a link of it.

    Args:
        urdf: the text of the URDF.
        link: in it.

    Returns:
        The root link's name, and T_link_other (4, 4) of each other link, its own included.

    Raises:
        UrdfError: it cannot be read, or has no such link.

    """
    robot = parse_urdf(urdf_text(urdf))
    _check_link(robot, link, 'tied')
    return robot.root, _rigid_frames(robot, link)


def _check_link(robot: Robot, link: str, role: str) -> None:
    if link not in robot.link_map:
        raise UnknownLinkError(
            f"{role} link '{shown(link)}' is not in robot '{shown(robot.name)}'; "
            f'its links are: {listed(sorted(robot.link_map))}'
        )


def _check_size(transforms: Sequence[Array], base_link: str, tip_link: str) -> None:
    """Raise `UrdfError` for a chain without motions, with too many, or with too long a way."""
    ends = f"base link '{shown(base_link)}' and tip link '{shown(tip_link)}'"
    motions = len(transforms) - 1
    if motions == 0 and base_link == tip_link:
        raise NoActuatedJointError(
            f"base_link and tip_link are the same link, '{shown(base_link)}', and nothing moves "
            'between them; name the other end of the arm, or look whether the two are swapped'
        )
    if motions == 0:
        raise NoActuatedJointError(
            f'nothing moves between {ends}; expected at least one revolute, continuous or '
            'prismatic joint between them'
        )
    if motions > MOST_MOTIONS:
        raise UrdfError(f'{motions} joints move between {ends}; expected {MOST_MOTIONS} at most')
    longest = max(float(np.abs(T[:3, 3]).max()) for T in transforms)
    if longest > LARGEST_LENGTH:  # of fixed joints together
        raise UrdfError(
            f'two joints between {ends} are {longest:g} m apart; expected {LARGEST_LENGTH:g} m '
            'at most'
        )


def _only_leaf(robot: Robot) -> str:
    leaves = robot.leaves
    if len(leaves) > 1:
        raise AmbiguousTipError(
            f"no tip link was named and robot '{shown(robot.name)}' has {len(leaves)} leaves; "
            f'name one of: {listed(leaves)}'
        )
    return leaves[0]


def joints_between(robot: Robot, base_link: str, tip_link: str) -> Iterator[tuple[Joint, bool]]:
    """Yield each joint on the way, and whether it is traversed from parent to child."""
    up, down = _joints_to_root(robot, base_link), _joints_to_root(robot, tip_link)
    while up and down and up[-1] is down[-1]:  # what both share lies above their fork
        up.pop()
        down.pop()
    for joint in up:
        yield _supported(joint), False
    for joint in reversed(down):
        yield _supported(joint), True


def _joints_to_root(robot: Robot, link: str) -> list[Joint]:
    joints = []
    while link in robot.above:
        joints.append(robot.above[link])
        link = joints[-1].parent
    return joints


def _supported(joint: Joint) -> Joint:
    if joint.type not in (*MOVING_TYPES, 'fixed'):
        raise UnsupportedJointError(
            f'{joint.where} is {shown(joint.type) or "of no type"}, which one number cannot move; '
            f'choose base and tip links with only {", ".join(MOVING_TYPES)} and fixed joints '
            'between them'
        )
    for element in joint.element.iterchildren('*'):
        if is_of_xacro(element) and not makes_nothing(element):
            raise UrdfError(f'{joint.where} is not complete: {not_expanded(element)}')
    for name in (joint.name, joint.parent, joint.child):
        if is_xacro(name):
            raise UrdfError(
                f"{joint.where} has the name '{shown(name)}' in it, xacro that was not expanded: "
                f'{RUN_XACRO}'
            )
    return joint


def _rigid_frames(robot: Robot, base_link: str) -> dict[str, Array]:
    """Return T_base_link (4, 4) for every link that fixed joints alone tie to the base.

    Links behind a joint that does not say where it stands, or too far away, are left out: the
    chain needs none.
    """
    frames, frontier = {base_link: np.eye(4)}, [base_link]
    while frontier:
        link = frontier.pop()
        for joint, neighbour in robot.neighbours(link):
            if joint.type != 'fixed' or neighbour in frames:
                continue
            try:
                T = joint_origin(joint)
            except UrdfError:
                continue
            T = frames[link] @ (T if neighbour == joint.child else inverse_transform(T))
            if np.abs(T[:3, 3]).max() <= LARGEST_LENGTH:
                frames[neighbour] = T
                frontier.append(neighbour)
    return frames
