# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the MoveIt plugin makes of MoveIt's questions, judged by forward kinematics; no MoveIt."""

import itertools
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from cpp_programs import NEEDED, ROOT, SANITIZERS, compiled
from scipy.spatial.transform import Rotation

from learned_ik import IkModel, KinematicChain
from learned_ik.native.packed_model import packed_content

SOLVED, TIMED_OUT, OUT_OF_REACH, REFUSED, BAD_SEED = range(5)
MIMIC = """
<robot name="r"><link name="a"/><link name="b"/><link name="c"/><link name="d"/><link name="e"/>
<joint name="j" type="prismatic"><parent link="a"/><child link="b"/><axis xyz="0 0.6 0.8"/>
<limit lower="-1" upper="2" effort="1" velocity="1"/></joint>
<joint name="k" type="prismatic"><parent link="b"/><child link="c"/><axis xyz="0 0 -1"/>
<limit lower="-0.2" upper="0.8" effort="1" velocity="1"/>
<mimic joint="j" multiplier="-0.5" offset="0.1"/></joint>
<joint name="l" type="continuous"><parent link="c"/><child link="d"/><axis xyz="0 0.8 0.6"/>
<origin xyz="0.1 0.2 0.3" rpy="1 2 3"/></joint>
<joint name="m" type="fixed"><parent link="d"/><child link="e"/><origin xyz="0.2 0 0"/></joint>
</robot>"""
# Robot, base and tip of the group, whose network.
CASES = {
    'panda': ('panda.urdf', 'panda_link0', 'panda_link8', 'panda'),
    'ur10': ('ur10.urdf', 'base_link', 'wrist_3_link', 'ur10'),
    'tiago': ('tiago_arm.urdf', 'torso_lift_link', 'arm_tool_link', 'tiago_arm'),
    'without': ('ur10.urdf', 'base_link', 'ee_link', None),
    'mimic': (None, 'a', 'e', None),
}

pytestmark = NEEDED


def lines_of(urdf: str, base: str, tip: str) -> list[str]:
    """Return a robot as group_solver.cpp reads it; the group is all that moves base to tip."""
    above, lines = {}, []
    for joint in ET.fromstring(urdf).iter('joint'):
        if joint.find('parent') is None:
            continue

        def numbers(element, key, default):
            return [
                float(v)
                for v in (default if element is None else element.get(key, default)).split()
            ]

        origin, limit = joint.find('origin'), joint.find('limit')
        R = Rotation.from_euler('xyz', numbers(origin, 'rpy', '0 0 0')).as_matrix()
        frame = [*R.ravel(), *numbers(origin, 'xyz', '0 0 0')]
        axis = numbers(joint.find('axis'), 'xyz', '1 0 0')
        ends = [-np.inf, np.inf]
        if joint.get('type') in ('revolute', 'prismatic'):
            ends = [float(limit.get('lower', 0)), float(limit.get('upper', 0))]
        mimic = joint.find('mimic')
        mimics = ['-', 1.0, 0.0]
        if mimic is not None:
            mimics = [
                mimic.get('joint'),
                *(float(mimic.get(k, d)) for k, d in (('multiplier', 1), ('offset', 0))),
            ]
        child, parent = joint.find('child').get('link'), joint.find('parent').get('link')
        above[child] = joint.get('name'), parent, joint.get('type')
        words = [
            joint.get('name'),
            parent,
            child,
            joint.get('type'),
            *frame,
            *axis,
            *ends,
            *mimics,
        ]
        lines.append('joint ' + ' '.join(str(word) for word in words))
    moving, link = [], tip
    while link != base:
        name, link, kind = above[link]
        if kind != 'fixed':
            moving.insert(0, name)
    return [f'group {base} {tip} {" ".join(moving)}', *lines]


@pytest.fixture(scope='module')
def program(tmp_path_factory) -> Path:
    """Return the program of group_solver.cpp, under sanitizers."""
    source = Path(__file__).with_name('group_solver.cpp')
    to = tmp_path_factory.mktemp('cpp') / 'group_solver'
    return compiled(source, to, *SANITIZERS, f'-I{ROOT / "learned_ik_moveit" / "include"}')


def run(program, tmp_path, lines, network) -> subprocess.CompletedProcess[str]:
    robot, model = tmp_path / 'robot', '-'
    robot.write_text('\n'.join(lines))
    if network is not None:
        model = tmp_path / 'model.ik'
        loaded = IkModel.load(ROOT / 'models' / f'{network}.safetensors')
        model.write_bytes(packed_content(loaded))
    return subprocess.run(
        [program, robot, model], capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope='module', params=CASES)
def asked(request, program, tmp_path_factory):
    """Return the chain, the group's joints, the bounds of each, and what was answered."""
    file, base, tip, network = CASES[request.param]
    urdf = MIMIC if file is None else (ROOT / 'config' / file).read_text()
    lines = lines_of(urdf, base, tip)
    done = run(program, tmp_path_factory.mktemp('asked'), lines, network)
    assert done.returncode == 0, done.stderr
    answers = {}
    for line in done.stdout.splitlines():
        what, *values = line.split()
        if what == 'network':
            assert values == [str(int(network is not None))]
        else:
            answers.setdefault(what, []).append([float(value) for value in values])
    chain = KinematicChain.from_urdf(urdf, base, tip)
    return chain, lines[0].split()[3:], answers


def parted(rows, joints):
    """Return results, positions, orientations, seeds and answers; NaN where there is none."""
    full = [row + [np.nan] * (8 + 2 * joints - len(row)) for row in rows]
    table = np.array(full)
    parts = [0, 1, 4, 8, 8 + joints, 8 + 2 * joints]
    return [table[:, a:b] for a, b in itertools.pairwise(parts)]


def assert_reach(chain, joints, positions, orientations, answers):
    q = answers[:, [joints.index(name) for name in chain.joint_names]]
    p, o = chain.forward(q)
    assert np.linalg.norm(p - positions, axis=1).max() <= 1.01e-6
    angles = (Rotation.from_quat(o) * Rotation.from_quat(orientations).inv()).magnitude()
    assert angles.max() <= 1.01e-6
    ends = chain.lower - 1e-12, chain.upper + 1e-12
    assert ((q >= ends[0]) & (q <= ends[1]) | chain.continuous).all()
    for motion, name in enumerate(joints):
        source = chain.joint_names[chain.source[motion]]
        follows = chain.multiplier[motion] * answers[:, joints.index(source)]
        np.testing.assert_allclose(answers[:, joints.index(name)], follows + chain.offset[motion])


def test_every_reachable_pose_is_solved_within_bounds(asked):
    chain, joints, answers = asked
    result, positions, orientations, _, found = parted(answers['random'], len(joints))
    assert (result == SOLVED).all()
    assert_reach(chain, joints, positions, orientations, found)


def test_consistency_limits_and_locked_joints_are_kept(asked):
    chain, joints, answers = asked
    result, positions, orientations, seeds, found = parted(answers['near'], len(joints))
    solved = result[:, 0] == SOLVED
    assert solved.mean() > (0.9 if len(joints) > 3 else 0.2)
    assert (np.abs(found - seeds)[solved] <= 0.3 + 1e-12).all()
    assert (found[solved, 0] == seeds[solved, 0]).all()
    assert_reach(chain, joints, positions[solved], orientations[solved], found[solved])


def test_the_callback_is_asked_until_it_accepts(asked):
    chain, joints, answers = asked
    result, *_, found = parted(answers['sixth'], len(joints))
    _, positions, orientations, _, seen = parted(answers['seen'], len(joints))
    if len(joints) < 6:  # there is one solution: the callback refuses it, and the time runs out
        assert result[0, 0] == REFUSED
        return
    assert result[0, 0] == SOLVED
    assert len(seen) == 6
    np.testing.assert_array_equal(found[0], seen[-1])
    assert_reach(chain, joints, positions, orientations, seen)
    gaps = np.abs(seen[:, None] - seen[None]).max(axis=-1)
    assert gaps[~np.eye(len(seen), dtype=bool)].min() > 0.05


def test_a_callback_that_always_refuses_ends_with_the_time(asked):
    _, _, answers = asked
    assert answers['refused'][0][0] == REFUSED
    assert 0.04 < answers['took'][0][0] < 20.0  # of 0.05: however busy the machine is


def test_what_cannot_be_reached_is_no_answer_unless_the_nearest_will_do(asked):
    _, joints, answers = asked
    assert answers['far'][0][0] in (OUT_OF_REACH, TIMED_OUT)
    result, *_, found = parted(answers['nearest'], len(joints))
    assert result[0, 0] == SOLVED
    assert np.isfinite(found).all()


def test_a_seed_that_is_none_is_refused(asked):
    _, _, answers = asked
    assert answers['nan'][0][0] == BAD_SEED
    assert answers['short'][0][0] == BAD_SEED


def test_threads_answer_as_one_does(asked):
    _, _, answers = asked
    assert [row[0] for row in answers['different']] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ('base', 'tip', 'network', 'expected'),
    [
        ('base_link', 'ee_link', 'panda', "no link 'panda_link0'"),
        ('base_link', 'forearm_link', 'ur10', 'not rigidly tied to the model'),
    ],
)
def test_a_network_that_does_not_fit_is_told_and_not_used(
    program, tmp_path, base, tip, network, expected
):
    lines = lines_of((ROOT / 'config' / 'ur10.urdf').read_text(), base, tip)
    done = run(program, tmp_path, lines, network)
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert first.startswith('network 0 ')
    assert expected in first


@pytest.mark.parametrize(
    ('change', 'expected'),
    [
        (('group base_link', 'group nowhere'), "no link 'nowhere'"),
        (('group base_link ee_link', 'group ee_link base_link'), 'is not behind base link'),
        (('shoulder_pan_joint shoulder_lift_joint', 'shoulder_lift_joint'), 'not in the group'),
        (('upper_arm_link revolute', 'upper_arm_link floating'), 'several numbers move'),
        ((r'-6\.28\d* 6\.28\d*', '1 -1'), 'expected lower <= upper'),
    ],
)
def test_a_group_that_is_no_arm_is_refused(program, tmp_path, change, expected):
    lines = lines_of((ROOT / 'config' / 'ur10.urdf').read_text(), 'base_link', 'ee_link')
    text = '\n'.join(lines)
    changed, count = re.subn(*change, text, count=1)
    assert count == 1
    done = run(program, tmp_path, changed.splitlines(), None)
    assert done.returncode == 1
    assert expected in done.stderr
