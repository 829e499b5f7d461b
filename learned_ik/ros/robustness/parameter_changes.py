# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters set over ROS: whatever is sent gets an answer, and what takes long is done beside.

rclpy answers both services by itself, in one piece and with every exception let out. Here their
callbacks are replaced; what a parameter may be is still rclpy's to say.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.serving.status.wording import named, one_line

Prepare = Callable[[list[Parameter]], Awaitable[None]]


async def nothing(_: list[Parameter]) -> None:
    """Prepare nothing."""


def _check_given(parameters: list[Parameter]) -> None:
    """Raise `ValueError` for one without a value: to rclpy that is one to be forgotten."""
    for parameter in parameters:
        if parameter.type_ == Parameter.Type.NOT_SET:
            raise ValueError(
                f'parameter {named(parameter.name)} is given no value; expected one, or an empty '
                'list or text'
            )


class ParameterChanges:
    """Answers `~/set_parameters` and `~/set_parameters_atomically` of a node."""

    def __init__(self, node: Node, log: NodeLog, prepare: Prepare = nothing) -> None:
        """Take the two services over.

        Args:
            node: whose they are.
            log: of the node.
            prepare: awaited before parameters are set, so that setting them takes no time.

        """
        self._node, self._log, self._prepare = node, log, prepare
        services: Iterable[Any] = node.services  # whose callbacks Jazzy's types do not let wait
        for service in services:
            if service.srv_type is SetParameters:
                service.callback = self._set_each
            elif service.srv_type is SetParametersAtomically:
                service.callback = self._set_together

    async def _set_each(self, request: Any, response: Any) -> Any:
        for message in request.parameters:
            response.results.append(await self._set([message]))
        return response

    async def _set_together(self, request: Any, response: Any) -> Any:
        response.result = await self._set(request.parameters)
        return response

    async def _set(self, messages: Iterable[ParameterMessage]) -> SetParametersResult:
        try:
            parameters = [Parameter.from_parameter_msg(message) for message in messages]
            _check_given(parameters)
            await self._prepare(parameters)
            result = self._node.set_parameters_atomically(parameters)
            result.reason = one_line(result.reason)
        except (ParameterException, ValueError, TypeError) as error:  # of rclpy: no such thing
            result = SetParametersResult(successful=False, reason=one_line(str(error)))
        except Exception as error:
            result = SetParametersResult(
                successful=False, reason=self._log.fault('setting parameters failed', error)
            )
        return result
