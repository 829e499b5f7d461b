# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM, for a process that is to end cleanly whenever and however often they come.

rclpy's own handlers shut the context down under whatever is running at that moment, which then
fails in as many ways as there are moments. Here the first signal becomes a `KeyboardInterrupt`.
"""

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


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

    For `main` functions: it belongs to the main thread of a process that ends with the block.
    """
    request = StopRequest()
    for number in SIGNALS:
        signal.signal(number, request.on_signal)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield request
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
