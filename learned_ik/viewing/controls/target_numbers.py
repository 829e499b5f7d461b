# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The target as numbers: metres, and roll, pitch, yaw in degrees."""

from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.rotations import matrix_from_quaternion, matrix_from_rpy, quaternion_from_matrix
from learned_ik.viewing.controls.asked import Asked

SHOWN = np.array([1e-3, 1e-1])  # [m], [°], less of which is not seen


class TargetNumbers:
    """Six boxes that show where the target is, and take where it is to be."""

    def __init__(self, gui: Any, asked: Asked) -> None:
        """Add them, and what a user types is asked as 'numbers'."""
        zeros = (0.0, 0.0, 0.0)
        self._position = gui.add_vector3('Position [m]', zeros, step=0.001)
        self._angles = gui.add_vector3(
            'Angles [°]', zeros, step=0.1, hint='roll, pitch and yaw, about fixed axes'
        )
        for each in (self._position, self._angles):
            each.on_update(asked.by('numbers'))

    @property
    def pose(self) -> tuple[Array, Array]:
        """Position (3,) [m] and orientation (4,) x y z w."""
        rotation = matrix_from_rpy(np.radians(self._angles.value))
        return np.array(self._position.value), quaternion_from_matrix(rotation)

    def show(self, position: npt.ArrayLike, orientation: npt.ArrayLike) -> None:
        """Show a pose: (3,) [m], (4,) x y z w."""
        angles = np.degrees(roll_pitch_yaw(matrix_from_quaternion(orientation)))
        for box, values, step in zip(
            (self._position, self._angles), (position, angles), SHOWN, strict=True
        ):
            rounded = np.round(np.asarray(values) / step) * step
            if np.abs(rounded - box.value).max() > 0.5 * step:
                box.value = tuple(np.round(rounded, 4).tolist())


def roll_pitch_yaw(rotation: Array) -> Array:
    """Return the angles (3,) [rad] of a rotation matrix (3, 3); `matrix_from_rpy` takes them.

    Where the pitch is a quarter turn, only the sum of the two others counts: roll is 0 there.
    """
    pitch = np.arctan2(-rotation[2, 0], np.hypot(rotation[2, 1], rotation[2, 2]))
    if np.hypot(rotation[2, 1], rotation[2, 2]) < 1e-9:
        return np.array([0.0, pitch, np.arctan2(-rotation[0, 1], rotation[1, 1])])
    roll = np.arctan2(rotation[2, 1], rotation[2, 2])
    return np.array([roll, pitch, np.arctan2(rotation[1, 0], rotation[0, 0])])
