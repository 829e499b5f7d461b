# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's request, without MoveIt: messages of the same fields, made here."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip('rclpy')

from learned_ik import IkSolver
from learned_ik.ros.messages import fill_pose
from learned_ik.ros.moveit import (
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
    answer = refusal(request, serving.solver.chain.tip_link, group)
    if answer is None:
        asked = request_from_position_ik(request, serving.solver.tool)
        answer = serving.answer(asked, DEFAULTS)
    fill_position_ik_response(response, answer, request, answer.joint_names)


def stamped(position, orientation=(0.0, 0.0, 0.0, 1.0), frame=''):
    pose = SimpleNamespace(position=SimpleNamespace(), orientation=SimpleNamespace())
    fill_pose(pose, position, orientation)
    stamp = SimpleNamespace(sec=0, nanosec=0)
    return SimpleNamespace(pose=pose, header=SimpleNamespace(frame_id=frame, stamp=stamp))


def robot_state(names=(), positions=()):
    joints = SimpleNamespace(
        name=list(names), position=list(positions), header=SimpleNamespace(frame_id='')
    )
    return SimpleNamespace(joint_state=joints, multi_dof_joint_state=SimpleNamespace())


def request_for(pose, **fields):
    """Return a `PositionIKRequest` as SrvKinematicsPlugin fills it, but for the given fields."""
    constraints = SimpleNamespace(
        joint_constraints=[],
        position_constraints=[],
        orientation_constraints=[],
        visibility_constraints=[],
    )
    return SimpleNamespace(
        **{
            'group_name': 'arm',
            'robot_state': robot_state(),
            'constraints': constraints,
            'avoid_collisions': True,
            'ik_link_name': 'arm_tool_link',
            'pose_stamped': pose,
            'ik_link_names': [],
            'pose_stamped_vector': [],
            'timeout': SimpleNamespace(sec=0, nanosec=0),
            **fields,
        }
    )


@pytest.fixture(scope='module')
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


@pytest.fixture
def ask(serving):
    def ask(request, group='', serving=serving):
        response = SimpleNamespace(
            solution=robot_state(),
            error_code=SimpleNamespace(val=0, message='', source=''),
        )
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
    response = ask(request_for(pose, robot_state=robot_state(names, [7.0, *near[::-1], 8.0])))
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
    assert ask(request_for(far, ik_link_name='nose', **fields)).error_code.val == SUCCESS
    assert ask(request_for(far, pose_stamped_vector=[pose])).error_code.val == SUCCESS
    assert ask(request_for(pose, pose_stamped_vector=[far])).error_code.val == NO_SOLUTION


@pytest.mark.parametrize(
    ('fields', 'group', 'code', 'words'),
    [
        ({'group_name': 'leg'}, 'arm', GROUP, "expected 'arm'"),
        ({'ik_link_name': 'nose'}, '', LINK, "expected 'arm_tool_link'"),
        ({'ik_link_names': ['a', 'b']}, '', LINK, 'one tip'),
        ({'pose_stamped_vector': [stamped((0, 0, 0))] * 2}, '', LINK, '2 poses'),
        ({'robot_state': robot_state(['arm_1_joint'], [0.0])}, '', STATE, 'arm_2_joint'),
        ({'pose_stamped': stamped((0, 0, 0), frame='moon')}, '', FRAME, 'moon'),
        ({'pose_stamped': stamped((3, 0, 0))}, '', NO_SOLUTION, 'out of reach'),
        ({'pose_stamped': stamped((np.nan, 0, 0))}, '', CONSTRAINTS, 'nan'),
    ],
)
def test_what_is_wrong_has_its_own_code_and_no_solution(ask, posture, fields, group, code, words):
    response = ask(request_for(posture[1], **fields), group)
    assert response.error_code.val == code
    assert words in response.error_code.message
    assert not response.solution.joint_state.name


def test_the_group_that_is_served_is_answered(ask, posture):
    assert ask(request_for(posture[1]), 'arm').error_code.val == SUCCESS


def test_constraints_are_refused_rather_than_ignored(ask, posture):
    request = request_for(posture[1])
    request.constraints.joint_constraints = ['elbow up']
    assert ask(request).error_code.val == CONSTRAINTS


def test_codes_without_words_are_filled_too(serving, posture):
    response = SimpleNamespace(solution=robot_state(), error_code=SimpleNamespace(val=0))
    answer_position_ik(request_for(posture[1]), response, serving, '')
    assert vars(response.error_code) == {'val': SUCCESS}


def test_poses_are_the_tip_links_even_where_there_is_a_tool(ask, chain, untrained):
    tool = np.array([0.02, 0.0, 0.1, 0.0, 0.6, 0.0, 0.8])
    tooled = IkServing(IkSolver(untrained(chain), tool=tool))
    position, orientation = chain.forward(chain.middle)
    response = ask(request_for(stamped(position, orientation)), serving=tooled)
    assert response.error_code.val == SUCCESS
    q = np.array(response.solution.joint_state.position)
    np.testing.assert_allclose(chain.forward(q)[0], position, atol=1e-5)
