# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which frame of a chain carries each link of the robot, also those beside the chain."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from urdf_parser_py import urdf as urdf_parser

from learned_ik.arrays import Array
from learned_ik.robot.capsules import STILL, PlacedCapsule
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.parsing import parse_urdf
from learned_ik.robot.shapes import collision_capsules
from learned_ik.robot.urdf import joint_axis, joint_origin, joints_between
from learned_ik.rotations import inverse_transform, rotation_to_axis, transform


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

    return [
        PlacedCapsule(link, carriers[link][0], capsule.moved(carriers[link][1]))
        for link, capsules in collision_capsules(urdf, folders, bulge_of, leave_out).items()
        if link in carriers
        for capsule in capsules
    ]


def link_frames(robot: urdf_parser.Robot, chain: KinematicChain) -> dict[str, tuple[int, Array]]:
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
        for joint in robot.joints:
            if joint.name in on_chain or link not in (joint.parent, joint.child):
                continue
            T_step = joint_origin(joint) @ _at_rest(joint)
            neighbour = joint.child
            if link == joint.child:
                neighbour, T_step = joint.parent, inverse_transform(T_step)
            if neighbour not in carried:
                carried[neighbour] = (frame, T @ T_step)
                frontier.append(neighbour)
    return carried


def _at_rest(joint: urdf_parser.Joint) -> Array:
    """Return the motion (4, 4) of a joint off the chain: at 0, or at its limit nearest to 0."""
    value = 0.0
    if joint.type in ('revolute', 'prismatic') and joint.limit is not None:
        lower, upper = joint.limit.lower, joint.limit.upper
        if np.isfinite([lower, upper]).all():
            value = min(max(0.0, lower), upper)
    if value == 0.0:
        return np.eye(4)
    if joint.type == 'prismatic':
        return transform(np.eye(3), value * joint_axis(joint))
    R = rotation_to_axis(joint_axis(joint))
    c, s = np.cos(value), np.sin(value)
    return transform(R @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ R.T, np.zeros(3))
