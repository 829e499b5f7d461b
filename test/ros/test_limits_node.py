# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Limits narrower than the model's, set while the node serves, over DDS."""

import numpy as np
import pytest

pytest.importorskip('rclpy')

from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters

from learned_ik import KinematicChain


@pytest.fixture(scope='module')
def limits_file(tmp_path_factory):
    path = tmp_path_factory.mktemp('limits') / 'joint_limits.yaml'
    path.write_text('joint_limits: {arm_1_joint: {min_position: 0.5, max_position: 1.0}}')
    return path


@pytest.fixture(scope='module')
def node(start_node, client, limits_file):
    node = start_node('-p', 'target_mode:=direct', '-p', f'joint_limits:={limits_file}')
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def set_parameter(node, client):
    service = client.node.create_client(SetParameters, '/learned_ik/set_parameters')
    client.spin_until(service.service_is_ready)

    def set_parameter(name, value):
        if isinstance(value, bool):
            sent = ParameterValue(type=ParameterType.PARAMETER_BOOL, bool_value=value)
        else:
            sent = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=str(value))
        request = SetParameters.Request(parameters=[Parameter(name=name, value=sent)])
        return client.call(service, request).results[0]

    yield set_parameter
    client.node.destroy_client(service)


@pytest.fixture
def answers(client, chain):
    """Return a function to the joints of 60 poses all over the arm's range, where found."""

    def answers():
        found = [
            client.get_ik(*chain.forward(q)) for q in chain.sample(np.random.default_rng(2), 60)
        ]
        return np.array([each.joint_state.position for each in found if each.error_code == 1])

    return answers


def test_a_file_and_soft_limits_hold_from_the_next_answer_on(
    node, client, chain, set_parameter, answers, limits_file, tiago_urdf
):
    within = answers()
    assert len(within) > 5
    assert (within[:, 0] >= 0.5).all()
    assert (within[:, 0] <= 1.0).all()
    limits_file.write_text('joint_limits: {arm_1_joint: {min_position: 1.5}}')
    assert set_parameter('joint_limits', limits_file).successful  # read again
    assert (answers()[:, 0] >= 1.5).all()
    assert set_parameter('joint_limits', '').successful
    assert (answers()[:, 0] < 1.4).any()

    assert set_parameter('soft_limits', True).successful
    client.describe_robot(tiago_urdf)
    node.wait_for_log("narrower than the model's: arm_1_joint, arm_2_joint")
    soft = KinematicChain.from_urdf(
        tiago_urdf, 'torso_lift_link', 'arm_tool_link', soft_limits=True
    )
    within = answers()
    assert len(within) > 40
    assert (within >= soft.lower).all()
    assert (within <= soft.upper).all()
    assert set_parameter('soft_limits', False).successful


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('joint_limits: {arm_1_joint: {min_position: 9.0}}', 'arm_1_joint'),
        ('joint_limits: {arm_1_joint: {min_positon: 9.0}}', "did you mean 'min_position'"),
        ('joint_limits: {leg: {min_position: 0.0}}', 'expected some of'),
        ('3', "no mapping 'joint_limits'"),
        (None, 'cannot be read'),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(
    node, chain, set_parameter, answers, tmp_path, text, words
):
    assert set_parameter('joint_limits', '').successful
    before = answers()
    path = tmp_path / 'joint_limits.yaml'
    if text is not None:
        path.write_text(text)
    result = set_parameter('joint_limits', path)
    assert not result.successful
    assert words in result.reason
    np.testing.assert_array_equal(answers(), before)


def test_a_node_does_not_start_with_a_wrong_file(start_node, tmp_path):
    path = tmp_path / 'joint_limits.yaml'
    path.write_text('joint_limits: {arm_1_joint: {min_position: 9.0}}')
    node = start_node('-r', '__node:=other', '-p', f'joint_limits:={path}')
    assert node.exit_status() == 1
    assert 'arm_1_joint' in node.ended_log()


def test_limits_of_another_robot_wait_for_its_description(start_node, tmp_path):
    path = tmp_path / 'joint_limits.yaml'
    path.write_text('joint_limits: {elbow_joint: {min_position: -1.0, max_position: 1.0}}')
    with start_node('-r', '__ns:=/other', '-p', f'joint_limits:={path}') as node:
        node.wait_for_log('active: waiting for robot_description')
        assert ': ready' not in node.log
