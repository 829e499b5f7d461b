# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Between the messages of many poses, and of several solutions, and the objects for them.

Numbers go from array to array, without a loop. Like `messages.py`, this needs no ROS.
"""

import array
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.ros.messages import (
    freedom_from_message,
    nanoseconds,
    preference_from_message,
    seconds_from_duration,
)
from learned_ik.serving.requests_and_answers import BatchAnswer, BatchRequest, SolutionsAnswer
from learned_ik.serving.status.wording import one_line


def batch_from_message(message: Any) -> BatchRequest:
    """Return what a `GetIKBatch.Request` asks for."""
    return BatchRequest(
        frame=message.header.frame_id,
        positions=np.asarray(message.positions, np.float64),
        orientations=np.asarray(message.orientations, np.float64),
        seed_names=message.seed_names,
        seed_positions=message.seeds,
        stamp=nanoseconds(message.header.stamp),
        position_tolerance=message.position_tolerance,
        orientation_tolerance=message.orientation_tolerance,
        timeout=seconds_from_duration(message.timeout),
        collisions=message.collisions,
        freedom=freedom_from_message(message.freedom),
        position_only=message.position_only,
        preference=preference_from_message(message.preference),
        max_joint_change=message.max_joint_change,
    )


def fill_batch_response(response: Any, answer: BatchAnswer) -> None:
    """Write an answer into a `GetIKBatch.Response`."""
    response.error_code = int(answer.error_code)
    response.message = one_line(answer.message)
    response.joint_names = list(answer.joint_names)
    response.seed_source = int(answer.seed_source)
    found = answer.solution
    if found is None:
        return  # refused
    response.joint_positions = packed(found.joint_positions)
    response.error_codes = packed(found.status, 'i')
    response.position_errors = packed(found.position_error)
    response.orientation_errors = packed(found.orientation_error)
    response.seed_distances = packed(found.seed_distance)
    response.clearances = packed(found.clearance)
    response.solve_time = float(found.solve_time)


def fill_solutions_response(
    response: Any, answer: SolutionsAnswer, new_solution: Callable[[], Any]
) -> None:
    """Write an answer into a `GetIKSolutions.Response`; `new_solution` makes an `IkSolution`."""
    response.error_code = int(answer.error_code)
    response.message = one_line(answer.message)
    response.joint_names = list(answer.joint_names)
    response.seed_source = int(answer.seed_source)
    response.solve_time = float(answer.solve_time)
    for found in answer.solutions:
        solution = new_solution()
        solution.joint_positions = packed(found.joint_positions)
        solution.position_error = float(found.position_error)
        solution.orientation_error = float(found.orientation_error)
        solution.seed_distance = float(found.seed_distance)
        solution.limit_margin = float(found.limit_margin)
        solution.clearance = float(found.clearance)
        response.solutions.append(solution)


def packed(values: npt.ArrayLike, code: str = 'd') -> 'array.array[Any]':
    """Return numbers of any shape as a flat `array.array` of a type code, as ROS has them."""
    return array.array(code, np.asarray(values, np.dtype(code)).tobytes())
