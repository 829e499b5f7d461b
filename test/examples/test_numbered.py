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
    assert [path.name[:3] for path in EXAMPLES] == [f'{n:02d}_' for n in range(1, 18)]


@pytest.mark.parametrize('path', EXAMPLES, ids=lambda path: path.stem)
def test_is_short_and_says_how_to_run_it(path):
    text = path.read_text(encoding='utf-8')
    assert len(text.splitlines()) < 60
    assert f'python examples/{path.name}' in text.split('"""')[1]
    assert path.name in (ROOT / 'examples' / 'README.md').read_text(encoding='utf-8')


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


def test_batch(tmp_path, monkeypatch):
    pytest.importorskip('matplotlib')
    monkeypatch.chdir(tmp_path)
    names = run('07_batch.py')
    assert 0.1 < names['batch'].success.mean() < 0.5
    assert (tmp_path / 'reach.png').read_bytes().startswith(b'\x89PNG')
    assert names['axes'].get_xlabel() == 'x [m]'


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


def test_any_arm_without_training(monkeypatch):
    monkeypatch.setattr('sys.argv', ['13_any_arm_without_training.py'])
    names = run('13_any_arm_without_training.py')
    assert names['first'].success
    assert names['batch'].success.all()


def test_any_arm_by_its_file(monkeypatch):
    urdf = str(ROOT / 'config' / 'ur10.urdf')
    monkeypatch.setattr('sys.argv', ['13_any_arm', urdf, 'base_link', 'ee_link'])
    assert run('13_any_arm_without_training.py')['batch'].success.all()


def test_poses_as_matrices():
    names = run('14_poses_as_matrices.py')
    np.testing.assert_allclose(names['T_reached'], names['T_base_tip'], atol=3e-6)
    assert names['near'].seed_distance < 0.1
    assert names['anyhow'].success


def test_another_tool():
    names = run('15_another_tool.py')
    np.testing.assert_allclose(names['at_torch'], names['pose'][0], atol=2e-6)
    length = np.linalg.norm(names['T_tip_torch'][:3, 3])
    assert np.linalg.norm(names['at_torch'] - names['at_flange']) == pytest.approx(length)
    assert names['free'].success


def test_timed_trajectory():
    names = run('16_timed_trajectory.py')
    assert names['path'].success
    assert 0 < names['fastest'] <= 1
    assert names['slow'].times[-1] > names['trajectory'].times[-1]
    assert names['q'].shape == (len(names['ticks']), 7)


def test_five_joints():
    names = run('17_five_joints.py')
    shares = [names[which].success.mean() for which in ('whole', 'axis', 'alone')]
    assert shares[0] < 0.05 < 0.2 < shares[1] <= shares[2] == 1.0
