# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`SolveTimes`: how long each of the last answers took."""

from collections import deque

import numpy as np

from learned_ik.arrays import Array

WINDOW = 10.0  # [s]
MOST = 2000  # answers that are kept


class SolveTimes:
    """The answers of the last seconds before the latest one."""

    def __init__(self) -> None:
        """Begin without any."""
        self._noted: deque[tuple[float, float]] = deque(maxlen=MOST)

    def note(self, duration: float, now: float) -> None:
        """Note an answer.

        Args:
            duration: [s], that it took.
            now: [s], when, on any clock.

        """
        self._noted.append((now, duration))
        while self._noted[0][0] < now - WINDOW:
            self._noted.popleft()

    def __len__(self) -> int:
        return len(self._noted)

    @property
    def rows(self) -> Array:
        """(n, 2) [s], of each answer: how long before the latest one, and how long it took."""
        rows = np.reshape(np.array(self._noted), (-1, 2))
        return np.column_stack([rows[:, 0].max(initial=-np.inf) - rows[:, 0], rows[:, 1]])
