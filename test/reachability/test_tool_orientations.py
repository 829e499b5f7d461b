# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The directions are spread evenly, and the tool's axis points along them."""

import numpy as np
import pytest

from learned_ik.reachability.tool_orientations import ToolOrientations
from learned_ik.rotations import matrix_from_quaternion


@pytest.mark.parametrize(('directions', 'rolls'), [(1, 0), (50, 0), (12, 4), (0, 0)])
def test_the_tool_s_axis_points_along_each_direction(directions, rolls):
    orientations = ToolOrientations(directions, rolls)
    z = matrix_from_quaternion(orientations.quaternions)[:, :, 2]
    assert len(z) == orientations.count
    np.testing.assert_allclose(z, np.repeat(orientations.axes, max(rolls, 1), axis=0), atol=1e-12)


def test_directions_leave_no_gap_and_do_not_crowd():
    axes = ToolOrientations(200, 0).axes
    apart = np.arccos(np.clip(axes @ axes.T - 2 * np.eye(200), -1, 1)).min(axis=1)
    even = np.sqrt(4 * np.pi / 200)  # [rad], the edge of a square of the sphere for each
    assert apart.min() > 0.7 * even
    anywhere = np.random.default_rng(0).normal(size=(2000, 3))
    anywhere /= np.linalg.norm(anywhere, axis=1)[:, None]
    assert np.arccos((anywhere @ axes.T).max(axis=1)).max() < even


def test_rolls_are_turns_about_the_tool_s_axis():
    orientations = ToolOrientations(3, 4)
    R = matrix_from_quaternion(orientations.quaternions).reshape(3, 4, 3, 3)
    turn = R[:, :1].swapaxes(-1, -2) @ R
    angles = np.arctan2(turn[..., 1, 0], turn[..., 0, 0]) % (2 * np.pi)
    np.testing.assert_allclose(angles, [[0, np.pi / 2, np.pi, 3 * np.pi / 2]] * 3, atol=1e-9)


@pytest.mark.parametrize(('directions', 'rolls'), [(40, 0), (20, 6)])
def test_the_nearest_of_an_orientation_of_the_map_is_itself(directions, rolls):
    orientations = ToolOrientations(directions, rolls)
    nearest = orientations.nearest(-orientations.quaternions)  # the same rotations
    np.testing.assert_array_equal(nearest, np.arange(orientations.count))
    assert (orientations.neighbours != np.arange(orientations.count)[:, None]).all()


def test_a_direction_is_reached_by_one_roll():
    reached = np.zeros((2, 12), bool)
    reached[0, [0, 1, 7]] = True  # directions 0 and 2 of rolls of three
    np.testing.assert_array_equal(ToolOrientations(4, 3).reached_directions(reached), [2, 0])


def test_free_turns_are_free_in_the_tolerance():
    assert ToolOrientations(5, 0).tolerance == (1e-6, 1e-6, np.inf)
    assert ToolOrientations(5, 2).tolerance == (1e-6, 1e-6, 1e-6)
    assert ToolOrientations(0, 0).tolerance == (np.inf, np.inf, np.inf)
