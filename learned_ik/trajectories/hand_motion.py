# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How a hand moves, and what a teleoperator's clutch makes of it: poses of a tool, in time."""

import dataclasses

import numpy as np

from learned_ik.arrays import Array, Orientation, Position
from learned_ik.checks import number
from learned_ik.rotations import (
    matrix_from_quaternion,
    normalized_quaternion,
    quaternion_from_matrix,
)
from learned_ik.trajectories.pose_paths import PosePath

# A hand that is simulated: three sines for each axis of its position, and of its turns.
FREQUENCIES = np.array([0.11, 0.23, 0.41])  # [1/s]
REACHES = np.array([0.5, 0.3, 0.2])  # [1], of each sine; together about an arm's length
PHASES = np.array([[0.0, 1.1, 2.3], [0.7, 2.9, 0.4], [1.9, 0.2, 3.5]])  # [rad], axis by sine
TURN = 0.5  # [rad], about each axis, at most
LONGEST = 3600.0  # [s]
FASTEST = 10_000.0  # [1/s]


@dataclasses.dataclass(frozen=True)
class HandMotion:
    """Poses of a hand in its own frame, and when it was there."""

    times: Array  # (frames,) [s], from 0 on, growing
    positions: Array  # (frames, 3), in any unit of length
    orientations: Array  # (frames, 4), unit quaternions x y z w

    def __len__(self) -> int:
        return len(self.times)

    def until(self, seconds: float) -> 'HandMotion':
        """Return what happens in the first seconds; the first frame is always there."""
        count = max(1, int(np.searchsorted(self.times, seconds, side='right')))
        return HandMotion(self.times[:count], self.positions[:count], self.orientations[:count])

    def clutched(self, position: Position, orientation: Orientation, scale: float) -> PosePath:
        """Return the targets of a tool that was taken hold of in a pose, and moves as the hand.

        Args:
            position: (3,) [m], of the tool when the hand takes hold of it.
            orientation: (4,) quaternion x y z w, likewise.
            scale: [m] that the tool moves while the hand moves by one of its units.

        """
        turned = matrix_from_quaternion(self.orientations)
        start = matrix_from_quaternion(normalized_quaternion(orientation))
        return PosePath(
            np.asarray(position) + scale * (self.positions - self.positions[0]),
            quaternion_from_matrix(turned @ turned[0].T @ start),
        )


def simulated_hand(seconds: float, rate: float) -> HandMotion:
    """Return a hand that moves about by slow sines, an arm's length each way.

    Args:
        seconds: [s], above 0, how long.
        rate: [1/s], above 0, of frames.

    Raises:
        InvalidInputError: one of them is out of its range.

    """
    seconds = number(
        seconds, 'seconds', f'seconds, above 0, {LONGEST:g} at most', lambda s: 0 < s <= LONGEST
    )
    rate = checked_rate(rate)
    times = np.arange(max(1, round(seconds * rate))) / rate
    angles = 2 * np.pi * FREQUENCIES * times[:, None, None] + PHASES  # (frames, axes, sines)
    positions = (REACHES * (np.sin(angles) - np.sin(PHASES))).sum(axis=-1)
    half = 0.5 * TURN * (REACHES * np.sin(angles + 1.0)).sum(axis=-1)
    turns = np.column_stack([half, np.ones(len(times))])
    return HandMotion(times, positions, normalized_quaternion(turns))


def checked_rate(rate: float) -> float:
    """Return a number of frames [1/s], or raise `InvalidInputError`."""
    expected = f'frames a second, above 0, {FASTEST:g} at most'
    return number(rate, 'rate', expected, lambda r: 0 < r <= FASTEST)
