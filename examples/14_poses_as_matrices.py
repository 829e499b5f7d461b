# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Give a pose as the 4×4 matrix that other libraries have, and get one back.

    python examples/14_poses_as_matrices.py

The `SE3` of Pinocchio, spatialmath or mink goes in as it is, and so does SciPy's `Rotation`.
"""

import json

import numpy as np

from learned_ik import IkSolver

solver = IkSolver.load('panda')

T_base_tip = np.array(
    [
        [1.0, 0.0, 0.0, 0.4],
        [0.0, -1.0, 0.0, 0.1],
        [0.0, 0.0, -1.0, 0.3],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
solution = solver.solve(T_base_tip)
print(solution)

# The pose that is reached, as a matrix again.
R, p = solver.chain.forward_matrix(solution.joint_positions)
T_reached = np.eye(4)
T_reached[:3, :3], T_reached[:3, 3] = R, p
print(f'{np.abs(T_reached - T_base_tip).max():.0e} is the largest difference of an entry')

# Position and rotation apart, the seed by the names of the joints, as a JointState has them.
seed = dict(zip(solver.chain.joint_names, solution.joint_positions, strict=True))
near = solver.solve([0.4, 0.1, 0.31], T_base_tip[:3, :3], seed)
print(json.dumps(near.as_dict()['joint_positions'], indent=1))

# Without an orientation, any will do.
anyhow = solver.solve([0.4, 0.1, 0.31])
print(anyhow)
