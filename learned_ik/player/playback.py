# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Playback`: where the joints are at each moment of a trajectory, there and back. No ROS."""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError

APPROACH_SPEED = 1.0  # [rad/s or m/s], mean speed of the joint that has the farthest way to go


class Playback:
    """A timed joint trajectory, begun with a smooth way to its first point."""

    def __init__(
        self, times: npt.ArrayLike, positions: npt.ArrayLike, begin: npt.ArrayLike | None = None
    ) -> None:
        """Prepare to play.

        Args:
            times: (n,) [s], from 0, increasing.
            positions: (n, joints) [rad or m].
            begin: (joints,) [rad or m], where the joints are now; None: at the first point.

        Raises:
            InvalidInputError: no points, or not one time for each.

        """
        self._times = np.asarray(times, np.float64)
        self._positions = np.asarray(positions, np.float64)
        if self._positions.ndim != 2 or self._times.shape != self._positions.shape[:1]:
            raise InvalidInputError(
                f'{self._times.shape} times for positions {self._positions.shape}; expected (n,) '
                'for (n, joints)'
            )
        if len(self._times) == 0:
            raise InvalidInputError('the trajectory has no points; expected one or more')
        first = self._positions[0]
        self._begin = first if begin is None else np.asarray(begin, np.float64)
        self.approach = float(np.max(np.abs(first - self._begin)) / APPROACH_SPEED)  # [s]
        self.duration = float(self._times[-1])  # [s], from the first point to the last

    def at(self, time: float) -> Array:
        """Return (joints,) [rad or m] at a time [s] after the beginning; at the end it stays."""
        if time < self.approach:
            share = max(0.0, time / self.approach)
            smooth = share * share * (3.0 - 2.0 * share)
            return self._begin + smooth * (self._positions[0] - self._begin)
        return self._sample(min(time - self.approach, self.duration))

    def at_forever(self, time: float) -> Array:
        """Return the same, but on the same way back from the end, and there again, for ever."""
        along = time - self.approach
        if along <= self.duration or self.duration == 0.0:
            return self.at(time)
        phase = along % (2.0 * self.duration)
        return self._sample(min(phase, 2.0 * self.duration - phase))

    def is_over(self, time: float) -> bool:
        """Return whether the last point is reached at a time [s] after the beginning."""
        return time >= self.approach + self.duration

    def _sample(self, along: float) -> Array:
        columns = self._positions.T
        return np.array([np.interp(along, self._times, column) for column in columns])
