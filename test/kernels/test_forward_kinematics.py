# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from compiled_arm import CompiledArm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from learned_ik.kernels import forward_kinematics
from learned_ik.kernels.jit.just_in_time import callable_kernel

sines_and_cosines = callable_kernel(forward_kinematics.sines_and_cosines)


def test_it_is_the_chains_own_forward_kinematics(real_robot):
    _, chain = real_robot
    compiled = CompiledArm(chain)
    for q in chain.sample(np.random.default_rng(0), 20):
        position, rotation = compiled.forward(q)
        R, p = chain.forward_matrix(q)
        np.testing.assert_allclose(position, p, atol=1e-12)
        np.testing.assert_allclose(rotation, R, atol=1e-12)


def test_the_jacobian_is_that_of_finite_differences(real_robot):
    _, chain = real_robot
    compiled = CompiledArm(chain)
    step = 1e-6
    for q in chain.sample(np.random.default_rng(1), 3):
        jacobian = compiled.jacobian(q)
        R = compiled.forward(q)[1]
        for j in range(chain.joint_count):
            ahead, behind = q.copy(), q.copy()
            ahead[j] += step
            behind[j] -= step
            (p1, R1), (p0, R0) = compiled.forward(ahead), compiled.forward(behind)
            skew = (R1 - R0) @ R.T / (2 * step)
            linear, angular = (p1 - p0) / (2 * step), [skew[2, 1], skew[0, 2], skew[1, 0]]
            np.testing.assert_allclose(jacobian[:, j], [*linear, *angular], atol=1e-8)


@settings(max_examples=200, deadline=None)
@given(arrays(np.float64, 24, elements=st.floats(-1e5, 1e5)))
def test_sines_and_cosines_to_the_last_bits(values):
    sines, cosines = np.empty(24), np.empty(24)
    sines_and_cosines(values, sines, cosines)
    np.testing.assert_allclose(sines, np.sin(values), atol=4e-16 + 1e-20 * 1e5)
    np.testing.assert_allclose(cosines, np.cos(values), atol=4e-16 + 1e-20 * 1e5)


@pytest.mark.parametrize('quarter', range(-9, 10))
def test_sines_and_cosines_at_the_joints_of_their_pieces(quarter):
    values = np.full(8, quarter * np.pi / 4) + np.linspace(-1e-9, 1e-9, 8)
    sines, cosines = np.empty(8), np.empty(8)
    sines_and_cosines(values, sines, cosines)
    np.testing.assert_allclose(sines, np.sin(values), atol=3e-16)
    np.testing.assert_allclose(cosines, np.cos(values), atol=3e-16)
