# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What MoveIt's requests have in common: group, link, constraints, states, error codes.

Messages are read and written by their fields alone, so that this module needs no ROS.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from learned_ik.robot.description.names import listed
from learned_ik.serving.requests_and_answers import ErrorCode, IkAnswer
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.serving.status.wording import named, one_line

CONSTRAINTS = (
    'joint_constraints',
    'position_constraints',
    'orientation_constraints',
    'visibility_constraints',
)


def wrong_group(name: str, group: str) -> IkAnswer | None:
    """Return the answer to a request for another planning group than ours; else None."""
    if not group or name == group:
        return None
    return IkAnswer(
        ErrorCode.INVALID_GROUP_NAME,
        f"group {named(name)} is not served here; expected '{group}'",
    )


def wrong_link(robot: ServedRobot, link: str) -> IkAnswer | None:
    """Return the answer to a request for a link that is not tied to the tip; else None."""
    if link in ('', *robot.tip_frames):
        return None
    tied = sorted(robot.tip_frames)
    hint = '' if robot.description is not None else ' (no robot description tells of others)'
    return IkAnswer(
        ErrorCode.INVALID_LINK_NAME,
        f'link {named(link)} is not rigidly tied to the tip of this arm; expected one of: '
        f"{listed(tied)}, or an empty name for '{robot.chain.tip_link}'{hint}",
    )


def wrong_constraints(constraints: Any) -> IkAnswer | None:
    """Return the answer to a request with constraints; else None."""
    if not any(getattr(constraints, kind) for kind in CONSTRAINTS):
        return None
    return IkAnswer(
        ErrorCode.INVALID_GOAL_CONSTRAINTS,
        'the request has constraints, which are not supported; expected none',
    )


def model_frame(robot: ServedRobot, frame: str) -> str:
    """Return a frame's name; an empty one is the root link's, where that is known."""
    return frame or robot.root_link or ''


def told_of_frame(message: str, frame: str, robot: ServedRobot) -> str:
    """Return why a frame is not known, and which one is meant where none was named."""
    if frame or robot.root_link is None:
        return message
    return f"no frame is named, which is the model's, {named(robot.root_link)}: {message}"


def fill_error_code(code: Any, value: ErrorCode, message: str) -> None:
    """Write how a request ended into a `MoveItErrorCodes`."""
    code.val = int(value)
    if hasattr(code, 'message'):  # since MoveIt for Jazzy
        code.message = one_line(message)
        code.source = 'learned_ik'


def fill_state(state: Any, given: Any, names: Iterable[str], positions: Sequence[float]) -> None:
    """Write a given `RobotState` with an arm moved in it into another one."""
    joints = dict(zip(given.joint_state.name, given.joint_state.position, strict=False))
    joints.update(zip(names, positions, strict=True))
    state.joint_state.header.frame_id = given.joint_state.header.frame_id
    state.joint_state.name = list(joints)
    state.joint_state.position = list(joints.values())
    state.multi_dof_joint_state = given.multi_dof_joint_state
