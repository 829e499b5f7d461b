# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a node serves when it is configured, by its parameters."""

from rclpy.node import Node

from learned_ik.errors import ConfigurationError
from learned_ik.ros import parameters
from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.serving.described.arm_choice import chosen_robot
from learned_ik.serving.described.placeholder import placeholder
from learned_ik.serving.described.wanted_arm import WantedArm
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.limits.wanted_limits import WantedLimits, wanted_limits
from learned_ik.serving.loading import description_of, load_solver
from learned_ik.serving.served_robot import ServedRobot, served_robot


def first_serving(node: Node, log: NodeLog) -> IkServing:
    """Return what serves at first: a given model, else the robot described, else TIAGo's arm.

    Raises:
        LearnedIkError: a parameter asks for what is not possible.

    """
    calibration = parameters.CALIBRATION_TOLERANCE.of(node)
    wanted = wanted_limits(parameters.SOFT_LIMITS.of(node), parameters.JOINT_LIMITS.of(node))
    description = parameters.ROBOT_DESCRIPTION.of(node) or None
    arm = parameters.wanted_arm(node, {}, '')
    if parameters.MODEL.of(node):
        robot = _of_model(node, log, description, calibration, wanted)
    elif description is not None:
        robot = placeholder(arm, _tool(node))
        robot = chosen_robot(description, arm, robot, calibration, wanted, log.info)
    elif arm.is_named:
        robot = placeholder(arm, _tool(node))
    else:
        robot = _default(node, log, calibration, wanted)
    serving = IkServing(robot.solver)
    serving.calibration, serving.wanted = calibration, wanted
    serving.adopt(robot)
    return serving


def told(serving: IkServing) -> str:
    """Return what serves, in one line for the log."""
    if serving.robot.placeholder:
        return str(serving.mismatch)
    return description_of(serving.solver)


def _of_model(
    node: Node, log: NodeLog, description: str | None, calibration: float, wanted: WantedLimits
) -> ServedRobot:
    solver = load_solver(parameters.MODEL.of(node), log.info, _tool(node))
    alone = _checked(served_robot(solver, None, calibration, wanted))
    return alone if description is None else served_robot(solver, description, calibration, wanted)


def _default(node: Node, log: NodeLog, calibration: float, wanted: WantedLimits) -> ServedRobot:
    """Return TIAGo's arm, until another robot is described; or wait, where it cannot be meant."""
    solver = load_solver('', log.info, _tool(node))
    try:
        robot = served_robot(solver, None, calibration, wanted)
    except ConfigurationError:  # the limits are those of another robot's joints
        return placeholder(WantedArm(), _tool(node))
    return _checked(robot)


def _checked(robot: ServedRobot) -> ServedRobot:
    """Return a robot; raise `ConfigurationError` where limits leave nothing of its joints."""
    if robot.mismatch is not None:
        raise ConfigurationError(robot.mismatch)
    return robot


def _tool(node: Node) -> list[float] | None:
    tool: list[float] | None = parameters.given_tool(parameters.TOOL.of(node))
    return tool
