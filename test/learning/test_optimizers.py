# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from learned_ik import TrainingConfig

torch = pytest.importorskip('torch')

from learned_ik.learning.optimizers import (  # noqa: E402
    Muon,
    fading,
    one_cycle,
    optimizers_for,
    orthogonalized,
)
from learned_ik.learning.training_network import PoseNetwork  # noqa: E402


@pytest.mark.parametrize('shape', [(1, 16, 16), (1, 8, 24), (1, 24, 8), (3, 12, 12)])
def test_orthogonalizing_brings_singular_values_near_one_and_keeps_their_axes(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    result = orthogonalized(matrices)
    values = torch.linalg.svdvals(result)
    assert values.max() < 1.15
    assert values.min() > 0.85
    U, _, Vh = torch.linalg.svd(matrices, full_matrices=False)
    rotated = U.mT @ result @ Vh.mT  # diagonal, if the axes are unchanged
    torch.testing.assert_close(
        rotated, torch.diag_embed(rotated.diagonal(0, -2, -1)), atol=1e-4, rtol=0
    )


def test_fading_is_whole_until_it_begins_and_nothing_at_the_end():
    assert [fading(cycle, 0.5) for cycle in (0.0, 0.5, 0.75, 1.0)] == [1, 1, 0.5, 0]


def test_muon_steps_have_the_size_of_adams():
    matrix = torch.nn.Parameter(torch.zeros(64, 64))
    matrix.grad = 1e-4 * torch.randn(64, 64, generator=torch.Generator().manual_seed(0))
    Muon([matrix], lr=0.01).step()
    assert 0.1 * 0.01 < float(matrix.detach().square().mean().sqrt()) < 0.3 * 0.01


def test_muon_finds_the_least_squares_solution():
    generator = torch.Generator().manual_seed(0)
    wanted, x = torch.randn(2, 32, 32, generator=generator)
    matrix = torch.nn.Parameter(torch.zeros(32, 32))
    muon = Muon([matrix], lr=0.0)
    for step in range(300):
        muon.param_groups[0]['lr'] = 0.3 * (1 - step / 300)
        muon.zero_grad()
        (matrix @ x - wanted @ x).square().mean().backward()
        muon.step()
    assert float((matrix.detach() - wanted).norm() / wanted.norm()) < 0.1


def test_muon_moves_the_inner_matrices_and_adam_all_else(tiago):
    config = TrainingConfig(hidden=(16, 16, 16))
    network = PoseNetwork(tiago, config)
    adam, muon = optimizers_for(network, config)
    inner = muon.param_groups[0]['params']
    assert [id(p) for p in inner] == [id(layer.weight) for layer in network.hidden[1:]]
    everything = [*adam.param_groups[0]['params'], *inner]
    assert sorted(map(id, everything)) == sorted(map(id, network.parameters()))


def test_adam_alone_where_it_is_asked_for_or_nothing_is_inner(tiago):
    for config in (TrainingConfig(optimizer='adam'), TrainingConfig(hidden=(16,))):
        network = PoseNetwork(tiago, config)
        (adam,) = optimizers_for(network, config)
        assert len(adam.param_groups[0]['params']) == len(list(network.parameters()))


def test_one_cycle_rises_to_its_peak_and_falls_to_nearly_nothing():
    rates = [one_cycle(i / 1000, 0.3) for i in range(1001)]
    assert rates[0] == pytest.approx(0.04)
    assert max(rates) == rates[300] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(4e-6)
    assert rates[:301] == sorted(rates[:301])
    assert rates[300:] == sorted(rates[300:], reverse=True)
    assert one_cycle(0.0, 0.0) == pytest.approx(1.0)
