# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Faults that end nothing: an executor that goes on, and a log that they cannot flood or forge.

rclpy lets an exception of any callback out of `spin`, also of its own services: a parameter of a
type that does not exist would end the node.
"""

import time
import traceback

from rclpy.context import Context
from rclpy.exceptions import InvalidHandle
from rclpy.executors import (
    ExternalShutdownException,
    ShutdownException,
    SingleThreadedExecutor,
)
from rclpy.node import Node

from learned_ik.serving.status.wording import one_line

QUIET = 10.0  # [s], in which the same fault is told once
MOST_KINDS = 100  # of faults that are remembered
PAUSE = 1e-3  # [s], after a fault: one that comes again and again leaves time for others


class NodeLog:
    """A node's log: a line for each message, whatever names others have put into it."""

    def __init__(self, node: Node) -> None:
        self._log = node.get_logger()
        self._told: dict[str, float] = {}  # [s], when each kind of fault was told

    def info(self, message: str) -> None:
        """Tell what happens."""
        self._log.info(one_line(message))

    def warning(self, message: str) -> None:
        """Tell what somebody should look at."""
        self._log.warning(one_line(message))

    def error(self, message: str) -> None:
        """Tell what went wrong."""
        self._log.error(one_line(message))

    def fatal(self, message: str) -> None:
        """Tell what ends the node."""
        self._log.fatal(one_line(message))

    def fault(self, where: str, error: BaseException) -> str:
        """Tell of an exception that nobody expected, with its traceback; not again and again.

        Returns:
            What to tell the client.

        """
        kind, now = f'{where} {type(error).__name__} {str(error)[:80]}', time.monotonic()
        if now - self._told.get(kind, -QUIET) >= QUIET:
            if len(self._told) >= MOST_KINDS:
                self._told.clear()
            self._told[kind] = now
            frames = ''.join(traceback.format_tb(error.__traceback__))
            what = one_line(f'{type(error).__name__}: {error}')
            self._log.error(f'{where}:\nTraceback (most recent call last):\n{frames}{what}')
        return one_line(f'fault in the node: {error!r}; see its log')


class GuardedExecutor(SingleThreadedExecutor):
    """One that logs what a callback raises, and goes on."""

    def __init__(self, log: NodeLog, context: Context | None = None) -> None:
        super().__init__(context=context)
        self._log = log

    def spin(self) -> None:
        """Execute callbacks until shutdown, or until a signal's `KeyboardInterrupt`."""
        while self._context.ok() and not self._is_shutdown:
            try:
                self.spin_once()
            except (ExternalShutdownException, ShutdownException):
                return
            except InvalidHandle:  # who asked, or what was asked, is not there any more
                continue
            except Exception as error:
                self._log.fault('a message could not be handled', error)
                time.sleep(PAUSE)
