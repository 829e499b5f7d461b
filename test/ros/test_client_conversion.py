# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkClient`'s conversions, read back by the node's: no ROS."""

import math
from types import SimpleNamespace as Message

import numpy as np
import pytest

from learned_ik.errors import InvalidInputError
from learned_ik.ros import messages
from learned_ik.ros.client import filling, replies
from learned_ik.ros.poses import many_messages
from learned_ik.serving.requests_and_answers import (
    AskedFreedom,
    AskedPreference,
    BatchAnswer,
    ErrorCode,
    FreedomAxes,
    IkAnswer,
    PathAnswer,
    SeedSource,
    SolutionsAnswer,
)
from learned_ik.solving.preferences import PreferredPosture
from learned_ik.solving.solution import Solution, SolutionBatch, Status

NAMES = ('a', 'b', 'c')


def joint_state():
    return Message(name=[], position=[])


def request():
    """Return the fields that the requests have in common, as ROS makes them."""

    def vector():
        return Message(x=0.0, y=0.0, z=0.0)

    return Message(
        position_tolerance=0.0,
        orientation_tolerance=0.0,
        position_only=False,
        collisions=0,
        freedom=Message(axes=0, least=vector(), most=vector()),
        preference=Message(prefer='', posture=joint_state(), weights=[]),
        max_joint_change=0.0,
        timeout=Message(sec=0, nanosec=0),
        seed_names=[],
        seeds=[],
    )


def freedom_of(tolerance, axes='target'):
    asked = request()
    filling.fill_tolerances(asked, 1e-3, tolerance, axes)
    return asked.orientation_tolerance, messages.freedom_from_message(asked.freedom)


def test_a_tolerance_of_one_number_is_no_freedom():
    assert freedom_of(0.1) == (0.1, AskedFreedom(FreedomAxes.TARGET, (0.0,) * 3, (0.0,) * 3))


def test_a_tolerance_for_each_axis_lies_on_both_sides():
    tolerance, freedom = freedom_of([0.1, 0.2, math.inf], 'base')
    assert freedom == AskedFreedom(FreedomAxes.BASE, (-0.1, -0.2, -math.inf), (0.1, 0.2, math.inf))
    assert tolerance == 0.0
    assert freedom_of(math.inf)[1] == AskedFreedom(
        FreedomAxes.TARGET, (-math.inf,) * 3, (math.inf,) * 3
    )


def test_bounds_for_each_axis_are_sent_as_they_are():
    _, freedom = freedom_of([[-0.1, 0.3], [0.0, 0.0], [-math.inf, math.inf]])
    assert freedom == AskedFreedom(
        FreedomAxes.TARGET, (-0.1, 0.0, -math.inf), (0.3, 0.0, math.inf)
    )


@pytest.mark.parametrize(
    'ask',
    [
        lambda asked: filling.fill_tolerances(asked, 0.0, [0.1, 0.2], 'target'),
        lambda asked: filling.fill_tolerances(asked, 0.0, 0.1, 'tool'),
        lambda asked: filling.fill_tolerances(asked, 'far', 0.1, 'target'),
        lambda asked: filling.fill_collisions(asked, 2),
        lambda asked: filling.fill_timeout(asked, math.nan),
        lambda asked: filling.fill_preference(asked.preference, 'nearest', [1.0]),
        lambda asked: filling.fill_seeds(asked, np.zeros((3, 7)), 4),
        lambda asked: filling.fill_seeds(asked, {'a': [1.0, 2.0], 'b': [1.0] * 3}, 3),
        lambda asked: filling.fill_joints(joint_state(), 'home', 'seed'),
        lambda asked: filling.fill_joints(joint_state(), {1: 2.0}, 'seed'),
        lambda asked: filling.fill_joints(joint_state(), [1.0, 2.0], 'seed')[0](NAMES),
        lambda asked: filling.many_poses(np.zeros((4, 3)), np.zeros((3, 4)), False),
        lambda asked: filling.many_poses(np.zeros((4, 3)), None, False),
    ],
)
def test_what_does_not_fit_into_a_message_is_refused(ask):
    with pytest.raises(InvalidInputError, match=r'expected|without'):
        ask(request())


def test_joints_are_given_in_three_ways():
    for given in (
        [0.1, 0.2, 0.3],
        {'a': 0.1, 'b': 0.2, 'c': 0.3},
        Message(name=['a', 'b', 'c'], position=[0.1, 0.2, 0.3]),
    ):
        written = joint_state()
        for name in filling.fill_joints(written, given, 'seed'):
            name(NAMES)
        assert (list(written.name), list(written.position)) == (list(NAMES), [0.1, 0.2, 0.3])


def preference(prefer, weights=None):
    asked = request()
    for name in filling.fill_preference(asked.preference, prefer, weights):
        name(NAMES)
    read = messages.preference_from_message(asked.preference)
    return AskedPreference(read.prefer, list(read.names), list(read.positions), list(read.weights))


def test_a_preference_is_a_word_or_a_posture():
    assert preference(None) == AskedPreference('', [], [], [])
    assert preference('middle') == AskedPreference('middle', [], [], [])
    assert preference({'b': 0.2}, {'b': 3.0}) == AskedPreference('posture', ['b'], [0.2], [3.0])
    everywhere = [0.1, math.nan, 0.3]
    assert preference(everywhere) == AskedPreference('posture', ['a', 'c'], [0.1, 0.3], [])
    assert preference(everywhere, [1.0, 2.0, 3.0]).weights == [1.0, 3.0]
    assert preference(everywhere, {'c': 3.0}).weights == [1.0, 3.0]
    weighted = PreferredPosture(everywhere, [1.0, 2.0, 3.0])
    assert preference(weighted) == preference(everywhere, [1.0, 2.0, 3.0])


def test_any_change_and_no_word_of_collisions_are_defaults():
    asked = request()
    filling.fill_farthest(asked, math.inf)
    filling.fill_collisions(asked, None)
    assert (asked.max_joint_change, asked.collisions) == (0.0, 0)
    filling.fill_farthest(asked, 0.2)
    filling.fill_collisions(asked, False)
    assert (asked.max_joint_change, asked.collisions) == (0.2, 2)


def test_seeds_of_many_poses_are_one_for_all_or_one_for_each():
    each = np.arange(6.0).reshape(2, 3)
    for given, numbers in (
        (each[0], each[0]),
        (each, each.ravel()),
        ({'a': each[:, 0], 'b': each[:, 1], 'c': each[:, 2]}, each.ravel()),
        (dict(zip(NAMES, each[0], strict=True)), each[0]),
        ({'a': each[:, 0], 'b': 7.0}, [0.0, 7.0, 3.0, 7.0]),
    ):
        asked = request()
        for name in filling.fill_seeds(asked, given, 2):
            name(NAMES)
        assert list(asked.seeds) == list(numbers)
        assert tuple(asked.seed_names) == NAMES[: 2 if 7.0 in list(numbers) else 3]


def test_a_pose_that_is_answered_is_read_back():
    answer = IkAnswer(
        ErrorCode.SUCCESS, 'seed: request', np.array([0.1, 0.2, 0.3]), 1e-7, 2e-7, 3e-4, math.inf,
        NAMES, SeedSource.REQUEST, 0.4, 0.5,
    )  # fmt: skip
    response = Message(joint_state=joint_state())
    messages.fill_service_response(response, answer, NAMES)
    reply = replies.pose_reply(response)
    assert reply
    assert reply.success
    assert reply.by_name() == {'a': 0.1, 'b': 0.2, 'c': 0.3}
    for field in (
        'error_code', 'message', 'joint_names', 'position_error', 'orientation_error',
        'solve_time', 'clearance', 'seed_source', 'seed_distance', 'limit_margin',
    ):  # fmt: skip
        assert getattr(reply, field) == getattr(answer, field), field


def test_a_refusal_is_false_and_has_no_joints():
    response = Message(joint_state=joint_state())
    messages.fill_service_response(response, IkAnswer(ErrorCode.FAILURE, 'not active'), ())
    reply = replies.pose_reply(response)
    assert not reply
    assert reply.error_code is ErrorCode.FAILURE
    assert reply.joint_positions.shape == (0,)
    assert reply.by_name() == {}
    response.error_code = -4711  # of a newer node
    assert replies.pose_reply(response).error_code == -4711


def test_several_solutions_are_read_back():
    found = [
        Solution(Status.SUCCESS, np.full(3, 0.1 * n), 1e-7, 2e-7, 0.3, 0.4, 0.5 + n, 0.0, 1, '')
        for n in range(2)
    ]
    answer = SolutionsAnswer(ErrorCode.SUCCESS, '', found, 0.01, NAMES)
    response = Message(solutions=[])
    many_messages.fill_solutions_response(response, answer, Message)
    reply = replies.solutions_reply(response)
    assert reply.joint_positions.shape == (2, 3)
    assert len(reply) == 2
    assert reply
    first, second = reply
    assert second.joint_positions.tolist() == [0.1] * 3
    assert (first.clearance, second.clearance) == (0.5, 1.5)
    nothing = SolutionsAnswer(ErrorCode.NO_IK_SOLUTION, 'out of reach', [], joint_names=NAMES)
    many_messages.fill_solutions_response(response := Message(solutions=[]), nothing, Message)
    assert not replies.solutions_reply(response)


def test_a_batch_is_read_back():
    solved = SolutionBatch(
        status=np.array([1, -31]), joint_positions=np.arange(6.0).reshape(2, 3),
        position_error=np.array([1e-7, 0.2]), orientation_error=np.array([1e-7, 0.3]),
        seed_distance=np.array([0.1, 0.2]), limit_margin=np.array([0.1, 0.2]),
        clearance=np.array([0.1, math.inf]), attempts=np.array([1, 2]), solve_time=0.01,
    )  # fmt: skip
    answer = BatchAnswer(ErrorCode.NO_IK_SOLUTION, 'pose 1', solved, NAMES)
    response = Message(joint_names=[])
    many_messages.fill_batch_response(response, answer)
    reply = replies.batch_reply(response)
    assert not reply
    assert reply.success.tolist() == [True, False]
    assert len(reply) == 2
    assert (reply.joint_positions == solved.joint_positions).all()
    assert (reply.clearance == solved.clearance).all()


def test_a_path_is_read_back():
    joints = np.arange(6.0).reshape(2, 3)
    answer = PathAnswer(
        ErrorCode.SUCCESS, '', joints, 2 * joints, np.array([0.0, 0.25]), fraction=1.0,
        joint_names=NAMES,
    )  # fmt: skip
    response = Message(trajectory=Message(joint_names=[], points=[]))
    messages.fill_path_response(
        response, answer, NAMES, lambda: Message(time_from_start=Message(sec=0, nanosec=0))
    )
    reply = replies.path_reply(response)
    assert reply
    assert reply.joint_names == NAMES
    assert (reply.joint_positions == joints).all()
    assert (reply.velocities == 2 * joints).all()
    assert reply.times.tolist() == [0.0, 0.25]
    assert reply.trajectory is response.trajectory


def test_a_pose_may_be_a_matrix():
    T = np.eye(4)
    T[:3, 3] = 0.6, -0.2, 0.1
    asked, pose = Message(), Message(position=Message(), orientation=Message())
    filling.fill_position_and_orientation(asked, pose, T, None, False)
    assert not asked.position_only
    assert (pose.position.x, pose.position.y, pose.position.z) == (0.6, -0.2, 0.1)
    assert pose.orientation.w == 1.0
    places, turns = filling.many_poses([T, T], None, False)
    np.testing.assert_array_equal(places, [T[:3, 3]] * 2)
    np.testing.assert_array_equal(turns, [[0, 0, 0, 1]] * 2)
