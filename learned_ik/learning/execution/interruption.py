# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM end training early instead of throwing its result away."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def set_by_signals(event: threading.Event) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM set `event`; the second one acts as it always did.

    Only the main thread of a program receives signals: in another one, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in previous.items():
            # None stands for a handler that was not installed from Python.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def on_signal(number: int, frame: FrameType | None) -> None:
        event.set()
        restore()

    try:
        for number in SIGNALS:
            signal.signal(number, on_signal)
        yield
    finally:
        restore()
