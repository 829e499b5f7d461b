# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Let the network say where another solver begins: here the loop that one writes with Pinocchio.

python examples/08_seed_another_solver.py      # needs: pip install pin
"""

import numpy as np
import pinocchio as pin

from learned_ik import IkSolver
from learned_ik.resources import shipped_file

solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))
chain = solver.chain

# The whole robot without the joints that the arm does not have.
robot = pin.buildModelFromUrdf(str(shipped_file('config/tiago_arm.urdf')))
others = [robot.getJointId(n) for n in robot.names[1:] if n not in chain.joint_names]
arm = pin.buildReducedModel(robot, others, pin.neutral(robot))
data = arm.createData()
tip, base = arm.getFrameId(chain.tip_link), arm.getFrameId(chain.base_link)
pin.framesForwardKinematics(arm, data, pin.neutral(arm))
T_world_base = data.oMf[base].copy()


def steps_until_solved(T_base_tip: pin.SE3, q: np.ndarray) -> int | None:
    """Return how many steps of damped least squares from q (joints,) it takes; None: too many."""
    for step in range(100):
        pin.framesForwardKinematics(arm, data, q)
        T_tip_target = data.oMf[tip].actInv(T_world_base * T_base_tip)
        error = pin.log6(T_tip_target).vector  # (6,) [m, rad]
        if np.linalg.norm(error) < 1e-6:
            return step
        J = -pin.Jlog6(T_tip_target.inverse()) @ pin.computeFrameJacobian(arm, data, q, tip)
        q = q - J.T @ np.linalg.solve(J @ J.T + 1e-6 * np.eye(6), error)
        q = np.clip(q, arm.lowerPositionLimit, arm.upperPositionLimit)
    return None


positions, orientations = chain.forward(chain.sample(np.random.default_rng(0), 200))
targets = [pin.XYZQUATToSE3(np.r_[p, o]) for p, o in zip(positions, orientations, strict=True)]
starts = {
    'the middle of the joint ranges': np.tile(chain.middle, (200, 1)),
    'the network': solver.predict(positions, orientations),
}
for name, seeds in starts.items():
    steps = [steps_until_solved(*each) for each in zip(targets, seeds, strict=True)]
    solved = [n for n in steps if n is not None]
    print(f'from {name}: {len(solved) / 200:.0%} solved, {np.median(solved):.0f} steps')
