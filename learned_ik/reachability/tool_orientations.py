# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The orientations that are tried at every cell: directions of the tool's axis, and rolls.

So it is done in "Capturing robot workspace structure: representing robot capabilities"
(Zacharias, Borst, Hirzinger, 2007, DOI 10.1109/IROS.2007.4399105): directions spread evenly over
the sphere, and the tool turned about its own axis in each of them.
"""

import dataclasses
import functools
import math

import numpy as np

from learned_ik.arrays import Array, Booleans, Integers
from learned_ik.rotations import matrix_from_quaternion, quaternion_from_matrix, rotation_to_axis

NEIGHBOURS = 4  # orientations next to each, from whose answers its search may begin
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))  # [rad]


@dataclasses.dataclass(frozen=True)
class ToolOrientations:
    """Orientations of the tip: `directions` of its z axis, and `rolls` about each of them."""

    directions: int  # 0: the orientation is free
    rolls: int  # 0: the roll is free, so that any turn about the direction counts

    @property
    def count(self) -> int:
        """How many orientations are tried at a cell."""
        return max(self.directions, 1) * max(self.rolls, 1)

    @functools.cached_property
    def axes(self) -> Array:
        """(max(directions, 1), 3), unit vectors in the base link's frame.

        A spiral on the sphere, each point as much of its surface as the others (González,
        "Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices",
        DOI 10.1007/s11004-009-9257-x).
        """
        if self.directions == 0:
            return np.array([[0.0, 0.0, 1.0]])
        index = np.arange(self.directions)
        z = 1 - (2 * index + 1) / self.directions
        radius, turn = np.sqrt(1 - z**2), GOLDEN_ANGLE * index
        return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), z])

    @functools.cached_property
    def quaternions(self) -> Array:
        """(count, 4), x y z w; orientation `direction * rolls + roll`."""
        turns = 2 * np.pi * np.arange(max(self.rolls, 1)) / max(self.rolls, 1)
        about_z = np.zeros((len(turns), 3, 3))
        about_z[:, 0, 0] = about_z[:, 1, 1] = np.cos(turns)
        about_z[:, 1, 0], about_z[:, 0, 1] = np.sin(turns), -np.sin(turns)
        about_z[:, 2, 2] = 1.0
        bases = np.array([rotation_to_axis(axis) for axis in self.axes])
        return quaternion_from_matrix((bases[:, None] @ about_z).reshape(-1, 3, 3))

    @property
    def tolerance(self) -> tuple[float, float, float]:
        """[rad], about the tool's x, y and z: 1e-6, or infinite where a turn is free."""
        if self.directions == 0:
            return (math.inf, math.inf, math.inf)
        return (1e-6, 1e-6, 1e-6 if self.rolls else math.inf)

    @functools.cached_property
    def neighbours(self) -> Integers:
        """(count, k), the orientations nearest to each; k is 4, or less where there are fewer."""
        if self.rolls:
            closeness = np.abs(self.quaternions @ self.quaternions.T)
        else:
            closeness = self.axes @ self.axes.T
        np.fill_diagonal(closeness, -np.inf)
        k = min(NEIGHBOURS, self.count - 1)
        return np.argsort(-closeness, axis=1, kind='stable')[:, :k]

    def nearest(self, orientations: Array) -> Integers:
        """Return (n,), which orientation is nearest to each of (n, 4) unit quaternions x y z w."""
        if self.directions == 0:
            return np.zeros(len(orientations), np.int64)
        if self.rolls:
            return np.argmax(np.abs(orientations @ self.quaternions.T), axis=1)
        return np.argmax(matrix_from_quaternion(orientations)[:, :, 2] @ self.axes.T, axis=1)

    def reached_directions(self, reached: Booleans) -> Integers:
        """Return how many directions are reached by one roll at least.

        Args:
            reached: (..., count), whether each orientation is.

        """
        shape = (*reached.shape[:-1], max(self.directions, 1), max(self.rolls, 1))
        return reached.reshape(shape).any(axis=-1).sum(axis=-1)
