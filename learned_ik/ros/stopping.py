# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM, for a process that is to end cleanly whenever and however often they come.

rclpy's own handlers shut the context down under whatever is running at that moment, which then
fails in as many ways as there are moments. Here the first signal becomes a `KeyboardInterrupt`.
Python raises it only between two of its own instructions, which a compiler may keep waiting for
half a minute: so a thread sees to it that the process ends all the same.

This module imports next to nothing: `ended_at_once` has to work while all else is being imported.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE = 1.2  # [s], for a clean end after the first signal


@contextlib.contextmanager
def ended_at_once() -> Iterator[None]:
    """Let signals end the process with status 0, in this block and after it: for its imports.

    There is nothing to be cleaned up yet. If the block fails, all is as before.
    """
    before = {number: signal.signal(number, lambda *_: os._exit(0)) for number in SIGNALS}
    try:
        yield
    except BaseException:
        for number, handler in before.items():
            signal.signal(number, handler)
        raise


class StopRequest:
    """Whether the process was asked to end."""

    def __init__(self) -> None:
        self._made = False

    def on_signal(self, *_: Any) -> None:
        """Raise `KeyboardInterrupt` at the first signal; ignore those that follow."""
        if not self._made:
            self._made = True
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise it again: the first one is lost if it met a finalizer (`__del__`).

        To be called now and then, also because Python sees no signal while rclpy waits.
        """
        if self._made:
            raise KeyboardInterrupt


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[StopRequest]:
    """Run a block that signals end, without a word; afterwards the process ignores them.

    For `main` functions: it belongs to the main thread of a process that ends with the block, at
    the latest `GRACE` after the signal.
    """
    request = StopRequest()
    _watch()
    for number in SIGNALS:
        signal.signal(number, request.on_signal)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield request
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def _watch() -> None:
    """Start the thread that ends the process where the main thread is too busy to do so."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    # The signal's number is written there by C code, at once, whatever Python is doing.
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_end_in_time, args=(reader,), name='stopping', daemon=True).start()


def _end_in_time(reader: int) -> None:
    while os.read(reader, 1)[0] not in SIGNALS:
        pass
    time.sleep(GRACE)
    for child in children():
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
    os._exit(0)


def children() -> list[int]:
    """Return the processes that this one has started and that still run."""
    found = []
    for tasks in Path('/proc/self/task').glob('*/children'):
        with contextlib.suppress(OSError):
            found += [int(word) for word in tasks.read_text().split()]
    return found
