# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a network's numbers mean, number by number."""

import math

import numpy as np
import pytest

from learned_ik import KinematicChain
from learned_ik.errors import InvalidInputError
from learned_ik.network import DECODINGS, Network

SLIDER = """
<robot name="slider"><link name="base"/><link name="slide"/><link name="turn"/><link name="wide"/>
  <joint name="rail" type="prismatic"><parent link="base"/><child link="slide"/>
    <axis xyz="1 0 0"/><limit lower="0.1" upper="0.9" effort="1" velocity="1"/></joint>
  <joint name="elbow" type="revolute"><parent link="slide"/><child link="turn"/>
    <axis xyz="0 0 1"/><limit lower="-1" upper="2" effort="1" velocity="1"/></joint>
  <joint name="wrist" type="revolute"><parent link="turn"/><child link="wide"/>
    <axis xyz="0 1 0"/><limit lower="-6" upper="6" effort="1" velocity="1"/></joint>
</robot>
"""


@pytest.fixture
def chain() -> KinematicChain:
    return KinematicChain.from_urdf(SLIDER)


def by_hand(network: Network, chain: KinematicChain, inputs: list[float]) -> list[list[float]]:
    """Return what the docstring of `Network` says, with no array in sight."""
    x = inputs
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        x = [
            sum(float(w) * value for w, value in zip(row, x, strict=True)) + float(b)
            for row, b in zip(weight, bias, strict=True)
        ]
        if layer < len(network.weights) - 1:
            if network.activation == 'relu':
                x = [max(value, 0.0) for value in x]
            else:
                x = [value / (1 + math.exp(-value)) for value in x]
    size, joints = len(x) // network.heads, chain.joint_count
    answers = []
    for head in range(network.heads):
        y = x[head * size : (head + 1) * size]
        answer = []
        for j in range(joints):
            low, high = float(chain.lower[j]), float(chain.upper[j])
            middle, half, slides = (low + high) / 2, (high - low) / 2, j == 0
            if network.decoding == 'linear':
                q = y[j]
            elif network.decoding == 'bounded':
                q = middle + half * math.tanh(y[j])
            elif network.decoding == 'biternion':
                q = middle + half * y[j] if slides else math.atan2(y[j], y[joints + j])
            else:
                stretch = 2 * half / math.pi if slides else max(1.0, half / math.pi)
                angle = stretch * math.atan2(y[j], y[joints + j])
                q = middle + min(max(angle, -half), half)
            answer.append(q)
        answers.append(answer)
    return answers


@pytest.mark.parametrize('activation', ['silu', 'relu'])
@pytest.mark.parametrize('decoding', DECODINGS)
def test_evaluation_is_what_the_docstring_says(chain, untrained, decoding, activation):
    network = untrained(chain, decoding=decoding, activation=activation).network
    R, p = chain.forward_matrix(chain.sample(np.random.default_rng(0), 20))
    poses = np.concatenate([p, R.reshape(20, 9)], axis=1)
    answers = network.evaluate(chain, poses)
    assert answers.shape == (20, 3, 3)
    expected = [by_hand(network, chain, pose.tolist()) for pose in poses]
    np.testing.assert_allclose(answers, expected, atol=1e-12)
    np.testing.assert_allclose(network.evaluate(chain, poses[4]), answers[4], atol=1e-12)


@pytest.mark.parametrize('decoding', DECODINGS)
def test_torch_decodes_alike(chain, untrained, decoding):
    torch = pytest.importorskip('torch')
    from learned_ik.learning.encoding import JointDecoder

    network = untrained(chain, decoding=decoding).network
    y = np.random.default_rng(1).normal(size=(50, 3, network.outputs_for(3) // 3))
    found = JointDecoder(chain, decoding)(torch.as_tensor(y, dtype=torch.float32)).numpy()
    np.testing.assert_allclose(found, network.decoded(chain, y), atol=2e-5)


def test_only_a_network_that_takes_the_scene_can_be_told_of_it(chain, untrained):
    with pytest.raises(InvalidInputError, match='takes no scene'):
        untrained(chain).network.in_world(np.empty((0, 4)))
