# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""With `NUMBA_DISABLE_JIT` kernels are plain Python, and everything works, if slowly."""

import os
import subprocess
import sys

import pytest

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
