# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Several solutions of one pose; forward kinematics judges."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.poses.several import several
from learned_ik.serving.requests_and_answers import (
    SOLUTIONS,
    AskedFreedom,
    Collisions,
    Defaults,
    ErrorCode,
    IkRequest,
    SeedSource,
)

DEFAULTS = Defaults(position_tolerance=1e-6, orientation_tolerance=1e-6, timeout=0.5)


@pytest.fixture(scope='module')
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


@pytest.fixture(scope='module')
def pose(chain):
    return chain.forward(chain.middle + 0.2)


@pytest.fixture
def ask(serving):
    def ask(request, limit=0):
        return several(serving.question(request, DEFAULTS), limit)

    return ask


def test_they_reach_the_pose_and_differ(ask, pose, chain):
    found = ask(IkRequest('', *pose))
    assert found.error_code is ErrorCode.SUCCESS
    assert (found.joint_names, found.seed_source) == (chain.joint_names, SeedSource.NONE)
    assert 2 < len(found.solutions) <= SOLUTIONS
    for each in found.solutions:
        reached = chain.forward(each.joint_positions)[0]
        np.testing.assert_allclose(reached, pose[0], atol=2e-6)
        assert (chain.lower <= each.joint_positions).all()
        assert (each.joint_positions <= chain.upper).all()
        margins = each.joint_positions - chain.lower, chain.upper - each.joint_positions
        assert each.limit_margin == pytest.approx(np.min(margins), abs=1e-9)
        assert math.isnan(each.seed_distance)
        assert each.clearance == math.inf
    for one, other in itertools.combinations(found.solutions, 2):
        assert np.abs(one.joint_positions - other.joint_positions).max() >= 0.05


def test_the_nearest_to_the_seed_comes_first(ask, pose, chain):
    seed = chain.middle
    found = ask(IkRequest('', *pose, chain.joint_names, seed), 5)
    distances = [np.linalg.norm(each.joint_positions - seed) for each in found.solutions]
    assert distances == sorted(distances)
    assert 1 < len(distances) <= 5
    np.testing.assert_allclose([each.seed_distance for each in found.solutions], distances)
    assert found.seed_source is SeedSource.REQUEST


def test_where_there_is_none_the_reason_is_that_of_one_pose(serving, ask, pose):
    out_of_reach = IkRequest('', np.array([3.0, 0.0, 0.0]), pose[1])
    found, one = ask(out_of_reach), serving.answer(out_of_reach, DEFAULTS)
    assert found.error_code is one.error_code is ErrorCode.NO_IK_SOLUTION
    assert found.message == one.message
    assert len(found.solutions) == 0


def test_all_of_them_keep_clear(serving, ask, pose):
    sphere = [*pose[0], 0.05]  # where the tip has to be
    serving.solver.set_obstacles([sphere])
    try:
        found = ask(IkRequest('', *pose))
        ignoring = ask(IkRequest('', *pose, collisions=Collisions.IGNORE))
    finally:
        serving.solver.set_obstacles([])
    assert found.error_code is ErrorCode.GOAL_IN_COLLISION
    assert ignoring.error_code is ErrorCode.SUCCESS
    assert all(each.clearance < 0 for each in ignoring.solutions)


def test_freedom_and_positions_alone_are_known_here_too(ask, pose, chain):
    free = AskedFreedom(0, (0.0, 0.0, -math.inf), (0.0, 0.0, math.inf))
    assert ask(IkRequest('', *pose, freedom=free)).error_code is ErrorCode.SUCCESS
    found = ask(IkRequest('', pose[0], np.zeros(4), position_only=True))
    assert found.error_code is ErrorCode.SUCCESS
    for each in found.solutions:
        reached = chain.forward(each.joint_positions)[0]
        np.testing.assert_allclose(reached, pose[0], atol=2e-6)


@pytest.mark.parametrize(
    ('change', 'limit', 'words'),
    [
        ({}, 257, 'limit is 257; expected 1 up to 256'),
        ({'position': np.full(3, math.nan)}, 1, 'position'),
        ({'orientation': np.zeros(4)}, 1, 'length zero'),
        ({'position_tolerance': -1.0}, 1, 'tolerance'),
        ({'timeout': -1.0}, 1, 'timeout is -1'),
    ],
)
def test_bad_input_is_an_answer(ask, pose, change, limit, words):
    found = ask(dataclasses.replace(IkRequest('', *pose), **change), limit)
    assert found.error_code is ErrorCode.INVALID_GOAL_CONSTRAINTS
    assert words in found.message
    assert len(found.solutions) == 0
