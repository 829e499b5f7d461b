# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A node in this process, with an executor that a test spins."""

import pytest

rclpy = pytest.importorskip('rclpy')


@pytest.fixture
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('robust', context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


@pytest.fixture
def spin(node):
    """Return a function that spins until something holds."""
    from rclpy.executors import SingleThreadedExecutor

    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)

    def until(condition):
        for _ in range(1000):
            if condition():
                return
            executor.spin_once(timeout_sec=0.01)
        raise AssertionError('it did not come about')

    until.executor = executor
    yield until
    executor.shutdown()
