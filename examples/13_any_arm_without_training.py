# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Solve for an arm that nobody trained anything for: from its URDF, at once.

python examples/13_any_arm_without_training.py [robot.urdf base_link tip_link]
"""

import sys
from time import perf_counter

import numpy as np

from learned_ik import IkSolver
from learned_ik.resources import shipped_file

panda = [shipped_file('config/panda.urdf'), 'panda_link0', 'panda_hand']
urdf, base_link, tip_link = sys.argv[1:4] if len(sys.argv) == 4 else panda

began = perf_counter()
solver = IkSolver.from_urdf(urdf, base_link, tip_link)
position, orientation = solver.forward(solver.chain.middle)  # [m], quaternion x y z w
first = solver.solve(position, orientation)
print(f'{1e3 * (perf_counter() - began):.0f} ms from the URDF to the first answer: {first}')

# Poses that the arm can reach, since forward kinematics made them.
postures = solver.chain.sample(np.random.default_rng(0), 2000)
batch = solver.solve_batch(*solver.forward(postures))
print(f'{batch.success.mean():.2%} of {len(batch)} poses solved: {batch}')
