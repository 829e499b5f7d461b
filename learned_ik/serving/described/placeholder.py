# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What stands where the arm will be, until the robot's description has come."""

import dataclasses
from xml.sax.saxutils import quoteattr

from learned_ik.arrays import ToolPose
from learned_ik.robot.chain import KinematicChain
from learned_ik.serving.described.wanted_arm import WantedArm
from learned_ik.serving.served_robot import ServedRobot, served_robot
from learned_ik.solving.solver import IkSolver


def placeholder(arm: WantedArm, tool: ToolPose | None = None) -> ServedRobot:
    """Return what refuses every request, with the reason that the robot is not known yet.

    Args:
        arm: what is waited for.
        tool: (7,), of the arm that will come, as for `IkSolver`.

    Raises:
        InvalidInputError: the tool is none.
        UrdfError: the arm's links cannot have such names.

    """
    base, tip = arm.base_link or 'base', arm.tip_link or 'tip'
    if base == tip:
        tip = f'{tip}_tip'
    urdf = (
        f'<robot name="unknown"><link name={quoteattr(base)}/><link name={quoteattr(tip)}/>'
        f'<joint name="unknown" type="continuous"><parent link={quoteattr(base)}/>'
        f'<child link={quoteattr(tip)}/></joint></robot>'
    )
    solver = IkSolver(KinematicChain.from_urdf(urdf, base, tip), tool=tool)
    return dataclasses.replace(
        served_robot(solver), mismatch=f'waiting for {arm.awaited}', placeholder=True
    )
