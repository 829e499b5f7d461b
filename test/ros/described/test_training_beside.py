# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A node trains a network beside, serves it, keeps it, and finds it again; over DDS."""

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('rclpy')

from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

from learned_ik import IkModel, KinematicChain, resources
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.serving.described.kept_models import kept_path

SIX = artificial_arm_urdf(6)


@pytest.fixture(autouse=True, scope='module')
def data_home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_DATA_HOME', str(tmp_path_factory.mktemp('data')))
        yield


def assert_serves(client, chain):
    position, orientation = chain.forward(chain.middle + 0.2)

    def answer():
        return client.get_ik(position, orientation, chain.base_link)

    client.spin_until(lambda: tuple(answer().joint_state.name) == chain.joint_names)
    reached, _ = chain.forward(list(answer().joint_state.position))
    np.testing.assert_allclose(reached, position, atol=2e-6)


def test_it_is_trained_while_requests_are_answered_and_judged(start_node, client):
    pytest.importorskip('torch')
    chain = KinematicChain.from_urdf(SIX)
    client.describe_robot(SIX)
    with start_node('-p', 'train:=true', '-p', 'train_seconds:=2.0') as node:
        client.wait_for_node()
        node.wait_for_log('training a network beside for 2 s')
        assert_serves(client, chain)
        node.wait_for_log('poses solved at the first attempt')
        assert_serves(client, chain)
        assert kept_path(chain).exists() == ("now serving model 'artificial_arm_6'" in node.log)
        assert node.stop() == 0
        assert 'Traceback' not in node.ended_log()


def test_what_was_kept_is_found_at_the_next_start(start_node, client, untrained):
    chain = KinematicChain.from_urdf(SIX)
    dataclasses.replace(untrained(chain), name='kept').save(kept_path(chain))
    client.describe_robot(SIX)
    with start_node('-p', 'train:=true') as node:
        node.wait_for_log("now serving model 'kept'")
        assert_serves(client, chain)
        client.spin_until(lambda: 'there is a network' in training_told(client))
        assert 'training a network' not in node.log
        assert 'without a network' not in node.log


def test_a_network_takes_the_place_of_none(monkeypatch, client):
    """In this process: the training is replaced by one that has its result at once."""
    from learned_ik.ros.described import training_beside
    from learned_ik.ros.node import IkNode

    class Training:
        def __init__(self):
            self.chain, self.running, self.progress = None, False, None

        def start(self, solver, name, seconds):
            self.chain, self.running, self.name = solver.trained_chain, True, name

        def ended(self):
            self.running = False
            model = dataclasses.replace(IkModel.load('ur10'), name=self.name)
            return lambda: training_beside.FirstTrainingEnd('trained', model)

        def cancel(self):
            self.running = False

        close = cancel

    monkeypatch.setattr(training_beside, 'FirstTrainingProcess', Training)
    monkeypatch.setattr('learned_ik.serving.described.arm_choice._shipped', list)
    urdf = resources.shipped_file('config/ur10.urdf').read_text(encoding='utf-8')
    client.describe_robot(urdf)  # in place of what another test has described
    values = {'robot_description': urdf, 'train': True}
    overrides = [Parameter(name, value=value) for name, value in values.items()]
    node = IkNode(context=client.context, parameter_overrides=overrides)
    executor = SingleThreadedExecutor(context=client.context)
    executor.add_node(node)
    try:
        assert node.start()
        serving = node._parts.serving
        assert serving.model is None
        end = time.monotonic() + 60
        while serving.model is None:
            assert time.monotonic() < end
            executor.spin_once(timeout_sec=0.1)
        assert serving.model.name == 'ur10'
        assert serving.mismatch is None
    finally:
        executor.shutdown()
        node.destroy_node()


def training_told(client):
    from diagnostic_msgs.msg import DiagnosticArray

    heard = []
    subscription = client.node.create_subscription(
        DiagnosticArray, '/diagnostics', lambda message: heard.extend(message.status), 10
    )
    client.spin_until(lambda: heard)
    client.node.destroy_subscription(subscription)
    return {value.key: value.value for value in heard[-1].values}.get('training', '')


def test_a_node_that_ends_ends_its_training(start_node, client):
    pytest.importorskip('torch')
    client.describe_robot(artificial_arm_urdf(5))
    with start_node('-p', 'train:=true', '-p', 'train_seconds:=600.0') as node:
        node.wait_for_log('training a network beside')
        threads = Path(f'/proc/{node.process.pid}/task').glob('*/children')
        (worker,) = ' '.join(path.read_text() for path in threads).split()
        assert 'first_training' in Path(f'/proc/{worker}/cmdline').read_text()
        assert node.stop() == 0
    assert not Path(f'/proc/{worker}').exists()
