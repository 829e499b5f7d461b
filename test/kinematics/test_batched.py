# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from compiled_arm import CompiledArm

from learned_ik.errors import InvalidInputError

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402


def test_it_is_the_chains_own_forward_kinematics(real_robot):
    _, chain = real_robot
    q = chain.sample(np.random.default_rng(0), 12).reshape(3, 4, -1)
    position, rotation = BatchedKinematics(chain, dtype=torch.float64).forward(torch.tensor(q))
    R, p = chain.forward_matrix(q)
    np.testing.assert_allclose(position.numpy(), p, atol=1e-12)
    np.testing.assert_allclose(rotation.numpy(), R, atol=1e-12)


def test_float32_is_good_to_a_micrometre(tiago):
    q = tiago.sample(np.random.default_rng(1), 200)
    position, _ = BatchedKinematics(tiago).forward(torch.tensor(q, dtype=torch.float32))
    assert position.dtype is torch.float32
    np.testing.assert_allclose(position.numpy(), tiago.forward(q)[0], atol=1e-6)


def test_the_gradient_is_that_of_finite_differences(real_robot):
    _, chain = real_robot
    kinematics = BatchedKinematics(chain, dtype=torch.float64)
    q = torch.tensor(chain.sample(np.random.default_rng(2), 4), requires_grad=True)
    assert torch.autograd.gradcheck(kinematics.forward, (q,))


def test_the_jacobian_is_that_of_automatic_differentiation(real_robot):
    _, chain = real_robot
    kinematics = BatchedKinematics(chain, dtype=torch.float64)
    q = torch.tensor(chain.sample(np.random.default_rng(3), 1)[0])
    jacobian = kinematics.jacobian(q)
    linear = torch.autograd.functional.jacobian(lambda q: kinematics.forward(q)[0], q)
    turning = torch.autograd.functional.jacobian(lambda q: kinematics.forward(q)[1], q)
    # dR/dq Rᵀ is the cross product matrix of the angular column.
    skew = torch.einsum('abj,cb->acj', turning, kinematics.forward(q)[1])
    angular = torch.stack([skew[2, 1], skew[0, 2], skew[1, 0]])
    torch.testing.assert_close(jacobian, torch.cat([linear, angular]), atol=1e-10, rtol=0)


def test_every_frame_lies_where_numpy_has_it(real_robot):
    _, chain = real_robot
    q = chain.sample(np.random.default_rng(4), 6)
    rotations, origins = chain.frames(q)
    kinematics = BatchedKinematics(chain, dtype=torch.float64)
    frames = list(kinematics.frames(torch.as_tensor(q)))
    assert len(frames) == chain.motion_count + 1  # all but the base
    for k, frame in enumerate(frames, start=1):
        np.testing.assert_allclose(frame.axes.permute(2, 0, 1), rotations[:, k], atol=1e-12)
        np.testing.assert_allclose(frame.origin.T, origins[:, k], atol=1e-12)


def test_joint_origins_lie_where_the_joints_are(artificial):
    chain = artificial(4)
    q = torch.zeros(2, 4)
    origins = BatchedKinematics(chain).joint_origins(q)
    assert origins.shape == (2, 4, 3)
    torch.testing.assert_close(origins[1, :, 2], torch.tensor([0.01, 0.01, 0.17, 0.17]))


def test_a_wrong_number_of_joints_is_named(tiago):
    kinematics = BatchedKinematics(tiago)
    for call in (kinematics.forward, kinematics.jacobian, kinematics.joint_origins):
        with pytest.raises(InvalidInputError, match=r'shape \(5, 6\); expected \(\.\.\., 7\)'):
            call(torch.zeros(5, 6))


def test_jacobians_of_torch_and_numba_agree(real_robot):
    _, chain = real_robot
    compiled, batched = CompiledArm(chain), BatchedKinematics(chain, dtype=torch.float64)
    q = chain.sample(np.random.default_rng(2), 5)
    for one, jacobian in zip(q, batched.jacobian(torch.tensor(q)).numpy(), strict=True):
        np.testing.assert_allclose(compiled.jacobian(one), jacobian, atol=1e-12)


def test_forward_kinematics_of_pinocchio(real_robot):
    from pinocchio_oracle import Oracle

    oracle = Oracle(*real_robot)
    q = oracle.chain.sample(np.random.default_rng(1), 50)
    kinematics = BatchedKinematics(oracle.chain, dtype=torch.float64)
    for row, position, rotation in zip(q, *kinematics.forward(torch.tensor(q)), strict=True):
        R, p = oracle.forward(row)
        np.testing.assert_allclose(rotation.numpy(), R, atol=1e-9)
        np.testing.assert_allclose(position.numpy(), p, atol=1e-9)
