# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A straight way from where the arm is, as far as it can be followed."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.rotations import matrix_from_quaternion, rotation_angle
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.limits.limits_file import JointEntry
from learned_ik.serving.limits.wanted_limits import WantedLimits
from learned_ik.serving.moveit.cartesian_request import CartesianRequest
from learned_ik.serving.moveit.cartesian_serving import CartesianServing
from learned_ik.serving.requests_and_answers import Defaults, ErrorCode
from learned_ik.solving.paths.follow import JUMP

ROOT = Path(__file__).parents[3]
DEFAULTS = Defaults(1e-6, 1e-6, 0.5)


@pytest.fixture(scope='module')
def model():
    return IkModel.load(ROOT / 'models' / 'tiago_arm.safetensors')


@pytest.fixture
def serving(model):
    return IkServing(IkSolver(model))


@pytest.fixture
def ask(serving):
    def ask(request):
        answer = CartesianServing(serving).answer(request, DEFAULTS)
        assert answer.error_code is not ErrorCode.FAILURE, answer.message
        return answer

    return ask


@pytest.fixture
def start(chain):
    return chain.middle + np.array([-0.4, 0.1, 0.1, 0.5, 0.1, 0.3, 0.1])


@pytest.fixture
def aside(chain, start):
    """Return a request for a way of 20 cm to the side, from `start`."""
    position, orientation = chain.forward(start)
    return CartesianRequest(
        '', '', (position + np.array([0.0, 0.2, 0.0]))[None], orientation[None], 0.01,
        start_names=chain.joint_names, start_positions=start.tolist(),
    )  # fmt: skip


def assert_on_the_way(chain, answer, start, goal, orientation):
    """Check by forward kinematics that all points lie on a line, evenly, turned alike."""
    R, p = chain.forward_matrix(answer.joint_positions)
    along = np.linspace(0.0, 1.0, len(p))[:, None] * answer.fraction
    np.testing.assert_allclose(p, start + along * (goal - start), atol=2e-6)
    assert rotation_angle(R, matrix_from_quaternion(orientation)).max() < 2e-6


def test_a_way_is_straight_and_begins_where_the_arm_is(ask, aside, chain, start):
    answer = ask(aside)
    assert (answer.error_code, answer.fraction, answer.message) == (ErrorCode.SUCCESS, 1.0, '')
    np.testing.assert_array_equal(answer.start, start)
    goal, orientation = aside.positions[0], aside.orientations[0]
    assert_on_the_way(chain, answer, chain.forward(start)[0], goal, orientation)
    assert np.abs(np.diff(answer.joint_positions, axis=0)).max() <= JUMP
    assert (answer.velocities[[0, -1]] == 0).all()
    steps = np.diff(answer.joint_positions, axis=0) / np.diff(answer.times)[:, None]
    assert (np.abs(steps) <= chain.velocity * (1 + 1e-9)).all()


def test_what_cannot_be_reached_ends_the_way_early(ask, aside, chain, start):
    far = dataclasses.replace(aside, positions=aside.positions + np.array([0.0, 3.0, 0.0]))
    answer = ask(far)
    assert answer.error_code is ErrorCode.SUCCESS  # as move_group answers: fraction says how far
    assert 0.05 < answer.fraction < 0.5
    assert 'pose' in answer.message
    assert_on_the_way(
        chain, answer, chain.forward(start)[0], far.positions[0], far.orientations[0]
    )


def test_many_ways_begin_at_their_start_and_have_no_jump(ask, chain):
    rng = np.random.default_rng(4)
    whole = 0
    for q in chain.sample(rng, 40):
        position, orientation = chain.forward(q)
        goal = position + 0.15 * rng.normal(size=3)
        answer = ask(
            CartesianRequest(
                '', '', goal[None], orientation[None], 0.02,
                start_names=chain.joint_names, start_positions=q.tolist(),
            )
        )  # fmt: skip
        np.testing.assert_array_equal(answer.start, q)
        assert np.abs(np.diff(answer.joint_positions, axis=0)).max(initial=0.0) <= JUMP
        assert (answer.joint_positions <= chain.upper).all()
        assert_on_the_way(chain, answer, position, goal, orientation)
        whole += answer.fraction == 1.0
    assert whole > 10


def test_a_smaller_threshold_is_kept_and_a_relative_one_cuts(ask, aside):
    largest = np.abs(np.diff(ask(aside).joint_positions, axis=0)).max()
    finer = ask(dataclasses.replace(aside, revolute_jump=largest / 2))
    assert finer.fraction == 1.0  # in smaller steps
    assert np.abs(np.diff(finer.joint_positions, axis=0)).max() <= largest / 2
    none = ask(dataclasses.replace(aside, revolute_jump=1e-6))
    assert none.fraction < 0.01
    assert 'jump' in none.message
    assert ask(dataclasses.replace(aside, prismatic_jump=1e-6)).fraction == 1.0  # none slides
    assert ask(dataclasses.replace(aside, jump_factor=10.0)).fraction == 1.0
    narrow = ask(dataclasses.replace(aside, jump_factor=1.001))
    assert narrow.fraction < 1.0
    assert 'jump_threshold' in narrow.message


def test_waypoints_in_the_links_frame_go_on_from_each_other(ask, aside, chain, start):
    step = np.array([[0.0, 0.0, 0.05]])
    request = dataclasses.replace(
        aside, positions=np.repeat(step, 2, axis=0),
        orientations=np.tile([0.0, 0.0, 0.0, 1.0], (2, 1)), is_relative=True,
    )  # fmt: skip
    answer = ask(request)
    assert answer.fraction == 1.0
    R, p = chain.forward_matrix(start)
    np.testing.assert_allclose(
        chain.forward(answer.joint_positions[-1])[0], p + R @ [0.0, 0.0, 0.1], atol=2e-6
    )


def test_joints_that_the_start_lacks_are_as_reported(ask, serving, aside, chain, start):
    request = dataclasses.replace(aside, start_names=(), start_positions=())
    answer = ask(request)
    assert answer.error_code is ErrorCode.INVALID_ROBOT_STATE
    assert 'nobody has told where the arm is' in answer.message
    serving.remember_joints(chain.joint_names, start)
    assert ask(request).fraction == 1.0
    bent = dataclasses.replace(aside, start_names=[chain.joint_names[6]], start_positions=[0.5])
    np.testing.assert_array_equal(ask(bent).start, [*start[:6], 0.5])


def test_a_start_beyond_the_limits_is_named_where_the_way_ends(ask, aside, chain, start):
    beyond = start.copy()
    beyond[3] = chain.upper[3] + 0.3
    position, orientation = chain.forward(beyond)
    answer = ask(
        dataclasses.replace(
            aside, start_positions=beyond.tolist(), orientations=orientation[None],
            positions=position[None] + np.array([0.0, 0.05, 0.0]),
        )
    )  # fmt: skip
    assert answer.fraction < 1.0
    assert f'beyond the limits of {chain.joint_names[3]}; ' in answer.message
    np.testing.assert_array_equal(answer.start, beyond)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'max_step': 0.0}, 'max_step'),
        ({'max_step': np.nan}, 'max_step'),
        ({'max_step': 1e-9}, 'expected at most 3000'),
        ({'positions': np.empty((0, 3)), 'orientations': np.empty((0, 4))}, 'no waypoints'),
        ({'positions': np.full((1, 3), np.nan)}, 'nan'),
        ({'orientations': np.zeros((1, 4))}, 'length zero'),
        ({'jump_factor': 0.5}, 'jump_threshold'),
        ({'revolute_jump': -1.0}, 'revolute_jump_threshold'),
        ({'prismatic_jump': np.nan}, 'prismatic_jump_threshold'),
        ({'speed': 1e-30}, 'max_cartesian_speed'),
    ],
)
def test_what_is_wrong_is_refused_by_name(ask, aside, change, words):
    answer = ask(dataclasses.replace(aside, **change))
    assert answer.error_code is ErrorCode.INVALID_GOAL_CONSTRAINTS
    assert words in answer.message
    assert answer.joint_positions is None
    assert answer.fraction == 0.0


def test_scaling_is_that_of_moveit(ask, aside):
    usual = ask(aside).times[-1]
    for none in (0.0, -1.0, 1.5, np.nan):
        assert ask(dataclasses.replace(aside, velocity_scaling=none)).times[-1] == usual
        assert ask(dataclasses.replace(aside, acceleration_scaling=none)).times[-1] == usual
    assert ask(dataclasses.replace(aside, velocity_scaling=0.05)).times[-1] > 2 * usual
    assert ask(dataclasses.replace(aside, acceleration_scaling=0.1)).times[-1] > 2 * usual


def test_the_speed_of_a_link_is_bounded(ask, aside, chain):
    speed = 0.02  # [m/s]
    answer = ask(dataclasses.replace(aside, speed=speed))
    places = chain.forward(answer.joint_positions)[0]
    speeds = np.linalg.norm(np.diff(places, axis=0), axis=1) / np.diff(answer.times)
    assert 0.8 * speed < speeds.max() <= speed * (1 + 1e-9)


def test_obstacles_end_the_way_unless_the_request_says_not(ask, serving, aside, chain, start):
    free = ask(aside)
    middle = chain.forward(free.joint_positions[-1])[0]
    serving.solver.set_obstacles([[*middle, 0.05]])
    blocked = ask(aside)
    assert blocked.fraction < 1.0
    assert ask(dataclasses.replace(aside, avoids_collisions=False)).fraction == 1.0


def test_narrower_limits_are_kept(ask, serving, aside, chain, start):
    free = ask(aside).joint_positions
    most = np.abs(free - start).max(axis=0)
    joint = int(np.argmax(most))
    end = free[-1, joint]
    bound = 0.5 * (start[joint] + end)
    low, high = (bound, None) if end < bound else (None, bound)
    entry = JointEntry(min_position=low, max_position=high)
    serving.wanted = WantedLimits(entries={chain.joint_names[joint]: entry})
    serving.compare_again()
    answer = ask(aside)
    inside = serving.solver.chain
    assert (answer.joint_positions >= inside.lower).all()
    assert (answer.joint_positions <= inside.upper).all()
    assert_on_the_way(
        chain, answer, chain.forward(start)[0], aside.positions[0], aside.orientations[0]
    )
