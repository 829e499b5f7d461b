# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learned_ik.kernels.compilation import kernel
from learned_ik.kernels.normal_equations import damped_solution


@kernel
def solve(columns, held, damping, b, x):
    damped_solution(columns, held, damping, b, x)


@settings(max_examples=100, deadline=None)
@given(
    joints=st.integers(1, 30),
    seed=st.integers(0, 2**32 - 1),
    damping=st.floats(1e-6, 10),
    data=st.data(),
)
def test_it_solves_the_damped_system_of_the_free_columns(joints, seed, damping, data):
    rng = np.random.default_rng(seed)
    columns, b = rng.normal(size=(joints, 6)), rng.normal(size=6)
    held = np.array(data.draw(st.lists(st.booleans(), min_size=joints, max_size=joints)), float)
    x = np.zeros(6)
    solve(columns, held, damping, b, x)
    free = columns[held == 0]
    expected = np.linalg.solve(free.T @ free + damping * np.eye(6), b)
    np.testing.assert_allclose(x, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize('rank', range(6))
def test_it_stays_finite_where_the_jacobian_loses_rank(rank):
    rng = np.random.default_rng(rank)
    columns = rng.normal(size=(7, max(rank, 1))) @ rng.normal(size=(max(rank, 1), 6)) * (rank > 0)
    x = np.zeros(6)
    solve(columns, np.zeros(7), 1e-10, rng.normal(size=6), x)
    assert np.isfinite(x).all()
