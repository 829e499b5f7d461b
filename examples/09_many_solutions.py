# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Ask for several answers to one pose, and choose by what matters to you.

python examples/09_many_solutions.py
"""

import numpy as np

from learned_ik import IkSolver
from learned_ik.resources import shipped_file

solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))
pose = [0.5, -0.2, 0.1], [0.0, 0.0, 0.0, 1.0]  # [m], x y z w

# As different as possible; those far from joint limits and singularities first.
solutions = solver.solve_all(*pose, limit=6)
print('several answers to one pose, and how far each is from a joint limit:')
for solution in solutions:
    joints = '  '.join(f'{angle:6.2f}' for angle in solution.joint_positions)
    print(f'  {joints}   {solution.limit_margin:.2f} rad')

# Where the arm is now: the nearest first.
now = solver.chain.middle
nearest, *_, farthest = solver.solve_all(*pose, limit=6, seed=now)
print(f'{nearest.seed_distance:.2f} rad to the nearest, {farthest.seed_distance:.2f} to another')

# Or one answer near a posture: the fourth joint, the elbow, at 2 rad; the others do not matter.
posture = np.full(len(now), np.nan)
posture[3] = 2.0
bent = solver.solve(*pose, prefer=posture)
print(f'with the elbow at {bent.joint_positions[3]:.2f} rad: {np.round(bent.joint_positions, 2)}')
