# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The nearest answer is never farther from its seed than a solution that is known."""

from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver

MODELS = Path(__file__).parents[2] / 'models'

COUNT = 1000
AS_NEAR = 1.01  # times the distance of the known solution


@pytest.fixture(scope='module', params=['ur10', 'panda', 'tiago_arm', 'artificial10'])
def solver(request) -> IkSolver:
    return IkSolver.load(MODELS / f'{request.param}.safetensors')


def farther(solver: IkSolver, known: np.ndarray, seeds: np.ndarray, **options) -> int:
    """Return how many answers are farther from their seeds than the known solutions."""
    batch = solver.solve_batch(*solver.chain.forward(known), seeds, **options)
    assert batch.success.all()
    own = np.linalg.norm(batch.joint_positions - seeds, axis=1)
    return int(np.sum(own > AS_NEAR * np.linalg.norm(known - seeds, axis=1)))


@pytest.mark.parametrize('noise', [0.0, 0.01, 0.03, 0.1])
def test_beside_any_solution(solver, noise):
    chain, rng = solver.chain, np.random.default_rng(1)
    known = chain.sample(rng, COUNT)
    seeds = np.clip(known + rng.normal(0, noise, known.shape), chain.lower, chain.upper)
    assert farther(solver, known, seeds) == 0


@pytest.mark.parametrize('aligned', [0.0, 1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize('noise', [0.01, 0.03])
def test_where_a_joint_is_all_but_straight(solver, aligned, noise):
    """The wrist of UR10 with two axes in line, elbows stretched: there, branches meet."""
    chain, rng = solver.chain, np.random.default_rng(2)
    known = chain.sample(rng, COUNT)
    joint = {'ee_link': 4}.get(chain.tip_link, chain.joint_count // 2)
    known[:, joint] = np.clip(aligned, chain.lower[joint], chain.upper[joint])
    seeds = np.clip(known + rng.normal(0, noise, known.shape), chain.lower, chain.upper)
    assert farther(solver, known, seeds) == 0


def test_a_stream_with_seeds_that_lag_passes_a_wrist_without_a_flip():
    solver = IkSolver.load(MODELS / 'ur10.safetensors')
    rng, chain = np.random.default_rng(0), solver.chain
    time = np.linspace(-1, 1, 200)
    for lag in (2, 10, 20):
        for _ in range(5):
            path = rng.uniform(-1.2, 1.2, 6) + time[:, None] * rng.normal(0, 0.15, 6)
            path[:, 4] = 0.3 * time + 1e-4 * rng.normal()
            seeds = path[np.maximum(np.arange(200) - lag, 0)]
            batch = solver.solve_batch(*chain.forward(path), seeds)
            assert np.abs(np.diff(batch.joint_positions, axis=0)).max() < 0.5


def test_joint_weights_change_what_is_near():
    weights = np.array([9.0, 1, 1, 1, 1, 1, 4.0])
    solver = IkSolver.load(MODELS / 'panda.safetensors', joint_weights=weights)
    chain, rng = solver.chain, np.random.default_rng(3)
    known = chain.sample(rng, COUNT)
    seeds = np.clip(known + rng.normal(0, 0.1, known.shape), chain.lower, chain.upper)
    batch = solver.solve_batch(*chain.forward(known), seeds)
    assert batch.success.all()
    own = np.sum(weights * (batch.joint_positions - seeds) ** 2, axis=1)
    assert np.all(own <= AS_NEAR**2 * np.sum(weights * (known - seeds) ** 2, axis=1))
