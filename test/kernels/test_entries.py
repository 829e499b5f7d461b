# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The table of entries leaves none out, and after `warm_up` nothing is compiled, for any model."""

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kernel_modules import dispatchers
from numba import types

import learned_ik
from learned_ik.kernels.entries import ENTRIES, TYPES, make_ready

PACKAGE = Path(learned_ik.__file__).parent


def imported_by_python() -> set[str]:
    """Return the names of kernels that files outside of kernels/ import."""
    names = set()
    for path in PACKAGE.rglob('*.py'):
        if PACKAGE / 'kernels' in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(
                'learned_ik.kernels'
            ):
                names |= {alias.name for alias in node.names}
    return names


def table() -> dict[str, tuple[types.Type, str]]:
    """Return result and words of each entry, by its name."""
    return {
        entry.py_func.__name__: signature
        for group in ENTRIES.values()
        for entry, signature in group.items()
    }


def test_every_kernel_that_python_can_call_is_in_the_table_once():
    callable_ones = {
        name for name, each in dispatchers().items() if 'inline' not in each.targetoptions
    }
    assert callable_ones == set(table())
    assert len(table()) == sum(len(group) for group in ENTRIES.values())


def test_every_kernel_in_the_table_is_called_by_python():
    assert set(table()) <= imported_by_python()


def test_python_calls_no_kernel_of_another_kind():
    inner = set()
    for path in (PACKAGE / 'kernels').rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                kinds = {ast.unparse(decorator) for decorator in node.decorator_list}
                if kinds & {'inner_kernel', 'inlined_kernel', 'exact_kernel', 'spliced_kernel'}:
                    inner.add(node.name)
    assert len(inner) > 50
    assert not inner & imported_by_python()


@pytest.mark.parametrize('name', sorted(table()))
def test_a_signature_has_as_many_arguments_as_its_kernel(name):
    result, words = table()[name]
    entry = dispatchers()[name]
    arguments = [each for word in words.split() for each in TYPES[word]]
    assert len(arguments) == len(inspect.signature(entry.py_func).parameters)
    assert (result is types.void) == (entry.py_func.__annotations__['return'] is None)


@pytest.mark.parametrize('group', ENTRIES)
def test_what_is_ready_takes_one_signature_and_refuses_all_others(group):
    make_ready(group)
    for entry, (_, words) in ENTRIES[group].items():
        arguments = tuple(each for word in words.split() for each in TYPES[word])
        assert entry.signatures == [arguments]
        with pytest.raises((TypeError, RuntimeError)):
            entry(*[object()] * len(arguments))


WARM = """
import dataclasses, itertools, math, sys
import numpy as np
from numba.core import event
from numba.core.dispatcher import Dispatcher
from learned_ik import IkModel, IkSolver, KinematicChain
from learned_ik.network import Network
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.basis_points import BasisPoints

class Compiled(event.Listener):
    names = []
    def on_start(self, event):
        self.names.append(str(event.data['dispatcher'].py_func.__name__))
    def on_end(self, event):
        pass

def signatures():
    modules = [module for name, module in sys.modules.items() if name.startswith('learned_ik')]
    kernels = {each for module in modules for each in vars(module).values()
               if isinstance(each, Dispatcher)}
    return {(each.py_func.__name__, str(types)) for each in kernels for types in each.signatures}

listener = Compiled()
event.register('numba:compile', listener)
chain, kind = KinematicChain.from_urdf(artificial_arm_urdf(7)), sys.argv[1]

def network(**options):
    rng, inputs = np.random.default_rng(0), 12 + options.get('seed_joints', 0)
    layers = [(16, inputs), (16, 16), (2 * 3 * 7, 16)]
    weights = tuple(rng.normal(0, 0.3, shape).astype(np.float32) for shape in layers)
    biases = tuple(np.zeros(len(weight), np.float32) for weight in weights)
    return Network(weights, biases, 'silu', 'clipped', 3, **options)

model = {
    'bare': lambda: chain,
    'pose': lambda: IkModel(chain=chain, network=network()),
    'scene': lambda: IkModel(
        chain=chain, network=network().with_sight(BasisPoints.for_chain(chain))
    ),
    'seed': lambda: IkModel(chain=chain, network=network(seed_joints=7, seed_weight=0.05)),
}[kind]()
solver = IkSolver(model)
solver.warm_up()
ready, before = len(listener.names), signatures()
assert before

q, far = chain.middle + 0.1, chain.upper - 0.1
pose, away = chain.forward(q), ([9.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0])
path = np.linspace(q, q + 0.2, 20)
poses = chain.forward(path)
wild = chain.forward(chain.sample(np.random.default_rng(0), 15))
calls = {
    'forward': lambda: solver.forward(q),
    'jacobian': lambda: solver.jacobian(q),
    'solve': lambda: solver.solve(*pose),
    'solve lists': lambda: solver.solve([float(x) for x in pose[0]], tuple(pose[1])),
    'solve float32': lambda: solver.solve(*(part.astype(np.float32) for part in pose)),
    'solve strided': lambda: solver.solve(np.eye(4)[:3, 3], pose[1], np.repeat(q, 2)[::2]),
    'solve read-only': lambda: solver.solve(*(np.frombuffer(x.tobytes()) for x in pose)),
    'solve away': lambda: solver.solve(*away),
    'solve near': lambda: solver.solve(*pose, q + 0.01),
    'solve far': lambda: solver.solve(*pose, far),
    'solve middle': lambda: solver.solve(*pose, prefer='middle'),
    'solve posture': lambda: solver.solve(*pose, prefer=far),
    'solve free': lambda: solver.solve(*pose, orientation_tolerance=[1e-6, 1e-6, math.inf]),
    'solve bound': lambda: solver.solve(*pose, q + 0.01, max_joint_change=0.1),
    'solve clear': lambda: solver.solve(*pose, avoid_collisions=True, min_clearance=0.001),
    'solve_all': lambda: solver.solve_all(*pose, 3),
    'solve_all seed': lambda: solver.solve_all(*pose, 3, seed=far),
    'solve_batch': lambda: solver.solve_batch(*poses),
    'solve_batch seeds': lambda: solver.solve_batch(*poses, far),
    'solve_batch middle': lambda: solver.solve_batch(*poses, prefer='middle'),
    'predict': lambda: kind == 'bare' or solver.predict(*poses),
    'predict seeds': lambda: kind == 'seed' and solver.predict(*poses, path),
    'follow': lambda: solver.follow(*poses, timeout=5),
    'follow start': lambda: solver.follow(*poses, q, timeout=5),
    'follow free': lambda: solver.follow(*poses, orientation_tolerance=[1e-6, 1e-6, math.inf]),
    'follow wild': lambda: solver.follow(*wild),
    'fitted': lambda: solver.fitted_to(tool=[0.1, 0, 0, 0, 0, 0, 1]).solve(*pose),
}
spheres = np.array([[0.3, 0.3, 0.4, 0.05], [-0.4, 0.1, 0.5, 0.1]])
for obstacles in (None, spheres, np.empty((0, 4))):
    if obstacles is not None:
        solver.set_obstacles(obstacles)
    for name, call in calls.items():
        call()
        if len(listener.names) > ready:
            sys.exit(f'{name} with obstacles {obstacles} compiled {listener.names[ready:]}')
        if signatures() != before:
            sys.exit(f'{name} with obstacles {obstacles} loaded {signatures() - before}')
print('nothing')
"""


@pytest.mark.parametrize('kind', ['bare', 'pose', 'scene', 'seed'])
def test_after_warm_up_no_public_method_compiles_anything(kind):
    result = subprocess.run(
        [sys.executable, '-c', WARM, kind], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == 'nothing'


def test_the_listener_of_that_test_hears_what_is_compiled():
    assert '\nq, far =' in WARM
    hears = WARM.replace(
        '\nq, far =', '\nimport numba\nnumba.njit(lambda x: x + 1)(1.0)\nq, far ='
    )
    result = subprocess.run(
        [sys.executable, '-c', hears, 'bare'], capture_output=True, text=True, check=False
    )
    assert 'compiled' in result.stderr
    assert '<lambda>' in result.stderr


def test_what_is_loaded_late_is_noticed_too():
    assert 'solver.warm_up()\n' in WARM
    late = WARM.replace(
        'solver.warm_up()\n',
        "from learned_ik.kernels.entries import make_ready\nmake_ready('one pose')\n",
    )
    result = subprocess.run(
        [sys.executable, '-c', late, 'bare'], capture_output=True, text=True, check=False
    )
    assert 'loaded' in result.stderr or 'compiled' in result.stderr


def test_several_threads_may_make_ready_at_once():
    program = """
import threading
from learned_ik.kernels.entries import ENTRIES, make_ready
barrier, failures = threading.Barrier(4), []
def work():
    barrier.wait()
    try:
        for group in ENTRIES:
            make_ready(group)
    except Exception as error:
        failures.append(repr(error))
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failures, failures
"""
    result = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


INTERPRETED = """
import numpy as np
from numba import config
from learned_ik import IkSolver, KinematicChain
from learned_ik.robot.arms import artificial_arm_urdf

assert config.DISABLE_JIT
for joints in (3, 7):
    chain = KinematicChain.from_urdf(artificial_arm_urdf(joints))
    solver = IkSolver(chain)
    solver.warm_up()
    q = chain.middle + 0.15
    pose = chain.forward(q)
    R, p = chain.forward_matrix(q)
    loose = {'timeout': 60.0}

    def check(solution):
        assert solution.status == 1, solution
        turn, place = chain.forward_matrix(solution.joint_positions)
        assert np.linalg.norm(place - p) < 2e-6 and np.abs(turn - R).max() < 5e-6
        assert (solution.joint_positions >= chain.lower).all()
        assert (solution.joint_positions <= chain.upper).all()

    check(solver.solve(*pose, **loose))
    check(solver.solve(*pose, q + 0.05, **loose))
    check(solver.solve(*pose, prefer='middle', **loose))
    for solution in solver.solve_all(*pose, 2):
        check(solution)
    path = solver.follow(*chain.forward(np.linspace(q, q + 0.05, 5)), q, timeout=60.0)
    assert path.success, path.message
    assert path.position_error.max() < 2e-6
    assert solver.jacobian(q).shape == (6, joints)
print('solved')
"""

INTERPRETED_CLEAR = """
import numpy as np
import learned_ik.solving.avoidance as avoidance
from learned_ik import IkSolver, KinematicChain
from learned_ik.robot.arms import artificial_arm_urdf

chain = KinematicChain.from_urdf(artificial_arm_urdf(7))
make_store = avoidance.make_store
avoidance.make_store = lambda chain, packed: make_store(chain, packed, 200)  # slow as it is
solver = IkSolver(chain)
solver.set_obstacles([[0.3, 0.5, 0.4, 0.05], [0.0, -0.6, 0.5, 0.05]])
q = chain.middle + 0.15
pose = chain.forward(q)
for solution in (solver.solve(*pose, timeout=60.0), solver.solve(*pose, q, timeout=60.0)):
    assert solution.status == 1, solution
    assert 0 <= solution.clearance < 1
    assert np.linalg.norm(chain.forward(solution.joint_positions)[0] - pose[0]) < 2e-6
print('solved')
"""


@pytest.mark.parametrize('program', [INTERPRETED, INTERPRETED_CLEAR], ids=['free', 'obstacles'])
def test_without_a_compiler_everything_works_slowly(program):
    result = subprocess.run(
        [sys.executable, '-c', program],
        env={**os.environ, 'NUMBA_DISABLE_JIT': '1'},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == 'solved'
