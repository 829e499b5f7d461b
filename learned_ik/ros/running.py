# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Run one node as a process: from its making to its end, by a signal or by itself.

Also the clock by which whatever is due now and then in a node is timed.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

import rclpy
import rclpy.logging

# Not public, but the only name of what rcl says of arguments that it cannot read.
from rclpy._rclpy_pybind11 import RCLError
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import ParameterException
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from learned_ik.errors import LearnedIkError
from learned_ik.ros.parameters import NodeParameter
from learned_ik.ros.stopping import stopped_by_signals
from learned_ik.ros.usage import answered

SIGNAL_PERIOD = 0.1  # [s], between two looks for a signal

AnyNode = TypeVar('AnyNode', bound=Node)


def run(
    name: str,
    make: Callable[[], AnyNode],
    args: list[str] | None,
    program: str,
    declared: Iterable[NodeParameter],
    start: Callable[[AnyNode], bool] = lambda node: True,
    finished: Callable[[AnyNode], bool] = lambda node: False,
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

    """
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
        try:
            node = make()
            executor = SingleThreadedExecutor()
            executor.add_node(node)
            if not start(node):
                return 1

            def look_for_the_end() -> None:
                stop_request.check()
                if finished(node):
                    raise KeyboardInterrupt

            node.create_timer(SIGNAL_PERIOD, look_for_the_end, clock=steady_clock())
            executor.spin()
        except (LearnedIkError, ParameterException) as error:
            rclpy.logging.get_logger(name).fatal(str(error))
            return 1
        finally:
            logging.getLogger('learned_ik').removeHandler(warnings)
            rclpy.try_shutdown()
    return 0


class WarningsInRosLog(logging.Handler):
    """Passes what the package warns of to the log of ROS: what of a description is suspicious."""

    def __init__(self, name: str) -> None:
        super().__init__(logging.WARNING)
        self._logger = rclpy.logging.get_logger(name)

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record."""
        message = record.getMessage()
        if record.levelno >= logging.ERROR:  # rclpy wants each severity on a line of its own
            self._logger.error(message)
        else:
            self._logger.warning(message)


def steady_clock() -> Clock:
    """Return a clock that goes on where time is simulated and stands still."""
    return Clock(clock_type=ClockType.STEADY_TIME)
