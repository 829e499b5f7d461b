# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`MovingSpheres`: the obstacles of a tracker, and how fast each of them moves."""

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.servo.sidestep import MOST_CONTACTS

FASTEST_SPHERE = 2.0  # [m/s]: what moves faster was put elsewhere, and is new there
FORGET = 0.5  # [1], share of a speed that is still expected one period after it was seen


class MovingSpheres:
    """Takes the obstacles of each step, with the memory that the kernel needs for them."""

    def __init__(self, joints: int) -> None:
        """Begin without obstacles, for an arm of so many joints."""
        self.spheres: Array = np.empty((4, 0))  # x, y, z, radius [m]
        self.speeds: Array = np.empty(0)  # (n,) [m/s]
        self._some_move = False
        self._grown = np.empty((4, 0))
        self._responses = np.empty((MOST_CONTACTS + joints, joints))
        self._since = 0.0  # [s], how long the spheres stand where they are

    def look(self, spheres: Array, period: float) -> None:
        """Take the spheres (4, n) that there are now, a period [s] after the step before.

        Spheres are the same as before where their number is. They are measured by their way from
        one change to the next; unchanged ones are soon expected to stay.
        """
        self._since += period
        if spheres is self.spheres:
            if self._some_move:
                self.speeds = np.where(self.speeds > 1e-3, FORGET * self.speeds, 0.0)
                self._some_move = bool(self.speeds.any())
            return
        speeds = np.zeros(spheres.shape[1])
        if spheres.shape == self.spheres.shape and self._since > 0.0:
            moved = np.linalg.norm(spheres[:3] - self.spheres[:3], axis=0)
            grown = np.maximum(spheres[3] - self.spheres[3], 0.0)
            speeds = (moved + grown) / self._since
            speeds[speeds > FASTEST_SPHERE] = 0.0
        else:
            self._grown = np.empty_like(spheres)
        self.spheres, self.speeds, self._since = spheres, speeds, 0.0
        self._some_move = bool(speeds.any())

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """What the kernel takes: spheres, speeds, and memory."""
        return self.spheres, self.speeds, self._grown, self._responses
