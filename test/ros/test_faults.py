# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A fault of our own, which no message provokes: it is logged and answered all the same."""

import pytest

rclpy = pytest.importorskip('rclpy')


class Broken:
    """Stands in for `IkServing`, and fails at whatever it is asked."""

    def __getattr__(self, name):
        raise RuntimeError(f'{name} is broken')


@pytest.fixture
def node():
    from learned_ik.ros.node import IkNode

    context = rclpy.Context()
    rclpy.init(context=context)
    node = IkNode(context=context)
    node._serving = node._path_serving = Broken()
    yield node
    node.destroy_node()
    context.try_shutdown()


def test_a_fault_in_the_service_is_an_answer(node):
    from learned_ik_interfaces.srv import GetIK

    response = node._on_request(GetIK.Request(), GetIK.Response())
    assert response.error_code == GetIK.Response.FAILURE
    assert 'answer is broken' in response.message
    assert not response.joint_state.name


def test_a_fault_in_the_service_of_paths_is_an_answer(node):
    from learned_ik_interfaces.srv import GetIKPath

    response = node._on_path_request(GetIKPath.Request(), GetIKPath.Response())
    assert response.error_code == GetIKPath.Response.FAILURE
    assert 'answer is broken' in response.message
    assert not response.trajectory.points


def test_a_fault_in_a_topic_drops_the_message(node):
    from geometry_msgs.msg import PoseStamped
    from rclpy.parameter import Parameter

    node._guarded(node._on_target)(PoseStamped())
    node._on_parameters([Parameter('robot_description', value='<robot/>')])
