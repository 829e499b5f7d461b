# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Poses on straight lines between waypoints."""

import itertools

import numpy as np
import pytest

from learned_ik.errors import InvalidInputError
from learned_ik.rotations import matrix_from_quaternion, matrix_from_rpy, quaternion_from_matrix
from learned_ik.rotations import rotation_angle as angle_between
from learned_ik.serving.moveit.straight_way import straight_way

UNTURNED = np.array([0.0, 0.0, 0.0, 1.0])


def turned(*rpy):
    return quaternion_from_matrix(matrix_from_rpy(rpy))


def test_it_is_straight_and_even_and_no_step_is_too_long():
    waypoints = np.array([[0, 0, 0], [0.3, 0, 0], [0.3, 0.4, 0.0]], float)
    turns = np.stack([UNTURNED, turned(0, 0, 1.0), turned(0.5, 0.2, -1.0)])
    way = straight_way(waypoints, turns, 0.008)
    positions = np.concatenate([waypoints[:1], way.positions])
    R = matrix_from_quaternion(np.concatenate([turns[:1], way.orientations]))
    assert np.linalg.norm(np.diff(positions, axis=0), axis=1).max() <= 0.008 + 1e-12
    steps = np.array([angle_between(a, b) for a, b in itertools.pairwise(R)])
    assert steps.max() <= 3.5 * 0.008 + 1e-9
    corner = int(np.argmin(np.abs(way.shares - 0.5)))
    np.testing.assert_allclose(positions[corner], waypoints[1], atol=1e-12)
    assert (positions[: corner + 1, 1] == 0).all()
    for first, last in ((0, corner), (corner, len(positions) - 1)):  # slerp: evenly, one axis
        np.testing.assert_allclose(steps[first:last], steps[first], rtol=1e-6)
        whole = angle_between(R[first], R[last])
        np.testing.assert_allclose(steps[first:last].sum(), whole, rtol=1e-6)
    assert way.shares[0] == 0.0
    assert way.shares[-1] == 1.0
    assert (np.diff(way.shares) > 0).all()


def test_the_shorter_turn_is_taken_whatever_the_signs():
    turns = np.stack([UNTURNED, -turned(0, 0, 0.3)])
    way = straight_way(np.zeros((2, 3)), turns, 0.01)
    angle = angle_between(
        matrix_from_quaternion(way.orientations[len(way.orientations) // 2 - 1]), np.eye(3)
    )
    assert angle < 0.16


def test_waypoints_where_one_is_already_are_behind_one():
    p = np.array([[0, 0, 0], [0, 0, 0], [0.02, 0, 0], [0.02, 0, 0]], float)
    way = straight_way(p, np.tile(UNTURNED, (4, 1)), 0.1)
    np.testing.assert_allclose(way.shares[[0, -1]], [1 / 3, 1.0])
    assert len(way.positions) == 3  # floor(0.02 / 0.01) + 1
    still = straight_way(p[:2], np.tile(UNTURNED, (2, 1)), 0.1)
    assert (len(still.positions), still.shares.tolist()) == (0, [1.0])


@pytest.mark.parametrize('max_step', [1e-6, 1e-300])
def test_a_million_steps_are_refused_by_name(max_step):
    p = np.array([[0, 0, 0], [1.0, 0, 0]])
    with pytest.raises(InvalidInputError, match=r'max_step.*expected at most 3000'):
        straight_way(p, np.tile(UNTURNED, (2, 1)), max_step)


def test_a_long_way_in_long_steps_is_not_filled():
    p = np.array([[0, 0, 0], [100.0, 0, 0]])
    assert len(straight_way(p, np.tile(UNTURNED, (2, 1)), 1.0).positions) == 101
