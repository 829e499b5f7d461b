# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from learned_ik.rotations import matrix_from_rpy

torch = pytest.importorskip('torch')

from learned_ik.learning.losses import (  # noqa: E402
    chosen_heads,
    distance_loss,
    length_unit,
    squared_loss,
)


def rotation_difference(angle: float) -> torch.Tensor:
    """Return R_a - R_b for two rotations that are `angle` [rad] apart."""
    R = matrix_from_rpy([0.3, -0.2, 1.0])
    return torch.as_tensor(R @ matrix_from_rpy([angle, 0, 0]) - R, dtype=torch.float32)


def test_distance_is_metres_plus_weighted_radians():
    loss = distance_loss(torch.tensor([0.03, 0.0, 0.04]), rotation_difference(0.1), 0.3)
    assert float(loss) == pytest.approx(0.05 + 0.3 * 2 * math.sin(0.05), rel=1e-3)


def test_the_slope_of_the_distance_is_finite_where_there_is_none():
    difference = torch.zeros(3, requires_grad=True)
    distance_loss(difference, torch.zeros(3, 3), 0.3).backward()
    assert torch.isfinite(difference.grad).all()


def test_squared_is_the_papers_mean_square_of_position_and_two_columns():
    rotation = torch.arange(9.0).reshape(3, 3)
    loss = squared_loss(torch.tensor([1.0, 2.0, 3.0]), rotation, 1.0)
    position_part = (1 + 4 + 9) / 3
    rotation_part = (0 + 1 + 9 + 16 + 36 + 49) / 6  # columns 0 and 1 of three rows
    assert float(loss) == pytest.approx(position_part + rotation_part)


def test_the_best_head_is_the_one_of_least_loss():
    loss = torch.tensor([[3.0, 1.0, 2.0], [0.5, 0.6, 0.7]])
    chosen = chosen_heads(loss, with_random=False, generator=torch.Generator())
    assert chosen.tolist() == [[1], [0]]
    least = loss.gather(1, chosen)[:, 0]
    torch.testing.assert_close(least, loss.amin(dim=1))


def test_the_random_head_stands_for_the_mean_over_heads():
    loss = torch.rand(1, 4).expand(20_000, 4)
    chosen = chosen_heads(loss, with_random=True, generator=torch.Generator().manual_seed(0))
    assert (chosen[:, 0] == loss[0].argmin()).all()
    counts = np.bincount(chosen[:, 1].numpy(), minlength=4)
    assert np.abs(counts / 20_000 - 0.25).max() < 0.02


def test_lengths_count_as_shares_of_the_reach():
    assert [length_unit(reach) for reach in (0.015, 1.0, 15.0)] == [0.015, 1.0, 15.0]
    assert 0 < length_unit(0.0) < 1e-6


def test_the_papers_loss_counts_in_metres():
    assert [length_unit(reach, 'squared') for reach in (0.3, 0.85, 1.5, 5.0)] == [1.0] * 4
    assert length_unit(0.015, 'squared') == pytest.approx(0.01)
    assert length_unit(15.0, 'squared') == pytest.approx(10.0)
