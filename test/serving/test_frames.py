# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from learned_ik.errors import InvalidInputError, UnknownFrameError
from learned_ik.rotations import matrix_from_rpy, transform
from learned_ik.serving.frames import pose_in_base

HALF = np.sqrt(0.5)
UNTURNED = np.array([0.0, 0.0, 0.0, 1.0])
FRAMES = {
    'base': np.eye(4),
    'camera': transform(matrix_from_rpy([0, 0, np.pi / 2]), [0.1, 0.2, 0.3]),
}


@pytest.mark.parametrize('frame', ['', 'base'])
def test_a_pose_in_the_base_stays_as_it_is(frame):
    position, orientation = pose_in_base('base', FRAMES, frame, np.ones(3), UNTURNED)
    np.testing.assert_array_equal(position, [1, 1, 1])
    np.testing.assert_array_equal(orientation, UNTURNED)


def test_a_pose_in_a_tied_frame_is_moved_and_turned():
    position, orientation = pose_in_base('base', FRAMES, 'camera', np.array([1, 0, 0]), UNTURNED)
    np.testing.assert_allclose(position, [0.1, 1.2, 0.3])
    np.testing.assert_allclose(orientation, [0, 0, HALF, HALF])


def test_an_unknown_frame_lists_the_known_ones():
    with pytest.raises(UnknownFrameError, match='expected one of: base, camera, or'):
        pose_in_base('base', FRAMES, 'gripper', np.zeros(3), UNTURNED)


def test_a_zero_quaternion_in_a_tied_frame_is_refused():
    with pytest.raises(InvalidInputError, match='length zero'):
        pose_in_base('base', FRAMES, 'camera', np.zeros(3), np.zeros(4))
