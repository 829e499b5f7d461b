# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from learned_ik import KinematicChain
from learned_ik.errors import InvalidInputError
from learned_ik.kernels import forward_kinematics as compiled
from learned_ik.kernels.compilation import callable_kernel
from learned_ik.kernels.forward_kinematics import (
    CompiledKinematics,
    chain_arrays,
    endless_joints,
)

sines_and_cosines = callable_kernel(compiled.sines_and_cosines)


def test_it_is_the_chains_own_forward_kinematics(real_robot):
    _, chain = real_robot
    compiled = CompiledKinematics(chain)
    for q in chain.sample(np.random.default_rng(0), 20):
        position, rotation = compiled.forward(q)
        R, p = chain.forward_matrix(q)
        np.testing.assert_allclose(position, p, atol=1e-12)
        np.testing.assert_allclose(rotation, R, atol=1e-12)


def test_the_jacobian_is_that_of_finite_differences(real_robot):
    _, chain = real_robot
    compiled = CompiledKinematics(chain)
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


def test_jacobians_of_torch_and_numba_agree(real_robot):
    torch = pytest.importorskip('torch')
    from learned_ik.kinematics.batched import BatchedKinematics

    _, chain = real_robot
    compiled, batched = CompiledKinematics(chain), BatchedKinematics(chain, dtype=torch.float64)
    q = chain.sample(np.random.default_rng(2), 5)
    for one, jacobian in zip(q, batched.jacobian(torch.tensor(q)).numpy(), strict=True):
        np.testing.assert_allclose(compiled.jacobian(one), jacobian, atol=1e-12)


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


def test_a_joint_is_endless_only_if_a_full_turn_changes_nothing():
    def chain(multiplier: str) -> KinematicChain:
        joints = ''.join(
            f'<joint name="{name}" type="continuous"><parent link="{parent}"/>'
            f'<child link="{child}"/>{mimic}</joint>'
            for name, parent, child, mimic in [
                ('j', 'a', 'b', ''),
                ('k', 'b', 'c', f'<mimic joint="j" multiplier="{multiplier}"/>'),
            ]
        )
        links = ''.join(f'<link name="{name}"/>' for name in 'abc')
        return KinematicChain.from_urdf(f'<robot name="r">{links}{joints}</robot>')

    assert endless_joints(chain('-2')).tolist() == [True]
    assert endless_joints(chain('0.5')).tolist() == [False]
    assert chain_arrays(chain('0.5')).bound_high.tolist() == [np.pi]
    assert chain_arrays(chain('-2')).bound_high.tolist() == [np.inf]


def test_malformed_joints_are_refused(tiago):
    compiled = CompiledKinematics(tiago)
    for call in (compiled.forward, compiled.jacobian):
        with pytest.raises(InvalidInputError, match='expected'):
            call(np.zeros(6))
        with pytest.raises(InvalidInputError, match='not finite'):
            call(np.full(7, np.nan))
