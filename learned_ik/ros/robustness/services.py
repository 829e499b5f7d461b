# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The services that rclpy gives every node: with deep queues, and an answer to whatever comes.

Those for parameters keep 1000 requests, those for the life cycle and for types keep ten, and of
eleven clients that ask at the same moment the first would never be answered.
"""

import inspect
from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from learned_ik.ros.qos import SERVICES
from learned_ik.ros.robustness.guard import NodeLog


def strengthen_services(node: Node, log: NodeLog) -> None:
    """Let every service of a node keep as many requests as its own do, and always answer."""
    for service in list(node.services):
        callback = answering(service.callback, service.srv_name, log)
        if service.qos_profile.depth >= SERVICES.depth:
            service.callback = callback
            continue
        # What rcl made by itself stays there, with its short queue, and is not listened to.
        kind, name, group = service.srv_type, service.srv_name, service.callback_group
        node.destroy_service(service)
        node.create_service(kind, name, callback, qos_profile=SERVICES, callback_group=group)


def answering(callback: Callable[..., Any], name: str, log: NodeLog) -> Callable[..., Any]:
    """Return the callback of a service, which answers with what it has got if it fails."""
    if inspect.iscoroutinefunction(callback):
        return callback

    def answer(request: Any, response: Any) -> Any:
        try:
            return callback(request, response)
        except Exception as error:
            log.fault(f'{name} failed', error)
            return response

    return answer
