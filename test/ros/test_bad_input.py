# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever comes over the wire gets an answer that names it, and the node stays up."""

import itertools
import math

import numpy as np
import pytest

from learned_ik import resources

FAILURE = 99999
SUCCESS = 1
INVALID_GOAL_CONSTRAINTS = -16
INVALID_ROBOT_STATE = -17
FRAME_TRANSFORM_FAILURE = -21
NO_IK_SOLUTION = -31

ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE robot [<!ENTITY a "aaaaaaaaaa">'
    + ''.join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise('abcdefghi'))
    + ']><robot name="&i;"/>'
)


@pytest.fixture(scope='module')
def node(start_node, client):
    """Return a node to which a model is given: without one, it serves whatever is described."""
    model = resources.shipped_file('models/tiago_arm.safetensors')
    node = start_node('-p', f'model:={model}')
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def pose(chain):
    """Return position (3,) and orientation (4,) of a posture within reach."""
    return chain.forward(chain.sample(np.random.default_rng(3), 1)[0])


@pytest.fixture(autouse=True)
def still_up(node, client, pose):
    """After every test, ask the node something sensible."""
    yield
    assert client.get_ik(*pose).error_code == SUCCESS
    assert node.process.poll() is None
    assert 'Traceback' not in node.log


def test_an_empty_request_is_answered(client):
    from learned_ik_interfaces.srv import GetIK

    response = client.call(client.service, GetIK.Request())
    assert response.error_code in (SUCCESS, NO_IK_SOLUTION)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'position': (math.nan, 0, 0)}, 'position'),
        ({'position': (0, math.inf, 0)}, 'position'),
        ({'position': (0, 0, -math.inf)}, 'position'),
        ({'orientation': (math.nan, 0, 0, 1)}, 'orientation'),
        ({'orientation': (0, 0, math.inf, 1)}, 'orientation'),
        ({'orientation': (0, 0, 0, 0)}, 'length zero'),
        ({'position_tolerance': -1e-3}, 'tolerance'),
        ({'position_tolerance': math.nan}, 'tolerance'),
        ({'orientation_tolerance': -1e-3}, 'tolerance'),
        ({'orientation_tolerance': math.nan}, 'tolerance'),
        ({'timeout': -1.0}, 'timeout'),
    ],
)
def test_a_malformed_goal_is_named(client, pose, change, words):
    response = client.get_ik(**{'position': pose[0], 'orientation': pose[1], **change})
    assert response.error_code == INVALID_GOAL_CONSTRAINTS
    assert words in response.message
    assert not response.joint_state.name
    assert math.isnan(response.position_error)


@pytest.mark.parametrize('length', [0.99, 1.01, 2.0])
def test_a_quaternion_off_unit_is_normalised(client, pose, length):
    assert client.get_ik(pose[0], length * pose[1]).error_code == SUCCESS


@pytest.mark.parametrize('frame', ['map', 'arm_tool_link', 'base_link'])
def test_a_frame_that_is_not_tied_to_the_base_lists_those_that_are(client, pose, frame):
    response = client.get_ik(*pose, frame=frame)
    assert response.error_code == FRAME_TRANSFORM_FAILURE
    assert f"'{frame}'" in response.message
    assert 'expected one of: torso_lift_link' in response.message


@pytest.mark.parametrize('frame', ['', 'torso_lift_link'])
def test_no_frame_is_the_base(client, pose, frame):
    assert client.get_ik(*pose, frame=frame).error_code == SUCCESS


def test_a_seed_with_wrong_names_is_named(client, pose):
    response = client.get_ik(*pose, seed={'elbow': 0.0, 'arm_1_joint': 1.0})
    assert response.error_code == INVALID_ROBOT_STATE
    assert 'lacks arm_2_joint, arm_3_joint' in response.message


def test_a_seed_of_wrong_length_is_named(client, chain, pose):
    from learned_ik_interfaces.srv import GetIK

    request = GetIK.Request(pose=client.stamped_pose(*pose))
    request.seed.name = list(chain.joint_names)
    request.seed.position = [0.0, 0.0]
    response = client.call(client.service, request)
    assert response.error_code == INVALID_ROBOT_STATE
    assert '7 names and 2 positions' in response.message


def test_a_seed_that_is_not_finite_is_named(client, chain, pose):
    response = client.get_ik(*pose, seed=dict.fromkeys(chain.joint_names, math.nan))
    assert response.error_code == INVALID_ROBOT_STATE
    assert "'arm_1_joint' is nan" in response.message


def test_a_seed_outside_the_limits_is_used_as_far_as_it_goes(client, chain, pose):
    response = client.get_ik(*pose, seed=dict.fromkeys(chain.joint_names, 100.0))
    assert response.error_code == SUCCESS


def test_broken_messages_on_topics_are_survived(client, chain, pose):
    from sensor_msgs.msg import JointState

    publisher = client.node.create_publisher(JointState, '/joint_states', 1)
    client.spin_until(lambda: publisher.get_subscription_count() == 1)
    names = list(chain.joint_names)
    publisher.publish(JointState())
    publisher.publish(JointState(name=names))
    publisher.publish(JointState(position=[1.0]))
    publisher.publish(JointState(name=names, position=[math.nan] * 7))
    for bad in ((math.nan, 0, 0), (0, 0, 0)):
        client.target.publish(client.stamped_pose(bad, orientation=(0, 0, 0, 0)))
    client.target.publish(client.stamped_pose(*pose, frame='map'))
    client.commands.clear()
    client.target.publish(client.stamped_pose(*pose))
    client.spin_until(lambda: client.commands)
    client.node.destroy_publisher(publisher)


@pytest.mark.parametrize(
    ('find', 'put', 'words'),
    [
        ('upper="2.35619449019"', 'upper="2.0"', "limits of joint 'arm_4_joint'"),
        ('name="arm_3_joint"', 'name="elbow"', 'joint names'),
        ('xyz="-0.02 -0.027 -0.222"', 'xyz="-0.02 -0.027 -0.252"', '30.000 mm'),
        ('arm_tool_link', 'hand', "tip link 'arm_tool_link' is not in robot"),
        ('</robot>', '', 'not well-formed'),
    ],
)
def test_another_robot_is_refused_until_the_right_one_comes(
    node, client, pose, tiago_urdf, find, put, words
):
    client.describe_robot(tiago_urdf.replace(find, put))
    client.spin_until(lambda: client.get_ik(*pose).error_code == FAILURE)
    response = client.get_ik(*pose)
    assert words in response.message
    assert not response.joint_state.name
    node.wait_for_log(words)
    client.commands.clear()
    client.target.publish(client.stamped_pose(*pose))
    client.get_ik(*pose)
    assert not client.commands
    client.describe_robot(tiago_urdf)
    client.spin_until(lambda: client.get_ik(*pose).error_code == SUCCESS)


def test_an_entity_bomb_is_refused(client, pose, tiago_urdf):
    client.describe_robot(ENTITY_BOMB)
    client.spin_until(lambda: client.get_ik(*pose).error_code == FAILURE)
    assert 'entit' in client.get_ik(*pose).message  # whichever rule met it first
    client.describe_robot(tiago_urdf)
    client.spin_until(lambda: client.get_ik(*pose).error_code == SUCCESS)


def test_parameters_change_while_it_runs_within_their_range(client, pose, tiago_urdf):
    from rcl_interfaces.srv import SetParameters
    from rclpy.parameter import Parameter

    service = client.node.create_client(SetParameters, '/learned_ik/set_parameters')
    client.spin_until(service.service_is_ready)

    def set_parameter(name, value):
        message = Parameter(name, value=value).to_parameter_msg()
        return client.call(service, SetParameters.Request(parameters=[message])).results[0]

    far = (3.0, 0.0, 0.0)
    assert client.get_ik(far).error_code == NO_IK_SOLUTION
    assert not set_parameter('timeout', -1.0).successful
    assert not set_parameter('position_tolerance', math.nan).successful
    assert not set_parameter('model', 'other.safetensors').successful
    refusal = set_parameter('prefer', 'best')
    assert not refusal.successful
    assert "prefer 'best'; expected nearest, first, middle" in refusal.reason
    assert set_parameter('prefer', 'middle').successful
    assert client.get_ik(*pose).error_code == SUCCESS
    assert set_parameter('prefer', 'nearest').successful
    assert set_parameter(
        'robot_description', tiago_urdf.replace('arm_3_joint', 'elbow')
    ).successful
    assert client.get_ik(*pose).error_code == FAILURE
    assert set_parameter('robot_description', tiago_urdf).successful
    assert client.get_ik(*pose).error_code == SUCCESS
