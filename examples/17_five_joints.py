# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""An arm of five joints reaches hardly any whole pose: say which turn does not matter.

python examples/17_five_joints.py
"""

import math

import numpy as np

from learned_ik import IkSolver
from learned_ik.resources import shipped_file

# The first five joints of a UR10: its tip cannot be turned at will.
solver = IkSolver.from_urdf(shipped_file('config/ur10.urdf'), 'base_link', 'wrist_2_link')
print(f'{solver.chain.joint_count} joints')

postures = solver.chain.sample(np.random.default_rng(1), 500)
positions, _ = solver.forward(postures)
turned = np.tile([0.4, 0.3, 0.5, 0.7], (500, 1))  # x y z w, the same for all

whole = solver.solve_batch(positions, turned)
print(f'position and orientation: {whole.success.mean():.0%} of the poses are reached')

# A welding torch along the tip's y axis: any turn about that axis will do.
torch = [1e-4, math.inf, 1e-4]  # [rad], about x, y, z of the tip
axis = solver.solve_batch(positions, turned, orientation_tolerance=torch)
print(f'position and the direction of y: {axis.success.mean():.0%}')

# A magnet on a ball joint: the position alone.
alone = solver.solve_batch(positions)
print(f'the position alone: {alone.success.mean():.0%}')
