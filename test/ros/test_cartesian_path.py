# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's request for a straight way, without MoveIt: messages of the same fields."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip('rclpy')

from moveit_stand_ins import (
    header,
    path_request,
    path_response,
    pose_message,
    robot_state,
    trajectory_point,
)

from learned_ik import IkSolver, KinematicChain
from learned_ik.ros.moveit.cartesian_path import (
    fill_cartesian_path_response,
    path_refusal,
    request_from_cartesian_path,
)
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.moveit.cartesian_serving import CartesianServing
from learned_ik.serving.requests_and_answers import Defaults

DEFAULTS = Defaults(1e-6, 1e-6, 0.5)
SUCCESS, GROUP, CONSTRAINTS, STATE, LINK, FRAME = 1, -15, -16, -17, -18, -21


@pytest.fixture(scope='module')
def serving(chain, untrained, tiago_urdf):
    serving = IkServing(IkSolver(untrained(chain)))
    serving.compare_with_robot(tiago_urdf)
    return serving


@pytest.fixture
def ask(serving):
    def ask(request, group='arm'):
        robot, response = serving.robot, path_response()
        answer = path_refusal(request, robot, group)
        if answer is None:
            asked = request_from_cartesian_path(request, robot)
            answer = CartesianServing(serving).answer(asked, DEFAULTS)
        fill_cartesian_path_response(response, answer, request, robot, trajectory_point)
        return response

    return ask


@pytest.fixture
def start(chain):
    return chain.middle + np.array([-0.4, 0.1, 0.1, 0.5, 0.1, 0.3, 0.1])


@pytest.fixture
def aside(chain, start):
    position, orientation = chain.forward(start)
    goal = pose_message(position + np.array([0.0, 0.1, 0.0]), orientation)
    state = robot_state(['wheel', *chain.joint_names[::-1]], [7.0, *start[::-1]])
    return path_request([goal], start_state=state)


def test_the_answer_is_a_timed_trajectory_from_the_state_that_is_given(ask, aside, chain, start):
    response = ask(aside)
    assert (response.error_code.val, response.fraction) == (SUCCESS, 1.0)
    trajectory = response.solution.joint_trajectory
    assert tuple(trajectory.joint_names) == chain.joint_names
    assert trajectory.points[0].positions == start.tolist()
    times = [
        point.time_from_start.sec + 1e-9 * point.time_from_start.nanosec
        for point in trajectory.points
    ]
    assert times[0] == 0.0
    assert (np.diff(times) > 0).all()
    assert all(len(point.velocities) == 7 for point in trajectory.points)
    joints = response.start_state.joint_state
    state = dict(zip(joints.name, joints.position, strict=True))
    assert state['wheel'] == 7.0
    assert [state[name] for name in chain.joint_names] == start.tolist()


def test_a_link_that_is_tied_to_the_tip_goes_straight(ask, aside, chain, start, tiago_urdf):
    wrist = KinematicChain.from_urdf(tiago_urdf, chain.base_link, 'arm_7_link')
    position, orientation = wrist.forward(start)
    aside.waypoints = [pose_message(position + np.array([0.0, 0.1, 0.0]), orientation)]
    aside.link_name = 'arm_7_link'
    response = ask(aside)
    assert response.fraction == 1.0
    q = np.array([point.positions for point in response.solution.joint_trajectory.points])
    along = np.linspace(0.0, 0.1, len(q))
    np.testing.assert_allclose(
        wrist.forward(q)[0], position + np.outer(along, [0, 1, 0]), atol=3e-6
    )


def test_the_links_own_frame_is_that_of_the_waypoint_before(ask, aside, chain, start):
    aside.header = header('arm_tool_link')
    aside.waypoints = [pose_message((0.0, 0.0, 0.04))] * 2
    response = ask(aside)
    assert response.fraction == 1.0
    R, p = chain.forward_matrix(start)
    end = chain.forward(np.array(response.solution.joint_trajectory.points[-1].positions))[0]
    np.testing.assert_allclose(end, p + R @ [0.0, 0.0, 0.08], atol=3e-6)


@pytest.mark.parametrize(
    ('change', 'code', 'words'),
    [
        ({'group_name': 'leg'}, GROUP, "expected 'arm'"),
        ({'link_name': 'nose'}, LINK, 'arm_7_link, arm_tool_link'),
        ({'cartesian_speed_limited_link': 'nose'}, LINK, 'nose'),
        ({'header': header('moon')}, FRAME, 'moon'),
        ({'header': header('')}, FRAME, "the model's, 'base_footprint'"),
        ({'start_state': robot_state()}, STATE, 'nobody has told'),
        ({'start_state': robot_state(['arm_1_joint'], [0.0])}, STATE, 'lacks arm_2_joint'),
        ({'max_step': 0.0}, CONSTRAINTS, 'max_step'),
        ({'max_step': 1e-8}, CONSTRAINTS, 'max_step'),
        ({'waypoints': []}, CONSTRAINTS, 'no waypoints'),
        ({'waypoints': [pose_message((0, 0, 0))] * 3001}, CONSTRAINTS, '3001 waypoints'),
    ],
)
def test_what_is_wrong_has_its_own_code_and_no_solution(ask, aside, change, code, words):
    response = ask(SimpleNamespace(**{**vars(aside), **change}))
    assert response.error_code.val == code
    assert words in response.error_code.message
    assert not response.solution.joint_trajectory.points
    assert response.fraction == 0.0


@pytest.mark.parametrize(
    'kind',
    [
        'joint_constraints',
        'position_constraints',
        'orientation_constraints',
        'visibility_constraints',
    ],
)
def test_constraints_are_refused_rather_than_ignored(ask, aside, kind):
    setattr(aside.path_constraints, kind, ['upright'])
    assert ask(aside).error_code.val == CONSTRAINTS


def test_requests_of_older_releases_lack_some_fields(ask, aside):
    for field in (
        'prismatic_jump_threshold', 'revolute_jump_threshold', 'max_velocity_scaling_factor',
        'max_acceleration_scaling_factor', 'cartesian_speed_limited_link', 'max_cartesian_speed',
    ):  # fmt: skip
        delattr(aside, field)
    assert ask(aside).fraction == 1.0
