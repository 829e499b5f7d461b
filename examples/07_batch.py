# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Solve many poses at once, over all cores, as a planner or a reachability map does.

python examples/07_batch.py
"""

import numpy as np

from learned_ik import IkSolver
from learned_ik.resources import shipped_file

solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))
solver.warm_up()

# A slice through the space in front of the robot, the tool pointing forwards.
x, z = np.meshgrid(np.linspace(0.0, 1.2, 61), np.linspace(-1.0, 1.0, 101))
positions = np.stack([x, np.full_like(x, -0.1), z], axis=-1).reshape(-1, 3)  # (6161, 3) [m]
orientations = np.tile([0.0, 0.0, 0.0, 1.0], (len(positions), 1))  # x y z w

batch = solver.solve_batch(positions, orientations)
print(
    f'{len(batch)} poses in {1e3 * batch.solve_time:.0f} ms, {batch.success.mean():.0%} in reach'
)

# One character for each, every 5 cm: where the tool can be, and how far from a joint limit.
margin = np.where(batch.success, batch.limit_margin, -1.0).reshape(x.shape)  # [rad]
for row in margin[::-5, ::2]:
    print(''.join(' ' if m < 0 else '.' if m < 0.1 else 'o' if m < 0.4 else '#' for m in row))
print('# more than 0.4 rad from every joint limit, o more than 0.1, . less')
