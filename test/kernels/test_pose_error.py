# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learned_ik.kernels import pose_error as module
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.rotations import matrix_from_quaternion

pose_error = callable_kernel(module.pose_error)

axes = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@settings(max_examples=300, deadline=None)
@given(
    axes,
    st.one_of(st.floats(0, np.pi), st.floats(0, 1e-3).map(lambda x: np.pi - x)),
    axes,
    st.sampled_from([0.0003, 0.3, 300.0]),
)
def test_the_pose_error_is_the_rotation_vector(axis, angle, other, weight):
    """Also within a milliradian of half a turn, where the axis is hard to see."""
    axis = np.array(axis) / np.linalg.norm(axis)
    tip = matrix_from_quaternion(np.array([*other, 1.0]) / np.linalg.norm([*other, 1.0]))
    half = angle / 2
    turn = matrix_from_quaternion(np.array([*(np.sin(half) * axis), np.cos(half)]))
    error = np.zeros(6)
    squared = pose_error(
        np.concatenate([(turn @ tip).ravel(), [1, 2, 3]]),
        np.concatenate([tip.ravel(), [1, 1, 1]]),
        weight,
        error,
    )
    np.testing.assert_allclose(error[:3], [0, 1, 2], atol=1e-12)
    vector = error[3:] / weight
    if np.pi - angle < 1e-6 and vector @ axis < 0:
        axis = -axis  # both are half a turn
    np.testing.assert_allclose(vector, angle * axis, atol=2e-6)
    assert np.linalg.norm(vector) == pytest.approx(angle, abs=1e-9)
    assert squared == pytest.approx(error @ error)
