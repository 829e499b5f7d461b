# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Obstacles and retraining of a real node, over DDS."""

import dataclasses
import math
import shutil

import numpy as np
import pytest

from learned_ik import IkModel
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.capsules import point_segment_distance

SUCCESS, GOAL_IN_COLLISION, INVALID = 1, -12, -16
ADD, REPLACE, CLEAR = 0, 1, 2
AVOID, IGNORE = 1, 2
CAMERA = (
    '<link name="camera"/><joint name="camera_joint" type="fixed"><origin xyz="0.1 0.2 0.5"/>'
    '<parent link="torso_lift_link"/><child link="camera"/></joint></robot>'
)
FAR = [0.0, 0.0, 5.0, 0.1]  # a sphere that is in nobody's way


@pytest.fixture(scope='module')
def model_path(tmp_path_factory, tiago_urdf, chain):
    """Return a copy of the shipped model: nothing may be written beside that one."""
    from learned_ik.resources import shipped_file

    path = tmp_path_factory.mktemp('model') / 'arm.safetensors'
    shutil.copy(shipped_file('models/tiago_arm.safetensors'), path)
    return path


@pytest.fixture(scope='module')
def body(model_path):
    return IkModel.load(model_path).body


@pytest.fixture(scope='module')
def node(start_node, client, model_path):
    node = start_node('-p', f'model:={model_path}', '-p', f'obstacles:={FAR}')
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def obstacles(client, node):
    """Return a function that publishes spheres and waits until the node has taken note."""
    from geometry_msgs.msg import Point
    from rclpy.qos import DurabilityPolicy, QoSProfile
    from visualization_msgs.msg import MarkerArray

    from learned_ik_interfaces.msg import ObstacleSpheres

    kept = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = client.node.create_publisher(ObstacleSpheres, '/learned_ik/obstacles', kept)
    seen = []
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    client.node.create_subscription(
        MarkerArray, '/learned_ik/obstacle_markers', seen.append, latched
    )
    client.spin_until(lambda: publisher.get_subscription_count() == 1 and seen)

    def publish(action, spheres=(), ids=(), frame='', refused=False):
        message = ObstacleSpheres(action=action, ids=list(ids))
        message.header.frame_id = frame
        for x, y, z, radius in spheres:
            message.centers.append(Point(x=float(x), y=float(y), z=float(z)))
            message.radii.append(float(radius))
        seen.clear()
        lines = len(node.lines)
        publisher.publish(message)
        if refused:
            client.spin_until(lambda: 'the old set stays' in ''.join(node.lines[lines:]))
            return ''.join(node.lines[lines:])
        client.spin_until(lambda: seen)
        return [marker for marker in seen[-1].markers if marker.ns == 'obstacles']

    return publish


def sphere_at(position, radius=0.05):
    return [*position, radius]


@pytest.fixture
def pose(chain):
    return chain.forward(chain.middle)


def ask(client, pose, collisions=0):
    from learned_ik_interfaces.srv import GetIK

    request = GetIK.Request(collisions=collisions)
    request.pose = client.stamped_pose(*pose)
    return client.call(client.service, request)


def test_a_sphere_counts_from_the_moment_it_arrives(client, node, chain, body, pose, obstacles):
    first = ask(client, pose)
    assert first.error_code == SUCCESS
    assert 0 <= first.clearance < 5  # there is the far one, from the parameter
    # A sphere in the arm's forearm: another posture has to be found, or none is.
    elbow = body.placed(chain, np.array(first.joint_state.position))
    forearm = elbow[body.links.index('arm_4_link')].mean(axis=0)
    markers = obstacles(REPLACE, [sphere_at(forearm, 0.04)])
    assert len(markers) == 2  # and that of the parameter
    node.wait_for_log('obstacles accepted: 2 now')
    assert markers[1].scale.x == pytest.approx(0.08)
    blind = ask(client, pose, IGNORE)
    assert blind.error_code == SUCCESS
    assert blind.clearance < 0
    answer = ask(client, pose)
    assert (answer.error_code == SUCCESS) == (answer.clearance >= 0)
    ends = body.placed(chain, np.array(answer.joint_state.position))
    for c in np.nonzero(body.moving)[0]:
        distance = point_segment_distance(forearm, *ends[c]) - 0.04 - body.radii[c]
        assert distance >= answer.clearance - 1e-6
    obstacles(CLEAR)
    assert ask(client, pose).clearance == pytest.approx(first.clearance)


def test_a_goal_in_an_obstacle_is_told_and_frames_are_heeded(
    client, node, tiago_urdf, pose, obstacles
):
    obstacles(REPLACE, [sphere_at(pose[0])], ['goal'])
    answer = ask(client, pose)
    assert answer.error_code == GOAL_IN_COLLISION
    assert 'into obstacle' in answer.message
    assert answer.position_error < 1e-6
    assert answer.clearance < 0
    # The same sphere, told in another frame that is rigidly tied to the base.
    client.describe_robot(tiago_urdf.replace('</robot>', CAMERA))
    node.wait_for_log('the model fits')
    obstacles(ADD, [sphere_at(pose[0] - [0.1, 0.2, 0.5])], ['goal'], 'camera')
    again = ask(client, pose)
    assert again.clearance == pytest.approx(answer.clearance, abs=1e-6)
    obstacles(CLEAR, ids=['goal'])
    assert ask(client, pose).error_code == SUCCESS


@pytest.mark.parametrize(
    ('spheres', 'frame', 'says'),
    [
        ([[0, 0, 1, 0.0]], '', 'radius 0 m'),
        ([[0, 0, 1, -1.0]], '', 'radius -1 m'),
        ([[0, 0, 1, math.nan]], '', 'radius nan m'),
        ([[0, 0, 1, 1e6]], '', 'radius 1e'),
        ([[0, 0, 0, 1.0]], '', 'swallows the base of the arm'),
        ([[1, 0, 0, 0.1]], 'nowhere', "frame 'nowhere'"),
        ([[1, 0, 0, 0.01]] * 10_000, '', '10000 spheres; expected 1024 at most'),
    ],
)
def test_what_cannot_be_is_refused_and_the_old_set_stays(
    client, pose, obstacles, spheres, frame, says
):
    obstacles(REPLACE, [sphere_at(pose[0])])
    assert says in obstacles(REPLACE, spheres, frame=frame, refused=True)
    assert ask(client, pose).error_code == GOAL_IN_COLLISION
    obstacles(CLEAR)


def test_the_parameter_is_set_while_it_runs_and_validated(client, node, pose):
    from rcl_interfaces.srv import SetParameters
    from rclpy.parameter import Parameter

    service = client.node.create_client(SetParameters, '/learned_ik/set_parameters')
    client.spin_until(service.service_is_ready)

    def set_to(value):
        parameter = Parameter('obstacles', value=value).to_parameter_msg()
        request = SetParameters.Request(parameters=[parameter])
        return client.call(service, request).results[0]

    assert set_to([*map(float, pose[0]), 0.05]).successful
    assert ask(client, pose).error_code == GOAL_IN_COLLISION
    for wrong, says in (([1.0, 2.0], 'hold 2 numbers'), ([0.0, 0.0, 0.0, 1.0], 'swallows')):
        result = set_to(wrong)
        assert not result.successful
        assert says in result.reason
    assert ask(client, pose).error_code == GOAL_IN_COLLISION
    assert set_to(FAR).successful
    assert ask(client, pose).error_code == SUCCESS


def test_collisions_of_a_request_are_one_of_three(client, pose, obstacles):
    obstacles(REPLACE, [sphere_at(pose[0])])
    assert ask(client, pose, AVOID).error_code == GOAL_IN_COLLISION
    assert ask(client, pose, IGNORE).error_code == SUCCESS
    answer = ask(client, pose, 9)
    assert answer.error_code == INVALID
    assert 'collisions is 9; expected 0 (DEFAULT)' in answer.message
    obstacles(CLEAR)


def test_retraining_tells_progress_ends_when_cancelled_and_begins_anew(
    client, node, obstacles, model_path, pose
):
    pytest.importorskip('torch')
    from rclpy.action import ActionClient

    from learned_ik_interfaces.action import Retrain

    action = ActionClient(client.node, Retrain, '/learned_ik/retrain')
    client.spin_until(action.server_is_ready)
    obstacles(REPLACE, [[0.6, 0.3, 0.1, 0.1]])

    def send(seconds, feedback=None):
        future = action.send_goal_async(Retrain.Goal(seconds=seconds), feedback)
        client.spin_until(future.done)
        return future.result()

    def refusal(goal):
        result = goal.get_result_async()
        client.spin_until(result.done)
        assert result.result().status == 6  # STATUS_ABORTED
        return result.result().result.message

    assert 'seconds is -1' in refusal(send(-1.0))
    heard = []
    goal = send(600.0, lambda message: heard.append(message.feedback))
    assert goal.accepted
    client.spin_until(lambda: heard)
    assert heard[-1].obstacles == 2
    assert 'another goal is under way' in refusal(send(1.0))
    heard.clear()
    obstacles(ADD, [[0.6, -0.3, 0.1, 0.1]])
    node.wait_for_log('retraining begins anew')
    client.spin_until(lambda: heard and heard[-1].obstacles == 3)
    assert ask(client, pose).error_code in (SUCCESS, GOAL_IN_COLLISION)  # it goes on serving
    for expected in (0, 3):  # ERROR_NONE, ERROR_GOAL_TERMINATED
        cancel = goal.cancel_goal_async()
        client.spin_until(cancel.done)
        assert cancel.result().return_code == expected
        result = goal.get_result_async()
        client.spin_until(result.done)
    assert not result.result().result.swapped
    assert 'the old network stays' in result.result().result.message
    assert [path.name for path in model_path.parent.iterdir()] == ['arm.safetensors']
    obstacles(CLEAR)


def test_a_model_that_is_set_while_a_retraining_runs_stays(
    client, node, obstacles, model_path, pose
):
    pytest.importorskip('torch')
    from rcl_interfaces.srv import SetParameters
    from rclpy.action import ActionClient
    from rclpy.parameter import Parameter

    from learned_ik_interfaces.action import Retrain

    action = ActionClient(client.node, Retrain, '/learned_ik/retrain')
    client.spin_until(action.server_is_ready)
    obstacles(REPLACE, [[0.6, 0.3, 0.1, 0.1]])
    heard = []
    sent = action.send_goal_async(Retrain.Goal(seconds=600.0), heard.append)
    client.spin_until(lambda: heard)
    other = model_path.parent / 'other.safetensors'
    dataclasses.replace(IkModel.load(model_path), name='other').save(other)
    service = client.node.create_client(SetParameters, '/learned_ik/set_parameters')
    client.spin_until(service.service_is_ready)
    for name, value in (('tool', [0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0]), ('model', str(other))):
        request = SetParameters.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        heard.clear()
        assert client.call(service, request).results[0].successful
        if name == 'tool':  # which changes nothing for the network
            client.spin_until(lambda: heard)
    result = sent.result().get_result_async()
    client.spin_until(result.done)
    assert not result.result().result.swapped
    assert 'another model was set meanwhile, and stays' in result.result().result.message
    node.wait_for_log('the retraining is dropped')
    back = [('model', str(model_path)), ('tool', [])]
    for name, value in back:
        parameter = (
            Parameter(name, Parameter.Type.STRING, value)
            if value
            else Parameter(name, Parameter.Type.DOUBLE_ARRAY, [])
        )
        request = SetParameters.Request(parameters=[parameter.to_parameter_msg()])
        assert client.call(service, request).results[0].successful
    other.unlink()
    assert [path.name for path in model_path.parent.iterdir()] == ['arm.safetensors']
    obstacles(CLEAR)


def test_a_network_that_takes_the_scene_is_served_and_not_retrained(
    client, node, obstacles, model_path, chain, pose
):
    from rcl_interfaces.srv import SetParameters
    from rclpy.action import ActionClient
    from rclpy.parameter import Parameter

    from learned_ik_interfaces.action import Retrain

    model = IkModel.load(model_path)
    network = model.network.with_sight(BasisPoints.for_chain(chain))
    path = model_path.parent / 'seeing.safetensors'
    dataclasses.replace(model, network=network).save(path)
    service = client.node.create_client(SetParameters, '/learned_ik/set_parameters')
    client.spin_until(service.service_is_ready)
    parameter = Parameter('model', value=str(path)).to_parameter_msg()
    request = SetParameters.Request(parameters=[parameter])
    assert client.call(service, request).results[0].successful
    node.wait_for_log('told of obstacles')
    obstacles(REPLACE, [sphere_at(pose[0])])
    assert ask(client, pose).error_code == GOAL_IN_COLLISION
    obstacles(REPLACE, [sphere_at(pose[0] + [0.0, 0.0, 0.3])])
    assert ask(client, pose).error_code == SUCCESS
    action = ActionClient(client.node, Retrain, '/learned_ik/retrain')
    client.spin_until(action.server_is_ready)
    sent = action.send_goal_async(Retrain.Goal(seconds=1.0))
    client.spin_until(sent.done)
    result = sent.result().get_result_async()
    client.spin_until(result.done)
    assert not result.result().result.swapped
    assert 'takes the obstacles as its input' in result.result().result.message
    obstacles(CLEAR)
