# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The numbered examples: short, explained, and true. Those that ask a node: `test/ros/`."""

import runpy
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / 'examples').glob('[0-9]*.py'))


def run(name):
    """Run an example as its user would; return the names that it leaves."""
    return runpy.run_path(str(ROOT / 'examples' / name), run_name='__main__')


def test_they_are_numbered_one_by_one():
    assert [path.name[:3] for path in EXAMPLES] == [f'{n:02d}_' for n in range(1, 13)]


@pytest.mark.parametrize('path', EXAMPLES, ids=lambda path: path.stem)
def test_is_short_and_says_how_to_run_it(path):
    text = path.read_text(encoding='utf-8')
    assert len(text.splitlines()) < 60
    assert f'python examples/{path.name}' in text.split('"""')[1]
    assert path.name in (ROOT / 'README.md').read_text(encoding='utf-8')


def test_solve_a_pose(capsys):
    names = run('01_solve_a_pose.py')
    assert names['solution'].success
    assert not names['far'].success
    assert 'out of reach' in capsys.readouterr().out


def test_train_your_arm(tmp_path, monkeypatch):
    pytest.importorskip('torch')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr('sys.argv', ['02_train_your_arm.py'])
    names = run('02_train_your_arm.py')
    assert (tmp_path / 'my_arm.safetensors').is_file()
    assert np.median(names['off']) < 0.3  # an untrained network is off by some 0.7 m
    assert names['batch'].success.all()


def test_follow_a_path():
    names = run('03_follow_a_path.py')
    assert names['followed'].success
    step = names['largest_step']
    assert step(names['followed'].joint_positions) < 0.2
    assert step(names['alone'].joint_positions) > step(names['followed'].joint_positions)
    assert not names['broken'].success


def test_obstacles():
    names = run('06_obstacles.py')
    assert names['free'].success
    assert names['moved'].success
    assert names['moved'].clearance > 0
    assert names['wide'].clearance >= 0.03
    assert names['touching'].status.name == 'GOAL_IN_COLLISION'
    assert names['ignoring'].success
    assert names['ignoring'].clearance < 0


def test_batch(capsys):
    names = run('07_batch.py')
    assert 0.1 < names['batch'].success.mean() < 0.5
    assert '#' in capsys.readouterr().out


def test_seed_another_solver(capsys):
    pytest.importorskip('pinocchio')
    run('08_seed_another_solver.py')
    middle, network = capsys.readouterr().out.splitlines()
    solved = [float(line.split(': ')[1].split('%')[0]) for line in (middle, network)]
    assert solved[1] > 90 > solved[0]


def test_many_solutions():
    names = run('09_many_solutions.py')
    joints = [solution.joint_positions for solution in names['solutions']]
    assert len(joints) > 3
    assert min(np.abs(a - b).max() for a in joints for b in joints if a is not b) > 0.05
    assert names['nearest'].seed_distance < names['farthest'].seed_distance
    assert abs(names['bent'].joint_positions[3] - 2.0) < 0.2


def test_a_hand_is_followed_without_a_jump(capsys):
    names = run('10_follow_a_hand.py')
    fastest = names['solver'].chain.velocity.max()  # [rad/s]
    assert 0 < names['largest_step'] <= fastest / names['RATE'] + 1e-9
    assert names['step'].status.value == 'on target'
    assert names['largest_solved'] > 2 * names['largest_step']
    assert names['silent'] > 50  # the second in which the hand is out of reach
    assert '===' in capsys.readouterr().out
