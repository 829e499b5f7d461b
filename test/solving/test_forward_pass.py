# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest

from learned_ik import IkModel
from learned_ik.compilation import callable_kernel, kernel
from learned_ik.kinematics.compiled import chain_arrays
from learned_ik.solving import forward_pass
from learned_ik.solving.forward_pass import fast_tanh, network_arrays

predict_heads = callable_kernel(forward_pass.predict_heads)


def plain_forward(model: IkModel, position: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Return what `Network` promises, in a few lines of numpy: (heads, joints)."""
    network, chain = model.network, model.chain
    x = np.concatenate([position, rotation.ravel()])
    for weight, bias in zip(network.weights[:-1], network.biases[:-1], strict=True):
        x = weight.astype(np.float64) @ x + bias
        x = x / (1 + np.exp(-x)) if network.activation == 'silu' else np.maximum(x, 0)
    y = (network.weights[-1].astype(np.float64) @ x + network.biases[-1]).reshape(
        network.heads, -1
    )
    half_range = 0.5 * (chain.upper - chain.lower)
    if network.decoding == 'bounded':
        return chain.middle + half_range * np.tanh(y)
    if network.decoding == 'linear':
        return y
    sines, cosines = np.split(y, 2, axis=1)
    slides = np.array([kind == 'prismatic' for kind in chain.joint_types])
    return np.where(slides, chain.middle + half_range * sines, np.arctan2(sines, cosines))


@pytest.mark.parametrize('activation', ['relu', 'silu'])
@pytest.mark.parametrize('decoding', ['bounded', 'linear', 'biternion'])
def test_it_is_the_network_that_the_model_promises(real_robot, untrained, decoding, activation):
    _, chain = real_robot
    model = untrained(chain, decoding, activation, heads=5)
    arrays, network = chain_arrays(chain), network_arrays(model.network, chain.joint_count)
    answers = np.zeros((chain.joint_count, network.lanes), np.float32)
    here, there = np.zeros((2, max(network.widths)), np.float32)
    rotations, positions = chain.forward_matrix(chain.sample(np.random.default_rng(0), 10))
    for R, p in zip(rotations, positions, strict=True):
        predict_heads(arrays, network, np.concatenate([R.ravel(), p]), here, there, answers)
        np.testing.assert_allclose(answers.T[:5], plain_forward(model, p, R), atol=2e-5)


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
