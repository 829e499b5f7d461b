# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Solve many poses at once, over all cores, and draw where the arm reaches: reach.png.

    python examples/07_batch.py

For a map of all space, of many directions: python -m learned_ik reach --help
"""

import matplotlib.pyplot as plt
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

# Where the tool can be, and how far the arm then is from its nearest joint limit.
margin = np.where(batch.success, batch.limit_margin, np.nan).reshape(x.shape)  # [rad]
figure, axes = plt.subplots(figsize=(6, 7), layout='constrained')
picture = axes.pcolormesh(x, z, margin, cmap='viridis', vmin=0.0)
figure.colorbar(picture, label='distance from the nearest joint limit [rad]')
axes.set_title('Where the tool can be, pointing forwards, at y = -0.1 m')
axes.set(xlabel='x [m]', ylabel='z [m]', aspect='equal')
figure.savefig('reach.png', dpi=120)
print('drew reach.png')
