# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's request for inverse kinematics, without MoveIt: messages of the same fields."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip('rclpy')

from moveit_stand_ins import ik_request, ik_response, robot_state, stamped

from learned_ik import IkSolver, KinematicChain
from learned_ik.ros.moveit.position_ik import (
    fill_position_ik_response,
    refusal,
    request_from_position_ik,
)
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.requests_and_answers import Defaults

DEFAULTS = Defaults(1e-6, 1e-6, 0.5)
SUCCESS, GROUP, CONSTRAINTS, STATE, LINK, FRAME, NO_SOLUTION = 1, -15, -16, -17, -18, -21, -31


def answer_position_ik(request, response, serving, group):
    """Do what the endpoint does, without a node."""
    robot = serving.robot
    answer = refusal(request, robot, group)
    if answer is None:
        answer = serving.answer(request_from_position_ik(request, robot), DEFAULTS)
    fill_position_ik_response(response, answer, request, robot)


@pytest.fixture(scope='module')
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


@pytest.fixture
def ask(serving):
    def ask(request, group='', serving=serving):
        response = ik_response()
        answer_position_ik(request, response, serving, group)
        return response

    return ask


@pytest.fixture
def posture(chain):
    q = chain.sample(np.random.default_rng(3), 1)[0]
    return q, stamped(*chain.forward(q))


def test_a_solution_is_the_given_state_with_the_arm_moved_in_it(ask, chain, posture):
    q, pose = posture
    names = ['wheel', *chain.joint_names[::-1], 'head']
    near = np.clip(q + 0.1, chain.lower, chain.upper)
    response = ask(ik_request(pose, robot_state=robot_state(names, [7.0, *near[::-1], 8.0])))
    assert response.error_code.val == SUCCESS
    joints = response.solution.joint_state
    state = dict(zip(joints.name, joints.position, strict=True))
    assert (state['wheel'], state['head']) == (7.0, 8.0)
    found = [state[name] for name in chain.joint_names]
    np.testing.assert_allclose(chain.forward(found)[0], chain.forward(q)[0], atol=2e-6)
    assert np.abs(np.array(found) - near).max() < 0.5  # the solution next to the seed


def test_the_vectors_win_over_the_single_fields(ask, posture):
    _, pose = posture
    far = stamped((3.0, 0.0, 0.0))
    fields = {'pose_stamped_vector': [pose], 'ik_link_names': ['arm_tool_link']}
    assert ask(ik_request(far, ik_link_name='nose', **fields)).error_code.val == SUCCESS
    assert ask(ik_request(far, pose_stamped_vector=[pose])).error_code.val == SUCCESS
    assert ask(ik_request(pose, pose_stamped_vector=[far])).error_code.val == NO_SOLUTION


@pytest.mark.parametrize(
    ('fields', 'group', 'code', 'words'),
    [
        ({'group_name': 'leg'}, 'arm', GROUP, "expected 'arm'"),
        ({'ik_link_name': 'nose'}, '', LINK, 'arm_tool_link'),
        ({'ik_link_names': ['a', 'b']}, '', LINK, 'one tip'),
        ({'pose_stamped_vector': [stamped((0, 0, 0))] * 2}, '', LINK, '2 poses'),
        ({'robot_state': robot_state(['arm_1_joint'], [0.0])}, '', STATE, 'lacks arm_2_joint'),
        ({'pose_stamped': stamped((0, 0, 0), frame='moon')}, '', FRAME, 'moon'),
        ({'pose_stamped': stamped((3, 0, 0))}, '', NO_SOLUTION, 'out of reach'),
        ({'pose_stamped': stamped((np.nan, 0, 0))}, '', CONSTRAINTS, 'nan'),
    ],
)
def test_what_is_wrong_has_its_own_code_and_no_solution(ask, posture, fields, group, code, words):
    response = ask(ik_request(posture[1], **fields), group)
    assert response.error_code.val == code
    assert words in response.error_code.message
    assert not response.solution.joint_state.name


def test_the_group_that_is_served_is_answered(ask, posture):
    assert ask(ik_request(posture[1]), 'arm').error_code.val == SUCCESS


def test_constraints_are_refused_rather_than_ignored(ask, posture):
    request = ik_request(posture[1])
    request.constraints.joint_constraints = ['elbow up']
    assert ask(request).error_code.val == CONSTRAINTS


def test_codes_without_words_are_filled_too(serving, posture):
    response = SimpleNamespace(solution=robot_state(), error_code=SimpleNamespace(val=0))
    answer_position_ik(ik_request(posture[1]), response, serving, '')
    assert vars(response.error_code) == {'val': SUCCESS}


def test_poses_are_the_tip_links_even_where_there_is_a_tool(ask, chain, untrained):
    tool = np.array([0.02, 0.0, 0.1, 0.0, 0.6, 0.0, 0.8])
    tooled = IkServing(IkSolver(untrained(chain), tool=tool))
    position, orientation = chain.forward(chain.middle)
    response = ask(ik_request(stamped(position, orientation)), serving=tooled)
    assert response.error_code.val == SUCCESS
    q = np.array(response.solution.joint_state.position)
    np.testing.assert_allclose(chain.forward(q)[0], position, atol=1e-5)


class TestLinks:
    """Poses of a link that the robot description ties to the tip."""

    @pytest.fixture
    def described(self, chain, untrained, tiago_urdf):
        serving = IkServing(IkSolver(untrained(chain), tool=[0.0, 0.02, 0.1, 0, 0.6, 0, 0.8]))
        serving.compare_with_robot(tiago_urdf)
        return serving

    def test_the_link_that_is_named_is_what_reaches_the_pose(self, ask, chain, described):
        base = KinematicChain.from_urdf(described.robot.description, chain.base_link, 'arm_7_link')
        for q in chain.sample(np.random.default_rng(5), 20):
            pose = stamped(*base.forward(q), frame='torso_lift_link')
            response = ask(ik_request(pose, ik_link_name='arm_7_link'), serving=described)
            assert response.error_code.val == SUCCESS, response.error_code.message
            found = base.forward(np.array(response.solution.joint_state.position))
            np.testing.assert_allclose(found[0], base.forward(q)[0], atol=3e-6)
            np.testing.assert_allclose(
                np.abs(found[1] @ base.forward(q)[1]), 1.0, atol=1e-10
            )  # the same orientation

    def test_without_a_description_nothing_is_known_of_other_links(self, ask, posture):
        response = ask(ik_request(posture[1], ik_link_name='arm_7_link'))
        assert response.error_code.val == LINK
        assert 'no robot description' in response.error_code.message

    def test_a_link_beyond_a_joint_is_not_tied(self, ask, posture, described):
        response = ask(ik_request(posture[1], ik_link_name='arm_6_link'), serving=described)
        assert response.error_code.val == LINK
        assert 'arm_7_link, arm_tool_link' in response.error_code.message

    @pytest.mark.parametrize('orientation', [(0, 0, 0, 0), (np.nan, 0, 0, 1), (np.inf, 0, 0, 1)])
    def test_what_is_no_orientation_is_refused(self, ask, described, orientation):
        pose = stamped((0.5, 0, 0), orientation, 'torso_lift_link')
        response = ask(ik_request(pose, ik_link_name='arm_7_link'), serving=described)
        assert response.error_code.val == CONSTRAINTS

    def test_an_orientation_of_any_length_is_the_same_one(self, ask, chain, described):
        position, orientation = chain.forward(chain.middle)
        answers = [
            ask(
                ik_request(stamped(position, scale * orientation, 'torso_lift_link')),
                serving=described,
            ).solution.joint_state.position
            for scale in (1.0, 1e-3, 1e200)
        ]
        np.testing.assert_allclose(answers[1], answers[0], atol=1e-5)
        np.testing.assert_allclose(answers[2], answers[0], atol=1e-5)


class TestFrames:
    """No frame is the model's frame: that of the root link."""

    def test_where_fixed_joints_tie_the_root_to_the_base(self, ask, chain, untrained, tiago_urdf):
        serving = IkServing(IkSolver(untrained(chain)))
        serving.compare_with_robot(tiago_urdf.replace('type="prismatic"', 'type="fixed"', 1))
        assert serving.mismatch is None
        T = serving.robot.base_frames['base_footprint']
        assert np.abs(T[:3, 3]).max() > 0.1
        position, orientation = chain.forward(chain.middle)
        in_root = T[:3, :3].T @ (position - T[:3, 3])
        response = ask(ik_request(stamped(in_root, orientation)), serving=serving)
        assert response.error_code.val == SUCCESS
        found = chain.forward(np.array(response.solution.joint_state.position))
        np.testing.assert_allclose(found[0], position, atol=3e-6)

    def test_what_stands_on_a_joint_is_asked_for(self, ask, chain, untrained, tiago_urdf):
        serving = IkServing(IkSolver(untrained(chain)))
        serving.compare_with_robot(tiago_urdf)
        pose = stamped(*chain.forward(chain.middle))
        response = ask(ik_request(pose), serving=serving)
        assert response.error_code.val == FRAME
        assert "the model's, 'base_footprint'" in response.error_code.message
        assert 'or an empty name' not in response.error_code.message
        asked = []

        def lookup(frame, stamp):
            asked.append(frame)
            return np.eye(4)

        serving.lookup = lookup
        assert ask(ik_request(pose), serving=serving).error_code.val == SUCCESS
        assert asked == ['base_footprint']


class TestStates:
    """A state that lacks joints is completed by what was reported, as move_group does."""

    @pytest.fixture
    def reporting(self, chain, untrained):
        return IkServing(IkSolver(untrained(chain)))

    @pytest.mark.parametrize('is_diff', [True, False])
    def test_joints_that_are_not_named_are_as_reported(self, ask, chain, reporting, is_diff):
        q = chain.sample(np.random.default_rng(8), 1)[0]
        reporting.remember_joints(chain.joint_names, q)
        moved = np.clip(q[0] + 0.3, chain.lower[0], chain.upper[0])
        state = robot_state([chain.joint_names[0]], [moved], is_diff)
        near = np.array([moved, *q[1:]])
        response = ask(
            ik_request(stamped(*chain.forward(near)), robot_state=state), serving=reporting
        )
        assert response.error_code.val == SUCCESS
        found = dict(
            zip(
                response.solution.joint_state.name, response.solution.joint_state.position,
                strict=True,
            )
        )  # fmt: skip
        np.testing.assert_allclose([found[n] for n in chain.joint_names], near, atol=1e-4)

    def test_joints_that_nobody_has_told_of_are_named(self, ask, chain, reporting, posture):
        reporting.remember_joints(chain.joint_names[:3], [0.1] * 3)
        state = robot_state(chain.joint_names[3:5], [0.0, 0.0])
        response = ask(ik_request(posture[1], robot_state=state), serving=reporting)
        assert response.error_code.val == STATE
        assert f'lacks {", ".join(chain.joint_names[5:])}, and' in response.error_code.message

    def test_no_answer_goes_beyond_the_limits_where_the_robot_does(self, ask, chain, serving):
        for joint in range(chain.joint_count):
            q = chain.middle.copy()
            q[joint] = chain.upper[joint] + 0.02
            state = robot_state(chain.joint_names, q)
            response = ask(ik_request(stamped(*chain.forward(q)), robot_state=state))
            found = np.array(response.solution.joint_state.position)
            assert (found <= chain.upper).all()
