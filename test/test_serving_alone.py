# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What serves works on a robot: with nothing but what every ROS distribution carries."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODEL = str(ROOT / 'models' / 'tiago_arm.safetensors')
# Not on a robot: who imports one of these fails.
WITHOUT = """
import sys
absent = 'numba', 'llvmlite', 'safetensors', 'torch', 'tyro', 'scipy', 'matplotlib', 'trimesh'
for name in absent:
    sys.modules[name] = None
"""
PYTHON = """
import numpy as np
from learned_ik import IkModel, IkSolver, KinematicChain, Tracker
solver = IkSolver.load({model!r})
chain, q = solver.chain, solver.chain.middle + 0.1
position, orientation = chain.forward(q)
assert solver.solve(position, orientation, seed=q)
assert solver.solve_all(position, orientation, 4)
assert solver.follow(*chain.forward(np.linspace(q, q + 0.1, 9))).success
tracker = Tracker(solver)
tracker.reset(q)
for obstacles in ([], [[0.9, 0.9, 0.9, 0.05]]):
    solver.set_obstacles(obstacles)
    assert solver.solve(position, orientation, seed=q)
    assert tracker.update(position, orientation, 0.01).status.name == 'ON_TARGET'
assert IkSolver(chain).solve(position, orientation)
print('served')
"""
POSE = ['--position', '0.5', '-0.1', '0.2', '--orientation', '0', '0', '0', '1']


def ran(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, '-c', WITHOUT + program], capture_output=True, text=True, check=False
    )


def test_a_solver_needs_nothing_else():
    done = ran(PYTHON.format(model=MODEL))
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'served\n'


def test_the_node_needs_nothing_else_but_ros():
    pytest.importorskip('rclpy')
    done = ran('import learned_ik.ros.node, learned_ik.player.trajectory_node')
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    'arguments',
    [
        ('show', MODEL),
        ('solve', MODEL, *POSE),
        ('evaluate', MODEL, '--poses', '100'),
        ('build-native', '--help'),
        ('export', '--help'),
        ('track', '--help'),
        ('view', '--help'),
        ('body', '--help'),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_serves_needs_nothing_else(arguments):
    done = ran(f'from learned_ik.cli import main; sys.exit(main({list(arguments)!r}))')
    assert done.returncode == 0, done.stderr


def test_a_command_that_trains_says_what_it_needs():
    done = ran("from learned_ik.cli import main; sys.exit(main(['train', '--help']))")
    assert done.returncode == 2
    assert done.stderr == "error: train needs tyro: pip install 'learned_ik[train]'\n"
