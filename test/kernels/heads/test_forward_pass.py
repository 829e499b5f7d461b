# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from compiled_arm import CompiledArm

from learned_ik.kernels.compilation import kernel
from learned_ik.kernels.heads import forward_pass
from learned_ik.kernels.heads.forward_pass import fast_atan2, fast_tanh
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.network import DECODINGS

predict_heads = callable_kernel(forward_pass.predict_heads)


@pytest.mark.parametrize('activation', ['relu', 'silu'])
@pytest.mark.parametrize('decoding', DECODINGS)
def test_it_is_the_network_that_the_model_promises(
    real_robot, untrained, evaluated, decoding, activation
):
    _, chain = real_robot
    model = untrained(chain, decoding, activation, heads=5)
    arm = CompiledArm(chain, model.network)
    rotations, positions = chain.forward_matrix(chain.sample(np.random.default_rng(0), 10))
    for R, p in zip(rotations, positions, strict=True):
        predict_heads(arm.arrays, arm.network, np.concatenate([R.ravel(), p]), arm.heads)
        pose = np.concatenate([p, R.ravel()])[None]
        expected = evaluated(model.network, chain, pose)[0]
        np.testing.assert_allclose(arm.heads.answers.T[:5], expected, atol=2e-5)


def test_what_it_takes_beside_the_pose_stands_behind_it(
    tiago, untrained, with_seed_input, evaluated
):
    seeded = with_seed_input(untrained(tiago, heads=5)).network
    rng = np.random.default_rng(1)
    arm = CompiledArm(tiago, seeded)
    for seed in tiago.sample(rng, 10):
        R, p = tiago.forward_matrix(tiago.sample(rng, 1)[0])
        arm.heads.input.beside[:7] = seed
        predict_heads(arm.arrays, arm.network, np.concatenate([R.ravel(), p]), arm.heads)
        expected = evaluated(seeded, tiago, np.concatenate([p, R.ravel(), seed])[None])[0]
        np.testing.assert_allclose(arm.heads.answers.T[:5], expected, atol=2e-5)


def test_fast_atan2_is_atan2():
    @kernel
    def over(y: np.ndarray, x: np.ndarray, angle: np.ndarray) -> None:
        for i in range(x.shape[0]):
            angle[i] = fast_atan2(y[i], x[i])

    angles = np.linspace(-np.pi, np.pi, 20001)
    lengths = np.geomspace(1e-6, 1e6, len(angles))
    y = np.concatenate([lengths * np.sin(angles), [0, 1, -1, 0, 0]]).astype(np.float32)
    x = np.concatenate([lengths * np.cos(angles), [0, 0, 0, 1, -1]]).astype(np.float32)
    found = np.zeros_like(x)
    over(y, x, found)
    wanted = np.arctan2(y.astype(np.float64), x.astype(np.float64))
    np.testing.assert_allclose(found, wanted, atol=6e-7)
    assert np.abs(found).max() <= np.float32(np.pi)


def test_fast_tanh_is_tanh():
    @kernel
    def over(x: np.ndarray, y: np.ndarray) -> None:
        for i in range(x.shape[0]):
            y[i] = fast_tanh(x[i])

    x = np.concatenate([np.linspace(-20, 20, 20001), [-1e30, 1e30]]).astype(np.float32)
    y = np.zeros_like(x)
    over(x, y)
    np.testing.assert_allclose(y, np.tanh(x.astype(np.float64)), atol=3e-7)
    assert np.abs(y).max() <= 1.0
