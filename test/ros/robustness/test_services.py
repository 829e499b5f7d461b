# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace

import pytest

from learned_ik.ros.qos import SERVICES
from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.ros.robustness.services import answering, strengthen_services

rclpy = pytest.importorskip('rclpy')


def test_every_service_of_a_lifecycle_node_has_a_deep_queue():
    from rclpy.lifecycle import LifecycleNode

    context = rclpy.Context()
    rclpy.init(context=context)
    node = LifecycleNode('deep', context=context)
    before = sorted(service.srv_name.rpartition('/')[2] for service in node.services)
    strengthen_services(node, NodeLog(node))
    assert sorted(service.srv_name.rpartition('/')[2] for service in node.services) == before
    assert min(service.qos_profile.depth for service in node.services) == SERVICES.depth == 10_000
    node.destroy_node()
    context.try_shutdown()


def test_a_callback_that_fails_answers_with_what_it_was_given():
    log = SimpleNamespace(fault=lambda where, error: told.append(where))
    told = []
    response = object()
    assert answering(lambda request, response: 1 // 0, 'that', log)(None, response) is response
    assert told == ['that failed']
    assert answering(lambda request, response: request, 'that', log)('all well', None) == (
        'all well'
    )
