# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Workers`: threads beside the executor, for what takes longer than others should wait.

A coroutine awaits what they do, and the executor goes on with other messages meanwhile. Compiled
code runs without Python's lock, so they use the other cores.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from rclpy.node import Node
from rclpy.task import Future

Result = TypeVar('Result')
MOST_WAITING = 256  # jobs; who brings one more is told so

_open: set[threading.Thread] = set()  # of all workers of this process


class Workers:
    """A few threads that do jobs in the order in which they come."""

    def __init__(self, node: Node, name: str, threads: int = 1) -> None:
        """Start no thread before the first job."""
        self._node, self._name, self._count = node, name, threads
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future] | None] = (
            queue.SimpleQueue()
        )
        self._threads: list[threading.Thread] = []

    @property
    def full(self) -> bool:
        """Whether so many jobs wait that none should be added."""
        return self._jobs.qsize() >= MOST_WAITING

    async def do(self, job: Callable[[], Result]) -> Result:
        """Return what a job returns, or raise what it raises."""
        while len(self._threads) < self._count:
            thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._threads.append(thread)
            _open.add(thread)
            thread.start()
        future: Future = Future(executor=self._node.executor)
        self._jobs.put((job, future))
        result: Any = await future
        return result

    def close(self) -> None:
        """Let the threads end once they have done what waits."""
        for _ in self._threads:
            self._jobs.put(None)
        self._threads = []

    def _work(self) -> None:
        while (entry := self._jobs.get()) is not None:
            job, future = entry
            try:
                future.set_result(job())
            except Exception as error:  # it is for the coroutine that waits
                future.set_exception(error)
            del entry, job, future  # what a job holds, is let go of before the next comes
            executor = self._node.executor
            if executor is not None:
                with contextlib.suppress(Exception):  # it is being shut down
                    executor.wake()
        _open.discard(threading.current_thread())


def all_idle(patience: float) -> bool:
    """Return whether no thread is left at work, after so long [s] at most."""
    until = time.monotonic() + patience
    for thread in list(_open):
        thread.join(max(0.0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in _open)
