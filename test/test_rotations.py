# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from learned_ik import rotations
from learned_ik.errors import InvalidInputError

numbers = st.floats(-1, 1, allow_subnormal=False)
quaternions = arrays(np.float64, 4, elements=numbers).filter(lambda q: np.linalg.norm(q) > 1e-3)
vectors = arrays(np.float64, 3, elements=numbers).filter(lambda v: np.linalg.norm(v) > 1e-3)


@given(quaternions)
def test_quaternion_and_matrix_are_two_names_of_one_rotation(raw):
    q = rotations.normalized_quaternion(raw)
    matrix = rotations.matrix_from_quaternion(q)
    back = rotations.quaternion_from_matrix(matrix)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) > 0
    assert abs(back @ q) == pytest.approx(1, abs=1e-9)  # q and -q are one rotation
    np.testing.assert_allclose(rotations.matrix_from_quaternion(back), matrix, atol=1e-9)
    assert back[3] >= 0


@given(vectors, st.floats(0, np.pi))
def test_rotation_angle_is_the_angle_of_the_axis_angle_form(axis, angle):
    axis = axis / np.linalg.norm(axis)
    q = np.array([*(np.sin(angle / 2) * axis), np.cos(angle / 2)])
    turned = rotations.matrix_from_quaternion(q)
    other = rotations.matrix_from_rpy([0.3, -0.7, 1.1])
    assert rotations.rotation_angle(turned @ other, other) == pytest.approx(angle, abs=1e-7)


def test_rotation_angle_resolves_what_an_arc_cosine_cannot():
    tiny = rotations.matrix_from_rpy([1e-9, 0, 0])
    assert rotations.rotation_angle(tiny, np.eye(3)) == pytest.approx(1e-9, rel=1e-6)


@given(vectors)
def test_rotation_to_axis_turns_z_there(axis):
    axis = axis / np.linalg.norm(axis)
    R = rotations.rotation_to_axis(axis)
    np.testing.assert_allclose(R @ [0, 0, 1], axis, atol=1e-9)
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-12)


def test_rotation_to_the_opposite_axis_is_half_a_turn():
    np.testing.assert_array_equal(rotations.rotation_to_axis([0, 0, -1]), np.diag([1, -1, -1]))


def test_rpy_is_about_fixed_axes_in_the_order_roll_pitch_yaw():
    quarter = np.pi / 2
    R = rotations.matrix_from_rpy([quarter, 0, quarter])
    np.testing.assert_allclose(R @ [0, 1, 0], [0, 0, 1], atol=1e-12)  # rolled up, not yawed
    np.testing.assert_allclose(R @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_inverse_transform_undoes():
    T = rotations.transform(rotations.matrix_from_rpy([0.1, 0.2, 0.3]), [1, 2, 3])
    np.testing.assert_allclose(rotations.inverse_transform(T) @ T, np.eye(4), atol=1e-12)


@pytest.mark.parametrize(
    ('value', 'complaint'),
    [
        ([0, 0, 0, 0], 'length zero'),
        ([0, 0, np.nan, 1], 'not finite'),
        ([0, 0, np.inf, 1], 'not finite'),
        ([0, 0, 1], r'shape \(3,\)'),
        (1.0, r'shape \(\)'),
    ],
)
def test_malformed_quaternions_are_named(value, complaint):
    with pytest.raises(InvalidInputError, match=complaint):
        rotations.normalized_quaternion(value)


def test_a_quaternion_slightly_off_unit_is_normalised():
    np.testing.assert_allclose(rotations.normalized_quaternion([0, 0, 0, 1.01]), [0, 0, 0, 1])
