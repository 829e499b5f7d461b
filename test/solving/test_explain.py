# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a refusal suggests."""

import pytest

from learned_ik import IkSolver

UPRIGHT = [0.0, 0.0, 0.0, 1.0]
HINT = 'are these millimetres?'


@pytest.fixture(scope='module')
def solver():
    return IkSolver(IkSolver.load('tiago_arm').chain)


@pytest.mark.parametrize('position', [(600.0, -200.0, 0.0), (0.0, 0.0, 60.0)])
def test_a_position_in_millimetres_is_guessed(solver, position):
    assert HINT in solver.solve(position, UPRIGHT).message


@pytest.mark.parametrize('position', [(3.0, 0.0, 0.0), (0.6, 0.9, 0.0), (1e5, 0.0, 0.0)])
def test_what_is_far_away_in_metres_is_not(solver, position):
    solution = solver.solve(position, UPRIGHT)
    assert not solution.success
    assert HINT not in solution.message
