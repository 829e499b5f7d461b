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
    yield node
    node._parts = None  # which a test may have broken
    node.destroy_node()
    context.try_shutdown()


def result_of(coroutine):
    """Run a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError('it waits')


@pytest.fixture
def asked(node):
    from learned_ik.ros.endpoints import Asked
    from learned_ik.ros.robustness.background import Background
    from learned_ik.ros.tf import MovingFrames

    frames, background = MovingFrames(node, 'base'), Background(node)
    yield Asked(node, Broken(), node.health, lambda: None, frames, background, node.log)
    frames.close()
    background.close()


@pytest.fixture
def endpoints(asked):
    from learned_ik.ros.endpoints import Endpoints

    endpoints = Endpoints(asked, None, None)
    yield endpoints
    endpoints.close()


@pytest.fixture
def many(asked):
    from learned_ik.ros.endpoints import Command
    from learned_ik.ros.poses.many_endpoints import ManyEndpoints

    many = ManyEndpoints(asked, Command)
    yield many
    many.close()


def test_a_fault_in_the_service_is_an_answer(endpoints):
    from learned_ik_interfaces.srv import GetIK

    response = result_of(endpoints._on_request(GetIK.Request(), GetIK.Response()))
    assert response.error_code == GetIK.Response.FAILURE
    assert 'is broken' in response.message
    assert not response.joint_state.name


def test_a_fault_in_the_service_of_paths_is_an_answer(endpoints):
    from geometry_msgs.msg import Pose

    from learned_ik_interfaces.srv import GetIKPath

    request = GetIKPath.Request(poses=[Pose()])
    response = result_of(endpoints._on_path_request(request, GetIKPath.Response()))
    assert response.error_code == GetIKPath.Response.FAILURE
    assert 'is broken' in response.message
    assert not response.trajectory.points


def test_a_fault_in_the_service_of_batches_is_an_answer_and_is_counted(node, many):
    from learned_ik_interfaces.srv import GetIKBatch

    request = GetIKBatch.Request(positions=[0.0] * 3, orientations=[0.0] * 4)
    response = result_of(many._on_batch(request, GetIKBatch.Response()))
    assert response.error_code == GetIKBatch.Response.FAILURE
    assert 'is broken' in response.message
    assert not response.joint_positions
    assert node.health.report(None).values['faults'] == '1'


def test_a_fault_in_the_service_of_several_solutions_is_an_answer_and_is_counted(node, many):
    from learned_ik_interfaces.srv import GetIKSolutions

    response = result_of(many._on_solutions(GetIKSolutions.Request(), GetIKSolutions.Response()))
    assert response.error_code == GetIKSolutions.Response.FAILURE
    assert 'is broken' in response.message
    assert not response.solutions
    assert node.health.report(None).values['faults'] == '1'


def test_a_fault_in_a_topic_drops_the_message_and_is_counted(node, endpoints):
    from geometry_msgs.msg import PoseStamped

    result_of(endpoints._on_target(PoseStamped()))
    assert node.health.report(None).values['faults'] == '1'


def test_a_fault_while_a_parameter_is_set_refuses_it(node):
    from rclpy.parameter import Parameter

    node._parts = Broken()
    result = node._on_parameters([Parameter('robot_description', value='<robot/>')])
    assert not result.successful
    assert 'is broken' in result.reason


def test_a_fault_while_it_configures_leaves_it_unconfigured(node, monkeypatch):
    from rclpy.lifecycle import TransitionCallbackReturn

    place = 'learned_ik.ros.described.first_serving.IkServing'
    monkeypatch.setattr(place, lambda solver: Broken().serving)
    assert not node.start()
    assert node.trigger_configure() is TransitionCallbackReturn.FAILURE
