# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Any arm at once: from its URDF, without a model; and shipped models by their names."""

import json
import subprocess
import sys

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.errors import AmbiguousTipError, ModelFileError
from learned_ik.resources import shipped_file

ARMS = {
    'ur10': ('ur_description/urdf/ur10_robot.urdf', 'base_link', 'ee_link'),
    'pr2': ('pr2_description/urdf/pr2.urdf', 'torso_lift_link', 'l_gripper_tool_frame'),
}
POSE = '--position', '0.5', '0.2', '0.3', '--orientation', '1', '0', '0', '0'


@pytest.mark.parametrize('arm', ARMS)
def test_every_pose_of_a_fresh_arm_is_solved(real_urdf, arm):
    file, base, tip = ARMS[arm]
    solver = IkSolver.from_urdf(real_urdf(file), base, tip)
    q = solver.chain.sample(np.random.default_rng(2), 500)
    position, orientation = solver.forward(q)
    batch = solver.solve_batch(position, orientation)
    assert batch.success.all()
    reached, _ = solver.forward(batch.joint_positions)
    assert np.linalg.norm(reached - position, axis=1).max() <= 1.01e-6


def test_what_a_chain_refuses_is_refused(real_urdf):
    with pytest.raises(AmbiguousTipError):
        IkSolver.from_urdf(real_urdf(ARMS['pr2'][0]))


def test_soft_limits_are_kept():
    urdf = shipped_file('config/tiago_arm.urdf')
    hard, soft = (
        IkSolver.from_urdf(urdf, 'torso_lift_link', 'arm_tool_link', soft_limits=each).chain
        for each in (False, True)
    )
    assert (soft.lower >= hard.lower).all()
    assert (soft.lower > hard.lower).any()


def test_a_model_is_found_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert IkSolver.load('panda').chain.tip_link == 'panda_hand'
    assert IkModel.load('ur10').name == 'ur10'


def test_a_file_goes_before_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    IkModel.load('ur10').save(tmp_path / 'panda')
    assert IkModel.load('panda').name == 'ur10'


def test_a_name_of_no_model_is_told_with_those_that_there_are():
    with pytest.raises(ModelFileError, match=r"'pandaa'.* there are: .*panda.*ur10"):
        IkModel.load('pandaa')
    with pytest.raises(ModelFileError, match=r'pandaa\.safetensors'):
        IkModel.load('pandaa.safetensors')


def run(*words):
    return subprocess.run(
        [sys.executable, '-m', 'learned_ik', 'solve', *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_line_solves_without_a_model():
    done = run('--urdf', str(shipped_file('config/ur10.urdf')), *POSE, '--json')
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer['status'] == 'SUCCESS'
    assert len(answer['joint_positions']) == 6


@pytest.mark.parametrize(
    ('words', 'expected'),
    [
        (POSE, 'a model or --urdf'),
        (('panda', '--urdf', 'x.urdf', *POSE), 'one of both'),
        (('panda', '--tip', 'panda_link8', *POSE), 'go with --urdf'),
        (('--urdf', 'nowhere.urdf', *POSE), 'nowhere.urdf'),
    ],
)
def test_the_command_line_says_what_it_takes(words, expected):
    done = run(*words)
    assert done.returncode == 2
    assert expected in done.stderr
