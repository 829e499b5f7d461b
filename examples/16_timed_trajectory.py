# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From poses to a trajectory with times and velocities, within the joints' speeds.

python examples/16_timed_trajectory.py
"""

import numpy as np

from learned_ik import IkSolver

solver = IkSolver.load('tiago_arm')

# A straight line of the tool, from where the arm stands now.
q_now = solver.solve([0.6, -0.3, 0.0], [0.0, 0.0, 0.0, 1.0], prefer='middle').joint_positions
positions = np.linspace([0.6, -0.3, 0.0], [0.6, 0.0, 0.1], 60)  # [m], in the base link
orientations = np.tile([0.0, 0.0, 0.0, 1.0], (60, 1))  # x y z w
path = solver.follow(positions, orientations, start=q_now)
print(path)

# The URDF tells the speeds of the joints, nobody their accelerations.
trajectory = solver.time(path, acceleration_limits=2.0)  # rad/s²
fastest = np.abs(trajectory.joint_velocities / solver.chain.velocity).max()
print(
    f'{len(trajectory.times)} points in {trajectory.times[-1]:.2f} s, '
    f'at most {fastest:.0%} of the speed that a joint may have'
)

# For a controller that wants a point every 10 ms.
ticks = np.arange(0.0, trajectory.times[-1], 0.01)  # [s]
q = np.column_stack(
    [np.interp(ticks, trajectory.times, joint) for joint in trajectory.joint_positions.T]
)
print(f'{len(q)} points of {q.shape[1]} joints, {", ".join(trajectory.joint_names[:2])}, ...')

slow = solver.time(path, acceleration_limits=2.0, scaling=0.2)
print(f'at a fifth of the speed: {slow.times[-1]:.2f} s')
