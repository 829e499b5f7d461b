# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A no is a no because of something, or because the time was over; and the time is kept."""

import itertools
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.solving import restarts, variety
from learned_ik.solving.solution import Status

MODELS = Path(__file__).parents[2] / 'models'


@pytest.fixture(scope='module')
def plain() -> IkSolver:
    """Six joints without a network."""
    return IkSolver(IkSolver.load(MODELS / 'ur10.safetensors').chain)


def test_what_a_batch_does_not_find_is_found_in_time(artificial):
    chain = artificial(6)
    solver = IkSolver(chain)
    poses = chain.forward(chain.sample(np.random.default_rng(11), 20_000))
    refused = np.flatnonzero(~solver.solve_batch(*poses).success)
    for i in refused:
        assert solver.solve(poses[0][i], poses[1][i], timeout=5.0)


def test_an_orientation_that_is_not_found_is_looked_for_until_the_time_is_over(plain):
    position = 0.97 * plain.chain.forward(np.zeros(6))[0]
    for orientation in ([0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]):
        asked = perf_counter()
        answer = plain.solve(position, orientation, timeout=0.05)
        if answer:
            continue
        assert answer.status is Status.TIMED_OUT
        assert 'not found' in answer.message
        assert 'the time was over before the search was' in answer.message
        assert perf_counter() - asked >= 0.05
        break
    else:
        pytest.fail('all orientations were reached there: choose another position')


def test_what_is_not_found_near_a_seed_is_not_said_to_be_reached_elsewhere(plain):
    q = plain.chain.middle + 0.3
    answer = plain.solve(*plain.chain.forward(q), q + 0.01, max_joint_change=0.0, timeout=1e-3)
    assert not answer
    assert 'not found near enough to the seed' in answer.message
    assert 'can be reached' not in answer.message


def test_a_position_out_of_reach_is_told_at_once(plain, monkeypatch):
    looks = []
    search_on = restarts.reaches_position

    def counted(*asked):
        looks.append(asked)
        return search_on(*asked)

    monkeypatch.setattr(restarts, 'reaches_position', counted)
    chain = plain.chain.with_limits(plain.chain.middle - 0.3, plain.chain.middle + 0.3)
    answer = IkSolver(chain).solve(-chain.forward(chain.middle)[0], [0, 0, 0, 1], timeout=60)
    assert answer.status is Status.NO_SOLUTION
    assert 'out of reach' in answer.message
    assert len(looks) == 1


def test_a_pose_that_is_never_found_takes_no_time_from_the_rest_of_a_path(plain):
    chain = plain.chain
    path = chain.middle + 0.3 + np.linspace(0, 0.3, 40)[:, None] * np.ones(6)
    positions, orientations = chain.forward(path)
    positions[20] = 0
    followed = plain.follow(positions, orientations, timeout=5.0)
    assert not followed.timed_out
    assert followed.failures.tolist() == [20]


def test_several_solutions_are_those_that_there_was_time_for(plain, monkeypatch):
    """A clock that goes on by a millisecond at each look stands for a slow machine."""
    ticks = itertools.count()
    monkeypatch.setattr(variety, 'perf_counter', lambda: 1e-3 * next(ticks))
    rng, counts = np.random.default_rng(0), []
    for spheres in ([], [[0.6, 0, 0.5, 0.1], [0, 0.7, 0.4, 0.1]]):
        plain.set_obstacles(spheres)
        pose = plain.chain.forward(plain.chain.sample(rng, 1)[0])
        for timeout in (1e-9, 0.05, 100.0):
            first = next(ticks)
            found = plain.solve_all(*pose, 4096, timeout=timeout)
            assert 1e-3 * (next(ticks) - first) < timeout + 0.01
            assert all(each.success for each in found)
            counts.append(len(found))
    plain.set_obstacles([])
    assert counts[:3] == sorted(counts[:3])
    assert counts[0] == 1
    assert counts[2] > 4


@pytest.mark.parametrize('timeout', [1e-9, 1e-3])
def test_a_batch_for_which_there_is_no_time_says_so(plain, timeout):
    chain, count = plain.chain, 20_000
    q = chain.sample(np.random.default_rng(0), count)
    seeds = np.roll(q, 1, axis=0)
    for given in (None, seeds):
        batch = plain.solve_batch(*chain.forward(q), given, timeout=timeout)
        late = batch.status == Status.TIMED_OUT
        assert late.any()
        assert np.isfinite(batch.joint_positions).all()
        positions, _ = chain.forward(batch.joint_positions)
        misses = np.linalg.norm(positions - chain.forward(q)[0], axis=1)
        np.testing.assert_allclose(batch.position_error, misses, atol=1e-9)
    assert plain.solve_batch(*chain.forward(q[:500]), timeout=60).success.all()


def test_a_batch_in_time_is_the_batch_without(plain):
    q = plain.chain.sample(np.random.default_rng(0), 500)
    for spheres in ([], [[0.6, 0, 0.5, 0.1], [0, 0.7, 0.4, 0.1]]):
        plain.set_obstacles(spheres)
        poses = plain.chain.forward(q)
        one, other = plain.solve_batch(*poses), plain.solve_batch(*poses, timeout=1e3)
        np.testing.assert_array_equal(one.status, other.status)
        np.testing.assert_array_equal(one.joint_positions, other.joint_positions)
    plain.set_obstacles([])


def test_a_long_path_is_the_same_in_pieces(plain):
    """Longer than what is tracked between two looks at the clock, and through a singularity."""
    chain = plain.chain
    path = chain.middle + 0.9 + 0.5 * np.sin(np.linspace(0, 6, 3500))[:, None] * np.ones(6)
    followed = plain.follow(*chain.forward(path), path[0], timeout=30)
    assert followed.success
    np.testing.assert_allclose(followed.joint_positions, path, atol=5e-3)
    late = plain.follow(*chain.forward(path), path[0], timeout=1e-9)
    assert late.timed_out
    assert np.isfinite(late.joint_positions).all()


def test_a_long_path_among_many_obstacles_keeps_its_time(plain):
    chain, rng = plain.chain, np.random.default_rng(0)
    path = chain.middle + 0.9 + 0.5 * np.sin(np.linspace(0, 60, 20_000))[:, None] * np.ones(6)
    plain.set_obstacles(np.c_[rng.uniform(0.8, 1.2, (500, 3)), np.full(500, 0.02)])
    late = plain.follow(*chain.forward(path), path[0], timeout=0.03)
    plain.set_obstacles([])
    assert late.timed_out
    assert not late.success
    told = np.isnan(late.clearance)
    assert told.any()
    assert np.all(late.status[told] == Status.TIMED_OUT)
    assert 'the time was over' in late.message
