# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A node without a model serves the robot that is described, over DDS."""

import numpy as np
import pytest

from learned_ik import KinematicChain, resources
from learned_ik.robot.arms import artificial_arm_urdf

SUCCESS, FAILURE = 1, 99999
ABORTED = 6
FOUR = artificial_arm_urdf(4)
SRDF = (
    '<robot name="r"><group name="arm"><chain base_link="link_1" tip_link="tip"/></group></robot>'
)


@pytest.fixture(autouse=True, scope='module')
def data_home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_DATA_HOME', str(tmp_path_factory.mktemp('data')))
        yield


@pytest.fixture(scope='module')
def node(start_node, client):
    """Return a node that was told nothing at all."""
    node = start_node()
    client.wait_for_node()
    return node


def set_parameter_of(client, name, value):
    from rcl_interfaces.srv import SetParameters
    from rclpy.parameter import Parameter

    service = client.node.create_client(SetParameters, '/learned_ik/set_parameters')
    client.spin_until(service.service_is_ready)
    parameter = Parameter(name, value=value).to_parameter_msg()
    result = client.call(service, SetParameters.Request(parameters=[parameter])).results[0]
    client.node.destroy_client(service)
    return result


def latched():
    from rclpy.qos import DurabilityPolicy, QoSProfile

    return QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def chain_of(urdf, *ends):
    return KinematicChain.from_urdf(urdf, *ends)


def assert_serves(client, chain):
    """Ask until the node serves this arm, and check that the answer is right."""
    position, orientation = chain.forward(chain.middle + 0.3)

    def answer():
        return client.get_ik(position, orientation, chain.base_link)

    client.spin_until(lambda: tuple(answer().joint_state.name) == chain.joint_names)
    response = answer()
    assert response.error_code == SUCCESS
    reached, _ = chain.forward(list(response.joint_state.position))
    np.testing.assert_allclose(reached, position, atol=2e-6)


def status_of(client):
    from diagnostic_msgs.msg import DiagnosticArray

    heard = []
    subscription = client.node.create_subscription(
        DiagnosticArray, '/diagnostics', lambda message: heard.extend(message.status), 10
    )
    client.spin_until(lambda: heard)
    client.node.destroy_subscription(subscription)
    return heard[-1], {value.key: value.value for value in heard[-1].values}


def test_with_named_links_it_waits_for_the_description(start_node, client):
    with start_node('-p', 'tip_link:=link_3', '-p', 'base_link:=base') as waiting:
        client.wait_for_node()
        response = client.get_ik((0.1, 0.0, 0.2))
        assert response.error_code == FAILURE
        waiting.wait_for_log('active: waiting for robot_description')
        assert client.get_ik((0.1, 0.0, 0.2)).message == 'waiting for robot_description'
        assert ': ready' not in waiting.log
        status, values = status_of(client)
        assert (status.level, status.message) == (b'\x01', 'waiting for robot_description')
        assert values['model'] == 'none'
        assert set_parameter_of(client, 'tool', [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]).successful
        assert client.get_ik((0.1, 0.0, 0.2)).message == 'waiting for robot_description'
        client.describe_robot(FOUR)
        assert_serves(client, chain_of(FOUR, 'base', 'link_3'))
        assert 'ERROR' not in waiting.log


def test_tiago_is_served_as_long_as_it_is_described(node, client, chain, tiago_urdf):
    client.describe_robot(tiago_urdf)
    assert_serves(client, chain)


def test_another_robot_is_served_without_a_network_where_there_is_none(node, client):
    client.describe_robot(FOUR)
    assert_serves(client, chain_of(FOUR))
    node.wait_for_log('now serving base → tip, 4 joints; without a network')
    client.spin_until(lambda: status_of(client)[0].message == 'serving without a network')
    _, values = status_of(client)
    assert (values['model'], values['arm']) == ('none', 'base → tip')
    assert values['fingerprint'] == chain_of(FOUR).fingerprint


def test_a_robot_that_comes_with_a_model_is_served_by_it(node, client):
    urdf = resources.shipped_file('config/panda.urdf').read_text(encoding='utf-8')
    client.describe_robot(urdf)
    assert_serves(client, chain_of(urdf, 'panda_link0', 'panda_hand'))
    node.wait_for_log("now serving model 'panda'")


def test_all_services_work_without_a_network(node, client):
    from learned_ik_interfaces.msg import ObstacleSpheres
    from learned_ik_interfaces.srv import GetIKBatch, GetIKPath, GetIKSolutions

    client.describe_robot(FOUR)
    chain = chain_of(FOUR)
    assert_serves(client, chain)
    q = chain.middle + 0.3
    poses = [client.stamped_pose(*chain.forward(q + step)) for step in (0.0, 0.01)]

    def ask(kind, name, request):
        service = client.node.create_client(kind, f'/learned_ik/{name}')
        client.spin_until(service.service_is_ready)
        response = client.call(service, request)
        client.node.destroy_client(service)
        return response

    path = GetIKPath.Request(poses=[pose.pose for pose in poses])
    assert ask(GetIKPath, 'get_ik_path', path).error_code == SUCCESS
    several = ask(GetIKSolutions, 'get_ik_solutions', GetIKSolutions.Request(pose=poses[0]))
    assert several.error_code == SUCCESS
    position, orientation = chain.forward(q)
    batch = GetIKBatch.Request(
        positions=np.tile(position, 3).tolist(), orientations=np.tile(orientation, 3).tolist()
    )
    assert list(ask(GetIKBatch, 'get_ik_batch', batch).error_codes) == [SUCCESS] * 3

    obstacles = client.node.create_publisher(ObstacleSpheres, '/learned_ik/obstacles', latched())
    client.spin_until(lambda: obstacles.get_subscription_count() == 1)
    message = ObstacleSpheres(action=0, radii=[0.03])
    x, y, z = position
    message.centers = [type(poses[0].pose.position)(x=x, y=y, z=z)]
    obstacles.publish(message)
    client.spin_until(lambda: client.get_ik(position, orientation).error_code == -12)
    retraining = retrain(client)
    assert retraining.status == ABORTED
    assert 'served without a network' in retraining.result.message
    message.action, message.centers, message.radii = 2, [], []
    obstacles.publish(message)
    client.spin_until(lambda: client.get_ik(position, orientation).error_code == SUCCESS)
    client.node.destroy_publisher(obstacles)


def retrain(client):
    from rclpy.action import ActionClient

    from learned_ik_interfaces.action import Retrain

    action = ActionClient(client.node, Retrain, '/learned_ik/retrain')
    client.spin_until(action.server_is_ready)
    sent = action.send_goal_async(Retrain.Goal(seconds=1.0))
    client.spin_until(sent.done)
    result = sent.result().get_result_async()
    client.spin_until(result.done)
    action.destroy()
    return result.result()


def test_targets_are_tracked_without_a_network(node, client):
    chain = chain_of(FOUR)
    client.commands.clear()
    position, orientation = chain.forward(chain.middle + 0.2)
    client.target.publish(client.stamped_pose(position, orientation))
    client.spin_until(lambda: client.commands)
    assert tuple(client.commands[-1].name) == chain.joint_names

    def is_near():
        reached, _ = chain.forward(list(client.commands[-1].position))
        return np.linalg.norm(reached - position) < 1e-3

    client.spin_until(is_near)


def test_another_tip_is_taken_and_one_that_is_not_there_refused(node, client):
    assert set_parameter_of(client, 'tip_link', 'link_3').successful
    assert_serves(client, chain_of(FOUR, 'base', 'link_3'))
    refused = set_parameter_of(client, 'tip_link', 'nowhere')
    assert not refused.successful
    assert "tip link 'nowhere' is not in robot" in refused.reason
    assert_serves(client, chain_of(FOUR, 'base', 'link_3'))
    assert set_parameter_of(client, 'tip_link', '').successful
    assert_serves(client, chain_of(FOUR))


def test_the_only_group_of_moveits_srdf_is_the_arm(node, client):
    from std_msgs.msg import String

    topic = '/robot_description_semantic'
    semantic = client.node.create_publisher(String, topic, latched())
    semantic.publish(String(data=SRDF))
    assert_serves(client, chain_of(FOUR, 'link_1', 'tip'))
    semantic.publish(String(data='no SRDF'))
    node.wait_for_log('robot_description_semantic is ignored')
    assert_serves(client, chain_of(FOUR, 'link_1', 'tip'))
    client.node.destroy_publisher(semantic)


def test_a_description_that_cannot_be_served_is_told_and_the_next_one_taken(node, client):
    client.describe_robot('<robot name="r"><link name="only"/></robot>')
    node.wait_for_log('refusing every request: the robot described cannot be served')
    response = client.get_ik((0.1, 0.0, 0.2))
    assert response.error_code == FAILURE
    assert "'link_1' is not in robot" in response.message
    client.describe_robot(FOUR)
    assert_serves(client, chain_of(FOUR, 'link_1', 'tip'))


def test_ends_may_be_set_one_after_the_other_while_no_arm_is_known(node, client):
    from std_msgs.msg import String

    fork = FOUR.replace(
        '</robot>',
        '<link name="a"/><joint name="to_a" type="revolute"><parent link="link_2"/>'
        '<child link="a"/><limit lower="-1" upper="1" effort="1" velocity="1"/></joint></robot>',
    )
    semantic = client.node.create_publisher(String, '/robot_description_semantic', latched())
    semantic.publish(String(data='<robot name="r"/>'))  # in place of what another test has sent
    assert_serves(client, chain_of(FOUR))
    client.node.destroy_publisher(semantic)
    client.describe_robot(fork)
    node.wait_for_log('name one of: a, tip: by the parameter tip_link')
    assert set_parameter_of(client, 'base_link', 'link_1').successful
    assert 'name one of: a, tip' in client.get_ik((0.1, 0.0, 0.2)).message
    assert set_parameter_of(client, 'tip_link', 'a').successful
    assert_serves(client, chain_of(fork, 'link_1', 'a'))
    assert set_parameter_of(client, 'base_link', '').successful
    assert set_parameter_of(client, 'tip_link', '').successful is False
    assert set_parameter_of(client, 'tip_link', 'tip').successful


def test_an_obstacle_at_the_base_of_a_robot_that_comes_is_told_and_it_is_served(node, client):
    assert set_parameter_of(client, 'obstacles', [0.05, 0.0, 1.5, 0.05]).successful
    base = FOUR.replace('<link name="base"/>', '<link name="root"/><link name="base"/>')
    moved = base.replace(
        '</robot>',
        '<joint name="mount" type="fixed"><origin xyz="0.05 0 1.5"/><parent link="root"/>'
        '<child link="base"/></joint></robot>',
    )
    client.describe_robot(moved)
    assert_serves(client, chain_of(moved, 'root', 'tip'))
    node.wait_for_log('obstacles are not kept clear of')
    assert 'a robot description was dropped' not in node.log
    assert set_parameter_of(client, 'obstacles', []).successful
