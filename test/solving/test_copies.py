# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A solver goes where Python objects go: into copies, pickles and other processes."""

import concurrent.futures
import copy
import multiprocessing
import operator
import pickle

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.errors import InvalidInputError

SPHERES = [[0.6, 0.4, -0.2, 0.1], [0.4, -0.5, 0.3, 0.12]]


@pytest.fixture
def solver(tiago, untrained) -> IkSolver:
    solver = IkSolver(
        untrained(tiago), joint_weights=np.arange(1.0, 8.0), tool=[0.0, 0.02, 0.1, 0, 0, 0, 1]
    )
    solver.set_obstacles(SPHERES)
    return solver


def answers(solver: IkSolver) -> np.ndarray:
    rng = np.random.default_rng(0)
    found = []
    for q, seed in zip(solver.chain.sample(rng, 10), solver.chain.sample(rng, 10), strict=True):
        solution = solver.solve(*solver.forward(q), seed)
        found.append([*solution.joint_positions, solution.clearance, float(solution.status)])
    return np.array(found)


@pytest.mark.parametrize(
    'copied',
    [copy.copy, copy.deepcopy, lambda solver: pickle.loads(pickle.dumps(solver))],
    ids=['copy', 'deepcopy', 'pickle'],
)
def test_a_copy_answers_alike_and_is_its_own(solver, copied):
    expected = answers(solver)
    twin = copied(solver)
    np.testing.assert_array_equal(answers(twin), expected)
    np.testing.assert_array_equal(twin.obstacles, SPHERES)
    np.testing.assert_array_equal(twin.tool, solver.tool)
    twin.set_obstacles([])
    np.testing.assert_array_equal(solver.obstacles, SPHERES)
    np.testing.assert_array_equal(answers(solver), expected)


def test_a_solver_that_has_answered_can_be_pickled_without_a_network(tiago):
    solver = IkSolver(tiago)
    solver.solve(*tiago.forward(tiago.middle))
    assert pickle.loads(pickle.dumps(solver)).chain.fingerprint == tiago.fingerprint


def test_other_processes_answer_alike(solver):
    """A spawned worker gets the solver by pickle; `operator` is what both sides can import."""
    q = solver.chain.middle
    position, orientation = solver.forward(q)
    call = operator.methodcaller('solve', position, orientation, q)
    with concurrent.futures.ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context('spawn')
    ) as pool:
        there = pool.submit(call, solver).result(timeout=120)
    here = solver.solve(position, orientation, q)
    np.testing.assert_array_equal(there.joint_positions, here.joint_positions)
    assert there.status is here.status


def test_a_path_in_place_of_a_model_is_told():
    for wrong in ('robot.urdf', None, 3):
        with pytest.raises(InvalidInputError, match='expected an IkModel or a KinematicChain'):
            IkSolver(wrong)
