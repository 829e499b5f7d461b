# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.path import tracking
from learned_ik.rotations import matrix_from_quaternion, rotation_angle

blend = callable_kernel(tracking.blend)


@pytest.mark.parametrize('share', [0.0, 0.25, 1.0])
@pytest.mark.parametrize('seed', range(5))
def test_poses_in_between_lie_on_a_straight_line_and_one_turn(seed, share):
    rng = np.random.default_rng(seed)
    quaternions = rng.normal(size=(2, 4))
    R = matrix_from_quaternion(quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True))
    p = rng.normal(size=(2, 3))
    here, there = (np.concatenate([R[k].ravel(), p[k]]) for k in range(2))
    between, turn = np.zeros(12), np.zeros(6)
    blend(here, there, share, between, turn)
    middle = between[:9].reshape(3, 3)
    np.testing.assert_allclose(middle @ middle.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(between[9:], (1 - share) * p[0] + share * p[1])
    angle = rotation_angle(R[0], R[1])
    assert rotation_angle(R[0], middle) == pytest.approx(share * angle, abs=1e-9)
    assert rotation_angle(middle, R[1]) == pytest.approx((1 - share) * angle, abs=1e-9)
