# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Health`: what `/diagnostics` tells about the node. No message, no rclpy."""

import collections
import dataclasses
import enum

import numpy as np

from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.requests_and_answers import ErrorCode

REMEMBERED = 1000  # solve times, of which the percentiles are taken
PERCENTILES = (50, 95, 99)


class Level(enum.IntEnum):
    """The levels of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclasses.dataclass(frozen=True)
class Report:
    """How the node is at one moment: a level, a sentence, and named values."""

    level: Level
    message: str
    values: dict[str, str]


class Health:
    """Counts requests and answers, and keeps the last solve times."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}  # values that others want told too: 'retraining': 'idle'
        self._requests = 0
        self._solved = 0
        self._faults = 0
        self._solve_times: collections.deque[float] = collections.deque(maxlen=REMEMBERED)  # [s]

    def note_answer(self, code: ErrorCode, solve_time: float) -> None:
        """Count one answer; `solve_time` [s] is 0 where the solver was not asked."""
        self._requests += 1
        if code is ErrorCode.SUCCESS:
            self._solved += 1
        if solve_time > 0:
            self._solve_times.append(solve_time)

    def note_fault(self) -> None:
        """Count a request that failed by a fault of the node."""
        self._requests += 1
        self._faults += 1

    def report(self, serving: IkServing | None) -> Report:
        """Return how the node is now; `serving` is None while it is not configured."""
        values: dict[str, str] = {}
        if serving is not None:
            robot = serving.robot
            values['model'] = 'none' if robot.model is None else robot.model.name or 'unnamed'
            if not robot.placeholder:
                chain = robot.chain
                values['arm'] = f'{chain.base_link} → {chain.tip_link}'
                values['fingerprint'] = chain.fingerprint
        values['requests'] = str(self._requests)
        values['solved'] = _share(self._solved, self._requests)
        values['faults'] = str(self._faults)
        for percentile in PERCENTILES:
            values[f'solve time p{percentile} [us]'] = self._percentile(percentile)
        level, message = self._verdict(serving)
        return Report(level, message, values | self.notes)

    def _verdict(self, serving: IkServing | None) -> tuple[Level, str]:
        if serving is None:
            return Level.WARN, 'not configured: no model is loaded'
        if serving.paused is not None:
            return Level.WARN, serving.paused
        if serving.robot.awaited and serving.refusal is not None:
            return Level.WARN, serving.refusal
        if serving.refusal is not None:
            return Level.ERROR, f'refusing every request: {serving.refusal}'
        if self._faults:
            return (
                Level.WARN,
                f'{self._faults} faults of the node so far: see its log',
            )
        return Level.OK, 'serving' if serving.model is not None else 'serving without a network'

    def _percentile(self, percentile: int) -> str:
        if not self._solve_times:
            return 'none yet'
        return f'{1e6 * np.percentile(self._solve_times, percentile):.1f}'


def _share(part: int, whole: int) -> str:
    return f'{100 * part / whole:.2f} %' if whole else 'none yet'
