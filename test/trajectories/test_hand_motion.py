# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A hand's motion, simulated or recorded, and the tool that it leads."""

import numpy as np
import pytest

from learned_ik.errors import InvalidInputError, ModelFileError
from learned_ik.rotations import matrix_from_quaternion, matrix_from_rpy, quaternion_from_matrix
from learned_ik.trajectories.hand_motion import HandMotion, simulated_hand
from learned_ik.trajectories.hand_recording import read_recording

HEADER = 'x,y,z,qx,qy,qz,qw'
ROWS = '0.1,0.2,0.3,0,0,0,1\n0.2,0.2,0.1,0,0,2,0'  # half a turn, by a quaternion of length 2


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a recording and returns its path."""

    def write(text):
        path = tmp_path / 'hand.csv'
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_tool_moves_by_the_scale_and_turns_as_the_hand():
    turn = matrix_from_rpy([0.1, -0.4, 0.7])
    first, start = matrix_from_rpy([1.0, 0.5, -2.0]), matrix_from_rpy([0.0, 1.2, 0.3])
    motion = HandMotion(
        np.array([0.0, 0.1]),
        np.array([[1.0, 2.0, 3.0], [1.5, 2.0, 2.0]]),
        quaternion_from_matrix(np.stack([first, turn @ first])),
    )
    positions, orientations = motion.clutched([0.6, 0.0, 0.2], quaternion_from_matrix(start), 0.2)
    np.testing.assert_allclose(positions, [[0.6, 0.0, 0.2], [0.7, 0.0, 0.0]])
    np.testing.assert_allclose(
        matrix_from_quaternion(orientations), np.stack([start, turn @ start]), atol=1e-12
    )


def test_a_simulated_hand_moves_slowly_and_about_an_arms_length():
    motion = simulated_hand(30.0, 50.0)
    assert len(motion) == 1500
    np.testing.assert_allclose(np.diff(motion.times), 0.02)
    speeds = np.linalg.norm(np.diff(motion.positions, axis=0), axis=1) * 50
    assert 0.2 < speeds.max() < 3.0  # arm lengths a second
    assert (0.5 < np.ptp(motion.positions, axis=0)).all()
    assert len(motion.until(1.0)) == 51
    assert len(motion.until(0.0)) == 1


@pytest.mark.parametrize(('seconds', 'rate'), [(0, 72), (np.nan, 72), (1e9, 72), (1, 0), (1, -1)])
def test_no_hand_of_no_or_endless_time(seconds, rate):
    with pytest.raises(InvalidInputError, match=r'seconds|rate'):
        simulated_hand(seconds, rate)


def test_a_recording_is_read(file):
    motion = read_recording(file(f'{HEADER}\n{ROWS}\n\n'), 50.0)
    np.testing.assert_allclose(motion.times, [0.0, 0.02])
    np.testing.assert_allclose(motion.positions, [[0.1, 0.2, 0.3], [0.2, 0.2, 0.1]])
    np.testing.assert_allclose(motion.orientations, [[0, 0, 0, 1], [0, 0, 1, 0]])


def test_times_of_a_recording_begin_at_zero_and_columns_may_be_in_any_order(file):
    motion = read_recording(
        file('\ufefft,qx,qy,qz,qw,z,y,x\r\n7.5,0,0,0,1,3,2,1\r\n7.6,0,0,0,1,3,2,1\r\n'), 50.0
    )
    np.testing.assert_allclose(motion.times, [0.0, 0.1])
    np.testing.assert_allclose(motion.positions[0], [1, 2, 3])


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'line 1, lacks .x, y, z, qx'),
        ('x,y,z\n1,2,3', 'line 1, lacks .qx, qy, qz, qw'),
        (f'{HEADER},grip\n', 'line 1, has unknown .grip'),
        (f'{HEADER},x\n', 'line 1, has twice .x'),
        (f'{HEADER}\n\n', 'no frame'),
        (f'{HEADER}\n{ROWS}\n0,0,nan,0,0,0,1', 'line 4: z is .nan.; expected a number'),
        (f'{HEADER}\n\n0,inf,0,0,0,0,1', 'line 3: y is .inf.'),
        (f'{HEADER}\n1e300,0,0,0,0,0,1', 'line 2: x is .1e300.'),
        (f'{HEADER}\nleft,0,0,0,0,0,1', 'line 2: x is .left.'),
        (f'{HEADER}\n1,2,3', 'line 2, has 3 entries; expected 7'),
        (f'{HEADER}\n0,0,0,0,0,0,0', 'line 2, has a quaternion of length zero'),
        (f't,{HEADER}\n1,{ROWS}', 'line 3, has 7 entries; expected 8'),
        (f't,{HEADER}\n1,0,0,0,0,0,0,1\n\n1,0,0,0,0,0,0,1', 'line 4: t is 1 after 1'),
        (b'\xff\xfe\x00', 'is no text'),
    ],
)
def test_a_malformed_recording_is_refused_by_file_and_line(file, text, message):
    with pytest.raises(InvalidInputError, match=rf"recording '.*hand\.csv'.*{message}"):
        read_recording(file(text), 72.0)


def test_a_recording_that_is_no_file_is_refused(tmp_path, file, monkeypatch):
    for path in (tmp_path, tmp_path / 'none.csv'):
        with pytest.raises(ModelFileError, match='does not exist or is not a file'):
            read_recording(path, 72.0)
    monkeypatch.setattr('learned_ik.trajectories.hand_recording.LARGEST_FILE', 10)
    with pytest.raises(ModelFileError, match='larger than 10 bytes'):
        read_recording(file(f'{HEADER}\n{ROWS}'), 72.0)
