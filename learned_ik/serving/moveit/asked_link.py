# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From poses of the link that a request names to poses that the solver takes."""

import numpy as np

from learned_ik.arrays import Array
from learned_ik.rotations import (
    inverse_transform,
    matrix_from_quaternion,
    quaternion_from_matrix,
    transform,
)
from learned_ik.serving.served_robot import ServedRobot


def link_to_solver(robot: ServedRobot, link: str) -> Array:
    """Return T_link_end (4, 4): where what the solver's poses are for is, in a link's frame.

    Args:
        robot: whose solver it is, perhaps with a tool.
        link: one of `robot.tip_frames`; empty: the tip.

    """
    T_tip_link = robot.tip_frames[link or robot.chain.tip_link]
    tool = robot.solver.tool
    T_tip_end = (
        np.eye(4) if tool is None else transform(matrix_from_quaternion(tool[3:]), tool[:3])
    )
    return inverse_transform(T_tip_link) @ T_tip_end


def moved(positions: Array, orientations: Array, T: Array) -> tuple[Array, Array]:
    """Return the poses of what stands at T (4, 4) in the frame of each pose.

    Args:
        positions: (..., 3) [m].
        orientations: (..., 4) quaternions x y z w, of any length; where one is none, its pose
            stays as it is, to be refused later with a reason.
        T: a rigid transform.

    """
    if np.array_equal(T, np.eye(4)):
        return positions, orientations
    with np.errstate(all='ignore'):  # of numbers that may be anything yet
        return _moved(positions, orientations, T)


def _moved(positions: Array, orientations: Array, T: Array) -> tuple[Array, Array]:
    largest = np.abs(orientations).max(axis=-1, keepdims=True, initial=0.0)
    scaled = orientations / np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    lengths = np.linalg.norm(scaled, axis=-1, keepdims=True)
    is_one = np.isfinite(largest) & (lengths * largest > 1e-6)
    R = matrix_from_quaternion(np.where(is_one, scaled / lengths, [0.0, 0.0, 0.0, 1.0]))
    turned = quaternion_from_matrix(R @ T[:3, :3])
    return (
        np.where(is_one, positions + R @ T[:3, 3], positions),
        np.where(is_one, turned, orientations),
    )
