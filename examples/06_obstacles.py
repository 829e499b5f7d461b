# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Keep clear of spheres, from one request to the next; nothing has to be trained for that.

python examples/06_obstacles.py
"""

import numpy as np

from learned_ik import IkSolver
from learned_ik.resources import shipped_file
from learned_ik.robot.skeleton import joint_origins

solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))
pose = [0.6, -0.2, 0.0], [0.0, 0.0, 0.0, 1.0]  # [m], x y z w, in torso_lift_link

free = solver.solve(*pose)
elbow = joint_origins(solver.chain, free.joint_positions)[4]  # (3,) [m]
print(f'without obstacles the elbow is at {np.round(elbow, 2)} m')

# A ball of 5 cm hangs exactly there. x y z radius [m], in the frame of the base link.
solver.set_obstacles([[*elbow, 0.05]])
moved = solver.solve(*pose)
other = joint_origins(solver.chain, moved.joint_positions)[4]
print(f'{moved.status.name}: now at {np.round(other, 2)} m, {1e3 * moved.clearance:.1f} mm clear')

# More room, where there is some: min_clearance in m.
wide = solver.solve(*pose, min_clearance=0.03)
print(f'{wide.status.name}: at least 30 mm: {1e3 * wide.clearance:.1f} mm clear')

# A ball about the target: nothing that reaches it keeps clear, and the answer says so.
solver.set_obstacles([[*pose[0], 0.1]])
touching = solver.solve(*pose)
print(f'\n{touching.status.name}: {touching.message}')

# The answers as if there were no obstacles tell their clearance all the same.
ignoring = solver.solve(*pose, avoid_collisions=False)
print(f'{ignoring.status.name}, {1e3 * ignoring.clearance:.1f} mm clear')
