# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which frame of a chain carries each link of the robot, also those beside the chain."""

import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import UrdfError
from learned_ik.robot.capsules import STILL, Capsule, PlacedCapsule, capsule_around
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.bounds import LARGEST_LENGTH
from learned_ik.robot.description.motion import joint_axis, joint_origin, rest_position
from learned_ik.robot.description.names import shown
from learned_ik.robot.description.tree import Joint, Robot
from learned_ik.robot.parsing import parse_urdf
from learned_ik.robot.shapes import collision_capsules
from learned_ik.robot.urdf import joints_between
from learned_ik.rotations import inverse_transform, rotation_to_axis, transform

MOST_CAPSULES = 800  # of a body

log = logging.getLogger(__name__)


def attached_capsules(
    urdf: str,
    chain: KinematicChain,
    folders: Sequence[Path],
    bulge: float,
    leave_out: Collection[str] = (),
) -> list[PlacedCapsule]:
    """Return the capsules of all links of a URDF, each in the frame that carries it.

    They reach about `bulge` [m] beyond what they hold, `STILL` times that where nothing moves.
    Links of `leave_out` have none if one of their shapes cannot be read.
    """
    carriers = link_frames(parse_urdf(urdf), chain)

    def bulge_of(link: str) -> float:
        moves = link in carriers and carriers[link][0] > 0
        return bulge if moves else STILL * bulge

    placed = [
        PlacedCapsule(link, carriers[link][0], capsule.moved(carriers[link][1]))
        for link, capsules in collision_capsules(urdf, folders, bulge_of, leave_out).items()
        if link in carriers
        for capsule in capsules
    ]
    near = [each for each in placed if _farthest(each.capsule) <= LARGEST_LENGTH]
    if len(near) < len(placed):
        log.warning(
            '%d collision shapes are left out: they reach farther than %g m',
            len(placed) - len(near),
            LARGEST_LENGTH,
        )
    return joined(near)


def _farthest(capsule: Capsule) -> float:
    """Return how far a capsule reaches along an axis, at the most [m]."""
    return float(np.abs([capsule.a, capsule.b]).max()) + capsule.radius


def joined(placed: list[PlacedCapsule]) -> list[PlacedCapsule]:
    """Return no more capsules than a body can have, which hold all that are given.

    Where there are too many, those of one link become one; and if that is not enough, those of one
    frame, which goes by its first link's name.
    """
    for what, key in (('link', lambda each: each.link), ('frame', lambda each: each.frame)):
        if len(placed) <= MOST_CAPSULES:
            break
        together: dict[Any, list[PlacedCapsule]] = {}
        for each in placed:
            together.setdefault(key(each), []).append(each)
        log.warning(
            '%d collision shapes; expected %d at most: those of each %s are taken as one',
            len(placed),
            MOST_CAPSULES,
            what,
        )
        placed = [
            PlacedCapsule(
                group[0].link, group[0].frame, capsule_around([each.capsule for each in group])
            )
            for group in together.values()
        ]
    return placed


def link_frames(robot: Robot, chain: KinematicChain) -> dict[str, tuple[int, Array]]:
    """Return for each link the number of its frame, and T_frame_link (4, 4)."""
    frame, T, link = 0, np.eye(4), chain.base_link
    carried = {link: (frame, T)}
    on_chain = set()
    for joint, forwards in joints_between(robot, chain.base_link, chain.tip_link):
        on_chain.add(joint.name)
        T_origin = joint_origin(joint)
        link = joint.child if forwards else joint.parent
        if joint.type == 'fixed':
            T = T @ (T_origin if forwards else inverse_transform(T_origin))
        else:  # as in `chain_fields`: the frame's z is the axis of the motion
            frame += 1
            sign = 1 if forwards else -1
            T = transform(rotation_to_axis(joint_axis(joint) * sign).T, np.zeros(3))
            if not forwards:
                T = T @ inverse_transform(T_origin)
        carried[link] = (frame, T)
    frontier = list(carried)
    while frontier:
        link = frontier.pop()
        frame, T = carried[link]
        for joint, neighbour in robot.neighbours(link):
            if joint.name in on_chain or neighbour in carried:
                continue
            try:
                T_step = joint_origin(joint) @ _at_rest(joint)
            except UrdfError as error:
                log.warning("what hangs on link '%s' is left out: %s", shown(link), error)
                continue
            if neighbour == joint.parent:
                T_step = inverse_transform(T_step)
            carried[neighbour] = (frame, T @ T_step)
            frontier.append(neighbour)
    return carried


def _at_rest(joint: Joint) -> Array:
    """Return the motion (4, 4) of a joint off the chain: at 0, or at its limit nearest to 0."""
    value = rest_position(joint)
    if value == 0.0:
        return np.eye(4)
    if joint.type == 'prismatic':
        return transform(np.eye(3), value * joint_axis(joint))
    R = rotation_to_axis(joint_axis(joint))
    c, s = np.cos(value), np.sin(value)
    return transform(R @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ R.T, np.zeros(3))
