# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`~/get_position_ik` over DDS, where moveit_msgs is installed."""

import pytest

pytest.importorskip('moveit_msgs.srv')

from moveit_msgs.srv import GetPositionIK


@pytest.fixture(scope='module')
def ask(start_node, client):
    start_node('-p', 'moveit_group:=arm')
    client.wait_for_node()
    service = client.node.create_client(GetPositionIK, '/learned_ik/get_position_ik')
    client.spin_until(service.service_is_ready)
    yield lambda request: client.call(service, request)
    client.node.destroy_client(service)


def request_for(client, pose, group='arm'):
    """Return a request as SrvKinematicsPlugin fills it: no stamp, no timeout, one tip."""
    request = GetPositionIK.Request()
    request.ik_request.group_name = group
    request.ik_request.ik_link_name = 'arm_tool_link'
    request.ik_request.avoid_collisions = True
    request.ik_request.pose_stamped = client.stamped_pose(*pose, frame='torso_lift_link')
    return request


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
