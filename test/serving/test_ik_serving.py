# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The way from a request to an answer, with a solver that only takes notes."""

import dataclasses
import gc
import math
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain
from learned_ik.errors import InvalidInputError
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.pose_question import SHORT
from learned_ik.serving.requests_and_answers import (
    Collisions,
    Defaults,
    ErrorCode,
    IkRequest,
    SeedSource,
)

TIAGO = (Path(__file__).parents[2] / 'config' / 'tiago_arm.urdf').read_text(encoding='utf-8')
WITH_CAMERA = TIAGO.replace(
    '</robot>',
    '<link name="camera"/><joint name="camera_joint" type="fixed"><origin xyz="0 0 0.5"/>'
    '<parent link="torso_lift_link"/><child link="camera"/></joint></robot>',
)
CALIBRATED = TIAGO.replace('-0.02 -0.027 -0.222', '-0.02 -0.028 -0.222')  # the fourth joint
DEFAULTS = Defaults(position_tolerance=1e-3, orientation_tolerance=1e-2, timeout=0.5)
POSITION, ORIENTATION = np.array([0.6, -0.2, 0.1]), np.array([0.0, 0.0, 0.0, 1.0])
REQUEST = IkRequest('', POSITION, ORIENTATION)


class NotingSolver:
    """Stands in for `IkSolver`: finds every pose at once, and remembers what it was asked."""

    def __init__(self):
        chain = KinematicChain.from_urdf(TIAGO, 'torso_lift_link', 'arm_tool_link')
        self.model = SimpleNamespace(chain=chain, name='tiago_arm', body=None)
        self.trained_chain = chain
        self.body = None
        self.robot = self.limits = None
        self.error = None
        self.found, self.solve_time = np.zeros(7), 1e-5

    def with_body(self, body):
        return self

    def solve(self, position, orientation, seed=None, **options):
        if self.error is not None:
            raise self.error
        self.asked = SimpleNamespace(
            position=position, orientation=orientation, seed=seed, options=options
        )
        return SimpleNamespace(
            status=-31,
            message='nearest try is 5 mm away',
            joint_positions=self.found,
            position_error=0.005,
            orientation_error=0.1,
            solve_time=self.solve_time,
            clearance=0.2,
            seed_distance=0.3,
            limit_margin=0.4,
        )


@pytest.fixture
def solver():
    return NotingSolver()


@pytest.fixture
def serving(solver):
    return IkServing(solver)


def joints_of(solver):
    return solver.model.chain.joint_names


def test_passes_on_what_the_solver_found(serving):
    answer = serving.answer(REQUEST, DEFAULTS)
    assert answer.error_code is ErrorCode.NO_IK_SOLUTION
    assert not answer.solved
    assert answer.message == 'nearest try is 5 mm away'
    assert (answer.position_error, answer.orientation_error) == (0.005, 0.1)
    assert (answer.seed_distance, answer.limit_margin) == (0.3, 0.4)
    np.testing.assert_array_equal(answer.joint_positions, np.zeros(7))


def test_a_request_that_says_nothing_gets_the_defaults(serving, solver):
    serving.answer(REQUEST, DEFAULTS)
    assert solver.asked.seed is None
    assert solver.asked.options == {
        'position_tolerance': 1e-3,
        'orientation_tolerance': 1e-2,
        'prefer': None,
        'timeout': 0.5,
        'avoid_collisions': None,
        'min_clearance': 0.0,
    }


def test_the_node_says_which_of_many_solutions_is_wanted(serving, solver):
    serving.answer(REQUEST, dataclasses.replace(DEFAULTS, prefer='middle'))
    assert solver.asked.options['prefer'] == 'middle'


def test_what_a_request_says_of_collisions_goes_before_the_parameter(serving, solver):
    never = dataclasses.replace(DEFAULTS, avoid_collisions=False, min_clearance=0.01)
    for collisions, defaults, expected in (
        (Collisions.DEFAULT, never, False),
        (Collisions.AVOID, never, True),
        (Collisions.IGNORE, DEFAULTS, False),
    ):
        answer = serving.answer(dataclasses.replace(REQUEST, collisions=collisions), defaults)
        assert solver.asked.options['avoid_collisions'] is expected
        assert solver.asked.options['min_clearance'] == defaults.min_clearance
        assert answer.clearance == 0.2
    answer = serving.answer(dataclasses.replace(REQUEST, collisions=3), DEFAULTS)
    assert answer.error_code == ErrorCode.INVALID_GOAL_CONSTRAINTS


def test_a_request_may_set_its_own_tolerances(serving, solver):
    own = IkRequest(
        '', POSITION, ORIENTATION, (), (), position_tolerance=-1.0, orientation_tolerance=0.2
    )
    serving.answer(own, DEFAULTS)
    # Whether they make sense is the solver's to say.
    assert solver.asked.options['position_tolerance'] == -1.0
    assert solver.asked.options['orientation_tolerance'] == 0.2
    assert solver.asked.options['timeout'] == 0.5


def test_seeds_are_the_requests_own_or_else_the_later_of_report_and_command(solver):
    now = 10.0
    serving = IkServing(solver, clock=lambda: now)
    names, command = joints_of(solver), np.full(7, 3.0)
    answer = serving.answer(REQUEST, DEFAULTS, command, 9.0)
    np.testing.assert_array_equal(solver.asked.seed, command)
    assert answer.message.endswith('seed: the last joint_command, as joint_states are not known')
    assert answer.seed_source is SeedSource.LAST_COMMAND
    serving.remember_joints(['gripper', *names], [9.0, *[2.0] * 7])
    now = 10.5
    answer = serving.answer(REQUEST, DEFAULTS, command, 9.0)
    np.testing.assert_array_equal(solver.asked.seed, np.full(7, 2.0))
    assert answer.message.endswith('seed: joint_states of 500 ms ago')
    assert answer.seed_source is SeedSource.JOINT_STATES
    told = serving.answer(REQUEST, DEFAULTS, command, 10.2).message
    np.testing.assert_array_equal(solver.asked.seed, command)
    assert told.endswith('seed: the last joint_command, as joint_states are older, of 0.50 s ago')
    own = IkRequest('', POSITION, ORIENTATION, names[::-1], range(7))
    answer = serving.answer(own, DEFAULTS, command, 10.2)
    assert 'seed' not in answer.message
    assert answer.seed_source is SeedSource.REQUEST
    np.testing.assert_array_equal(solver.asked.seed, [6, 5, 4, 3, 2, 1, 0])


def test_what_was_reported_in_parts_is_as_old_as_its_oldest_part(solver):
    now = 0.0
    serving = IkServing(solver, clock=lambda: now)
    names, command = joints_of(solver), np.full(7, 3.0)
    serving.remember_joints(names[:3], [1.0] * 3)
    now = 5.0
    serving.remember_joints(names[3:], [1.0] * 4)
    serving.answer(REQUEST, DEFAULTS, command, 4.0)
    np.testing.assert_array_equal(solver.asked.seed, command)


def test_a_stream_of_targets_is_smooth_after_reports_have_ceased(chain, untrained):
    serving = IkServing(IkSolver(untrained(chain)))
    start = chain.middle
    position, (x, y, z, w) = chain.forward(start)
    serving.remember_joints(chain.joint_names, start)
    command = start
    for angle in np.linspace(0.0, 1.5, 40):
        s, c = np.sin(angle / 2), np.cos(angle / 2)
        turned = np.array([x * c + w * s, y * c + z * s, z * c - y * s, w * c - x * s])
        answer = serving.answer(IkRequest('', position, turned), DEFAULTS, command)
        assert answer.solved
        assert np.abs(answer.joint_positions - command).max() < 0.3
        command = answer.joint_positions


def test_a_search_that_the_clock_has_ended_goes_on_at_length(serving, solver):
    question = serving.question(REQUEST, DEFAULTS)
    assert question.in_short().error_code is ErrorCode.NO_IK_SOLUTION  # given up after 10 µs
    assert solver.asked.options['timeout'] == SHORT
    solver.solve_time = SHORT
    assert question.in_short() is None
    assert question.at_length().error_code is ErrorCode.NO_IK_SOLUTION
    assert solver.asked.options['timeout'] == pytest.approx(DEFAULTS.timeout - SHORT)
    short = serving.question(dataclasses.replace(REQUEST, timeout=SHORT), DEFAULTS)
    assert short.in_short() is not None


def test_an_answer_is_that_of_the_robot_when_it_was_asked(serving, solver):
    question = serving.question(REQUEST, DEFAULTS)
    other = NotingSolver()
    serving.replace_solver(other)
    question.at_length()
    assert solver.asked.position is POSITION
    assert not hasattr(other, 'asked')


def test_a_timeout_has_an_end(serving):
    never = dataclasses.replace(REQUEST, timeout=math.nan)
    assert serving.question(never, DEFAULTS).error_code is ErrorCode.INVALID_GOAL_CONSTRAINTS
    answer = serving.answer(dataclasses.replace(REQUEST, timeout=1e9), DEFAULTS)
    assert answer.error_code is ErrorCode.INVALID_GOAL_CONSTRAINTS
    assert 'expected at most 60 s' in answer.message


def test_nothing_that_is_no_number_gets_out(serving, solver):
    solver.found = np.full(7, np.nan)
    answer = serving.answer(REQUEST, DEFAULTS)
    assert answer.error_code is ErrorCode.FAILURE
    assert answer.joint_positions is None


def test_a_solver_that_is_replaced_is_let_go_of_at_once(chain, untrained):
    serving = IkServing(IkSolver(untrained(chain)))
    serving.solver.warm_up()  # what numba leaves behind when it compiles is not ours
    serving.calibration = 0.01
    gc.collect()
    gc.disable()
    try:
        for change in (
            lambda: serving.compare_with_robot(CALIBRATED),
            lambda: serving.replace_solver(IkSolver(untrained(chain))),
            lambda: serving.compare_with_robot(None),
            lambda: serving.replace_solver(serving.solver.fitted_to(tool=[0, 0, 0.1, 0, 0, 0, 1])),
        ):
            old = weakref.ref(serving.solver), weakref.ref(serving.solver._engine)
            serving.solver.set_obstacles([[0.5, 0.2, 0.1, 0.1]])
            serving.answer(REQUEST, DEFAULTS)
            thread = threading.Thread(target=serving.answer, args=(REQUEST, DEFAULTS))
            thread.start()
            thread.join()
            change()
            assert [reference() for reference in old] == [None, None]
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ('request_', 'code', 'message'),
    [
        (
            IkRequest('', POSITION, ORIENTATION, ['arm_1_joint'], [0.0]),
            ErrorCode.INVALID_ROBOT_STATE,
            'lacks arm_2_joint',
        ),
        (
            IkRequest('', POSITION, ORIENTATION, [], [0.0]),
            ErrorCode.INVALID_ROBOT_STATE,
            '0 names and 1 positions',
        ),
        (
            IkRequest('map', POSITION, ORIENTATION),
            ErrorCode.FRAME_TRANSFORM_FAILURE,
            'expected one of: torso_lift_link, or',
        ),
    ],
)
def test_a_refused_request_has_no_joints_and_says_why(serving, request_, code, message):
    answer = serving.answer(request_, DEFAULTS)
    assert answer.error_code is code
    assert message in answer.message
    assert answer.joint_positions is None
    assert np.isnan([answer.position_error, answer.orientation_error]).all()


def test_malformed_poses_are_named_by_the_solver(serving, solver):
    solver.error = InvalidInputError('position [nan, 0, 0] is not finite')
    answer = serving.answer(REQUEST, DEFAULTS)
    assert answer.error_code is ErrorCode.INVALID_GOAL_CONSTRAINTS
    assert answer.message == 'position [nan, 0, 0] is not finite'


def test_another_robot_is_refused_until_the_right_one_comes(serving):
    other = TIAGO.replace('upper="2.35619449019"', 'upper="2.0"')
    assert serving.compare_with_robot(TIAGO)
    assert serving.refusal is None
    assert serving.compare_with_robot(other)
    assert not serving.compare_with_robot(other)
    answer = serving.answer(REQUEST, DEFAULTS)
    assert answer.error_code is ErrorCode.FAILURE
    assert "limits of joint 'arm_4_joint'" in answer.message
    assert serving.compare_with_robot(TIAGO)
    assert serving.answer(REQUEST, DEFAULTS).error_code is ErrorCode.NO_IK_SOLUTION


@pytest.mark.parametrize(
    ('description', 'message'),
    [
        ('', 'empty'),
        ('<robot', 'not well-formed'),
        (TIAGO.replace('arm_tool_link', 'hand'), "tip link 'arm_tool_link' is not in robot"),
        (
            '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><robot name="&b;"/>',
            'document type declaration',
        ),
    ],
)
def test_a_description_that_cannot_be_read_is_refused_by_name(serving, description, message):
    serving.compare_with_robot(description)
    answer = serving.answer(REQUEST, DEFAULTS)
    assert answer.error_code is ErrorCode.FAILURE
    assert message in answer.message
    serving.compare_with_robot(None)
    assert serving.refusal is None


def test_frames_are_those_of_the_robot_that_was_described(serving, solver):
    in_camera = IkRequest('camera', POSITION, ORIENTATION)
    assert serving.answer(in_camera, DEFAULTS).error_code is ErrorCode.FRAME_TRANSFORM_FAILURE
    serving.compare_with_robot(WITH_CAMERA)
    assert serving.answer(in_camera, DEFAULTS).error_code is ErrorCode.NO_IK_SOLUTION
    np.testing.assert_allclose(solver.asked.position - POSITION, [0, 0, 0.5])


def test_a_robot_calibrated_is_solved_for_itself(chain, untrained):
    serving = IkServing(IkSolver(untrained(chain)))
    serving.compare_with_robot(CALIBRATED)
    assert 'trained for another robot' in serving.mismatch
    serving.calibration = 0.01
    serving.compare_again()
    assert serving.mismatch is None
    assert 5e-4 < serving.deviation[0] < 2e-3
    robot = KinematicChain.from_urdf(CALIBRATED, 'torso_lift_link', 'arm_tool_link')
    position, orientation = robot.forward(robot.middle)
    answer = serving.answer(IkRequest('', position, orientation), DEFAULTS)
    assert answer.solved
    np.testing.assert_allclose(robot.forward(answer.joint_positions)[0], position, atol=1e-3)
    serving.compare_with_robot(TIAGO)
    assert serving.deviation is None


def test_beyond_the_calibration_tolerance_every_request_is_refused(chain, untrained):
    serving = IkServing(IkSolver(untrained(chain)))
    serving.calibration = 1e-4
    serving.compare_with_robot(CALIBRATED)
    assert 'expected at most 0.10 mm' in serving.mismatch
    assert not serving.answer(REQUEST, DEFAULTS).solved


def test_a_solver_without_a_network_is_served_as_well(chain):
    serving = IkServing(IkSolver(chain))
    position, orientation = chain.forward(chain.middle + 0.2)
    answer = serving.answer(IkRequest('', position, orientation), DEFAULTS)
    assert answer.solved
    assert serving.model is None
    assert answer.joint_names == chain.joint_names
