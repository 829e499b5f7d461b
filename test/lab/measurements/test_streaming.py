# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is counted while a hand is followed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[3]
WAYS = ('tracker', 'chosen', 'switching')


def rows(*arguments: str) -> list[dict]:
    """Return what the measurement prints of UR10 within two runs of a second."""
    command = [sys.executable, '-m', 'lab.measurements.streaming', '--json', '--models', 'ur10']
    done = subprocess.run(
        [*command, '--runs', '2', '--seconds', '1', '--ways', *WAYS, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)['streaming']


def test_a_tracker_never_flips_and_is_never_silent():
    found = rows()
    assert [row['way'] for row in found] == list(WAYS)
    for row in found:
        assert row['runs with a flip'] == row['silent frames'] == 0
        assert row['within 1 mm, 1 deg'] > 0.3


def test_a_recorded_hand_is_followed(tmp_path):
    times = np.arange(100) / 72
    frames = np.column_stack(
        [0.2 * np.sin(times), times, 0 * times, *3 * [0 * times], 1 + 0 * times]
    )
    file = tmp_path / 'hand.csv'
    np.savetxt(file, frames, delimiter=',', header='x,y,z,qx,qy,qz,qw', comments='')
    for row in rows('--recording', str(file)):
        assert row['runs with a flip'] == row['silent frames'] == 0
