# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The command `track`, as its user calls it."""

import json

import numpy as np
import pytest

from learned_ik import cli, resources

pytest.importorskip('matplotlib')

MODEL = resources.shipped_file('models/tiago_arm.safetensors')
HEADER = 'x,y,z,qx,qy,qz,qw'


@pytest.fixture
def called(capsys, tmp_path):
    """Return a function that runs the command: exit status, output, errors."""

    def call(*arguments) -> tuple[int, str, str]:
        out = ['--out', tmp_path / 'track.png'] if '--out' not in arguments else []
        status = cli.main(['track', str(MODEL), *map(str, [*arguments, *out])])
        return status, *capsys.readouterr()

    return call


@pytest.fixture
def recording(tmp_path):
    """Return the file of a hand that goes in a small circle."""
    angles = np.linspace(0, 2 * np.pi, 120)
    rows = [f'{np.cos(a):.6f},{np.sin(a):.6f},0.1,0,0,0,1' for a in angles]
    path = tmp_path / 'hand.csv'
    path.write_text('\n'.join([HEADER, *rows]))
    return path


def test_a_recorded_hand_is_followed_and_drawn(called, recording, tmp_path):
    status, output, errors = called(
        '--recording', recording, '--scale', '0.05', '--rate', '60', '--json',
        '--acceleration', '20', '--speed', *[1.5] * 7,
    )  # fmt: skip
    assert status == 0, errors
    answer = json.loads(output)
    assert answer['frames'] == 120
    assert answer['seconds'] == pytest.approx(2.0)
    assert answer['recording'] == str(recording)
    assert answer['shares']['on target'] > 0.8
    assert (answer['flips'], answer['silent_frames']) == (0, 0)
    assert answer['largest_step'] <= 1.5 / 60 + 1e-9
    assert answer['largest_speed_share'] <= 1 + 1e-9
    assert answer['largest_acceleration_share'] <= 1 + 1e-6
    assert (tmp_path / 'track.png').read_bytes().startswith(b'\x89PNG')


def test_a_simulated_hand_is_followed_and_told_in_a_table(called, tmp_path):
    picture = tmp_path / 'new' / 'hand.svg'
    status, output, errors = called('--seconds', '2', '--scale', '0.05', '--out', picture)
    assert status == 0, errors
    lines = output.splitlines()
    assert lines[0].split()[:2] == ['frames', '144,']
    assert 'on target' in lines[1]
    assert 'no limit' in output
    assert f'picture: {picture}' in lines
    assert picture.is_file()


def test_the_arm_begins_where_it_is_told(called, recording):
    start = [0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0]
    arguments = ('--recording', recording, '--scale', '0.02', '--seconds', '0.5', '--json')
    status, output, _ = called(*arguments, '--start', *start)
    assert (status, json.loads(output)['frames']) == (0, 37)
    status, output, errors = called(*arguments, '--start', '0.5')
    assert (status, output) == (2, '')
    assert 'joint_positions' in errors


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--recording', '/none.csv'], "recording '/none.csv' does not exist"),
        (['--scale', '0'], 'scale is 0'),
        (['--seconds', 'nan'], 'seconds is nan'),
        (['--rate', '-5'], 'rate is -5'),
        (['--speed', '0'], 'velocity_limits'),
        (['--speed', '1', '2'], 'velocity_limits'),
        (['--acceleration', '-1'], 'acceleration_limits'),
        (['--min-clearance', '-1'], 'min_clearance is -1'),
        (['--obstacle', '1,2'], "obstacle '1,2'"),
        (['--out', 'track.txt'], "'track.txt' ends in none of .png"),
        (['--out', '/dev/null/a.png'], "'/dev/null/a.png' cannot be written"),
    ],
)
def test_what_is_malformed_is_told_in_one_line(called, arguments, message):
    status, output, errors = called(*arguments)
    assert (status, output) == (2, '')
    assert message in errors
    assert 'Traceback' not in errors
