# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A batch from a few starts: quicker where many poses cannot be reached, and as exact."""

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.errors import InvalidInputError


@pytest.fixture(scope='module')
def solver():
    return IkSolver.load('tiago_arm')


@pytest.fixture(scope='module')
def poses(solver):
    rng = np.random.default_rng(0)
    positions, orientations = solver.forward(solver.chain.sample(rng, 300))
    return positions * rng.uniform(0.7, 1.3, (300, 1)), orientations


@pytest.mark.parametrize('starts', [1, 3, 20])
def test_no_pose_is_tried_from_more_starts(solver, poses, starts):
    few, many = solver.solve_batch(*poses, starts=starts), solver.solve_batch(*poses)
    assert few.attempts.max() <= starts < many.attempts.max()
    assert few.success.sum() <= many.success.sum()
    assert few.position_error[few.success].max() < 1e-6
    same = few.success
    np.testing.assert_array_equal(few.joint_positions[same], many.joint_positions[same])


def test_the_seed_is_the_first_start(solver, poses):
    found = solver.solve_batch(*poses)
    reached = tuple(each[found.success] for each in poses)
    seeds = found.joint_positions[found.success]
    again = solver.solve_batch(*reached, seeds, prefer='first', starts=1)
    assert again.success.all()
    assert (again.attempts == 1).all()
    np.testing.assert_allclose(again.joint_positions, seeds, atol=1e-6)


def test_what_is_found_keeps_clear(poses):
    solver = IkSolver.load('tiago_arm')
    free = solver.solve_batch(*poses, starts=8)
    solver.set_obstacles([[0.4, 0.0, 0.2, 0.15]])
    clear = solver.solve_batch(*poses, starts=8)
    assert 0 < clear.success.sum() < free.success.sum()
    assert (clear.clearance[clear.success] >= 0).all()
    assert clear.position_error[clear.success].max() < 1e-6


@pytest.mark.parametrize('starts', [0, 1.5, True, 2000])
def test_a_number_out_of_range_is_refused(solver, poses, starts):
    with pytest.raises(InvalidInputError, match='starts is'):
        solver.solve_batch(*poses, starts=starts)
