# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Seeds a little beyond the limits: real robots measure joints there, and must not jump."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver

MODELS = Path(__file__).parents[2] / 'models'
BEYOND = 0.02  # [rad]
ROUNDING = 1e-9


@pytest.fixture(scope='module', params=['tiago_arm', 'ur10', 'panda'])
def solver(request) -> IkSolver:
    return IkSolver.load(MODELS / f'{request.param}.safetensors')


def seeds(chain, count=40) -> Iterator[tuple[int, np.ndarray]]:
    """Yield postures with one joint beyond its limit, and which."""
    rng = np.random.default_rng(0)
    for q in chain.middle + 0.6 * (chain.sample(rng, count) - chain.middle):
        j = int(rng.integers(chain.joint_count))
        upper = rng.uniform() < 0.5
        q[j] = chain.upper[j] + BEYOND if upper else chain.lower[j] - BEYOND
        yield j, q


def test_the_pose_of_such_a_posture_is_answered_near_it(solver):
    chain = solver.chain
    for j, seed in seeds(chain):
        pose = chain.forward(seed)
        solution = solver.solve(*pose, seed)
        assert solution, solution.message
        assert np.abs(solution.joint_positions - seed).max() < 0.3
        np.testing.assert_allclose(chain.forward(solution.joint_positions)[0], pose[0], atol=1e-5)
        assert (solution.joint_positions <= np.maximum(chain.upper, seed)).all()
        assert (solution.joint_positions >= np.minimum(chain.lower, seed)).all()
        left = not chain.lower[j] <= solution.joint_positions[j] <= chain.upper[j]
        assert left == (f'{chain.joint_names[j]} is left' in solution.message)


def test_a_largest_change_counts_from_the_seed_itself(solver):
    for _, seed in seeds(solver.chain):
        solution = solver.solve(*solver.chain.forward(seed), seed, max_joint_change=0.01)
        assert solution, solution.message
        assert np.abs(solution.joint_positions - seed).max() <= 0.01 + ROUNDING


def test_where_one_within_the_limits_is_as_near_it_is_the_answer(solver):
    chain = solver.chain
    for j, seed in seeds(chain):
        within = np.clip(seed, chain.lower, chain.upper)
        solution = solver.solve(*chain.forward(within), seed)
        assert solution, solution.message
        assert np.abs(solution.joint_positions - seed).max() < 0.1
        if chain.joint_count == 6:  # there is no other near it
            assert chain.lower[j] <= solution.joint_positions[j] <= chain.upper[j]


def test_far_beyond_the_limits_nobody_is(solver):
    chain = solver.chain
    for j, seed in seeds(chain, 10):
        far = seed.copy()
        far[j] += 1.0 if far[j] > chain.middle[j] else -1.0
        solution = solver.solve(*chain.forward(chain.middle), far)
        assert 'was moved to them' in solution.message
        assert (solution.joint_positions <= chain.upper).all()
        assert (solution.joint_positions >= chain.lower).all()


def test_what_is_preferred_otherwise_stays_within_the_limits(solver):
    chain = solver.chain
    for _, seed in seeds(chain, 10):
        solution = solver.solve(*chain.forward(seed), seed, prefer='middle')
        assert (solution.joint_positions <= chain.upper).all()
        assert (solution.joint_positions >= chain.lower).all()
