# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the node does for a client who asks properly, over DDS."""

import numpy as np
import pytest

from learned_ik.rotations import matrix_from_quaternion, rotation_angle

TOO_FAR = (3.0, 0.0, 0.0)  # [m]
FIXED = {'autostart', 'command_rate', 'command_type'}  # parameters that a running node keeps
SUCCESS, NO_IK_SOLUTION = 1, -31


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node('-p', 'target_mode:=direct')
    client.wait_for_node()
    return node


@pytest.fixture
def pose(chain):
    """Return joints (7,), position (3,) and orientation (4,) of a posture within reach."""
    q = chain.sample(np.random.default_rng(7), 1)[0]
    return q, *chain.forward(q)


def assert_reached(chain, joint_state, position, orientation):
    assert tuple(joint_state.name) == chain.joint_names
    q = np.array(joint_state.position)
    assert (chain.lower <= q).all()
    assert (q <= chain.upper).all()
    R, p = chain.forward_matrix(q)
    assert np.linalg.norm(p - position) < 1e-6
    assert rotation_angle(R, matrix_from_quaternion(orientation)) < 1e-6


def test_solves_what_is_within_reach(node, client, chain):
    for q in chain.sample(np.random.default_rng(0), 50):
        position, orientation = chain.forward(q)
        response = client.get_ik(position, orientation)
        assert (response.error_code, response.message) == (SUCCESS, '')
        assert_reached(chain, response.joint_state, position, orientation)
        assert response.position_error < 1e-6
        assert response.orientation_error < 1e-6
        assert 0 < response.solve_time < 1


def test_a_seed_in_any_order_brings_the_solution_next_to_it(node, client, chain, pose):
    q, position, orientation = pose
    seed = {'gripper': 1.0} | dict(zip(reversed(chain.joint_names), reversed(q), strict=True))
    response = client.get_ik(position, orientation, seed=seed)
    np.testing.assert_allclose(response.joint_state.position, q, atol=1e-4)


@pytest.mark.parametrize('reliability', ['RELIABLE', 'BEST_EFFORT'])
def test_joint_states_are_the_seed_of_a_request_without_one(
    node, client, chain, pose, reliability
):
    from rclpy.qos import QoSProfile, ReliabilityPolicy
    from sensor_msgs.msg import JointState

    q, position, orientation = pose
    if reliability == 'RELIABLE':
        q = np.clip(q + 0.3, chain.lower, chain.upper)
        position, orientation = chain.forward(q)
    qos = QoSProfile(depth=1, reliability=ReliabilityPolicy[reliability])
    publisher = client.node.create_publisher(JointState, '/joint_states', qos)
    client.spin_until(lambda: publisher.get_subscription_count() == 1)

    def reported_joints_are_the_seed():
        # Nobody says when the node has taken in a message: it is sent until it shows.
        publisher.publish(
            JointState(name=['wheel', *chain.joint_names[::-1]], position=[9.0, *q[::-1]])
        )
        found = client.get_ik(position, orientation).joint_state.position
        return np.allclose(found, q, atol=1e-4)

    client.spin_until(reported_joints_are_the_seed)
    assert 'seed: joint_states of ' in client.get_ik(position, orientation).message
    seed = dict(zip(chain.joint_names, q, strict=True))
    assert client.get_ik(position, orientation, seed=seed).message == ''
    client.node.destroy_publisher(publisher)
    # From now on nobody reports joints: a later command says where the arm is.
    client.commands.clear()
    client.target.publish(client.stamped_pose(*chain.forward(chain.middle)))
    client.spin_until(lambda: client.commands)
    answer = client.get_ik(*chain.forward(chain.middle))
    assert 'seed: the last joint_command, as joint_states are older' in answer.message
    np.testing.assert_allclose(answer.joint_state.position, client.commands[0].position, atol=1e-4)


def test_a_joint_that_is_never_reported_is_told_once(start_node, client):
    from sensor_msgs.msg import JointState

    node = start_node('-r', '__node:=partial', '-r', 'joint_states:=/partial_joint_states')
    publisher = client.node.create_publisher(JointState, '/partial_joint_states', 1)
    names = [f'arm_{k}_joint' for k in range(1, 7)]

    def told():
        publisher.publish(JointState(name=names, position=[0.0] * 6))
        return 'joint_states lack arm_7_joint and are no seed' in node.log

    client.spin_until(told)
    client.node.destroy_publisher(publisher)
    assert node.stop() == 0
    assert node.ended_log().count('joint_states lack') == 1


def test_an_unreachable_pose_tells_the_residual_of_the_nearest_try(node, client, chain):
    response = client.get_ik(TOO_FAR)
    assert response.error_code == NO_IK_SOLUTION
    assert len(response.joint_state.position) == chain.joint_count
    _, p = chain.forward_matrix(response.joint_state.position)
    assert response.position_error == pytest.approx(np.linalg.norm(p - TOO_FAR), abs=1e-9)
    assert 1 < response.position_error < 3
    assert 'mm' in response.message


def test_tolerances_of_a_request_count(node, client):
    response = client.get_ik(TOO_FAR, position_tolerance=10.0, orientation_tolerance=4.0)
    assert response.error_code == SUCCESS
    assert 1 < response.position_error < 10


def test_a_target_becomes_a_command_with_its_stamp(node, client, chain):
    for q in chain.sample(np.random.default_rng(1), 20):
        position, orientation = chain.forward(q)
        target = client.stamped_pose(position, orientation)
        client.commands.clear()
        client.target.publish(target)
        client.spin_until(lambda: client.commands)
        assert client.commands[0].header.stamp == target.header.stamp
        assert_reached(chain, client.commands[0], position, orientation)


def test_targets_out_of_reach_are_warned_of_now_and_then_and_the_end_is_told(
    node, client, chain, pose
):
    _, position, orientation = pose
    client.commands.clear()
    for _ in range(100):
        client.target.publish(client.stamped_pose(TOO_FAR))
        client.get_ik(position, orientation)  # takes its turn behind the target
    assert not client.commands
    client.target.publish(client.stamped_pose(position, orientation))
    client.spin_until(lambda: client.commands)
    node.wait_for_log('targets are reached again; 100 were missed')
    assert 1 <= node.log.count('not reached') <= 3


def test_poses_may_be_given_in_any_frame_tied_to_the_base(node, client, chain, pose, tiago_urdf):
    _, position, orientation = pose
    camera = (
        '<link name="camera"/><joint name="camera_joint" type="fixed"><origin xyz="0 0 0.5"/>'
        '<parent link="torso_lift_link"/><child link="camera"/></joint></robot>'
    )
    client.describe_robot(tiago_urdf.replace('</robot>', camera))
    node.wait_for_log('the model fits the robot description')
    response = client.get_ik(position - [0, 0, 0.5], orientation, frame='camera')
    assert response.error_code == SUCCESS
    assert_reached(chain, response.joint_state, position, orientation)
    same = client.get_ik(position, orientation, frame='torso_lift_link')
    assert_reached(chain, same.joint_state, position, orientation)


def test_every_parameter_has_a_description_and_numbers_have_a_range(node, client):
    from rcl_interfaces.srv import DescribeParameters

    describe = client.node.create_client(DescribeParameters, '/learned_ik/describe_parameters')
    client.spin_until(describe.service_is_ready)
    from learned_ik.ros.parameters import ALL

    request = DescribeParameters.Request(names=[parameter.name for parameter in ALL])
    for descriptor, parameter in zip(client.call(describe, request).descriptors, ALL, strict=True):
        assert descriptor.description, descriptor.name
        assert bool(descriptor.floating_point_range) == isinstance(parameter.default, float)
        assert descriptor.read_only == (descriptor.name in FIXED)


def test_serving_needs_neither_torch_nor_numba(node):
    maps = open(f'/proc/{node.process.pid}/maps', encoding='utf-8').read()
    assert 'learned_ik/native/compiled' in maps  # that is how a library that was loaded looks
    assert 'torch' not in maps
    assert 'llvmlite' not in maps
