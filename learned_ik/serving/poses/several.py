# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Several solutions of one pose: from a question that was understood to the answer."""

import time

from learned_ik.errors import InvalidInputError
from learned_ik.serving.pose_question import (
    BAD_INPUT,
    SHORT,
    PoseQuestion,
    code_of,
    with_source,
)
from learned_ik.serving.requests_and_answers import (
    MOST_SOLUTIONS,
    SOLUTIONS,
    ErrorCode,
    IkAnswer,
    SolutionsAnswer,
)


def several(question: PoseQuestion, limit: int = 0) -> SolutionsAnswer:
    """Return up to `limit` solutions, 0 for `SOLUTIONS`; where there is none, why.

    Bad input is an answer, too.
    """
    began = time.perf_counter()
    options = {
        name: value
        for name, value in question.options.items()
        if name not in ('prefer', 'max_joint_change')  # there is no choosing
    }
    try:
        if not 0 <= limit <= MOST_SOLUTIONS:
            raise InvalidInputError(
                f'limit is {limit}; expected 1 up to {MOST_SOLUTIONS}, or 0 for {SOLUTIONS}'
            )
        found = question.robot.solver.solve_all(
            question.position,
            question.orientation,
            limit or SOLUTIONS,
            seed=question.seed.positions,
            timeout=question.timeout,
            **options,
        )
        if not found:
            left = question.timeout - (time.perf_counter() - began)
            found = [question.solve(max(left, SHORT))]
    except BAD_INPUT as error:
        return SolutionsAnswer(code_of(error), str(error))
    answers = [question.told(solution) for solution in found]
    for answer in answers:
        if not answer.solved:
            return none_of(answer, time.perf_counter() - began)
    return SolutionsAnswer(
        error_code=ErrorCode.SUCCESS,
        message=with_source('', question.seed.source),
        solutions=found,
        solve_time=time.perf_counter() - began,
        joint_names=question.robot.chain.joint_names,
        seed_source=question.seed.origin,
    )


def none_of(answer: IkAnswer, solve_time: float = 0.0) -> SolutionsAnswer:
    """Return that there is no solution, for the reason why there is not one."""
    return SolutionsAnswer(
        error_code=answer.error_code,
        message=answer.message,
        solve_time=solve_time,
        joint_names=answer.joint_names,
        seed_source=answer.seed_source,
    )
