# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import math
from types import SimpleNamespace as Message

import numpy as np
import pytest

from learned_ik.ros import messages
from learned_ik.serving.requests_and_answers import ErrorCode, IkAnswer, PathAnswer


def pose_message():
    return Message(
        position=Message(x=1.0, y=2.0, z=3.0), orientation=Message(x=0.0, y=0.6, z=0.0, w=0.8)
    )


def header_message():
    return Message(frame_id='camera', stamp=Message(sec=3, nanosec=5))


def stamped_pose():
    return Message(header=header_message(), pose=pose_message())


def test_a_service_request_is_read_field_by_field():
    request = messages.request_from_service(
        Message(
            pose=stamped_pose(),
            seed=Message(name=['b', 'a'], position=[0.1, 0.2]),
            position_tolerance=1e-3,
            orientation_tolerance=1e-2,
            timeout=Message(sec=1, nanosec=500_000_000),
            collisions=2,
        )
    )
    assert request.frame == 'camera'
    np.testing.assert_array_equal(request.position, [1, 2, 3])
    np.testing.assert_array_equal(request.orientation, [0, 0.6, 0, 0.8])
    assert (request.seed_names, request.seed_positions) == (['b', 'a'], [0.1, 0.2])
    assert (request.position_tolerance, request.orientation_tolerance) == (1e-3, 1e-2)
    assert request.timeout == 1.5
    assert request.collisions == 2
    assert request.stamp == 3_000_000_005


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


def test_a_path_request_is_read_field_by_field():
    request = messages.path_request_from_service(
        Message(
            header=header_message(),
            poses=[pose_message(), pose_message(), pose_message()],
            start=Message(name=['b', 'a'], position=[0.1, 0.2]),
            position_tolerance=1e-3,
            orientation_tolerance=1e-2,
            jump_threshold=0.3,
            velocity_scaling=0.4,
            acceleration=0.5,
            timeout=Message(sec=1, nanosec=500_000_000),
        )
    )
    assert request.frame == 'camera'
    np.testing.assert_array_equal(request.positions, [[1, 2, 3]] * 3)
    np.testing.assert_array_equal(request.orientations, [[0, 0.6, 0, 0.8]] * 3)
    assert (request.start_names, request.start_positions) == (['b', 'a'], [0.1, 0.2])
    assert (request.position_tolerance, request.orientation_tolerance) == (1e-3, 1e-2)
    assert (request.jump_threshold, request.velocity_scaling) == (0.3, 0.4)
    assert (request.acceleration, request.timeout) == (0.5, 1.5)


def test_a_path_answer_is_written_field_by_field():
    def point():
        return Message(time_from_start=Message(sec=0, nanosec=0))

    response = Message(trajectory=Message(joint_names=[], points=[]))
    answer = PathAnswer(
        ErrorCode.NO_IK_SOLUTION,
        'too far',
        joint_positions=np.array([[1.0, 2.0], [3.0, 4.0]]),
        velocities=np.array([[0.0, 0.0], [0.5, 0.6]]),
        times=np.array([0.0, 1.25]),
        failed_poses=np.array([1]),
        jumps=np.array([0]),
        fraction=0.5,
        max_position_error=0.1,
        max_orientation_error=0.2,
        largest_step=2.0,
        start_step=0.3,
        solve_time=1e-3,
    )
    messages.fill_path_response(response, answer, ('a', 'b'), point)
    assert (response.error_code, response.message) == (-31, 'too far')
    assert (response.failed_poses, response.jumps, response.fraction) == ([1], [0], 0.5)
    assert (response.max_position_error, response.max_orientation_error) == (0.1, 0.2)
    assert (response.largest_step, response.start_step, response.solve_time) == (2.0, 0.3, 1e-3)
    assert response.trajectory.joint_names == ['a', 'b']
    last = response.trajectory.points[-1]
    assert (last.positions, last.velocities) == ([3.0, 4.0], [0.5, 0.6])
    assert (last.time_from_start.sec, last.time_from_start.nanosec) == (1, 250_000_000)


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
    named = set()
    for response in (srv.GetIK.Response, srv.GetIKPath.Response):
        codes = [code for code in ErrorCode if hasattr(response, code.name)]
        assert all(getattr(response, code.name) == code for code in codes)
        named.update(codes)
    assert named == set(ErrorCode) - {ErrorCode.INVALID_GROUP_NAME}  # that one is MoveIt's alone
    response = srv.GetIK.Response()
    answer = IkAnswer(ErrorCode.SUCCESS, '', np.array([1.0, 2.0]), 1e-9, 1e-9, 1e-5)
    messages.fill_service_response(response, answer, ('a', 'b'))
    assert response.joint_state.position.tolist() == [1.0, 2.0]
    assert not messages.request_from_service(srv.GetIK.Request()).seed_names
