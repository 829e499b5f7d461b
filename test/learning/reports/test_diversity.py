# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.reports.diversity import distinct_solutions, refined  # noqa: E402
from learned_ik.learning.reports.evaluation import poses_within  # noqa: E402


@pytest.fixture
def problem(tiago):
    """Return kinematics, joint positions and their poses."""
    q = torch.as_tensor(tiago.sample(np.random.default_rng(4), 300))
    return BatchedKinematics(tiago, dtype=torch.float64), q, poses_within(tiago, 300, 4).double()


def test_refinement_solves_from_nearby_and_keeps_the_limits(problem):
    kinematics, q, poses = problem
    noise = 0.05 * torch.randn(q.shape, dtype=q.dtype, generator=torch.Generator().manual_seed(0))
    solution, solved = refined(q + noise, poses, kinematics)
    assert solved.double().mean() > 0.97
    assert (solution >= kinematics.lower).all()
    assert (solution <= kinematics.upper).all()
    position, _ = kinematics.forward(solution[solved])
    assert (position - poses[solved, :3]).norm(dim=1).max() < 1e-4


def test_equal_heads_lead_to_one_solution_and_hopeless_ones_to_none(problem):
    kinematics, q, poses = problem
    one = distinct_solutions(
        poses, lambda x: q[:, None].expand(-1, 3, -1), lambda y: y, kinematics
    )
    assert (one == 1).all()
    far = poses.clone()
    far[:, :3] += 9.0
    none = distinct_solutions(far, lambda x: q[:, None], lambda y: y, kinematics)
    assert (none == 0).all()


def test_different_heads_lead_to_several(problem):
    kinematics, q, poses = problem
    generator = torch.Generator().manual_seed(1)
    span = kinematics.upper - kinematics.lower
    heads = kinematics.lower + span * torch.rand(len(q), 8, 7, dtype=q.dtype, generator=generator)
    several = distinct_solutions(poses, lambda x: heads, lambda y: y, kinematics)
    assert several.double().mean() > 2
    assert several.max() <= 8
