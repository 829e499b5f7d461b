# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`OutageReporter`: a stream of failures and successes, told in few lines of log."""

import math

QUIET = 2.0  # [s], the shortest time between two lines of the same kind


class OutageReporter:
    """Says what is worth a log line, and keeps silent otherwise.

    An outage is told when it begins and every two seconds while it lasts. Its end is told once;
    where successes and failures alternate quickly, they count as one outage.
    """

    def __init__(self) -> None:
        self._missed = 0
        self._last_warning = -math.inf
        self._last_end = -math.inf

    def missed(self, why: str, now: float) -> str | None:
        """Note a failure at the time `now` [s]; return the warning to be logged, if any."""
        self._missed += 1
        if now - self._last_warning < QUIET:
            return None
        self._last_warning = now
        if self._missed == 1:
            return f'target not reached: {why}'
        return f'{self._missed} targets not reached so far; the last one: {why}'

    def reached(self, now: float) -> str | None:
        """Note a success at the time `now` [s]; return the line to be logged, if any."""
        if self._missed == 0 or now - self._last_end < QUIET:
            return None
        self._last_end = now
        missed, self._missed = self._missed, 0
        return f'targets are reached again; {missed} {"was" if missed == 1 else "were"} missed'
