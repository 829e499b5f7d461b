# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The demo, small: it has to solve everything, and to leave nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('rclpy')
pytest.importorskip('matplotlib')

ROOT = Path(__file__).parents[2]
PATIENCE = 180  # [s], for a machine that has to compile first


@pytest.fixture
def demo(tmp_path):
    """Start the demo in an empty folder, as a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, ROOT / 'examples' / 'demo.py', '--poses', '20', '--targets', '40'],
        cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'PYTHONUNBUFFERED': '1'},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    yield process
    process.kill()
    process.wait()


def nodes_of(process):
    """Return the processes that a process has started and not ended."""
    children = Path(f'/proc/{process.pid}/task/{process.pid}/children').read_text()
    return [int(pid) for pid in children.split()]


def is_running(pid):
    return Path(f'/proc/{pid}/cmdline').exists()


def test_solves_everything_and_draws_it(demo, tmp_path):
    output = demo.communicate(timeout=PATIENCE)[0]
    assert demo.returncode == 0, output
    assert '20/20' in output
    assert '40/40' in output
    assert (tmp_path / 'demo.png').read_bytes().startswith(b'\x89PNG')


@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGTERM])
def test_leaves_nothing_running_when_it_is_interrupted(demo, how):
    assert 'starting the node' in demo.stdout.readline()
    nodes = nodes_of(demo)
    assert nodes
    demo.send_signal(how)
    demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 130
    assert not any(is_running(pid) for pid in nodes)
