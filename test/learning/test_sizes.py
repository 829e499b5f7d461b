# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""An arm learns the same whatever its size: a millimetre, a metre, a kilometre."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip('torch')

from learned_ik import IkModel, KinematicChain, TrainingConfig, train


def scaled(chain: KinematicChain, scale: float) -> KinematicChain:
    """Return an arm so many times as large."""
    transforms = chain.transforms.copy()
    transforms[:, :3, 3] *= scale
    return dataclasses.replace(chain, transforms=transforms)


def trained(chain: KinematicChain) -> IkModel:
    return train(chain, TrainingConfig(samples=20_000, minutes=None, held_out=2000, seed=0))


@pytest.fixture(scope='module')
def arm():
    return IkModel.load('tiago_arm').chain


@pytest.fixture(scope='module')
def of_a_metre(arm):
    return trained(arm)


@pytest.mark.parametrize('power', [-10, -2, 3, 10])
def test_a_power_of_two_changes_no_bit_of_what_is_learned(arm, of_a_metre, power):
    scale = 2.0**power
    model = trained(scaled(arm, scale))
    for wanted, weight in zip(
        of_a_metre.network.weights[1:], model.network.weights[1:], strict=True
    ):
        np.testing.assert_array_equal(weight, wanted)
    first, wanted = model.network.weights[0], of_a_metre.network.weights[0]
    np.testing.assert_array_equal(scale * first[:, :3], wanted[:, :3])  # of the position
    np.testing.assert_array_equal(first[:, 3:], wanted[:, 3:])
    means = [m.held_out['position']['mean'] for m in (model, of_a_metre)]
    assert means[0] == pytest.approx(scale * means[1], rel=1e-3)
    assert model.held_out['orientation'] == of_a_metre.held_out['orientation']


def test_any_other_factor_changes_little(arm, of_a_metre):
    model = trained(scaled(arm, 15.0))
    share = model.held_out['position']['mean'] / (15.0 * of_a_metre.held_out['position']['mean'])
    assert 0.9 < share < 1.1
    turned = [m.held_out['orientation']['mean'] for m in (model, of_a_metre)]
    assert turned[0] == pytest.approx(turned[1], rel=0.1)
