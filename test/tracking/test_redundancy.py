# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a tracker does with the joints that the target leaves free, and on other branches."""

import math
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver, Tracker, TrackingStatus
from learned_ik.errors import InvalidInputError

MODELS = Path(__file__).parents[2] / 'models'
PERIOD = 1 / 72  # [s]
START = np.array([0.9, 0.6, -1.0, 1.2, 0.4, 0.3, 0.2])  # of TIAGo's arm, far from the middle


@pytest.fixture(scope='module')
def solver() -> IkSolver:
    return IkSolver.load(MODELS / 'tiago_arm.safetensors')


def test_joints_find_room_while_the_tip_stays(solver):
    target, chain = solver.forward(START), solver.chain
    tracker = Tracker(solver, 2.0, 10.0)
    tracker.reset(START)
    for _ in range(700):
        step = tracker.update(*target, PERIOD)
        assert step.status is TrackingStatus.ON_TARGET
        assert step.position_error < 1e-4
    weights = 1 / (chain.upper - chain.lower) ** 2
    before, after = (
        np.sum(weights * (q - chain.middle) ** 2) for q in (START, step.joint_positions)
    )
    assert after < 0.9 * before


def test_a_posture_is_come_near(solver):
    target, wished = solver.forward(START), START + 0.2
    ways = []
    for prefer in (wished, None):
        tracker = Tracker(solver, 2.0, prefer=prefer)
        tracker.reset(START)
        for _ in range(700):
            step = tracker.update(*target, PERIOD)
        ways.append(np.linalg.norm(step.joint_positions - wished))
    assert ways[0] < ways[1] - 0.01
    np.testing.assert_allclose(step.joint_positions, START, atol=1e-4)  # nothing is preferred


def test_a_free_axis_is_left_free(solver):
    position, _ = solver.forward(START)
    turned = solver.forward(START + np.array([0, 0, 0, 0, 0, 0, 1.0]))[1]
    tracker = Tracker(solver, 2.0)
    tracker.reset(START)
    free = tracker.update(
        position, turned, PERIOD, orientation_tolerance=[math.inf, math.inf, math.inf]
    )
    assert free.status is TrackingStatus.ON_TARGET
    held = tracker.update(position, turned, PERIOD)
    assert held.status is TrackingStatus.CATCHING_UP
    assert held.orientation_error > 0.1
    with pytest.raises(InvalidInputError, match='orientation_tolerance'):
        tracker.update(position, turned, PERIOD, orientation_tolerance=-1.0)


def test_the_posture_to_begin_from_has_room(solver):
    chain, rng = solver.chain, np.random.default_rng(0)
    tracker = Tracker(solver)
    for q in chain.sample(rng, 10):
        target = chain.forward(q)
        chosen = tracker.choose_posture(*target)
        np.testing.assert_allclose(chain.forward(chosen)[0], target[0], atol=1e-4)
        margins = [np.minimum(p - chain.lower, chain.upper - p).min() for p in (chosen, q)]
        assert margins[0] > 0.0
    out = tracker.choose_posture([9.0, 0.0, 0.0], [0, 0, 0, 1])
    assert np.all((out >= chain.lower) & (out <= chain.upper))


def dead_end(solver):
    """Return a tracker at the end of its branch, its target, and its last step."""
    chain = solver.chain
    for seed in range(40):
        rng = np.random.default_rng(seed)
        q, goal = chain.sample(rng, 2)
        tracker, target = Tracker(solver, 2.0), chain.forward(goal)
        tracker.reset(q)
        for _ in range(300):
            step = tracker.update(*target, PERIOD)
        if step.status is TrackingStatus.CLOSEST:
            return tracker, target, step
    raise AssertionError('no target was a dead end')


def test_another_branch_is_told_and_led_to(solver):
    tracker, target, step = dead_end(solver)
    chain = solver.chain
    other = step.other_branch
    assert other is not None
    np.testing.assert_allclose(chain.forward(other)[0], target[0], atol=1.1e-3)
    q = tracker.joint_positions
    way = tracker.switch(*target, PERIOD)
    np.testing.assert_array_equal(tracker.joint_positions, q)  # nothing has moved yet
    assert len(way) > 1
    steps = np.abs(np.diff(np.vstack([q, way]), axis=0)).max(axis=1)
    assert steps.max() <= 2.0 * PERIOD + 1e-9
    assert np.all((way >= chain.lower - 1e-9) & (way <= chain.upper + 1e-9))
    for posture in way:  # the updates take the very way that was told
        step = tracker.update(*target, PERIOD)
        np.testing.assert_allclose(step.joint_positions, posture, atol=1e-9)
    assert step.status is TrackingStatus.ON_TARGET
    assert step.other_branch is None


def test_out_of_reach_there_is_no_other_branch(solver):
    tracker = Tracker(solver, 2.0)
    tracker.reset(START)
    for _ in range(400):
        step = tracker.update([3.0, 0.0, 0.0], [0, 0, 0, 1], PERIOD)
    assert step.other_branch is None
    before = tracker.joint_positions
    assert tracker.switch([3.0, 0.0, 0.0], [0, 0, 0, 1], PERIOD).shape == (0, 7)
    after = tracker.update([3.0, 0.0, 0.0], [0, 0, 0, 1], PERIOD).joint_positions
    np.testing.assert_allclose(after, before, atol=1e-2)


def test_a_joint_beyond_its_limit_walks_back_by_itself(solver):
    chain = solver.chain
    q = START.copy()
    q[1] = chain.upper[1] + 0.03
    tracker = Tracker(solver, 1.0, 10.0)
    tracker.reset(q)
    target = chain.forward(q)  # which needs the joint where it is
    last = q
    for _ in range(200):
        step = tracker.update(*target, PERIOD)
        assert np.abs(step.joint_positions - last).max() <= PERIOD + 1e-9
        assert step.joint_positions[1] <= last[1] + 1e-12 or last[1] <= chain.upper[1]
        last = step.joint_positions
    assert last[1] <= chain.upper[1] + 1e-9


@pytest.mark.parametrize('twist', [([np.nan, 0, 0], [0, 0, 0]), ([0, 0], [0, 0, 0]), ('a', 'b')])
def test_a_twist_that_is_none_makes_it_brake(solver, twist):
    tracker = Tracker(solver, 2.0, 10.0)
    tracker.reset(START, np.full(7, 0.3))
    step = tracker.update_twist(*twist, PERIOD)
    assert 'refused' in step.message
    assert np.abs(step.joint_velocities).max() < 0.3


def test_a_twist_does_not_drift(solver):
    tracker = Tracker(solver, 3.0, 10.0)
    tracker.reset(START)
    position, orientation = solver.forward(START)
    for _ in range(144):
        step = tracker.update_twist([0.0, -0.05, 0.0], [0, 0, 0], PERIOD)
    for _ in range(36):
        step = tracker.update_twist([0, 0, 0], [0, 0, 0], PERIOD)
    reached, turned = solver.forward(step.joint_positions)
    np.testing.assert_allclose(reached, position + np.array([0.0, -0.1, 0.0]), atol=1e-4)
    assert abs(turned @ orientation) == pytest.approx(1.0, abs=1e-6)
