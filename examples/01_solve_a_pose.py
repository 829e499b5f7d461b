# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Solve one pose, look at what comes back, and ask for one that is out of reach.

python examples/01_solve_a_pose.py
"""

import math

from learned_ik import IkSolver
from learned_ik.resources import shipped_file

solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))

# Where arm_tool_link shall be, in the frame of torso_lift_link.
position = [0.6, -0.2, 0.0]  # [m]
orientation = [0.0, 0.0, 0.0, 1.0]  # quaternion x y z w

solution = solver.solve(position, orientation)
print(solution.status.name)
for name, angle in zip(solver.chain.joint_names, solution.joint_positions, strict=True):
    print(f'  {name:12} {angle:7.3f} rad')

# The errors are those of the answer, by forward kinematics: see for yourself.
reached, _ = solver.chain.forward(solution.joint_positions)
print(f'{math.dist(reached, position):.1e} m off, as it says: {solution.position_error:.1e} m')
print(f'{math.degrees(solution.limit_margin):.0f} degrees from the nearest joint limit')

# Out of reach: no exception, but the reason, and the nearest that can be had.
far = solver.solve([2.0, 0.0, 0.0], orientation)
print(f'\n{far.status.name}: {far.message}')
