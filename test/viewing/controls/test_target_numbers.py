# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from learned_ik.rotations import matrix_from_rpy
from learned_ik.viewing.controls.target_numbers import roll_pitch_yaw


def test_angles_are_those_of_the_urdf():
    rng = np.random.default_rng(0)
    for angles in rng.uniform([-3.1, -1.5, -3.1], [3.1, 1.5, 3.1], (50, 3)):
        np.testing.assert_allclose(roll_pitch_yaw(matrix_from_rpy(angles)), angles, atol=1e-9)


@pytest.mark.parametrize('pitch', [-np.pi / 2, np.pi / 2])
def test_a_pitch_of_a_quarter_turn_has_angles_too(pitch):
    rotation = matrix_from_rpy([0.3, pitch, -0.4])
    angles = roll_pitch_yaw(rotation)
    assert angles[0] == 0.0
    np.testing.assert_allclose(matrix_from_rpy(angles), rotation, atol=1e-9)
