# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""After `warm_up` no public method has numba compile or load anything, for any model."""

import os
import subprocess
import sys

import pytest

JUST_IN_TIME = {**os.environ, 'LEARNED_IK_KERNELS': 'jit'}

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
        [sys.executable, '-c', WARM, kind],
        env=JUST_IN_TIME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == 'nothing'


def test_the_listener_of_that_test_hears_what_is_compiled():
    assert '\nq, far =' in WARM
    hears = WARM.replace(
        '\nq, far =', '\nimport numba\nnumba.njit(lambda x: x + 1)(1.0)\nq, far ='
    )
    result = subprocess.run(
        [sys.executable, '-c', hears, 'bare'],
        env=JUST_IN_TIME,
        capture_output=True,
        text=True,
        check=False,
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
        [sys.executable, '-c', late, 'bare'],
        env=JUST_IN_TIME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'loaded' in result.stderr or 'compiled' in result.stderr
