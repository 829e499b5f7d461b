# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The library for other processors: an older one here, and ARM in an emulator."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.kernels.compilation import is_native, native_library
from learned_ik.native.build import build
from learned_ik.native.packed_model import packed_content

ROOT = Path(__file__).parents[2]
ROBOTS = 'tiago_arm', 'panda', 'ur10'
TRIPLE = 'aarch64-linux-gnu'
TOOLS = f'{TRIPLE}-gcc', f'{TRIPLE}-g++', 'qemu-aarch64'
POSES = 3000

LEVEL = """
import sys
import numpy as np
from learned_ik import IkSolver
from learned_ik.kernels.compilation import native_library
native_library().use(sys.argv[1])
assert native_library().level() == sys.argv[1]
poses = np.load(sys.argv[2])
solver = IkSolver.load(sys.argv[3])
np.save(sys.argv[4], [solver.solve(row[:3], row[3:]).joint_positions for row in poses])
"""


def reachable(solver: IkSolver, count: int) -> np.ndarray:
    return np.concatenate(
        solver.chain.forward(solver.chain.sample(np.random.default_rng(1), count)), axis=1
    )


def assert_reached(solver: IkSolver, q: np.ndarray, poses: np.ndarray) -> None:
    positions, orientations = solver.chain.forward(q)
    assert np.linalg.norm(positions - poses[:, :3], axis=1).max() < 2e-6
    assert (1 - np.abs(np.sum(orientations * poses[:, 3:], axis=1))).max() < 1e-11


@pytest.mark.parametrize('robot', ROBOTS)
def test_the_code_for_an_older_processor_answers_as_well(robot, tmp_path):
    if not is_native() or native_library().level() != 'x86-64-v3':
        pytest.skip('there is no choice of levels here')
    file = str(ROOT / 'models' / f'{robot}.safetensors')
    solver = IkSolver.load(file)
    poses, answers = reachable(solver, 500), {}
    np.save(tmp_path / 'poses.npy', poses)
    for level in ('x86-64-v2', 'x86-64-v3'):
        out = tmp_path / f'{level}.npy'
        words = (level, str(tmp_path / 'poses.npy'), file, str(out))
        subprocess.run([sys.executable, '-c', LEVEL, *words], check=True)
        answers[level] = np.load(out)
        assert_reached(solver, answers[level], poses)
    # Rounded otherwise, it ends elsewhere within the tolerances, seldom on another branch.
    apart = np.abs(answers['x86-64-v2'] - answers['x86-64-v3']).max(axis=1)
    assert np.median(apart) < 1e-6
    assert np.mean(apart < 1e-5) > 0.98


@pytest.fixture(scope='module')
def emulated(tmp_path_factory) -> list[str]:
    """Return the command that runs judged.cpp, compiled for ARM."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f'{", ".join(missing)}: not installed')
    folder = tmp_path_factory.mktemp('aarch64')
    build(folder, 'aarch64')
    program = folder / 'judged'
    subprocess.run(
        [f'{TRIPLE}-g++', '-std=c++17', '-O1', '-pthread', f'-I{ROOT / "include"}',
         str(Path(__file__).with_name('judged.cpp')), f'-L{folder}', '-llearned_ik',
         '-o', program],
        check=True,
    )  # fmt: skip
    return ['qemu-aarch64', '-L', f'/usr/{TRIPLE}', '-E', f'LD_LIBRARY_PATH={folder}',
            str(program)]  # fmt: skip


@pytest.mark.parametrize('robot', ROBOTS)
def test_on_arm_every_answer_is_within_the_tolerances(emulated, robot, tmp_path):
    model = IkModel.load(ROOT / 'models' / f'{robot}.safetensors')
    solver = IkSolver(model)
    joints = solver.chain.joint_count
    poses = reachable(solver, POSES)
    file, asked, answered = (tmp_path / name for name in ('model.ik', 'asked', 'answered'))
    file.write_bytes(packed_content(model))
    asked.write_bytes(np.hstack([poses, np.zeros((POSES, joints))]).tobytes())
    subprocess.run([*emulated, file, 'plain', asked, answered], check=True)
    found = np.frombuffer(answered.read_bytes()).reshape(POSES, -1)
    assert (found[:, 0] == 1).all()
    assert_reached(solver, found[:, -joints:], poses)
