# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an answer, by Pinocchio: false, not finite, or told otherwise than it is."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lab.fuzzing.fuzz_robots import rounding
from lab.pinocchio_judge import Poses
from lab.robots import Robot
from learned_ik.rotations import matrix_from_quaternion, rotation_angle

FALSE, NOT_FINITE, MISTOLD = 'false SUCCESS', 'not finite', 'error told wrongly'
LEAST = 1e-12  # [rad], a tolerance of 0 where tolerances are compared
TOLD_WITHIN = 1e-3  # share of a residual by which the solver's own word may differ


def wrong_with_answer(
    robot: Robot,
    position: Any,
    orientation: Any,
    q: np.ndarray,
    told: tuple[bool, float, float],
    tolerances: tuple[Any, Any],
) -> str | None:
    """Return what is wrong with one answer, or None.

    Args:
        robot: that was asked.
        position: (3,) [m], as asked.
        orientation: (4,), as asked.
        q: (joints,) [rad or m], as answered.
        told: whether it is a success, the errors [m] and [rad] that the answer tells.
        tolerances: as asked.

    """
    success, position_error, orientation_error = told
    if not np.isfinite(q).all() or not np.isfinite([position_error, orientation_error]).all():
        return NOT_FINITE
    if not success:
        return None
    quaternion = np.array(orientation, dtype=np.float64)
    largest = np.abs(quaternion).max()
    quaternion = quaternion / largest
    R = matrix_from_quaternion(quaternion / np.linalg.norm(quaternion))
    wanted = Poses(np.array(position, dtype=np.float64)[None], R[None])
    slack = rounding(robot.chain, q)
    chain, length = robot.chain, max(robot.chain.reach, float(np.linalg.norm(wanted.positions)))
    beyond = np.maximum(chain.lower - q, q - chain.upper)
    if beyond[~chain.continuous].max(initial=0.0) > slack:
        return FALSE
    errors = robot.judge.errors(q[None], wanted)
    miss, angle = float(errors[0][0]), float(errors[1][0])
    if not miss <= float(tolerances[0]) + slack * length:
        return FALSE
    if not within(tolerances[1], angle, R, robot, q, slack):
        return FALSE
    if abs(miss - position_error) > TOLD_WITHIN * miss + 10 * slack * length:
        return MISTOLD
    if np.ndim(tolerances[1]) == 0 and math.isfinite(float(tolerances[1])):
        if abs(angle - orientation_error) > TOLD_WITHIN * angle + 10 * slack:
            return MISTOLD
    return None


def within(
    tolerance: Any, angle: float, R: np.ndarray, robot: Robot, q: np.ndarray, slack: float
) -> bool:
    """Say whether an orientation is within its tolerance, one [rad] or one for each axis.

    Args:
        tolerance: as asked.
        angle: [rad], between what was asked and what is reached.
        R: (3, 3), as asked.
        robot: that was asked.
        q: (joints,) [rad or m], as answered.
        slack: [rad], of rounding.

    """
    axes = np.asarray(tolerance, dtype=np.float64)
    if axes.ndim == 0:
        return angle <= float(axes) + slack
    # An axis counts as free where rounding leaves nothing of its share in the strictest.
    free = max(axes.min(), LEAST) / np.maximum(axes, LEAST) < math.ulp(0.5)
    if free.all() or axes.min() == math.inf:
        return True
    reached = robot.judge.poses(q[None]).rotations[0]
    relative = R.T @ reached  # in the target's frame
    if free.sum() == 1:  # the turn that brings the tip's axis onto the target's
        axis = int(np.argmax(free))
        vector = rotation_vector_between(relative[:, axis], np.eye(3)[axis])
    else:
        vector = rotation_vector(relative)
    counted = ~free
    return bool((np.abs(vector[counted]) <= axes[counted] + 1e-9 + slack).all())


def rotation_vector(R: np.ndarray) -> np.ndarray:
    """Return the rotation vector (3,) [rad] of a rotation matrix."""
    angle = float(rotation_angle(R, np.eye(3)))
    axis = np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    length = float(np.linalg.norm(axis))
    if length < 1e-12:
        return np.zeros(3) if angle < 1.0 else angle * np.ones(3)
    return angle * axis / length


def rotation_vector_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the smallest rotation vector (3,) [rad] that turns unit vector a to b."""
    axis, cosine = np.cross(a, b), float(a @ b)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-12:
        return np.zeros(3) if cosine > 0 else math.pi * np.ones(3)
    return math.atan2(sine, cosine) * axis / sine


def wrong_with(
    robot: Robot, method: str, arguments: Sequence[Any], options: dict[str, Any], answer: Any
) -> Iterator[str]:
    """Yield what is wrong with what a method of a solver returned; see `wrong_with_answer`."""
    tolerances = (
        options.get('position_tolerance', 1e-6), options.get('orientation_tolerance', 1e-6),
    )  # fmt: skip
    if method == 'predict':
        if not np.isfinite(answer).all():
            yield NOT_FINITE
        return
    if method == 'solve':
        rows = [(*arguments, answer)]
    elif method == 'solve_all':
        rows = [(*arguments, each) for each in answer]
    else:
        yield from _wrong_with_rows(robot, arguments, answer, tolerances)
        return
    for position, orientation, each in rows:
        told = bool(each), each.position_error, each.orientation_error
        wrong = wrong_with_answer(
            robot, position, orientation, each.joint_positions, told, tolerances
        )
        if wrong is not None:
            yield wrong


def _wrong_with_rows(
    robot: Robot, arguments: Sequence[Any], answer: Any, tolerances: tuple[Any, Any]
) -> Iterator[str]:
    """Do the same for a batch or a path."""
    positions, orientations = (np.asarray(each, dtype=np.float64) for each in arguments)
    for k in range(len(answer)):
        told = (
            answer.status[k] == 1,
            float(answer.position_error[k]),
            float(answer.orientation_error[k]),
        )
        wrong = wrong_with_answer(
            robot, positions[k], orientations[k], answer.joint_positions[k], told, tolerances
        )
        if wrong is not None:
            yield wrong
