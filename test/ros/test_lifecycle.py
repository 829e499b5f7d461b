# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The node's life cycle, its health, and the change of its model, over DDS."""

import numpy as np
import pytest

from learned_ik import IkModel, KinematicChain, resources
from learned_ik.robot.arms import artificial_arm_urdf

POSE = ((0.6, -0.2, 0.0), (0.0, 0.0, 0.0, 1.0))
SUCCESS, FAILURE = 1, 99999


class Manager:
    """What `ros2 lifecycle` and `ros2 param` do, for one node."""

    def __init__(self, client, name='/learned_ik'):
        from lifecycle_msgs.srv import ChangeState, GetState
        from rcl_interfaces.srv import SetParameters

        self.client = client
        self._change = client.node.create_client(ChangeState, f'{name}/change_state')
        self._get = client.node.create_client(GetState, f'{name}/get_state')
        self._set = client.node.create_client(SetParameters, f'{name}/set_parameters')
        client.spin_until(
            lambda: all(c.service_is_ready() for c in (self._change, self._get, self._set))
        )

    def change(self, transition):
        request = self._change.srv_type.Request()
        request.transition.label = transition
        return self.client.call(self._change, request).success

    @property
    def state(self):
        return self.client.call(self._get, self._get.srv_type.Request()).current_state.label

    def set(self, name, value):
        from rclpy.parameter import Parameter

        request = self._set.srv_type.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        return self.client.call(self._set, request).results[0]

    def close(self):
        for service in (self._change, self._get, self._set):
            self.client.node.destroy_client(service)


def diagnostics(client, condition):
    """Return the first status on /diagnostics for which the condition holds."""
    from diagnostic_msgs.msg import DiagnosticArray

    heard = []
    subscription = client.node.create_subscription(
        DiagnosticArray, '/diagnostics', lambda message: heard.extend(message.status), 10
    )
    client.spin_until(lambda: any(map(condition, heard)))
    client.node.destroy_subscription(subscription)
    return next(filter(condition, heard))


@pytest.fixture(scope='module')
def node(start_node):
    with start_node('-p', 'autostart:=false') as node:
        yield node


@pytest.fixture(scope='module')
def manager(node, client):
    manager = Manager(client)
    yield manager
    manager.close()


def test_loads_when_configured_serves_when_active_and_refuses_in_between(node, manager, client):
    assert manager.state == 'unconfigured'
    assert not client.service.service_is_ready()
    assert diagnostics(client, lambda status: status.level == b'\x01').message.startswith(
        'not con'
    )
    assert manager.change('configure')
    client.wait_for_node()
    refused = client.get_ik(*POSE)
    assert refused.error_code == FAILURE
    assert 'ros2 lifecycle set /learned_ik activate' in refused.message
    client.target.publish(client.stamped_pose(*POSE))
    assert client.get_ik(*POSE).error_code == FAILURE  # takes its turn behind the target
    assert not client.commands
    assert manager.change('activate')
    assert client.get_ik(*POSE).error_code == SUCCESS
    assert manager.change('deactivate')
    assert client.get_ik(*POSE).error_code == FAILURE
    assert manager.change('cleanup')
    client.spin_until(lambda: not client.service.service_is_ready())
    assert manager.change('configure')
    assert manager.change('activate')
    client.wait_for_node()
    assert client.get_ik(*POSE).error_code == SUCCESS
    assert manager.state == 'active'


def test_diagnostics_name_the_model_and_count(node, manager, client, chain):
    def is_serving(status):
        return status.level == b'\x00'

    before = {v.key: v.value for v in diagnostics(client, is_serving).values}
    for _ in range(5):
        client.get_ik(*POSE)
    wanted = str(int(before['requests']) + 5)
    status = diagnostics(
        client,
        lambda s: is_serving(s) and {v.key: v.value for v in s.values}['requests'] == wanted,
    )
    values = {v.key: v.value for v in status.values}
    assert status.name == 'learned_ik: inverse kinematics'
    assert values['model'] == 'tiago_arm'
    assert values['fingerprint'] == chain.fingerprint
    assert 0 < float(values['solve time p50 [us]']) <= float(values['solve time p99 [us]'])


def test_another_model_is_taken_at_once_and_a_bad_one_not_at_all(
    node, manager, client, tmp_path, untrained, with_seed_input, artificial, tiago_urdf
):
    shipped = resources.shipped_file('models/tiago_arm.safetensors')
    truncated = tmp_path / 'truncated.safetensors'
    truncated.write_bytes(shipped.read_bytes()[:-100])
    result = manager.set('model', str(truncated))
    assert not result.successful
    assert 'truncated' in result.reason
    assert client.get_ik(*POSE).error_code == SUCCESS

    other = tmp_path / 'other.safetensors'
    chain = artificial(4)
    with_seed_input(untrained(chain)).save(other)  # of another kind, too
    assert manager.set('model', str(other)).successful
    for seed in (None, dict.fromkeys(chain.joint_names, 0.1)):
        answer = client.get_ik(*chain.forward(chain.middle + 0.3), seed=seed)
        assert answer.error_code == SUCCESS
        assert tuple(answer.joint_state.name) == chain.joint_names

    client.describe_robot(artificial_arm_urdf(4))
    node.wait_for_log('the model fits the robot description')
    result = manager.set('model', str(shipped))
    assert not result.successful
    assert "'torso_lift_link' is not in robot" in result.reason
    assert tuple(client.get_ik(*POSE).joint_state.name) == artificial(4).joint_names

    client.describe_robot(tiago_urdf)
    node.wait_for_log('refusing every request')
    assert manager.set('model', str(shipped)).successful
    assert client.get_ik(*POSE).error_code == SUCCESS


def test_another_tool_is_taken_while_the_node_serves(node, manager, client, chain):
    assert manager.set('tool', [0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0]).successful
    answer = client.get_ik(*POSE)
    assert answer.error_code == SUCCESS
    R, p = chain.forward_matrix(list(answer.joint_state.position))
    np.testing.assert_allclose(p + 0.1 * R[:, 2], POSE[0], atol=1e-5)
    result = manager.set('tool', [0.0, 0.0, 0.1])
    assert not result.successful
    assert 'expected seven finite numbers' in result.reason
    again = client.get_ik(*POSE)
    np.testing.assert_allclose(again.joint_state.position, answer.joint_state.position, atol=1e-6)
    assert manager.set('tool', []).successful
    answer = client.get_ik(*POSE)
    reached, _ = chain.forward(list(answer.joint_state.position))
    np.testing.assert_allclose(reached, POSE[0], atol=1e-5)


def test_a_calibrated_robot_is_solved_for_itself(node, manager, client, tiago_urdf):
    calibrated = tiago_urdf.replace('-0.02 -0.027 -0.222', '-0.02 -0.029 -0.222')
    client.describe_robot(calibrated)
    node.wait_for_log('differs from the model as one that was calibrated: by up to 2.00 mm')
    answer = client.get_ik(*POSE)
    assert answer.error_code == SUCCESS
    robot = KinematicChain.from_urdf(calibrated, 'torso_lift_link', 'arm_tool_link')
    reached, _ = robot.forward(list(answer.joint_state.position))
    np.testing.assert_allclose(reached, POSE[0], atol=1e-5)
    assert manager.set('calibration_tolerance', 0.001).successful
    refused = client.get_ik(*POSE)
    assert refused.error_code == FAILURE
    assert 'arm_4_joint' in refused.message
    assert manager.set('calibration_tolerance', 0.01).successful
    client.describe_robot(tiago_urdf)
    client.spin_until(lambda: client.get_ik(*POSE).error_code == SUCCESS)


def test_a_model_set_while_nothing_is_loaded_is_the_one_that_is_configured(
    node, manager, client, tmp_path, chain, untrained
):
    assert manager.change('deactivate')
    assert manager.change('cleanup')
    assert manager.set('model', '/nowhere.safetensors').successful
    assert not manager.change('configure')
    assert manager.state == 'unconfigured'
    node.wait_for_log("'/nowhere.safetensors' does not exist")
    path = tmp_path / 'untrained.safetensors'
    IkModel(chain=chain, network=untrained(chain).network, name='mine').save(path)
    assert manager.set('model', str(path)).successful
    assert manager.change('configure')
    node.wait_for_log("model 'mine'")
    assert manager.change('activate')


def test_shutdown_ends_the_process(node, manager):
    assert manager.change('shutdown')
    assert node.exit_status() == 0
    assert 'Traceback' not in node.ended_log()


def test_two_arms_in_two_namespaces_do_not_meet(
    start_node, client, tmp_path, untrained, artificial
):
    from learned_ik_interfaces.srv import GetIK

    path = tmp_path / 'other.safetensors'
    untrained(artificial(4)).save(path)
    with start_node('-r', '__ns:=/left'), start_node('-r', '__ns:=/right', '-p', f'model:={path}'):
        sides = {}
        for side in ('left', 'right'):
            service = client.node.create_client(GetIK, f'/{side}/learned_ik/get_ik')
            client.spin_until(service.service_is_ready)
            request = GetIK.Request(pose=client.stamped_pose(*POSE))

            def answer(service=service, request=request):
                return client.call(service, request).joint_state

            client.spin_until(lambda: answer().name)  # refuses until it is active
            sides[side] = tuple(answer().name)
            client.node.destroy_client(service)
    assert sides['left'][0] == 'arm_1_joint'
    assert sides['right'] == artificial(4).joint_names
