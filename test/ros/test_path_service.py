# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`~/get_ik_path` over DDS: what the node does for one who asks for a whole path."""

import math

import numpy as np
import pytest

SUCCESS, INVALID_GOAL_CONSTRAINTS, NO_IK_SOLUTION = 1, -16, -31


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node()
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def ask(node, client):
    """Return a function from poses, (n, 3) [m] and (n, 4) x y z w, to the node's answer."""
    from geometry_msgs.msg import Pose

    from learned_ik.ros.messages import fill_pose
    from learned_ik_interfaces.srv import GetIKPath

    service = client.node.create_client(GetIKPath, '/learned_ik/get_ik_path')
    client.spin_until(service.service_is_ready)

    def ask(positions, orientations, frame='', start=None, **fields):
        request = GetIKPath.Request(**fields)
        request.header.frame_id = frame
        for position, orientation in zip(positions, orientations, strict=True):
            request.poses.append(Pose())
            fill_pose(request.poses[-1], position, orientation)
        request.start.name = list(start or {})
        request.start.position = list((start or {}).values())
        return client.call(service, request)

    return ask


@pytest.fixture
def curve(chain):
    """Return joints (100, 7) on a smooth curve."""
    return np.linspace(chain.middle + 0.1, chain.middle + 0.5, 100)


def seconds(point):
    return point.time_from_start.sec + 1e-9 * point.time_from_start.nanosec


def test_a_path_becomes_a_trajectory_within_the_limits(ask, chain, curve):
    positions, orientations = chain.forward(curve)
    start = dict(zip(reversed(chain.joint_names), reversed(curve[0]), strict=True))
    response = ask(positions, orientations, start=start, velocity_scaling=0.5)
    assert (response.error_code, response.message) == (SUCCESS, '')
    assert tuple(response.trajectory.joint_names) == chain.joint_names
    path = np.array([point.positions for point in response.trajectory.points])
    np.testing.assert_allclose(chain.forward(path)[0], positions, atol=2e-6)
    times = np.array([seconds(point) for point in response.trajectory.points])
    assert times[0] == 0
    speeds = np.abs(np.diff(path, axis=0)) / np.diff(times)[:, None]
    assert (speeds <= 0.5 * chain.velocity * 1.001).all()  # times are rounded to nanoseconds
    for end in (0, -1):
        assert (np.array(response.trajectory.points[end].velocities) == 0).all()
    assert (len(response.failed_poses), len(response.jumps), response.fraction) == (0, 0, 1)
    assert response.start_step < 1e-4
    assert 0 < response.largest_step < 0.2
    assert response.max_position_error < 1e-6


def test_a_pose_out_of_reach_is_named(ask, chain, curve):
    positions, orientations = chain.forward(curve)
    positions[40] = [5, 0, 0]
    response = ask(positions, orientations)
    assert response.error_code == NO_IK_SOLUTION
    assert list(response.failed_poses) == [40]
    assert response.fraction == 0.4
    assert 'pose 40' in response.message
    assert len(response.trajectory.points) == 100


@pytest.mark.parametrize(
    ('positions', 'orientations', 'words'),
    [
        ((), (), 'no poses'),
        ([(math.nan, 0, 0)], [(0, 0, 0, 1)], 'not finite'),
        ([(0.5, 0, 0)], [(0, 0, 0, 0)], 'length zero'),
    ],
)
def test_a_malformed_path_is_named_and_the_node_stays_up(
    ask, node, chain, curve, positions, orientations, words
):
    response = ask(positions, orientations)
    assert response.error_code == INVALID_GOAL_CONSTRAINTS
    assert words in response.message
    assert not response.trajectory.points
    assert math.isnan(response.max_position_error)
    assert ask(*chain.forward(curve[:1])).error_code == SUCCESS
    assert node.process.poll() is None
    assert 'Traceback' not in node.log
