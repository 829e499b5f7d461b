# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where the only arm of a robot ends that has more than one leaf."""

from learned_ik.robot.description.motion import MOVING_TYPES
from learned_ik.robot.parsing import parse_urdf

FLANGE = 'tool0'  # what ROS-Industrial calls the place for a tool (REP 199)


def arm_tip(description: str) -> str | None:
    """Return the link at which the only arm of a robot ends; None: that cannot be said.

    Leaves that no joint moves are not its end: a frame of the base. Of several links at its end,
    a sensor and a flange, `tool0` is the one.

    Args:
        description: the robot's URDF.

    Raises:
        UrdfError: it cannot be read.

    """
    robot = parse_urdf(description)

    def mover(link: str) -> str | None:
        """Return the last joint that moves a link; None: none does."""
        while link in robot.above:
            joint = robot.above[link]
            if joint.type in MOVING_TYPES:
                return joint.name
            link = joint.parent
        return None

    tips = {leaf: name for leaf in robot.leaves if (name := mover(leaf)) is not None}
    if len(tips) == 1:
        return next(iter(tips))
    if len(set(tips.values())) == 1 and FLANGE in robot.link_map:
        return FLANGE if mover(FLANGE) in tips.values() else None
    return None
