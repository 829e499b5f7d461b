# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import dataclasses

import numpy as np
import pytest

from learned_ik import TrainingConfig
from learned_ik.errors import InvalidInputError

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.posture_cost import PostureCost, log_determinant  # noqa: E402

WEIGHTS = TrainingConfig(margin_weight=0.1, manipulability_weight=0.02, preferred_weight=0.3)


def cost_of(chain, config=WEIGHTS) -> PostureCost:
    return PostureCost(BatchedKinematics(chain, dtype=torch.float64), config)


def joints(chain, count=50, seed=0) -> torch.Tensor:
    return torch.as_tensor(chain.sample(np.random.default_rng(seed), count))


def test_the_logarithm_of_the_determinant_is_that_of_linear_algebra():
    factor = torch.randn(
        100, 6, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    matrices = factor @ factor.mT
    expected = torch.linalg.slogdet(matrices).logabsdet
    torch.testing.assert_close(log_determinant(matrices.permute(1, 2, 0)), expected)


def test_manipulability_is_the_product_of_singular_values(tiago):
    q, cost = joints(tiago), cost_of(tiago)
    J = BatchedKinematics(tiago, dtype=torch.float64).jacobian(q)
    expected = -torch.linalg.svdvals(J).log().mean(-1)
    torch.testing.assert_close(cost.singularity_closeness(q), expected)


def test_position_only_counts_the_first_rows_and_short_arms_their_joints(tiago, artificial):
    q = joints(tiago)
    config = dataclasses.replace(WEIGHTS, targets='position')
    J = BatchedKinematics(tiago, dtype=torch.float64).jacobian(q)[:, :3]
    expected = -torch.linalg.svdvals(J).log().mean(-1)
    torch.testing.assert_close(cost_of(tiago, config).singularity_closeness(q), expected)
    short = artificial(4)
    q = joints(short)
    J = BatchedKinematics(short, dtype=torch.float64).jacobian(q)
    expected = -torch.linalg.svdvals(J).log().mean(-1)
    torch.testing.assert_close(cost_of(short).singularity_closeness(q), expected)


def test_closeness_to_limits_is_nothing_in_the_middle_and_one_at_the_limits(tiago):
    cost = cost_of(tiago)
    middle, upper = torch.as_tensor(tiago.middle), torch.as_tensor(tiago.upper)
    assert float(cost.limit_closeness(middle)) == pytest.approx(0)
    assert float(cost.limit_closeness(upper)) == pytest.approx(1)
    stuck = tiago.with_limits(tiago.lower, np.r_[tiago.lower[0], tiago.upper[1:]])
    assert torch.isfinite(cost_of(stuck)(joints(stuck))).all()


def test_the_preferred_posture_costs_least_and_must_fit_the_robot(tiago):
    preferred = tuple(0.5 * (tiago.middle + tiago.upper))
    config = TrainingConfig(preferred_weight=1.0, preferred=preferred)
    cost = cost_of(tiago, config)
    assert float(cost(torch.as_tensor(preferred))) == pytest.approx(0, abs=1e-12)
    assert (cost(joints(tiago)) > 0).all()
    with pytest.raises(InvalidInputError, match='2 joint positions; expected 7: arm_1_joint'):
        cost_of(tiago, dataclasses.replace(config, preferred=(0.0, 1.0)))


def test_its_slope_is_that_of_finite_differences(tiago):
    cost = cost_of(tiago)
    q = joints(tiago, 3).reshape(3, 1, 7).requires_grad_()
    assert torch.autograd.gradcheck(cost, q)
