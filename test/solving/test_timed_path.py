# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkSolver.time`: a path with its times keeps the speeds of the robot."""

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.errors import InvalidInputError


@pytest.fixture(scope='module')
def solver():
    return IkSolver.load('tiago_arm')


@pytest.fixture(scope='module')
def path(solver):
    q = solver.chain.middle
    p, o = solver.forward(q)
    positions = np.linspace(p, p + np.array([0.0, 0.1, 0.05]), 40)
    found = solver.follow(positions, np.tile(o, (40, 1)), q)
    assert found
    return found


def test_what_was_followed_is_timed_within_the_speeds_of_the_urdf(solver, path):
    timed = solver.time(path)
    assert timed.joint_names == solver.chain.joint_names
    assert timed.times[0] == 0.0
    steps = np.diff(timed.times)
    assert (steps > 0).all()
    speeds = np.abs(np.diff(timed.joint_positions, axis=0)) / steps[:, None]
    assert (speeds <= solver.chain.velocity * (1 + 1e-9)).all()
    assert (np.abs(timed.joint_velocities) <= solver.chain.velocity * (1 + 1e-9)).all()
    assert not timed.joint_velocities[[0, -1]].any()
    np.testing.assert_array_equal(timed.joint_positions, path.joint_positions)


def test_slower_joints_take_longer(solver, path):
    usual = solver.time(path).times[-1]
    assert solver.time(path, velocity_limits=0.05).times[-1] > usual
    assert solver.time(path, acceleration_limits=0.1).times[-1] > usual
    assert solver.time(path, scaling=0.1).times[-1] > usual
    same = solver.time(path.joint_positions.tolist()).times[-1]
    assert same == usual


def test_an_arm_is_not_sent_along_a_path_that_breaks(solver, path):
    p, o = solver.forward(solver.chain.middle)
    broken = solver.follow([p, p + np.array([9.0, 0, 0])], [o, o])
    with pytest.raises(InvalidInputError, match=r'path is not a success.*pose 1: .*out of reach'):
        solver.time(broken)
    assert len(solver.time(broken.joint_positions).times) == 2


def test_a_path_that_is_none_is_refused(solver):
    with pytest.raises(InvalidInputError, match=r'path has shape \(2, 3\)'):
        solver.time([[0, 0, 0], [1, 1, 1]])
