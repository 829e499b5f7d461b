# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Several solutions of one pose."""

import math

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain, Status
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.path.branches import DISTINCT
from learned_ik.solving.variety import spread


def assert_distinct(joints: np.ndarray) -> None:
    gaps = np.abs(joints[:, None] - joints[None]).max(axis=2)
    assert gaps[~np.eye(len(joints), dtype=bool)].min() >= DISTINCT


@pytest.mark.parametrize('networked', [False, True])
def test_all_are_exact_and_distinct(real_robot, untrained, networked):
    _, chain = real_robot
    solver = IkSolver(untrained(chain) if networked else chain)
    for position, orientation in zip(
        *chain.forward(chain.sample(np.random.default_rng(0), 5)), strict=True
    ):
        solutions = solver.solve_all(position, orientation, limit=6)
        assert 1 <= len(solutions) <= 6
        joints = np.array([solution.joint_positions for solution in solutions])
        if len(joints) > 1:
            assert_distinct(joints)
        for solution in solutions:
            assert solution.status is Status.SUCCESS
            assert solution.position_error <= 1e-6
            assert math.isnan(solution.seed_distance)
        reached, _ = chain.forward(joints)
        np.testing.assert_allclose(reached, np.tile(position, (len(joints), 1)), atol=1e-6)


def test_redundancy_gives_as_many_as_are_wanted(tiago):
    position, orientation = tiago.forward(tiago.middle + 0.1)
    for limit in (1, 4, 40):
        assert len(IkSolver(tiago).solve_all(position, orientation, limit)) == limit


def test_an_arm_without_redundancy_has_its_eight_branches(real_urdf):
    urdf = real_urdf('ur_description/urdf/ur10_robot.urdf')
    chain = KinematicChain.from_urdf(urdf, 'base_link', 'ee_link')
    chain = chain.with_limits(-np.pi, np.pi)
    solver = IkSolver(chain)
    q = chain.sample(np.random.default_rng(0), 10)
    counts = []
    for i in range(10):
        solutions = solver.solve_all(*chain.forward(q[i]), limit=32)
        joints = np.array([solution.joint_positions for solution in solutions])
        counts.append(len(joints))
        assert np.abs(joints - q[i]).max(axis=1).min() < 1e-4  # the known one is among them
    assert max(counts) == 8


def test_what_is_near_a_seed_comes_first(tiago):
    position, orientation = tiago.forward(tiago.middle + 0.1)
    seed = tiago.middle - 0.5
    solutions = IkSolver(tiago).solve_all(position, orientation, 10, seed=seed)
    distances = [solution.seed_distance for solution in solutions]
    assert distances == sorted(distances)
    for solution in solutions:
        expected = np.linalg.norm(solution.joint_positions - seed)
        assert solution.seed_distance == pytest.approx(expected)


def test_the_same_request_gets_the_same_solutions(tiago, untrained):
    pose = tiago.forward(tiago.middle + 0.1)
    first, second = (IkSolver(untrained(tiago)).solve_all(*pose) for _ in range(2))
    np.testing.assert_array_equal(
        [solution.joint_positions for solution in first],
        [solution.joint_positions for solution in second],
    )


def test_free_axes_are_used(tiago):
    position, orientation = tiago.forward(tiago.middle + 0.1)
    solutions = IkSolver(tiago).solve_all(position, orientation, 8, orientation_tolerance=math.inf)
    assert len(solutions) == 8
    _, turned = tiago.forward(np.array([solution.joint_positions for solution in solutions]))
    assert np.abs(turned @ orientation).min() < 0.9


def test_an_unreachable_pose_has_none(tiago):
    assert IkSolver(tiago).solve_all([9, 0, 0], [0, 0, 0, 1]) == []


@pytest.mark.parametrize('limit', [0, -1, 1.5, 'all'])
def test_a_wrong_limit_is_named(tiago, limit):
    with pytest.raises(InvalidInputError, match='limit'):
        IkSolver(tiago).solve_all(*tiago.forward(tiago.middle), limit)


def test_a_spread_keeps_the_first_and_then_the_farthest():
    points = np.array([[0.0], [0.1], [1.0], [0.6]])
    assert spread(points, 3).tolist() == [0, 2, 3]
    assert spread(points, 9).tolist() == [0, 2, 3, 1]
    assert spread(points[:0], 3).tolist() == []
