# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""An arm that a caller of C++ describes, with a network or without: the same as in Python."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from cpp_programs import NEEDED, ROOT, SANITIZERS, compiled

from learned_ik import IkModel, IkSolver, KinematicChain
from learned_ik.native.packed_model import packed_content
from learned_ik.rotations import matrix_from_quaternion, transform

MIMIC = """
<robot name="r"><link name="a"/><link name="b"/><link name="c"/><link name="d"/><link name="e"/>
<joint name="j" type="prismatic"><parent link="a"/><child link="b"/><axis xyz="0 1 1"/>
<limit lower="-1" upper="2" effort="1" velocity="1"/></joint>
<joint name="k" type="prismatic"><parent link="b"/><child link="c"/><axis xyz="0 0 -1"/>
<limit lower="-1" upper="2" effort="1" velocity="1"/>
<mimic joint="j" multiplier="0.5" offset="0.1"/></joint>
<joint name="l" type="continuous"><parent link="c"/><child link="d"/><axis xyz="1 2 3"/>
<origin xyz="0.1 0.2 0.3" rpy="1 2 3"/></joint>
<joint name="m" type="fixed"><parent link="d"/><child link="e"/><origin xyz="0.2 0 0"/></joint>
</robot>"""

pytestmark = NEEDED


@pytest.fixture(scope='module')
def program(tmp_path_factory) -> Path:
    """Return the program of described.cpp, under sanitizers."""
    source = Path(__file__).with_name('described.cpp')
    to = tmp_path_factory.mktemp('cpp') / 'described'
    return compiled(source, to, *SANITIZERS)


def flat(T) -> str:
    """Return a transform (4, 4) as C++ has it: rotation row by row, position."""
    return ' '.join(repr(float(v)) for v in [*T[:3, :3].ravel(), *T[:3, 3]])


def told(chain: KinematicChain, T_base=None, T_tip=None) -> str:
    """Return a chain as described.cpp reads it, and where a network stands in it."""

    def numbers(values) -> str:
        return ' '.join(repr(float(v)) for v in values)

    endless = chain.continuous
    lines = [f'{chain.joint_count} {chain.motion_count} {chain.base_link} {chain.tip_link}']
    lines.append(' '.join(chain.joint_names))
    lines.append(numbers(np.where(endless, -np.inf, chain.lower)))
    lines.append(numbers(np.where(endless, np.inf, chain.upper)))
    lines.append(numbers(chain.velocity))
    for k in range(chain.motion_count):
        lines.append(f'{flat(chain.transforms[k])} 0 0 1 {int(chain.prismatic[k])}')
        lines.append(f'{chain.source[k]} {numbers([chain.multiplier[k], chain.offset[k]])}')
    lines.append(flat(chain.transforms[-1]))
    lines += [flat(np.eye(4) if T is None else T) for T in (T_base, T_tip)]
    return '\n'.join(lines) + '\n'


def answered(program, tmp_path, description, poses, model=None):
    """Return what C++ prints, the packed robot, and its answers: status, attempts, joints."""
    chain, asked, answers = (tmp_path / name for name in ('chain', 'asked', 'answers'))
    chain.write_text(description)
    asked.write_bytes(np.ascontiguousarray(poses).tobytes())
    network = '-'
    if model is not None:
        network = tmp_path / 'model.ik'
        network.write_bytes(packed_content(model))
    done = subprocess.run(
        [program, network, chain, asked, answers], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    difference = lines.pop(0) if model is not None else ''
    packed = np.array([float.fromhex(line) for line in lines])
    return difference, packed, np.frombuffer(answers.read_bytes()).reshape(len(poses), -1)


@pytest.mark.parametrize('kind', ['tiago', 'mimic', 'pr2', 'artificial'])
def test_an_arm_is_laid_out_as_python_does(program, tmp_path, kind, artificial, real_urdf, tiago):
    if kind == 'artificial':
        chain = artificial(5)
    elif kind == 'pr2':
        urdf = real_urdf('pr2_description/urdf/pr2.urdf')
        chain = KinematicChain.from_urdf(urdf, 'torso_lift_link', 'l_gripper_tool_frame')
    else:
        chain = KinematicChain.from_urdf(MIMIC) if kind == 'mimic' else tiago
    q = chain.sample(np.random.default_rng(3), 200)
    poses = np.concatenate(chain.forward(q), axis=1)
    _, packed, answers = answered(program, tmp_path, told(chain), poses)
    solver = IkSolver(chain)
    np.testing.assert_allclose(packed, solver.engine.packed.robot, rtol=1e-12, atol=1e-12)
    assert (answers[:, 0] == 1).mean() >= 0.99
    reached = answers[answers[:, 0] == 1]
    p, o = chain.forward(reached[:, 2:])
    expected = poses[answers[:, 0] == 1]
    assert np.abs(p - expected[:, :3]).max() <= 1.01e-6
    turned = matrix_from_quaternion(o) @ np.swapaxes(matrix_from_quaternion(expected[:, 3:]), 1, 2)
    assert np.abs(turned - np.eye(3)).max() <= 2e-6


@pytest.mark.parametrize('robot', ['tiago_arm', 'panda', 'ur10'])
def test_a_network_serves_other_links_that_are_tied_to_its_own(program, tmp_path, robot):
    """Its first answers converge as often as at its own links, where none would need restarts."""
    model = IkModel.load(ROOT / 'models' / f'{robot}.safetensors')
    own = model.chain
    rng = np.random.default_rng(5)
    R = [matrix_from_quaternion(q / np.linalg.norm(q)) for q in rng.normal(size=(2, 4))]
    T_base, T_tip = (transform(each, rng.normal(size=3) * 0.3) for each in R)
    transforms = own.transforms.copy()
    transforms[0] = T_base @ transforms[0]
    transforms[-1] = transforms[-1] @ T_tip
    fields = own.to_dict() | {'transforms': transforms.tolist(), 'base_link': 'world'}
    chain = KinematicChain.from_dict(fields)
    q = own.sample(rng, 300)
    at_own = np.concatenate(own.forward(q), axis=1)
    poses = np.concatenate(chain.forward(q), axis=1)
    difference, _, own_answers = answered(program, tmp_path, told(own), at_own, model)
    assert difference == 'difference: '
    _, _, answers = answered(program, tmp_path, told(chain, T_base, T_tip), poses, model)
    _, _, blind = answered(program, tmp_path, told(chain), poses)
    assert (answers[:, 0] == 1).all()
    p, o = chain.forward(answers[:, 2:])
    assert np.abs(p - poses[:, :3]).max() <= 1.01e-6
    assert np.abs(np.abs(np.sum(o * poses[:, 3:], axis=1)) - 1).max() < 1e-9
    assert (answers[:, 1] == 1).mean() > (own_answers[:, 1] == 1).mean() - 0.02
    assert (answers[:, 1] == 1).mean() > (blind[:, 1] == 1).mean()


def test_a_model_of_another_robot_is_told_by_its_first_difference(program, tmp_path):
    model = IkModel.load(ROOT / 'models' / 'ur10.safetensors')
    chain = model.chain
    transforms = chain.transforms.copy()
    transforms[2, 0, 3] += 0.02
    moved = KinematicChain.from_dict(chain.to_dict() | {'transforms': transforms.tolist()})
    poses = np.concatenate(chain.forward(chain.sample(np.random.default_rng(1), 1)), axis=1)
    difference, _, _ = answered(program, tmp_path, told(moved), poses, model)
    assert f"joint '{chain.joint_names[2]}' is placed differently" in difference
    transforms[2, 0, 3] -= 0.018  # what a calibration changes
    nearly = KinematicChain.from_dict(chain.to_dict() | {'transforms': transforms.tolist()})
    assert answered(program, tmp_path, told(nearly), poses, model)[0] == 'difference: '
    names = [f'other_{name}' for name in chain.joint_names]
    other = KinematicChain.from_dict(chain.to_dict() | {'joint_names': names})
    difference, _, answers = answered(program, tmp_path, told(other), poses, model)
    assert 'other_' in difference
    assert answers[0, 0] == 1


@pytest.mark.parametrize(
    ('line', 'text', 'expected'),
    [
        (0, '0 1 a b', 'expected 1 joint or more'),
        (2, 'inf', 'expected lower <= upper'),
        (6, '7 1.0 0.0', 'driven by joint 7'),
        (7, '2 0 0 0 1 0 0 0 1 0 0 0', 'no rigid transform'),
        (7, '1 0 0 0 1 0 0 0 -1 0 0 0', 'no rigid transform'),
    ],
)
def test_what_is_no_arm_is_refused(program, tmp_path, artificial, line, text, expected):
    lines = told(artificial(1)).splitlines()
    lines[line] = text
    if line == 0:
        lines[1:4] = ['', '', '']
    chain = tmp_path / 'chain'
    chain.write_text('\n'.join(lines))
    asked = tmp_path / 'asked'
    asked.write_bytes(b'')
    done = subprocess.run(
        [program, '-', chain, asked, tmp_path / 'answers'],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert expected in done.stderr
