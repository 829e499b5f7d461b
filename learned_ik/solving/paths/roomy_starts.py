# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where to begin a path with free axes whose longest way so far ended at joint limits.

A joint that met one limit begins near the other: a tool that goes around the base twice has to.
"""

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving.packing import chain_arrays
from learned_ik.solving.paths.path_solution import AT_LIMIT

RESTARTS_WITH_ROOM = 64  # for such starts
STARTS_WITH_ROOM = 8  # of those that are tried in a round
ROUNDS = 4  # in each of which other limits may end the way


class AboutLimits:
    """Knows the limits of an arm, and which starts are far from those that were met."""

    def __init__(self, chain: KinematicChain) -> None:
        arrays = chain_arrays(chain)
        self._low, self._high, self._middle = arrays.bound_low, arrays.bound_high, chain.middle

    def opposite(self, met: Array) -> tuple[Array, Integers]:
        """Return the posture across the limits that joints (joints,) have met, and which have."""
        at_low, at_high = met < self._low + AT_LIMIT, met > self._high - AT_LIMIT
        posture = np.where(at_low, self._high, np.where(at_high, self._low, self._middle))
        return posture, np.nonzero(at_low | at_high)[0]

    def nearest(self, starts: Array, posture: Array, held: Integers) -> Array:
        """Return the few of starts (n, joints) whose held joints are nearest to a posture."""
        away = np.zeros(len(starts))
        for j in held:  # one after the other, as in C++: to the bit
            away += np.abs(starts[:, j] - posture[j])
        return starts[np.argsort(away, kind='stable')[:STARTS_WITH_ROOM]]
