# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Put a tool on the flange: poses are the tool's then, and the network needs no new training.

python examples/15_another_tool.py
"""

import numpy as np

from learned_ik import IkSolver

flange = IkSolver.load('ur10')

# A torch, 25 cm long, that leans by 45 degrees from the flange's z axis towards its x axis.
s = np.sqrt(0.5)
T_tip_torch = np.array(
    [[s, 0.0, s, 0.1], [0.0, 1.0, 0.0, 0.0], [-s, 0.0, s, 0.2], [0.0, 0.0, 0.0, 1.0]]
)
torch = IkSolver.load('ur10', tool=T_tip_torch)

pose = [0.6, 0.2, 0.3], [1.0, 0.0, 0.0, 0.0]  # [m], quaternion x y z w: pointing down
solution = torch.solve(*pose)
print(f'with the torch: {solution}')

# The torch is there; the flange is elsewhere.
at_torch, _ = torch.forward(solution.joint_positions)
at_flange, _ = flange.forward(solution.joint_positions)
print(f'tip of the torch at {at_torch.round(4)} m, flange at {at_flange.round(4)} m')

# How the torch is turned about its own axis does not matter: one more freedom for the arm.
free = torch.solve(*pose, orientation_tolerance=[1e-4, 1e-4, np.inf], prefer='middle')
print(f'any turn about its axis: {free.limit_margin:.2f} rad from the nearest limit')
