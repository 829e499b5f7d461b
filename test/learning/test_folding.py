# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses

import numpy as np
import pytest

from learned_ik import KinematicChain, TrainingConfig
from learned_ik.errors import InvalidInputError

torch = pytest.importorskip('torch')

from learned_ik.learning.folding import FoldedNetwork, folded, unfold_into  # noqa: E402
from learned_ik.learning.reports.evaluation import poses_within  # noqa: E402
from learned_ik.learning.training_network import PoseNetwork  # noqa: E402

SMALL = TrainingConfig(hidden=(24, 20, 24), heads=3)
KINDS = {
    'default': SMALL,
    'linear': dataclasses.replace(SMALL, encoding='linear'),
    'biternion': dataclasses.replace(SMALL, encoding='biternion', activation='relu'),
    'normed': dataclasses.replace(SMALL, batch_norm=True),
    'paper': dataclasses.replace(
        SMALL, heads=1, activation='relu', batch_norm=True, inputs='paper', encoding='linear'
    ),
}


def somewhat_trained(chain: KinematicChain, config: TrainingConfig) -> PoseNetwork:
    """Return a network whose batch normalisation has seen poses and has weights of its own."""
    network = PoseNetwork(chain, config)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for norm in network.norms:
            norm.weight.uniform_(0.5, 1.5, generator=generator)
            norm.bias.normal_(generator=generator)
        for seed in range(20):
            network(poses_within(chain, 200, seed))
    return network.eval()


@pytest.mark.parametrize('kind', KINDS)
def test_the_exported_network_gives_the_same_answers(tiago, evaluated, kind):
    network = somewhat_trained(tiago, KINDS[kind])
    poses = poses_within(tiago, 500, seed=7)
    with torch.no_grad():
        expected = network.decoder(network(poses)).numpy()
        exported = folded(network)
        in_torch = network.decoder(FoldedNetwork(exported)(poses)).numpy()
    difference = evaluated(exported, tiago, poses.double().numpy()) - expected
    difference = np.abs(np.remainder(difference + np.pi, 2 * np.pi) - np.pi)  # of angles
    assert difference.max() < 2e-4 if kind == 'biternion' else difference.max() < 2e-5
    np.testing.assert_allclose(in_torch, expected, atol=2e-4)


@pytest.mark.parametrize('options', [{}, {'batch_norm': True}])
def test_an_exported_network_that_takes_a_seed_gives_the_same_answers(tiago, evaluated, options):
    config = dataclasses.replace(SMALL, seed_input=True, seed_weight=0.02, **options)
    network, poses = (
        PoseNetwork(tiago, config).eval(),
        poses_within(tiago, 500, 7, seed_spread=0.5),
    )
    with torch.no_grad():
        expected = network.decoder(network(poses)).numpy()
    exported = folded(network)
    assert (exported.seed_joints, exported.seed_weight) == (7, 0.02)
    np.testing.assert_allclose(
        evaluated(exported, tiago, poses.double().numpy()), expected, atol=2e-5
    )


@pytest.mark.parametrize('kind', KINDS)
def test_training_can_go_on_from_an_exported_network(tiago, kind):
    network = somewhat_trained(tiago, KINDS[kind])
    exported = folded(network)
    restored = PoseNetwork(tiago, dataclasses.replace(KINDS[kind], seed=99)).eval()
    unfold_into(restored, exported)
    again = folded(restored)
    for before, after in zip(
        (*exported.weights, *exported.biases), (*again.weights, *again.biases), strict=True
    ):
        np.testing.assert_allclose(after, before, atol=1e-5, rtol=1e-5)


def test_a_network_of_another_kind_is_refused(tiago):
    exported = folded(PoseNetwork(tiago, SMALL))
    for change in ({'heads': 2}, {'hidden': (24, 20)}, {'activation': 'relu'}):
        other = PoseNetwork(tiago, dataclasses.replace(SMALL, **change))
        with pytest.raises(InvalidInputError, match='cannot start from'):
            unfold_into(other, exported)


def test_only_the_seed_decides_the_first_weights(tiago):
    torch.manual_seed(5)
    first = folded(PoseNetwork(tiago, SMALL))
    state = torch.get_rng_state()
    second = folded(PoseNetwork(tiago, SMALL))
    assert torch.equal(torch.get_rng_state(), state)
    other = folded(PoseNetwork(tiago, dataclasses.replace(SMALL, seed=1)))
    for a, b, c in zip(first.weights, second.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)
