# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import array
import math
from types import SimpleNamespace as Message

import numpy as np
import pytest

from learned_ik.ros import messages
from learned_ik.ros.poses import many_messages
from learned_ik.serving.requests_and_answers import (
    NO_FREEDOM,
    NO_PREFERENCE,
    AskedFreedom,
    AskedPreference,
    BatchAnswer,
    Collisions,
    ErrorCode,
    FreedomAxes,
    IkAnswer,
    PathAnswer,
    SeedSource,
    SolutionsAnswer,
)
from learned_ik.solving.solution import Solution, SolutionBatch, Status


def pose_message():
    return Message(
        position=Message(x=1.0, y=2.0, z=3.0), orientation=Message(x=0.0, y=0.6, z=0.0, w=0.8)
    )


def header_message():
    return Message(frame_id='camera', stamp=Message(sec=3, nanosec=5))


def stamped_pose():
    return Message(header=header_message(), pose=pose_message())


def freedom_message():
    return Message(
        axes=1, least=Message(x=-1.0, y=-2.0, z=-3.0), most=Message(x=1.0, y=2.0, z=3.0)
    )


FREEDOM = AskedFreedom(1, (-1.0, -2.0, -3.0), (1.0, 2.0, 3.0))


def preference_message():
    return Message(prefer='posture', posture=Message(name=['a'], position=[0.5]), weights=[2.0])


PREFERENCE = AskedPreference('posture', ['a'], [0.5], [2.0])


def test_a_service_request_is_read_field_by_field():
    request = messages.request_from_service(
        Message(
            pose=stamped_pose(),
            seed=Message(name=['b', 'a'], position=[0.1, 0.2]),
            position_tolerance=1e-3,
            orientation_tolerance=1e-2,
            timeout=Message(sec=1, nanosec=500_000_000),
            collisions=2,
            freedom=freedom_message(),
            position_only=True,
            preference=preference_message(),
            max_joint_change=0.7,
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
    assert (request.freedom, request.position_only) == (FREEDOM, True)
    assert (request.preference, request.max_joint_change) == (PREFERENCE, 0.7)


def test_a_target_asks_for_its_pose_and_nothing_else():
    request = messages.request_from_target(stamped_pose())
    assert request.frame == 'camera'
    np.testing.assert_array_equal(request.position, [1, 2, 3])
    assert (request.position_tolerance, request.timeout) == (0, 0)
    assert not request.seed_names


def test_an_answer_is_written_field_by_field():
    response = Message(joint_state=Message(name=[], position=[]))
    answer = IkAnswer(
        ErrorCode.NO_IK_SOLUTION, 'too far', np.array([1.0, 2.0]), 0.1, 0.2, 1e-5, 0.3,
        seed_source=SeedSource.LAST_COMMAND, seed_distance=0.4, limit_margin=0.5,
    )  # fmt: skip
    messages.fill_service_response(response, answer, ('a', 'b'))
    assert (response.error_code, response.message) == (-31, 'too far')
    assert (response.joint_state.name, response.joint_state.position) == (['a', 'b'], [1.0, 2.0])
    assert (response.position_error, response.orientation_error) == (0.1, 0.2)
    assert (response.solve_time, response.clearance) == (1e-5, 0.3)
    assert (response.seed_source, response.seed_distance, response.limit_margin) == (3, 0.4, 0.5)


def test_a_refusal_leaves_the_joints_empty_and_the_residuals_open():
    response = Message(joint_state=Message(name=[], position=[]))
    messages.fill_service_response(response, IkAnswer(ErrorCode.FAILURE, 'no'), ('a', 'b'))
    assert (response.joint_state.name, response.joint_state.position) == ([], [])
    assert math.isnan(response.position_error)
    assert math.isnan(response.orientation_error)
    assert math.isnan(response.limit_margin)
    assert response.seed_source == 0


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
            freedom=freedom_message(),
            position_only=True,
            collisions=1,
        )
    )
    assert request.frame == 'camera'
    np.testing.assert_array_equal(request.positions, [[1, 2, 3]] * 3)
    np.testing.assert_array_equal(request.orientations, [[0, 0.6, 0, 0.8]] * 3)
    assert (request.start_names, request.start_positions) == (['b', 'a'], [0.1, 0.2])
    assert (request.position_tolerance, request.orientation_tolerance) == (1e-3, 1e-2)
    assert (request.jump_threshold, request.velocity_scaling) == (0.3, 0.4)
    assert (request.acceleration, request.timeout) == (0.5, 1.5)
    assert (request.freedom, request.position_only, request.collisions) == (FREEDOM, True, 1)


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
        start_source=SeedSource.JOINT_STATES,
    )
    messages.fill_path_response(response, answer, ('a', 'b'), point)
    assert (response.error_code, response.message) == (-31, 'too far')
    assert (response.failed_poses, response.jumps, response.fraction) == ([1], [0], 0.5)
    assert (response.max_position_error, response.max_orientation_error) == (0.1, 0.2)
    assert (response.largest_step, response.start_step, response.solve_time) == (2.0, 0.3, 1e-3)
    assert response.start_source == 2
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


def batch_message():
    return Message(
        header=header_message(),
        positions=array.array('d', range(6)),
        orientations=array.array('d', range(8)),
        seed_names=['b', 'a'],
        seeds=array.array('d', [0.1, 0.2]),
        position_tolerance=1e-3,
        orientation_tolerance=1e-2,
        freedom=freedom_message(),
        position_only=True,
        preference=preference_message(),
        max_joint_change=0.7,
        collisions=2,
        timeout=Message(sec=1, nanosec=500_000_000),
    )


def test_a_batch_is_read_field_by_field_without_being_copied():
    message = batch_message()
    request = many_messages.batch_from_message(message)
    assert (request.frame, request.stamp) == ('camera', 3_000_000_005)
    np.testing.assert_array_equal(request.positions, range(6))
    np.testing.assert_array_equal(request.orientations, range(8))
    message.positions[0] = 9.0
    assert request.positions[0] == 9.0
    assert (request.seed_names, list(request.seed_positions)) == (['b', 'a'], [0.1, 0.2])
    assert (request.position_tolerance, request.orientation_tolerance) == (1e-3, 1e-2)
    assert (request.freedom, request.position_only) == (FREEDOM, True)
    assert (request.preference, request.max_joint_change) == (PREFERENCE, 0.7)
    assert (request.collisions, request.timeout) == (2, 1.5)


def test_the_answer_to_a_batch_is_written_field_by_field():
    response, numbers = Message(), np.array([0.1, 0.2])
    solution = SolutionBatch(
        status=np.array([Status.SUCCESS, Status.NO_SOLUTION]),
        joint_positions=np.array([[1.0, 2.0], [3.0, 4.0]]),
        position_error=numbers,
        orientation_error=2 * numbers,
        seed_distance=3 * numbers,
        limit_margin=numbers,
        clearance=4 * numbers,
        attempts=np.array([1, 2]),
        solve_time=1e-3,
    )
    answer = BatchAnswer(
        ErrorCode.NO_IK_SOLUTION, 'pose 1', solution, ('a', 'b'), SeedSource.REQUEST
    )
    many_messages.fill_batch_response(response, answer)
    assert (response.error_code, response.message, response.seed_source) == (-31, 'pose 1', 1)
    assert response.joint_names == ['a', 'b']
    assert response.joint_positions == array.array('d', [1, 2, 3, 4])
    assert response.error_codes == array.array('i', [1, -31])
    assert response.position_errors == array.array('d', numbers)
    assert response.orientation_errors == array.array('d', 2 * numbers)
    assert response.seed_distances == array.array('d', 3 * numbers)
    assert response.clearances == array.array('d', 4 * numbers)
    assert response.solve_time == 1e-3


def test_several_solutions_are_written_field_by_field():
    response = Message(solutions=[])
    solutions = [
        Solution(Status.SUCCESS, np.array([k, k + 1.0]), 0.1, 0.2, 0.3, 0.4, 0.5, 1e-5, 1, '')
        for k in range(3)
    ]
    answer = SolutionsAnswer(
        ErrorCode.SUCCESS, 'seed', solutions, 1e-3, ('a', 'b'), SeedSource.JOINT_STATES
    )
    many_messages.fill_solutions_response(response, answer, Message)
    assert (response.error_code, response.message, response.seed_source) == (1, 'seed', 2)
    assert (response.joint_names, response.solve_time) == (['a', 'b'], 1e-3)
    assert [list(each.joint_positions) for each in response.solutions] == [[0, 1], [1, 2], [2, 3]]
    last = response.solutions[-1]
    assert (last.position_error, last.orientation_error, last.seed_distance) == (0.1, 0.2, 0.3)
    assert (last.limit_margin, last.clearance) == (0.4, 0.5)


def test_codes_and_fields_are_those_of_the_services():
    srv = pytest.importorskip('learned_ik_interfaces.srv')
    msg = pytest.importorskip('learned_ik_interfaces.msg')
    named = set()
    for service in (srv.GetIK, srv.GetIKPath, srv.GetIKSolutions, srv.GetIKBatch):
        codes = [code for code in ErrorCode if hasattr(service.Response, code.name)]
        assert all(getattr(service.Response, code.name) == code for code in codes)
        named.update(codes)
        assert all(getattr(service.Request, each.name) == each for each in Collisions)
    # These are MoveIt's alone.
    assert named == set(ErrorCode) - {ErrorCode.INVALID_GROUP_NAME, ErrorCode.INVALID_LINK_NAME}
    for each in SeedSource:
        assert getattr(srv.GetIK.Response, f'SEED_{each.name}') == each
    assert all(getattr(msg.OrientationFreedom, each.name) == each for each in FreedomAxes)
    response = srv.GetIK.Response()
    answer = IkAnswer(ErrorCode.SUCCESS, '', np.array([1.0, 2.0]), 1e-9, 1e-9, 1e-5)
    messages.fill_service_response(response, answer, ('a', 'b'))
    assert response.joint_state.position.tolist() == [1.0, 2.0]


def test_a_message_that_nobody_filled_in_asks_for_every_default():
    srv = pytest.importorskip('learned_ik_interfaces.srv')
    for request in (
        messages.request_from_service(srv.GetIK.Request()),
        messages.path_request_from_service(srv.GetIKPath.Request()),
        messages.pose_request(srv.GetIKSolutions.Request()),
        many_messages.batch_from_message(srv.GetIKBatch.Request()),
    ):
        assert request.freedom == NO_FREEDOM
        assert (request.position_only, request.collisions) == (False, Collisions.DEFAULT)
    assert not request.seed_names
    preference = request.preference
    assert (preference.prefer, len(preference.names)) == (NO_PREFERENCE.prefer, 0)
    assert len(preference.positions) == len(preference.weights) == 0
    assert request.max_joint_change == 0
