# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Run one node as a process: from its making to its end, by a signal or by itself.

Also the clock by which whatever is due now and then in a node is timed.
"""

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import rclpy
import rclpy.logging

# Not public, but the only name of what rcl says of arguments that it cannot read.
from rclpy._rclpy_pybind11 import RCLError
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.timer import Timer

from learned_ik.errors import LearnedIkError
from learned_ik.ros.parameters import NodeParameter
from learned_ik.ros.robustness.guard import GuardedExecutor, NodeLog
from learned_ik.ros.robustness.unknown_parameters import check_parameters
from learned_ik.ros.robustness.workers import all_idle
from learned_ik.ros.stopping import stopped_by_signals
from learned_ik.ros.usage import answered
from learned_ik.serving.status.wording import one_line

SIGNAL_PERIOD = 0.1  # [s], between two looks for a signal
THREADS_TAKE_TURNS = 5e-4  # [s]; Python's 5 ms would be the delay of whoever asks beside a path
PATIENCE = 0.3  # [s], for threads to end before the process does without them

AnyNode = TypeVar('AnyNode', bound=Node)


def run(
    name: str,
    make: Callable[[], AnyNode],
    args: list[str] | None,
    program: str,
    declared: Iterable[NodeParameter],
    start: Callable[[AnyNode], bool] = lambda node: True,
    finished: Callable[[AnyNode], bool] = lambda node: False,
    end: Callable[[AnyNode], None] = lambda node: None,
) -> int:
    """Run a node until it is told to stop, or is finished; return the exit status of the process.

    Args:
        name: for the log, where the node cannot be made.
        make: makes the node.
        args: as ROS takes them from the command line; None: those of this process.
        program: the node's name as a command, for `--help`.
        declared: its parameters, likewise.
        start: called once before the first message is taken; False ends the process with 1.
        finished: asked now and then whether the node is done.
        end: called at the end, to stop what would outlive the process.

    """
    status = _run(name, make, args, program, declared, start, finished, end)
    if not all_idle(PATIENCE):  # Python would wait for them, or stop them in the middle
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


def _run(
    name: str,
    make: Callable[[], AnyNode],
    args: list[str] | None,
    program: str,
    declared: Iterable[NodeParameter],
    start: Callable[[AnyNode], bool],
    finished: Callable[[AnyNode], bool],
    end: Callable[[AnyNode], None],
) -> int:
    with stopped_by_signals() as stop_request:
        try:
            status = answered(program, args, declared)
            if status is not None:
                return status
            rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        except RCLError as error:
            print(f'error: {str(error).splitlines()[0]}', file=sys.stderr)
            return 2
        warnings = WarningsInRosLog(name)
        logging.getLogger('learned_ik').addHandler(warnings)
        node: AnyNode | None = None
        try:
            node = make()
            log = NodeLog(node)
            check_parameters(node, log, args)
            executor = GuardedExecutor(log)
            executor.add_node(node)
            if not start(node):
                return 1

            def look_for_the_end() -> None:
                stop_request.check()
                if finished(node):
                    raise KeyboardInterrupt

            create_timer(node, SIGNAL_PERIOD, look_for_the_end)
            sys.setswitchinterval(THREADS_TAKE_TURNS)
            gc.collect()
            gc.freeze()  # what is there now stays: no collection looks through it again
            executor.spin()
        except (LearnedIkError, ParameterException) as error:
            rclpy.logging.get_logger(name).fatal(one_line(str(error)))
            return 1
        finally:
            logging.getLogger('learned_ik').removeHandler(warnings)
            if node is not None:
                end(node)
            rclpy.try_shutdown()
    return 0


class WarningsInRosLog(logging.Handler):
    """Passes what the package warns of to the log of ROS: what of a description is suspicious."""

    def __init__(self, name: str) -> None:
        super().__init__(logging.WARNING)
        self._logger = rclpy.logging.get_logger(name)

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record."""
        message = one_line(record.getMessage())
        if record.levelno >= logging.ERROR:  # rclpy wants each severity on a line of its own
            self._logger.error(message)
        else:
            self._logger.warning(message)


def create_timer(node: Node, period: float, callback: Callable[[], Any]) -> Timer:
    """Return a timer of a node that waits for nobody, `callback` apart; that may be a coroutine.

    Args:
        node: whose timer it is.
        period: [s], on the steady clock.
        callback: called again only when it is done.

    """
    group = MutuallyExclusiveCallbackGroup()
    return node.create_timer(period, callback, callback_group=group, clock=steady_clock())


def steady_clock() -> Clock:
    """Return a clock that goes on where time is simulated and stands still."""
    return Clock(clock_type=ClockType.STEADY_TIME)
