# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the nodes say when they are called in another way than ROS does."""

import subprocess
import sys

import pytest

pytest.importorskip('rclpy')


def run(*arguments):
    return subprocess.run(
        [sys.executable, '-m', 'learned_ik', *arguments],
        capture_output=True,
        text=True,
        timeout=180,
    )


@pytest.mark.parametrize(
    ('node', 'parameter'), [('ik_node', 'position_tolerance'), ('trajectory_node', 'radius')]
)
def test_help_tells_every_parameter(node, parameter):
    result = run(node, '--help')
    assert result.returncode == 0
    assert result.stdout.startswith(f'usage: ros2 run learned_ik {node} --ros-args')
    assert f'\n  {parameter}  (' in result.stdout
    assert result.stderr == ''


def test_an_argument_that_nobody_takes_is_refused():
    result = run('ik_node', 'arm.safetensors', '--ros-args', '-p', 'timeout:=0.1')
    assert result.returncode == 2
    assert "ik_node takes no 'arm.safetensors'" in result.stderr


def test_arguments_that_ros_cannot_read_are_told_in_one_line():
    result = run('ik_node', '--ros-args', '-r')
    assert result.returncode == 2
    assert result.stderr.startswith('error: ')
    assert '-r flag' in result.stderr
    assert 'Traceback' not in result.stderr
