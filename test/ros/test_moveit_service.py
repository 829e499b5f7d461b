# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`~/get_position_ik` and `~/compute_cartesian_path` over DDS, where moveit_msgs is installed."""

import numpy as np
import pytest

pytest.importorskip('moveit_msgs.srv')

from moveit_msgs.srv import GetCartesianPath, GetPositionIK
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters

from learned_ik import KinematicChain
from learned_ik.ros.messages import fill_pose

FRAME_TRANSFORM_FAILURE = -21


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node('-p', 'moveit_group:=arm')
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def ask(node, client):
    services = {
        kind: client.node.create_client(kind, f'/learned_ik/{name}')
        for kind, name in (
            (GetPositionIK, 'get_position_ik'), (GetCartesianPath, 'compute_cartesian_path'),
        )
    }  # fmt: skip
    for service in services.values():
        client.spin_until(service.service_is_ready)
    # A request's class is made by a metaclass; its module says whose it is.
    yield lambda request: client.call(
        services[GetPositionIK if hasattr(request, 'ik_request') else GetCartesianPath], request
    )
    for service in services.values():
        client.node.destroy_client(service)


def request_for(client, pose, group='arm', frame='torso_lift_link'):
    """Return a request as SrvKinematicsPlugin fills it: no stamp, no timeout, one tip."""
    request = GetPositionIK.Request()
    request.ik_request.group_name = group
    request.ik_request.ik_link_name = 'arm_tool_link'
    request.ik_request.avoid_collisions = True
    request.ik_request.pose_stamped = client.stamped_pose(*pose, frame=frame)
    return request


def way_for(chain, q, goal):
    """Return a request for a straight way from joints (7,) to a pose."""
    request = GetCartesianPath.Request(group_name='arm', max_step=0.01, avoid_collisions=True)
    request.header.frame_id = 'torso_lift_link'
    request.start_state.joint_state.name = list(chain.joint_names)
    request.start_state.joint_state.position = list(q)
    request.waypoints = [client_pose(*goal)]
    return request


def client_pose(position, orientation):
    from geometry_msgs.msg import Pose

    pose = Pose()
    fill_pose(pose, position, orientation)
    return pose


def test_a_pose_is_solved_near_the_state_that_is_given(ask, client, chain):
    q = chain.middle + 0.2
    request = request_for(client, chain.forward(q))
    request.ik_request.robot_state.joint_state.name = ['head', *chain.joint_names]
    request.ik_request.robot_state.joint_state.position = [1.0, *q]
    response = ask(request)
    assert response.error_code.val == response.error_code.SUCCESS
    joints = response.solution.joint_state
    assert list(joints.name) == ['head', *chain.joint_names]
    assert list(joints.position)[1:] == pytest.approx(q.tolist(), abs=1e-4)


def test_every_request_is_answered(ask, client, chain):
    pose = chain.forward(chain.middle)
    response = ask(request_for(client, pose, group='leg'))
    assert response.error_code.val == response.error_code.INVALID_GROUP_NAME
    response = ask(request_for(client, ((3.0, 0.0, 0.0),)))
    assert response.error_code.val == response.error_code.NO_IK_SOLUTION
    assert not response.solution.joint_state.name
    assert ask(request_for(client, pose)).error_code.val == 1


def test_a_straight_way_is_a_timed_trajectory(ask, client, chain):
    q = chain.middle + np.array([-0.4, 0.1, 0.1, 0.5, 0.1, 0.3, 0.1])
    position, orientation = chain.forward(q)
    goal = position + np.array([0.0, 0.1, 0.0])
    response = ask(way_for(chain, q, (goal, orientation)))
    assert (response.error_code.val, response.fraction) == (1, 1.0)
    points = response.solution.joint_trajectory.points
    assert list(points[0].positions) == q.tolist()
    np.testing.assert_allclose(chain.forward(points[-1].positions)[0], goal, atol=2e-6)
    assert points[-1].time_from_start.sec + points[-1].time_from_start.nanosec > 0
    assert list(response.start_state.joint_state.position) == q.tolist()
    refused = way_for(chain, q, (goal, orientation))
    refused.max_step = 1e-7
    response = ask(refused)
    assert response.error_code.val == response.error_code.INVALID_GOAL_CONSTRAINTS
    assert 'max_step' in response.error_code.message


def test_a_description_brings_links_soft_limits_and_the_models_frame(
    ask, client, chain, node, tiago_urdf
):
    client.describe_robot(tiago_urdf)
    node.wait_for_log('the model fits the robot description')
    wrist = KinematicChain.from_urdf(tiago_urdf, 'torso_lift_link', 'arm_7_link')
    request = request_for(client, wrist.forward(chain.middle))
    request.ik_request.ik_link_name = 'arm_7_link'
    response = ask(request)
    assert response.error_code.val == 1, response.error_code.message
    found = wrist.forward(response.solution.joint_state.position)
    np.testing.assert_allclose(found[0], wrist.forward(chain.middle)[0], atol=3e-6)
    nowhere = ask(request_for(client, chain.forward(chain.middle), frame=''))
    assert nowhere.error_code.val == FRAME_TRANSFORM_FAILURE
    assert 'base_footprint' in nowhere.error_code.message

    parameters = client.node.create_client(SetParameters, '/learned_ik/set_parameters')
    client.spin_until(parameters.service_is_ready)
    value = ParameterValue(type=ParameterType.PARAMETER_BOOL, bool_value=True)
    soft_limits = Parameter(name='soft_limits', value=value)
    (result,) = client.call(parameters, SetParameters.Request(parameters=[soft_limits])).results
    assert result.successful, result.reason
    soft = KinematicChain.from_urdf(
        tiago_urdf, 'torso_lift_link', 'arm_tool_link', soft_limits=True
    )
    rng = np.random.default_rng(0)
    for q in soft.sample(rng, 50):
        request = request_for(client, chain.forward(q))
        request.ik_request.robot_state.joint_state.name = list(chain.joint_names)
        request.ik_request.robot_state.joint_state.position = list(chain.sample(rng, 1)[0])
        response = ask(request)
        assert response.error_code.val == 1
        found = np.array(response.solution.joint_state.position)
        assert (found >= soft.lower).all()
        assert (found <= soft.upper).all()
        np.testing.assert_allclose(chain.forward(found)[0], chain.forward(q)[0], atol=2e-6)
