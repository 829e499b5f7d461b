# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkNode` beside other nodes: in one process and one executor."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from ros_nodes import PATIENCE, ROOT

PROGRAM = """
import threading

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from learned_ik.ros.client import IkClient
from learned_ik.ros.node import IkNode


class User(Node):
    def __init__(self):
        super().__init__('user')
        self.ik = IkClient(self)
        self.replies = []
        self.timer = self.create_timer(0.01, self.ask)

    async def ask(self):
        self.timer.cancel()
        for x in (0.5, 0.55, 0.6):
            self.replies.append(await self.ik.solve_async([x, -0.2, 0.0], [0, 0, 0, 1]))
        # Far away, so that a search goes on beside; and a path, on another thread.
        self.replies.append(await self.ik.solve_async([9.0, 0.0, 0.0], [0, 0, 0, 1]))
        line = [[x, -0.2, 0.0] for x in (0.5, 0.55, 0.6)], [[0, 0, 0, 1]] * 3
        self.replies.append(await self.ik.follow_async(*line))
        executor.shutdown(timeout_sec=0)


with rclpy.init():
    executor = SingleThreadedExecutor()
    server, user = IkNode(), User()
    for node in (server, user):
        executor.add_node(node)
    assert server.start()
    try:
        executor.spin()
    finally:
        for node in (user, server):
            node.destroy_node()
print([bool(reply) for reply in user.replies])
for thread in threading.enumerate():
    thread is threading.main_thread() or thread.join(10)
print('threads:', [thread.name for thread in threading.enumerate()])
"""


def test_a_program_of_both_nodes_solves_and_ends():
    pytest.importorskip('rclpy')
    pytest.importorskip('learned_ik_interfaces.srv')
    result = subprocess.run(
        [sys.executable, '-c', PROGRAM],
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert result.returncode == 0, result.stderr
    said = result.stdout.splitlines()
    assert said[-2] == '[True, True, True, False, True]', result.stdout
    assert said[-1] == "threads: ['MainThread']"


@pytest.fixture
def context():
    rclpy = pytest.importorskip('rclpy')
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    context.try_shutdown()


def test_a_user_in_another_thread_waits_for_a_node_of_the_same_executor(context, chain):
    import rclpy
    from rclpy.executors import SingleThreadedExecutor

    from learned_ik.ros.client import IkClient
    from learned_ik.ros.node import IkNode

    before = set(threading.enumerate())
    server = IkNode(context=context, namespace='shared')
    user = rclpy.create_node('user', context=context, namespace='shared')
    executor = SingleThreadedExecutor(context=context)
    for node in (server, user):
        executor.add_node(node)
    assert server.start()
    thread = threading.Thread(target=executor.spin)
    thread.start()
    ik = IkClient(user, 'learned_ik')  # relative to the namespace
    try:
        ik.wait_for_node(PATIENCE)
        poses = chain.forward(chain.sample(np.random.default_rng(3), 10))
        reply = ik.solve_batch(*poses)
        assert reply, reply.message
        reached, _ = chain.forward(reply.joint_positions)
        assert np.abs(reached - poses[0]).max() < 2e-6
        assert ik.solve(poses[0][0], poses[1][0], seed=reply.joint_positions[0])
    finally:
        executor.shutdown()
        thread.join(PATIENCE)
        for node in (user, server):
            node.destroy_node()
    left = set(threading.enumerate()) - before
    for each in left:
        each.join(PATIENCE)
    assert not any(each.is_alive() for each in left)
