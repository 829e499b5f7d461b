# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import gc
import time

import numpy as np
import pytest

pytest.importorskip('pinocchio')

from lab.pinocchio_judge import Poses
from lab.protocols.call_timing import BLOCK, in_turns


class Solver:
    """Answers with the pose's x in its only joint; writes down when it was called."""

    label, setting = 'test', ''

    def __init__(self, name, calls, answer=lambda x: np.array([x])):
        self.name, self.calls, self.answer = name, calls, answer

    def arguments(self, position, rotation, seed):
        return position[0], seed

    def call(self, x, seed):
        self.calls.append((self.name, x, seed))
        return self.answer(x)

    def read(self, answer):
        return answer


def poses(count):
    positions = np.zeros((count, 3))
    positions[:, 0] = np.arange(count)
    return Poses(positions, np.tile(np.eye(3), (count, 1, 1)))


def test_solvers_take_turns_on_the_same_poses():
    calls = []
    solvers = {name: Solver(name, calls) for name in 'ab'}
    trials = in_turns(solvers, poses(BLOCK + 2), None, 1, budget=60)
    assert ''.join(name for name, _, _ in calls) == (
        'a' * (BLOCK + 1) + 'b' * (BLOCK + 1) + 'a' * 3 + 'b' * 3  # each turn begins uncounted
    )
    for trial in trials.values():
        np.testing.assert_array_equal(trial.joints[:, 0], np.arange(BLOCK + 2))
        assert trial.claimed.all()
        assert (trial.times > 0).all()


def test_failures_count_as_no_answer():
    def fail(x):
        if x == 1:
            raise BaseException('panic')
        return None if x == 2 else np.array([x])

    trial = in_turns({'a': Solver('a', [], fail)}, poses(4), None, 1, budget=60)['a']
    assert trial.claimed.tolist() == [True, False, False, True]


def test_a_slow_solver_gets_as_many_poses_as_its_budget_allows():
    def slow(x):
        time.sleep(0.02)
        return np.array([x])

    solvers = {'slow': Solver('slow', [], slow), 'fast': Solver('fast', [])}
    trials = in_turns(solvers, poses(BLOCK), None, 1, budget=0.1)
    assert 1 <= len(trials['slow'].times) <= 6
    assert len(trials['fast'].times) == BLOCK


def test_seeds_reach_the_solver_and_garbage_collection_comes_back():
    calls = []
    seeds = np.arange(3.0)[:, None]
    in_turns({'a': Solver('a', calls)}, poses(3), seeds, 1, budget=60)
    assert [float(seed[0]) for _, _, seed in calls[1:]] == [0.0, 1.0, 2.0]
    assert gc.isenabled()
