# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import math
from types import SimpleNamespace as Message

import numpy as np
import pytest

from learned_ik.ros import messages
from learned_ik.ros.exchange import ErrorCode, IkAnswer


def pose_message():
    return Message(
        position=Message(x=1.0, y=2.0, z=3.0), orientation=Message(x=0.0, y=0.6, z=0.0, w=0.8)
    )


def stamped_pose():
    return Message(header=Message(frame_id='camera'), pose=pose_message())


def test_a_service_request_is_read_field_by_field():
    request = messages.request_from_service(
        Message(
            pose=stamped_pose(),
            seed=Message(name=['b', 'a'], position=[0.1, 0.2]),
            position_tolerance=1e-3,
            orientation_tolerance=1e-2,
            timeout=Message(sec=1, nanosec=500_000_000),
        )
    )
    assert request.frame == 'camera'
    np.testing.assert_array_equal(request.position, [1, 2, 3])
    np.testing.assert_array_equal(request.orientation, [0, 0.6, 0, 0.8])
    assert (request.seed_names, request.seed_positions) == (['b', 'a'], [0.1, 0.2])
    assert (request.position_tolerance, request.orientation_tolerance) == (1e-3, 1e-2)
    assert request.timeout == 1.5


def test_a_target_asks_for_its_pose_and_nothing_else():
    request = messages.request_from_target(stamped_pose())
    assert request.frame == 'camera'
    np.testing.assert_array_equal(request.position, [1, 2, 3])
    assert (request.position_tolerance, request.timeout) == (0, 0)
    assert not request.seed_names


def test_an_answer_is_written_field_by_field():
    response = Message(joint_state=Message(name=[], position=[]))
    answer = IkAnswer(ErrorCode.NO_IK_SOLUTION, 'too far', np.array([1.0, 2.0]), 0.1, 0.2, 1e-5)
    messages.fill_service_response(response, answer, ('a', 'b'))
    assert (response.error_code, response.message) == (-31, 'too far')
    assert (response.joint_state.name, response.joint_state.position) == (['a', 'b'], [1.0, 2.0])
    assert (response.position_error, response.orientation_error) == (0.1, 0.2)
    assert response.solve_time == 1e-5


def test_a_refusal_leaves_the_joints_empty_and_the_residuals_open():
    response = Message(joint_state=Message(name=[], position=[]))
    messages.fill_service_response(response, IkAnswer(ErrorCode.FAILURE, 'no'), ('a', 'b'))
    assert (response.joint_state.name, response.joint_state.position) == ([], [])
    assert math.isnan(response.position_error)
    assert math.isnan(response.orientation_error)


def test_poses_survive_the_way_there_and_back():
    pose = pose_message()
    position, orientation = np.array([0.1, -0.2, 0.3]), np.array([0.5, 0.5, -0.5, 0.5])
    messages.fill_pose(pose, position, orientation)
    back = messages.arrays_from_pose(pose)
    np.testing.assert_array_equal(back[0], position)
    np.testing.assert_array_equal(back[1], orientation)


@pytest.mark.parametrize('seconds', [0.0, 0.05, 1.25, 0.9999999999, -0.25])
def test_durations_survive_the_way_there_and_back(seconds):
    duration = Message(sec=0, nanosec=0)
    messages.fill_duration(duration, seconds)
    assert 0 <= duration.nanosec < 1_000_000_000
    assert messages.seconds_from_duration(duration) == pytest.approx(seconds, abs=1e-9)


def test_codes_and_fields_are_those_of_the_service():
    srv = pytest.importorskip('learned_ik_interfaces.srv')
    for code in ErrorCode:
        assert getattr(srv.GetIK.Response, code.name) == code
    response = srv.GetIK.Response()
    answer = IkAnswer(ErrorCode.SUCCESS, '', np.array([1.0, 2.0]), 1e-9, 1e-9, 1e-5)
    messages.fill_service_response(response, answer, ('a', 'b'))
    assert response.joint_state.position.tolist() == [1.0, 2.0]
    assert not messages.request_from_service(srv.GetIK.Request()).seed_names
