# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Who receives a node's messages while somebody waits: another thread, or he who waits."""

import functools
import sys
import threading
import time
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node

from learned_ik.errors import DeadlockError

SLICE = 0.05  # [s], between two looks at who spins the node


class Spinning:
    """Waits for what the messages of a node bring about."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._own: SingleThreadedExecutor | None = None  # made when nobody else spins the node
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raise `DeadlockError` where the thread that asks is the one that has to receive."""
        executor = executor_of(self._node)
        if executor is not None and _spun_in(executor, sys._getframe()):
            raise DeadlockError(
                f"node '{self._node.get_fully_qualified_name()}' is spun by this very thread, "
                'which cannot receive the answer in this callback; expected the `_async` form '
                'there (`reply = await client.solve_async(...)` in an `async def` callback), or a '
                'MultiThreadedExecutor'
            )

    def until(self, done: threading.Event, look: Callable[[], float]) -> None:
        """Wait for an event, spinning the node where nobody does.

        Args:
            done: the event, which a callback of the node sets.
            look: called now and then; sees to it that the event comes in the end. Returns
                how soon [s] it wants to be called again.

        Raises:
            DeadlockError: called in a callback of the thread that spins the node.
            ExternalShutdownException: ROS was shut down meanwhile.

        """
        while not done.is_set():
            self.check()
            if not self._node.context.ok():
                raise ExternalShutdownException
            wait = min(SLICE, look())
            if done.is_set():
                return
            executor = executor_of(self._node)
            if executor is not None and is_spun(executor):
                done.wait(wait)
            elif self._lock.acquire(blocking=False):
                try:
                    self._spin(executor, done, wait)
                finally:
                    self._lock.release()
            else:
                done.wait(wait)

    def close(self) -> None:
        """Let go of the executor of its own."""
        if self._own is not None:
            self._own.shutdown()
        self._own = None

    def _spin(self, theirs: Executor | None, done: threading.Event, seconds: float) -> None:
        """Receive messages here for a while; a node of an idle executor is borrowed."""
        if self._own is None:
            self._own = SingleThreadedExecutor(context=self._node.context)
        own, until = self._own, time.monotonic() + seconds
        try:
            own.add_node(self._node)
            while not done.is_set() and (left := until - time.monotonic()) > 0:
                own.spin_once(timeout_sec=left)
        finally:
            if self._node.executor is own:  # else somebody has begun to spin it
                if theirs is not None:
                    theirs.add_node(self._node)
                else:
                    self._node.executor = None  # type: ignore[assignment]  # may be none again


def executor_of(node: Node) -> Executor | None:
    """Return the executor that a node is in; rclpy goes on naming one that it was taken out of."""
    executor = node.executor
    return executor if executor is not None and node in executor.get_nodes() else None


def is_spun(executor: Executor) -> bool:
    """Return whether a thread is in an executor's `spin` at this moment.

    True as well where that cannot be seen: executors that are not written in Python.
    """
    if not _spinners(type(executor)):
        return True
    return any(_spun_in(executor, frame) for frame in sys._current_frames().values())


def _spun_in(executor: Executor, frame: FrameType | None) -> bool:
    """Return whether one of the calls that led to a frame is `spin` of an executor."""
    spinners = _spinners(type(executor))
    while frame is not None:
        if frame.f_code in spinners and frame.f_locals.get('self') is executor:
            return True
        frame = frame.f_back
    return False


@functools.cache
def _spinners(kind: type[Any]) -> frozenset[CodeType]:
    """Return the code of all methods by which executors of a class spin."""
    return frozenset(
        code
        for each in kind.__mro__
        for name, method in vars(each).items()
        if 'spin' in name and isinstance(code := getattr(method, '__code__', None), CodeType)
    )
