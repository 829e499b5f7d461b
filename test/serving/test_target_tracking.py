# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is commanded for a target, from where, and when that ends."""

from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver, TrackingStatus
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.requests_and_answers import Defaults, MotionBounds
from learned_ik.serving.target_tracking import TargetTracking

MODELS = Path(__file__).parents[2] / 'models'
PERIOD = 0.01  # [s]
START = np.array([0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0])
DEFAULTS = Defaults(1e-6, 1e-6, 0.05)
BOUNDS = MotionBounds(acceleration=20.0)


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def serving(clock) -> IkServing:
    serving = IkServing(IkSolver.load(MODELS / 'tiago_arm.safetensors'), clock)
    serving.remember_joints(serving.joint_names, START)
    return serving


def run(tracking, clock, seconds, command=None):
    """Return all commands (n, joints), each taken as the last one by the next step."""
    commands, at = [], -np.inf
    for _ in range(round(seconds / PERIOD)):
        clock.now += PERIOD
        step = tracking.step(BOUNDS, DEFAULTS, command, at)
        if step is None:
            break
        command, at = step.joint_positions, clock.now
        commands.append(command)
    return np.array(commands)


def assert_within_speeds(chain, start, commands):
    """Assert that no joint goes faster than it may, from its start on."""
    steps = np.abs(np.diff(np.vstack([start, commands]), axis=0)) / PERIOD
    assert np.all(steps <= chain.velocity + 1e-6)


def test_one_pose_is_led_to_and_then_there_is_nothing_to_do(serving, clock):
    chain = serving.robot.solver.chain
    tracking, goal = TargetTracking(serving), chain.forward(START + 0.2)
    assert tracking.step(BOUNDS, DEFAULTS, None, -np.inf) is None
    tracking.aim(*goal)
    commands = run(tracking, clock, 20.0)
    assert not tracking.is_active
    np.testing.assert_allclose(chain.forward(commands[-1])[0], goal[0], atol=1e-4)
    assert_within_speeds(chain, START, commands)


def test_commands_go_on_from_the_last_one_where_reports_are_older(serving, clock):
    chain, tracking = serving.robot.solver.chain, TargetTracking(serving)
    tracking.aim(*chain.forward(START + 0.2))
    last = run(tracking, clock, 20.0)[-1]
    commanded_at = clock.now
    clock.now += 5.0
    tracking.aim(*chain.forward(START))
    first = tracking.step(BOUNDS, DEFAULTS, last, commanded_at)
    np.testing.assert_allclose(first.joint_positions, last, atol=1e-12)
    serving.remember_joints(serving.joint_names, START - 0.1)  # it was moved by somebody
    tracking.forget()
    tracking.aim(*chain.forward(START))
    first = tracking.step(BOUNDS, DEFAULTS, last, commanded_at)
    np.testing.assert_allclose(first.joint_positions, START - 0.1, atol=1e-12)


def test_a_twist_ends_where_no_other_comes(serving, clock):
    chain, tracking = serving.robot.solver.chain, TargetTracking(serving)
    tracking.move(np.array([0.0, -0.05, 0.0]), np.zeros(3), in_tool=False)
    commands = run(tracking, clock, 5.0)
    assert not tracking.is_active
    assert len(commands) * PERIOD < 1.0
    way = chain.forward(commands[-1])[0] - chain.forward(START)[0]
    assert -0.05 < way[1] < -0.015
    np.testing.assert_allclose(way[[0, 2]], 0.0, atol=1e-3)


def test_what_is_refused_makes_it_brake_and_is_told(serving, clock):
    chain, tracking = serving.robot.solver.chain, TargetTracking(serving)
    tracking.aim(*chain.forward(START + 0.5))
    run(tracking, clock, 0.2)
    tracking.refuse('no such frame')
    step = tracking.step(BOUNDS, DEFAULTS, None, -np.inf)
    assert step.message == 'no such frame'
    run(tracking, clock, 2.0)
    assert not tracking.is_active


def test_other_bounds_take_effect_without_a_jump(serving, clock):
    chain, tracking = serving.robot.solver.chain, TargetTracking(serving)
    tracking.aim(*chain.forward(START + 0.5))
    last = run(tracking, clock, 0.2)[-1]
    clock.now += PERIOD
    slow = MotionBounds(velocity_scaling=0.1, acceleration=20.0)
    step = tracking.step(slow, DEFAULTS, last, clock.now)
    assert np.abs(step.joint_positions - last).max() <= 0.1 * chain.velocity.max() * PERIOD + 1e-9


def test_where_nobody_reports_joints_it_begins_at_a_solution(clock):
    serving = IkServing(IkSolver.load(MODELS / 'tiago_arm.safetensors'), clock)
    chain, tracking = serving.robot.solver.chain, TargetTracking(serving)
    goal = chain.forward(START)
    tracking.aim(*goal)
    commands = run(tracking, clock, 10.0)
    np.testing.assert_allclose(chain.forward(commands[0])[0], goal[0], atol=1e-3)


def test_a_twist_has_nowhere_to_begin_where_nobody_reports_joints(clock):
    serving = IkServing(IkSolver.load(MODELS / 'tiago_arm.safetensors'), clock)
    tracking = TargetTracking(serving)
    tracking.move(np.array([0.0, -0.05, 0.0]), np.zeros(3), in_tool=False)
    assert tracking.step(BOUNDS, DEFAULTS, None, -np.inf) is None
    assert 'where the joints are' in tracking.refusal
    assert not tracking.is_active
    tracking.move(np.array([0.0, -0.05, 0.0]), np.zeros(3), in_tool=False)
    step = tracking.step(BOUNDS, DEFAULTS, START, clock.now)  # the last command says it
    np.testing.assert_allclose(step.joint_positions, START)


def test_an_arm_that_waits_out_of_reach_does_not_sag_with_what_is_measured(serving, clock):
    tracking = TargetTracking(serving)
    tracking.aim(np.array([3.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 1.0]))
    last = run(tracking, clock, 15.0)[-1]
    assert tracking.is_active
    for _ in range(50):
        clock.now += PERIOD
        serving.remember_joints(serving.joint_names, last - 0.01)  # as gravity has it
        step = tracking.step(BOUNDS, DEFAULTS, last, clock.now - PERIOD)
    np.testing.assert_allclose(step.joint_positions, last, atol=1e-3)


@pytest.mark.parametrize('name', ['tiago_arm', 'ur10', 'panda'])
def test_a_pose_anywhere_is_reached_from_anywhere(clock, name):
    serving = IkServing(IkSolver.load(MODELS / f'{name}.safetensors'), clock)
    chain, rng = serving.robot.solver.chain, np.random.default_rng(0)
    for _ in range(12):
        start, goal = chain.middle + 0.8 * (chain.sample(rng, 2) - chain.middle)
        serving.remember_joints(serving.joint_names, start)
        tracking = TargetTracking(serving)
        pose = chain.forward(goal)
        tracking.aim(*pose)
        commands = run(tracking, clock, 30.0)
        assert not tracking.is_active
        np.testing.assert_allclose(chain.forward(commands[-1])[0], pose[0], atol=1e-3)
        assert_within_speeds(chain, start, commands)


def test_an_arm_that_is_stuck_before_its_target_goes_another_way(serving, clock):
    chain, rng = serving.robot.solver.chain, np.random.default_rng(1)
    stuck = 0
    for _ in range(20):
        start, goal = chain.middle + 0.8 * (chain.sample(rng, 2) - chain.middle)
        serving.remember_joints(serving.joint_names, start)
        tracking = TargetTracking(serving)
        (p0, o0), (p1, o1) = chain.forward(start), chain.forward(goal)
        for share in np.linspace(0.0, 1.0, 200):  # it is led there, and stays: no start is far
            orientation = (1 - share) * o0 + share * (o1 if o0 @ o1 > 0 else -o1)
            tracking.aim((1 - share) * p0 + share * p1, orientation)
            run(tracking, clock, 2 * PERIOD)
        tracking.aim(p1, o1)
        step = tracking.step(BOUNDS, DEFAULTS, None, -np.inf)
        steps = 0
        while step.status is not TrackingStatus.ON_TARGET and steps < 3000:
            tracking.aim(p1, o1)  # it is sent again and again
            clock.now, steps = clock.now + PERIOD, steps + 1
            step = tracking.step(BOUNDS, DEFAULTS, None, -np.inf) or step
        stuck += steps > 200
        assert step.status is TrackingStatus.ON_TARGET, step.message
    assert stuck > 0


def test_an_arm_that_sags_a_little_goes_on_from_its_command(serving, clock):
    chain, tracking = serving.robot.solver.chain, TargetTracking(serving)
    tracking.aim(*chain.forward(START + 0.1))
    last = run(tracking, clock, 20.0)[-1]
    commanded_at = clock.now
    clock.now += 1.0
    for sag, begins in ((0.01, last), (0.2, last - 0.2)):
        serving.remember_joints(serving.joint_names, last - sag)
        tracking.forget()
        tracking.aim(*chain.forward(last))
        first = tracking.step(BOUNDS, DEFAULTS, last, commanded_at)
        np.testing.assert_allclose(first.joint_positions, begins, atol=1e-12)
