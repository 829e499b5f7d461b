# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A command in every frame, within what the joints may, whatever the target does."""

import math

import numpy as np
import pytest

from learned_ik import IkSolver, Tracker, TrackingStatus
from learned_ik.errors import InvalidInputError

RATE = 72.0  # [1/s]
ACCELERATION = 12.0  # [rad/s² or m/s²]
ROUNDING = 1e-9


@pytest.fixture
def solver(any_arm) -> IkSolver:
    return any_arm


def hand(chain, q, seconds: float, size: float, rng):
    """Yield poses of a hand that moves about where the tip is at q, by slow sines."""
    position, orientation = chain.forward(q)
    amplitude, phase = rng.uniform(0.2, 1.0, (3, 3)), rng.uniform(0, 2 * np.pi, (3, 3))
    rate = rng.uniform(0.1, 0.6, (3, 3))
    for k in range(int(seconds * RATE)):
        t = k / RATE
        waves = amplitude * (np.sin(2 * np.pi * rate * t + phase) - np.sin(phase))
        yield position + size / 3 * waves.sum(axis=1), orientation


def check(chain, before, step, period, speeds, acceleration, low=None, high=None) -> None:
    """Raise where a step is not what the joints may."""
    q, v = before
    low = chain.lower if low is None else low
    high = chain.upper if high is None else high
    endless = chain.continuous
    assert np.isfinite(step.joint_positions).all()
    assert np.isfinite(step.joint_velocities).all()
    assert np.all(endless | (step.joint_positions >= low - ROUNDING))
    assert np.all(endless | (step.joint_positions <= high + ROUNDING))
    assert np.all(np.abs(step.joint_positions - q) <= speeds * period + ROUNDING)
    np.testing.assert_allclose(step.joint_velocities * period, step.joint_positions - q, atol=1e-9)
    if np.isfinite(acceleration):
        assert np.all(np.abs(step.joint_velocities - v) <= acceleration * period + 1e-6)


@pytest.mark.parametrize('acceleration', [math.inf, ACCELERATION])
def test_every_step_is_what_the_joints_may_whatever_the_target_does(solver, acceleration):
    chain, rng = solver.chain, np.random.default_rng(0)
    speeds = np.full(chain.joint_count, 1.5)
    tracker = Tracker(solver, speeds, None if np.isinf(acceleration) else acceleration)
    postures = chain.sample(rng, 12)
    tracker.reset(chain.middle if not chain.continuous.any() else np.zeros(chain.joint_count))
    q, v = tracker.joint_positions, np.zeros(chain.joint_count)
    for posture in postures:
        position, orientation = chain.forward(posture)
        if rng.random() < 0.3:
            position = position + rng.normal(0, 3, 3)  # perhaps out of reach
        for k in range(30):
            period = 1 / RATE
            jitter = rng.normal(0, 0.02, 3) if k % 3 == 0 else 0.0
            step = tracker.update(position + jitter, orientation, period)
            check(chain, (q, v), step, period, speeds, acceleration)
            q, v = step.joint_positions, step.joint_velocities


def test_a_hand_within_reach_is_followed(solver):
    chain, rng = solver.chain, np.random.default_rng(1)
    tracker = Tracker(solver, 2.0)
    followed = frames = 0
    for _ in range(4):
        q = chain.middle + 0.7 * (chain.sample(rng, 1)[0] - chain.middle)
        tracker.reset(q)
        for position, orientation in hand(chain, q, 4.0, 0.05, rng):
            step = tracker.update(position, orientation, 1 / RATE)
            if solver.solve(position, orientation, position_tolerance=1e-3):
                frames += 1
                followed += step.status is TrackingStatus.ON_TARGET
            assert np.abs(step.joint_positions - q).max() <= 2.0 / RATE + ROUNDING
            q = step.joint_positions
    assert followed > 0.9 * frames


def test_it_comes_to_rest_on_the_target(solver):
    chain, rng = solver.chain, np.random.default_rng(2)
    tracker = Tracker(solver, 2.0, ACCELERATION)
    start = chain.middle.copy()
    tracker.reset(start)
    goal = start + 0.2 * (chain.sample(rng, 1)[0] - start)
    for _ in range(900):  # the joints go on to where they have room
        step = tracker.update(*chain.forward(goal), 1 / RATE)
    assert step.status is TrackingStatus.ON_TARGET
    assert step.position_error < 1e-4
    assert np.abs(step.joint_velocities).max() < 1e-2
    position, _ = chain.forward(step.joint_positions)
    miss = np.linalg.norm(position - chain.forward(goal)[0])
    assert step.position_error == pytest.approx(miss, abs=1e-9)


def test_out_of_reach_and_back(solver):
    chain = solver.chain
    tracker = Tracker(solver, 1.5)
    q = chain.middle.copy()
    tracker.reset(q)
    home = chain.forward(q)
    out = home[0] + np.array([3.0, 0, 0]) * chain.reach
    for _ in range(400):
        step = tracker.update(out, home[1], 1 / RATE)
        assert np.abs(step.joint_positions - q).max() <= 1.5 / RATE + ROUNDING
        q = step.joint_positions
    assert step.status is not TrackingStatus.ON_TARGET
    assert 'from the target' in step.message
    assert np.abs(step.joint_velocities).max() < 0.2  # it has come to rest, or nearly
    for _ in range(600):
        step = tracker.update(*home, 1 / RATE)
        assert np.abs(step.joint_positions - q).max() <= 1.5 / RATE + ROUNDING
        q = step.joint_positions
    assert step.position_error < 0.05


def test_a_joint_beyond_its_limit_comes_back_without_a_jump(solver):
    chain = solver.chain
    if chain.continuous.all():
        pytest.skip('no limits')
    tracker = Tracker(solver, 1.0)
    joint = int(np.flatnonzero(~chain.continuous)[0])
    q = chain.middle.copy()
    q[joint] = chain.upper[joint] + 0.02
    tracker.reset(q)
    inner = chain.middle.copy()
    inner[joint] = chain.upper[joint] - 0.05
    outermost = q[joint]
    for _ in range(60):
        step = tracker.update(*chain.forward(inner), 1 / RATE)
        assert step.joint_positions[joint] <= outermost + ROUNDING  # never farther out again
        assert np.abs(step.joint_positions - q).max() <= 1.0 / RATE + ROUNDING
        q, outermost = step.joint_positions, max(step.joint_positions[joint], chain.upper[joint])
    assert q[joint] <= chain.upper[joint] + ROUNDING


@pytest.mark.parametrize(
    'target',
    [
        ([np.nan, 0, 0], [0, 0, 0, 1]), ([0, 0, np.inf], [0, 0, 0, 1]),
        ([1e45, 0, 0], [0, 0, 0, 1]), ([0.5, 0, 0.2], [0, 0, 0, 0]), ([0.5, 0], [0, 0, 0, 1]),
        ('here', [0, 0, 0, 1]), (None, None),
        (np.array(['a', 'b', 'c']), np.array([0.0, 0, 0, 1])),
        (np.array([1j, 0, 0]), np.array([0.0, 0, 0, 1])),
        (np.array([None, 0, 0]), np.array([0.0, 0, 0, 1])),
    ],
)  # fmt: skip
def test_a_target_that_is_none_makes_it_brake(solver, target):
    chain = solver.chain
    tracker = Tracker(solver, 2.0, ACCELERATION)
    tracker.reset(chain.middle, np.full(chain.joint_count, 0.5))
    q, v = chain.middle, np.full(chain.joint_count, 0.5)
    for _ in range(5):
        step = tracker.update(*target, 1 / RATE)
        check(chain, (q, v), step, 1 / RATE, np.full(len(q), 2.0), ACCELERATION)
        q, v = step.joint_positions, step.joint_velocities
        assert 'refused' in step.message
    assert np.abs(v).max() < 0.5 - 4 * ACCELERATION / RATE + 0.2
    assert tracker.update(*chain.forward(q), 1 / RATE).message == ''


def test_it_brakes_where_targets_cease(solver):
    tracker = Tracker(solver, 2.0, ACCELERATION)
    tracker.reset(solver.chain.middle, np.full(solver.chain.joint_count, 0.8))
    speeds = [np.abs(tracker.brake(1 / RATE).joint_velocities).max() for _ in range(10)]
    assert np.all(np.diff(speeds) <= 0)
    assert speeds[-1] == 0.0


def test_a_twist_moves_the_tip(solver):
    chain = solver.chain
    for frame in ('base', 'tool'):
        tracker = Tracker(solver, 3.0)
        q = chain.middle + 0.2 * (chain.upper - chain.middle) * 0.5
        tracker.reset(q)
        R, p = chain.forward_matrix(q)
        linear = np.array([0.0, 0.02, 0.01])
        for _ in range(36):
            step = tracker.update_twist(linear, np.zeros(3), 1 / RATE, frame)
        moved = chain.forward(step.joint_positions)[0] - p
        wanted = 0.5 * (R @ linear if frame == 'tool' else linear)
        np.testing.assert_allclose(moved, wanted, atol=3e-3)


def test_the_same_inputs_give_the_same_commands(solver):
    chain = solver.chain
    commands = []
    for _ in range(2):
        rng = np.random.default_rng(5)
        tracker = Tracker(solver, 2.0, ACCELERATION)
        tracker.reset(chain.middle)
        poses = hand(chain, chain.middle, 1.0, 0.1, rng)
        commands.append([tracker.update(*pose, 1 / RATE).joint_positions for pose in poses])
    np.testing.assert_array_equal(*commands)


@pytest.mark.parametrize('period', [-1.0, math.nan, math.inf, 'soon'])
def test_a_period_that_is_none_is_refused(solver, period):
    tracker = Tracker(solver)
    with pytest.raises(InvalidInputError, match='period'):
        tracker.update([0.5, 0, 0.2], [0, 0, 0, 1], period)


def test_a_pause_is_no_leap(solver):
    chain = solver.chain
    tracker = Tracker(solver, 1.0)
    tracker.reset(chain.middle)
    step = tracker.update(*chain.forward(chain.sample(np.random.default_rng(0), 1)[0]), 10.0)
    assert np.abs(step.joint_positions - chain.middle).max() <= 0.1 + ROUNDING
    still = tracker.update(*chain.forward(chain.middle), 0.0)
    np.testing.assert_array_equal(still.joint_positions, step.joint_positions)


@pytest.mark.parametrize('limits', [0, -1.0, math.nan, [1.0, 2.0]])
def test_limits_that_are_none_are_refused(solver, limits):
    if np.size(limits) == solver.chain.joint_count:
        pytest.skip('as many as there are joints')
    with pytest.raises(InvalidInputError, match='velocity_limits'):
        Tracker(solver, limits)
    with pytest.raises(InvalidInputError, match='acceleration_limits'):
        Tracker(solver, 1.0, limits)
