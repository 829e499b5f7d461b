# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Turns`: one coroutine after the other, in the order in which they came."""

import collections

from rclpy.node import Node
from rclpy.task import Future


class Turns:
    """What `async with` lets in one at a time. For coroutines of one executor's thread."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._taken = False
        self._waiting: collections.deque[Future] = collections.deque()

    async def __aenter__(self) -> None:
        """Wait until all who came before are done."""
        if not self._taken:
            self._taken = True
            return
        future: Future = Future(executor=self._node.executor)
        self._waiting.append(future)
        await future

    async def __aexit__(self, *_: object) -> None:
        """Let the next one in."""
        if self._waiting:
            self._waiting.popleft().set_result(None)
            if self._node.executor is not None:
                self._node.executor.wake()
        else:
            self._taken = False
