# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The numbered examples that ask a node, each in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node()
    client.wait_for_node()
    return node


def run(name):
    """Return what an example prints."""
    result = subprocess.run(
        [sys.executable, str(ROOT / 'examples' / name)],
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_call_the_service(node):
    assert (
        len(re.findall(r'^arm_\d_joint +-?\d\.\d{3} rad$', run('04_call_the_service.py'), re.M))
        == 7
    )


def test_follow_with_a_seed(node):
    said = run('05_follow_with_a_seed.py')
    assert '199 steps' in said
    assert float(said.split()[-2]) < 0.2


def test_follow_a_path_over_ros(node):
    said = run('11_follow_a_path_over_ros.py')
    assert said.startswith('60 points in ')
    assert 0 < float(re.search(r'by more than (\d\.\d{3}) rad', said)[1]) < 0.2
    assert float(re.search(r'with a free axis (\d\.\d{3}) rad', said)[1]) < 0.2
    assert re.search(r'^\d+ of 60 poses are not reached; pose \d+: ', said, re.M)


def test_obstacles_over_ros(node):
    said = run('12_obstacles_over_ros.py').splitlines()
    assert [line.split(': ')[1].split(',')[0] for line in said] == [
        'SUCCESS', 'SUCCESS', 'GOAL_IN_COLLISION', 'SUCCESS', 'SUCCESS',
    ]  # fmt: skip
    assert 'inf mm clear' in said[0]
    assert 'inf' not in said[1]
    assert 'inf mm clear' in said[-1]
