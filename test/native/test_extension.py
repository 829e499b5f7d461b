# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The kernels as Python calls them: what they take, what they refuse, what they keep alive."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel, KinematicChain
from learned_ik.kernels.compilation import bound, is_native, native_library
from learned_ik.kernels.search import search
from learned_ik.kernels.servo.bounded_motion import brake
from learned_ik.kernels.tips import forward_many
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.solving.packing import empty_numbers, pack_model

pytestmark = pytest.mark.skipif(
    not is_native(), reason='the kernels are not compiled ahead of time'
)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def arm() -> tuple:
    chain = KinematicChain.from_urdf(artificial_arm_urdf(5))
    packed = pack_model(chain, None)
    q = np.ascontiguousarray(chain.sample(np.random.default_rng(0), 4))
    return chain, packed, empty_numbers(packed), q, np.zeros((4, 12))


def test_what_is_bound_is_called_with_the_rest(arm):
    chain, packed, numbers, q, tips = arm
    forward_many(*packed, numbers, q, tips)
    expected, tips[...] = tips.copy(), 0.0
    for given in range(7):
        arguments = (*packed, numbers, q, tips)
        assert bound(forward_many, *arguments[:given])(*arguments[given:]) is None
        np.testing.assert_array_equal(tips, expected)
        tips[...] = 0.0
    np.testing.assert_allclose(expected[:, 9:], chain.forward(q)[0], atol=1e-12)


def test_what_is_bound_stays_alive_and_is_let_go(arm):
    _, packed, numbers, q, tips = arm
    mine = numbers.copy()
    held, call = weakref.ref(mine), bound(forward_many, *packed, mine)
    del mine
    gc.collect()
    assert held() is not None
    call(q, tips)
    assert tips.any()
    del call
    gc.collect()
    assert held() is None


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda a: a[:-1], 'forward_many takes 6 arguments'),
        (lambda a: [*a, 1], 'forward_many takes 6 arguments'),
        (lambda a: [*a[:4], None, a[5]], 'argument 4 is no writable, contiguous array of float64'),
        (lambda a: [*a[:4], a[4][::2], a[5]], 'argument 4 is no writable, contiguous array'),
        (lambda a: [*a[:4], a[4].astype(np.float32), a[5]], "array of format 'f' and 2 dim"),
        (lambda a: [*a[:4], a[4].astype('>f8'), a[5]], "array of format '>d'"),
        (lambda a: [*a[:4], a[4][0], a[5]], 'and 1 dimensions; expected float64 and 2'),
        (lambda a: [*a[:4], np.frombuffer(a[4].tobytes()).reshape(4, -1), a[5]], 'no writable'),
        (lambda a: [a[1], *a[1:]], 'expected int64 and 1'),
    ],
)
def test_other_arguments_are_refused_before_anything_runs(arm, change, message):
    _, packed, numbers, q, tips = arm
    arguments = change([*packed, numbers, q, tips])
    with pytest.raises(TypeError, match=message):
        forward_many(*arguments)
    with pytest.raises(TypeError):
        bound(forward_many, *arguments[:5])(*arguments[5:])
    assert not tips.any()


def test_numbers_are_taken_from_whatever_has_one():
    limits, state = np.ones((6, 2)), np.zeros((7, 2))
    for period in (0.01, 1, np.float64(0.01), np.float32(0.01)):
        brake(limits, period, state)
    for period in ('0.01', None, [1.0]):
        with pytest.raises(TypeError):
            brake(limits, period, state)


def test_only_entries_can_be_bound():
    library = native_library()
    for what in (len, library.bound, None, bound(search, np.zeros(3, np.int64))):
        with pytest.raises(TypeError, match='bound takes an entry'):
            library.bound(what)
    with pytest.raises(TypeError, match='bound takes an entry'):
        library.bound()
    with pytest.raises(ValueError, match="'x86-64-v9' is no level"):
        library.use('x86-64-v9')


JUST_IN_TIME = """
import sys
import numpy as np
from learned_ik import IkSolver
from learned_ik.kernels.compilation import is_native
solver = IkSolver.load(sys.argv[1])
poses, seeds = np.load(sys.argv[2]), np.load(sys.argv[3])
free = [solver.solve(row[:3], row[3:]).joint_positions for row in poses]
near = [solver.solve(row[:3], row[3:], q).joint_positions for row, q in zip(poses, seeds)]
np.save(sys.argv[4], [free, near])
assert is_native() == (sys.argv[5] == 'native')
"""


@pytest.mark.parametrize('robot', ['tiago_arm', 'panda', 'ur10'])
def test_answers_are_those_of_numba(robot, tmp_path):
    file = ROOT / 'models' / f'{robot}.safetensors'
    chain, rng = IkModel.load(file).chain, np.random.default_rng(3)
    q = chain.sample(rng, 1000)
    seeds = np.clip(q + rng.normal(0, 0.05, q.shape), chain.lower, chain.upper)
    np.save(tmp_path / 'poses.npy', np.concatenate(chain.forward(q), axis=1))
    np.save(tmp_path / 'seeds.npy', seeds)
    answers = []
    for kind in ('native', 'jit'):
        words = [file, tmp_path / 'poses.npy', tmp_path / 'seeds.npy', tmp_path / f'{kind}.npy']
        subprocess.run(
            [sys.executable, '-c', JUST_IN_TIME, *map(str, words), kind],
            env={**os.environ, 'LEARNED_IK_KERNELS': kind},
            check=True,
        )
        answers.append(np.load(words[-1]))
    # To the bit where numba compiles for such a processor; else rounded in another way.
    assert np.abs(answers[0] - answers[1]).max() < 1e-9
