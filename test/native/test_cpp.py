# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""C++ around the library answers as Python does, and fails as it should; under sanitizers."""

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cpp_programs import NEEDED, ROOT, SANITIZERS, compiled

from learned_ik import IkModel, IkSolver, Tracker
from learned_ik.native.build import HERE, LIBRARY
from learned_ik.native.packed_model import fnv, packed_content
from learned_ik.tracking.tracking_step import TrackingStatus

ROBOTS = 'tiago_arm', 'panda', 'ur10'
FIELDS = 4  # of an answer, before the joint positions

pytestmark = NEEDED
JUDGED = Path(__file__).with_name('judged.cpp')


@pytest.fixture(scope='module')
def judged(tmp_path_factory) -> Path:
    """Return the program of judged.cpp, under sanitizers."""
    return compiled(JUDGED, tmp_path_factory.mktemp('cpp') / 'judged', *SANITIZERS)


@pytest.fixture(scope='module')
def unsanitized(tmp_path_factory) -> Path:
    """Return the same program as users compile it: for machines that lack something."""
    return compiled(JUDGED, tmp_path_factory.mktemp('cpp') / 'judged')


@pytest.fixture(scope='module', params=ROBOTS)
def robot(request, tmp_path_factory) -> tuple[IkSolver, Path]:
    """Return a solver, and its model for C++."""
    model = IkModel.load(ROOT / 'models' / f'{request.param}.safetensors')
    path = tmp_path_factory.mktemp('models') / f'{request.param}.ik'
    path.write_bytes(packed_content(model))
    return IkSolver(model), path


def ran(program: Path, *words) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *words], capture_output=True, text=True, check=False, timeout=300
    )


def answers(program: Path, model: Path, mode: str, requests: np.ndarray) -> np.ndarray:
    """Return what C++ answers to rows of position, quaternion and seed."""
    joints = requests.shape[1] - 7
    asked, answered = model.with_suffix('.asked'), model.with_suffix('.answered')
    asked.write_bytes(np.ascontiguousarray(requests).tobytes())
    done = ran(program, model, mode, asked, answered)
    assert done.returncode == 0, done.stderr
    return np.frombuffer(answered.read_bytes()).reshape(-1, FIELDS + joints)


def asked(solver: IkSolver, count: int, spread: float = 0.1) -> np.ndarray:
    """Return reachable poses, each with a seed near the posture that reaches it."""
    rng = np.random.default_rng(7)
    chain = solver.chain
    q = chain.sample(rng, count)
    seeds = np.clip(q + rng.normal(0, spread, q.shape), chain.lower, chain.upper)
    return np.concatenate([*chain.forward(q), seeds], axis=1)


OPTIONS = {
    'plain': {},
    'seeded': {},
    'free': {'orientation_tolerance': [1e-6, 1e-6, np.inf]},
    'base': {'orientation_tolerance': [1e-6, 1e-6, np.inf], 'tolerance_axes': 'base'},
    'cone': {'orientation_tolerance': [0.2, 0.2, np.inf]},
    'cone of base': {'orientation_tolerance': [0.2, np.inf, 0.1], 'tolerance_axes': 'base'},
    'middle': {'prefer': 'middle'},
    'bound': {'max_joint_change': 0.3},
}


@pytest.mark.parametrize('mode', OPTIONS)
def test_answers_are_pythons_to_the_bit(judged, robot, mode):
    solver, path = robot
    requests = asked(solver, 1000 if mode in ('plain', 'seeded') else 200)
    found = answers(judged, path, mode, requests)
    for request, answer in zip(requests, found, strict=True):
        seed = None if mode == 'plain' else request[7:]
        solution = solver.solve(request[:3], request[3:7], seed, timeout=10.0, **OPTIONS[mode])
        assert int(answer[0]) == solution.status
        np.testing.assert_array_equal(answer[FIELDS:], solution.joint_positions)
        assert answer[1] == solution.position_error
        assert answer[2] == solution.orientation_error
    assert mode == 'bound' or (found[:, 0] == 1).all()


def test_several_solutions_reach_their_poses_and_differ(judged, robot):
    solver, path = robot
    requests = asked(solver, 1)
    found = answers(judged, path, 'all', requests)
    assert 2 <= len(found) <= 8
    assert_reach(solver, found, np.repeat(requests, len(found), axis=0))
    gaps = np.abs(found[:, None, FIELDS:] - found[None, :, FIELDS:]).max(axis=-1)
    assert gaps[~np.eye(len(found), dtype=bool)].min() > 0.05


@pytest.mark.parametrize('turns', [0.3, 1.0, 3.0])
def test_a_path_is_pythons_to_the_bit(judged, robot, turns):
    """Easy ones, and such as no single start leads through."""
    solver, path = robot
    chain = solver.chain
    t = np.linspace(0, 2 * np.pi * turns, 400)[:, None] * (1 + 0.2 * np.arange(chain.joint_count))
    q = chain.middle + 0.4 * (chain.upper - chain.lower).clip(max=6.0) * np.sin(t)
    requests = np.concatenate([*chain.forward(q), q], axis=1)
    found = answers(judged, path, 'path', requests)
    expected = solver.follow(requests[:, :3], requests[:, 3:7], timeout=60.0)
    np.testing.assert_array_equal(found[:, FIELDS:], expected.joint_positions)
    np.testing.assert_array_equal(found[:, 0], expected.status)
    np.testing.assert_array_equal(found[:, 1], expected.position_error)
    assert_reach(solver, found[found[:, 0] == 1], requests[found[:, 0] == 1])


@pytest.mark.parametrize('mode', ['base', 'cone'])
def test_a_path_with_freedom_is_pythons_to_the_bit(judged, robot, mode):
    solver, path = robot
    chain = solver.chain
    t = np.linspace(0, 2 * np.pi, 200)[:, None] * (1 + 0.2 * np.arange(chain.joint_count))
    q = chain.middle + 0.4 * (chain.upper - chain.lower).clip(max=6.0) * np.sin(t)
    requests = np.concatenate([*chain.forward(q), q], axis=1)
    found = answers(judged, path, f'path {mode}', requests)
    expected = solver.follow(requests[:, :3], requests[:, 3:7], timeout=60.0, **OPTIONS[mode])
    np.testing.assert_array_equal(found[:, FIELDS:], expected.joint_positions)
    np.testing.assert_array_equal(found[:, 0], expected.status)
    np.testing.assert_array_equal(found[:, 1], expected.position_error)
    np.testing.assert_array_equal(found[:, 2], expected.orientation_error)
    assert np.mean(found[:, 0] == 1) > 0.9


def test_a_path_says_where_it_is_not_clear(judged, robot):
    solver, path = robot
    chain = solver.chain
    span = 0.2 * (chain.upper - chain.lower)
    q = np.linspace(chain.middle - span, chain.middle + span, 200)
    requests = np.concatenate([*chain.forward(q), q], axis=1)
    found = answers(judged, path, 'path clear', requests)
    engine = solver.fitted_to().engine
    engine.set_spheres([[0.6, 0.1, 0.3, 0.15]])
    scene = engine.scene(None, 0.0)
    clearances = engine.avoidance.clearance(engine.memory(), scene, found[:, FIELDS:])
    np.testing.assert_allclose(found[:, 3], clearances, atol=1e-9)
    assert (found[clearances < -1e-9, 0] == -12).all()
    assert (found[clearances > 1e-9, 0] == 1).all()


@pytest.mark.parametrize('mode', ['track', 'track limited', 'track base', 'track clear'])
def test_a_tracker_steps_as_pythons_does(judged, robot, mode):
    """After a hand that leaves the reach, comes back, and rests out of reach at last."""
    solver, path = robot
    solver = solver.fitted_to()
    chain = solver.chain
    start = chain.middle + 0.1
    position, orientation = chain.forward(start)
    t = np.minimum(np.arange(500), 300)[:, None] / 72
    away = 0.5 * chain.reach * np.sin(t * [1.1, 0.9, 1.3]) + t * [0.1, 0.0, 0.0]
    requests = np.hstack([position + away, np.tile([*orientation, *start], (500, 1))])
    found = answers(judged, path, mode, requests)
    limits = 8.0 if mode == 'track limited' else None
    free = {'orientation_tolerance': [0.01, 0.01, np.inf], 'tolerance_axes': 'base'}
    options = free if mode == 'track base' else {}
    tracker = Tracker(solver, acceleration_limits=limits, **options)
    tracker.reset(start)
    for k, (request, answer) in enumerate(zip(requests, found, strict=True)):
        if mode == 'track clear' and k % 10 == 0:
            solver.set_obstacles([[0.6, 0.3 - 0.0005 * k, 0.4, 0.1]])
        step = tracker.update(request[:3], request[3:7], 1 / 72)
        # How fast spheres move is summed in another order.
        apart = 1e-6 if mode == 'track clear' else 0.0
        q = answer[FIELDS:]
        np.testing.assert_allclose(q, step.joint_positions, rtol=0, atol=apart, err_msg=str(k))
        assert int(answer[0]) == list(TrackingStatus).index(step.status), k
    assert {0.0, 1.0, 2.0} & set(found[:, 0])


def test_among_spheres_what_is_clear_is_clear(judged, robot):
    solver, path = robot
    requests = asked(solver, 100)
    found = answers(judged, path, 'clear', requests)
    solver = solver.fitted_to()
    solver.set_obstacles([[0.5, 0.3, 0.4, 0.1], [0.3, -0.4, 0.6, 0.08]])
    solved = found[:, 0] == 1
    pythons = [bool(solver.solve(r[:3], r[3:7], r[7:], timeout=10.0)) for r in requests]
    assert abs(solved.sum() - sum(pythons)) <= 2  # the stores of postures are not the same
    assert set(found[~solved, 0]) <= {-12, -6, -31}
    assert_reach(solver, found[solved], requests[solved])
    engine = solver.engine
    scene = engine.scene(None, 0.0)
    clearances = engine.avoidance.clearance(engine.memory(), scene, found[solved, FIELDS:])
    assert clearances.min() >= 0.0
    np.testing.assert_allclose(found[solved, 3], clearances, atol=1e-9)


def assert_reach(solver: IkSolver, found: np.ndarray, requests: np.ndarray) -> None:
    """Judge answers by forward kinematics in numpy."""
    chain = solver.chain
    positions, orientations = chain.forward(found[:, FIELDS:])
    assert np.abs(positions - requests[:, :3]).max() < 2e-6
    dots = np.abs(np.sum(orientations * requests[:, 3:7], axis=1))
    assert (1 - dots).max() < 1e-11
    assert (found[:, FIELDS:] >= chain.lower).all()
    assert (found[:, FIELDS:] <= chain.upper).all()


def test_what_is_no_request_is_refused_by_name(judged, robot):
    done = ran(judged, robot[1], 'refuse')
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 23
    assert lines.pop().startswith('the target is refused, and the arm brakes: position holds nan')
    assert lines[0].startswith('position holds nan; expected')
    assert all('expected' in line or 'needs' in line for line in lines)


def test_a_broken_file_is_an_error_with_its_name(judged, robot, tmp_path):
    content = robot[1].read_bytes()
    rng = np.random.default_rng(0)
    cut = [content[:length] for length in (0, 7, 8, 15, 16, 79, 80, 1000, len(content) - 1)]
    flips = [
        content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :]
        for at in (*range(0, 64, 3), *rng.integers(64, len(content), 10).tolist())
    ]
    more = [content + b'\0', b'LEARNIK\x02' + content[8:], b'#!/bin/sh']
    for k, broken in enumerate((*cut, *flips, *more)):
        path = tmp_path / f'broken{k}.ik'
        path.write_bytes(broken)
        done = ran(judged, path)
        assert done.returncode == 2, (k, done.stderr)
        assert f"'{path}' is no packed model: " in done.stderr
        assert 'Sanitizer' not in done.stderr
    done = ran(judged, tmp_path / 'missing.ik')
    assert 'missing.ik' in done.stderr
    assert done.returncode == 2


def test_a_file_for_which_there_is_no_memory_is_an_error_with_its_name(unsanitized, tmp_path):
    large = tmp_path / 'large.ik'
    with large.open('wb') as file:
        file.truncate(200 * 2**20)

    def little_memory():
        resource.setrlimit(resource.RLIMIT_AS, (100 * 2**20, 100 * 2**20))

    done = subprocess.run(
        [unsanitized, large], preexec_fn=little_memory, capture_output=True, text=True, check=False
    )
    assert done.stderr == f"'{large}': there is not enough memory for it\n"
    assert done.returncode == 2


def test_a_processor_that_is_too_old_is_told_so(unsanitized, robot):
    emulator = shutil.which('qemu-x86_64')
    if emulator is None:
        pytest.skip('qemu-x86_64 is not installed')
    done = ran(emulator, '-cpu', 'qemu64', unsanitized, robot[1])
    assert done.stderr == 'liblearned_ik has no code for this processor: it is too old\n'
    done = ran(emulator, '-cpu', 'Nehalem', unsanitized, robot[1])
    assert done.returncode == 0, done.stderr


def test_numbers_that_lead_out_of_the_arrays_are_refused_whoever_signs_them(
    judged, robot, tmp_path
):
    content = robot[1].read_bytes()
    counts = np.frombuffer(content[16:80], '<i8')
    layout = int(counts[0])
    refused = 0
    for word in range(layout):
        at = 80 + 8 * word
        changed = bytearray(content)
        changed[at : at + 8] = np.int64(10**6 + 1).tobytes()
        changed[8:16] = np.uint64(fnv(bytes(changed[16:]))).tobytes()
        path = tmp_path / 'changed.ik'
        path.write_bytes(changed)
        if word % 7 == 0:
            done = ran(judged, path)
            assert done.returncode in (0, 2), done.stderr
            refused += done.returncode == 2
    assert refused >= layout // 7 - 4


def test_a_number_that_is_none_is_refused_whoever_signs_it(judged, robot, tmp_path):
    content = robot[1].read_bytes()
    layout, numbers = np.frombuffer(content[16:32], '<i8').tolist()
    for number in (0, 40, numbers - 1):
        at = 80 + 8 * (layout + number)
        changed = bytearray(content)
        changed[at : at + 8] = np.float64(np.nan).tobytes()
        changed[8:16] = np.uint64(fnv(bytes(changed[16:]))).tobytes()
        path = tmp_path / 'changed.ik'
        path.write_bytes(changed)
        done = ran(judged, path)
        assert done.returncode == 2
        assert done.stderr.endswith('is no packed model: a number in it is not finite\n')


def test_the_header_of_the_kernels_is_what_the_table_of_entries_says():
    script = ROOT / 'scripts' / 'kernels_header.py'
    done = subprocess.run(
        [sys.executable, script, '--print'], capture_output=True, text=True, check=True
    )
    assert (ROOT / 'include' / 'learned_ik' / 'kernels.h').read_text() == done.stdout


def test_the_library_needs_nothing_but_the_c_library():
    nm = shutil.which('nm')
    if nm is None:
        pytest.skip('there is no nm')
    listed = subprocess.run(
        [nm, '-D', '--undefined-only', HERE / LIBRARY], capture_output=True, text=True, check=True
    )
    names = {line.split()[-1].partition('@')[0] for line in listed.stdout.splitlines()}
    weak = {'__cxa_finalize', '__gmon_start__', '_ITM_deregisterTMCloneTable',
            '_ITM_registerTMCloneTable'}  # fmt: skip
    assert names - weak <= {'atan2', 'atan2f', 'memset', 'memcpy', 'sincos', 'strcmp'}
