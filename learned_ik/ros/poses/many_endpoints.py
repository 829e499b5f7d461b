# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ManyEndpoints`: the services of many poses, and of several solutions. Conversion alone."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup

from learned_ik.errors import InvalidInputError
from learned_ik.ros.endpoints import Asked, Command
from learned_ik.ros.messages import nanoseconds, pose_request
from learned_ik.ros.poses.many_messages import (
    batch_from_message,
    fill_batch_response,
    fill_solutions_response,
)
from learned_ik.ros.qos import SERVICES
from learned_ik.serving.pose_question import code_of
from learned_ik.serving.poses.batch_serving import BatchServing, batch_size
from learned_ik.serving.poses.several import none_of, several
from learned_ik.serving.requests_and_answers import (
    BatchAnswer,
    ErrorCode,
    IkAnswer,
    SolutionsAnswer,
)
from learned_ik_interfaces.msg import IkSolution
from learned_ik_interfaces.srv import GetIKBatch, GetIKSolutions


class ManyEndpoints:
    """Answers `~/get_ik_batch` and `~/get_ik_solutions`; from `__init__` to `close`."""

    def __init__(self, asked: Asked, seeding_command: Callable[[], Command]) -> None:
        """Open both; `seeding_command` returns the command from which a search may begin."""
        self._asked, self._command = asked, seeding_command
        self._batches = BatchServing(asked.serving)
        # rclpy takes coroutines as well, which its types do not say.
        serve: Callable[..., Any] = partial(asked.node.create_service, qos_profile=SERVICES)
        self._services = [
            # One batch after the other: each has all cores.
            serve(
                GetIKBatch, '~/get_ik_batch', self._on_batch,
                callback_group=MutuallyExclusiveCallbackGroup(),
            ),
            serve(
                GetIKSolutions, '~/get_ik_solutions', self._on_solutions,
                callback_group=ReentrantCallbackGroup(),
            ),
        ]  # fmt: skip

    def close(self) -> None:
        """Withdraw both."""
        for service in self._services:
            self._asked.node.destroy_service(service)

    async def _on_batch(
        self, request: GetIKBatch.Request, response: GetIKBatch.Response
    ) -> GetIKBatch.Response:
        try:
            batch_size(request)
            header = request.header
            await self._asked.wait_for(header.frame_id, nanoseconds(header.stamp))
            answer = await self._asked.background.batches.do(
                partial(self._answer_batch, request, response)
            )
        except InvalidInputError as error:
            answer = BatchAnswer(code_of(error), str(error))
            fill_batch_response(response, answer)
        except Exception as error:  # a fault of ours must not take the node down
            response = GetIKBatch.Response()
            failure = self._fault('get_ik_batch failed', error)
            fill_batch_response(response, BatchAnswer(ErrorCode.FAILURE, failure))
            return response
        self._asked.health.note_answer(answer.error_code, 0.0)  # its times are those of one pose
        return response

    def _answer_batch(
        self, request: GetIKBatch.Request, response: GetIKBatch.Response
    ) -> BatchAnswer:
        """Fill the response to a batch. On another thread."""
        defaults = self._asked.defaults()
        answer = self._batches.answer(batch_from_message(request), defaults, *self._command())
        fill_batch_response(response, answer)
        return answer

    async def _on_solutions(
        self, request: GetIKSolutions.Request, response: GetIKSolutions.Response
    ) -> GetIKSolutions.Response:
        try:
            answer = await self._solutions(request)
            fill_solutions_response(response, answer, IkSolution)
            self._asked.health.note_answer(answer.error_code, 0.0)
        except Exception as error:  # a fault of ours must not take the node down
            response = GetIKSolutions.Response()
            failure = SolutionsAnswer(
                ErrorCode.FAILURE, self._fault('get_ik_solutions failed', error)
            )
            fill_solutions_response(response, failure, IkSolution)
        return response

    async def _solutions(self, request: GetIKSolutions.Request) -> SolutionsAnswer:
        asked = pose_request(request)
        await self._asked.wait_for(asked.frame, asked.stamp)
        question = self._asked.serving.question(asked, self._asked.defaults(), *self._command())
        if isinstance(question, IkAnswer):
            return none_of(question)
        searches = self._asked.background.searches
        if searches.full:
            return SolutionsAnswer(ErrorCode.TIMED_OUT, 'too many longer searches wait')
        return await searches.do(partial(several, question, request.limit))

    def _fault(self, where: str, error: Exception) -> str:
        """Log an exception, count it, and return what to tell the client."""
        self._asked.health.note_fault()
        return self._asked.log.fault(where, error)
