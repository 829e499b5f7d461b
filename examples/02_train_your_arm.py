# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Train a network for an arm, from nothing but its URDF, and solve with it.

    python examples/02_train_your_arm.py                      # TIAGo's arm
    python examples/02_train_your_arm.py my.urdf base_link tool0

Some seconds of training are enough to see it work; the default, two minutes, is some times more
exact. Either way the answers of the solver are exact: the network only says where to begin.
"""

import sys
from pathlib import Path

import numpy as np

from learned_ik import IkModel, IkSolver, KinematicChain, TrainingConfig, train
from learned_ik.resources import shipped_file

arguments = sys.argv[1:] or [
    str(shipped_file('config/tiago_arm.urdf')), 'torso_lift_link', 'arm_tool_link',
]  # fmt: skip
urdf, base_link, tip_link = arguments
chain = KinematicChain.from_urdf(Path(urdf).read_text(encoding='utf-8'), base_link, tip_link)
print(f'{len(chain.joint_names)} joints: {", ".join(chain.joint_names)}')

model = train(chain, TrainingConfig(samples=200_000))  # TrainingConfig(): two minutes
model.save('my_arm.safetensors')  # one file: network, chain, and how it was made

solver = IkSolver(IkModel.load('my_arm.safetensors'))
positions, orientations = chain.forward(chain.sample(np.random.default_rng(0), 1000))

guessed, _ = chain.forward(solver.predict(positions, orientations))
off = np.linalg.norm(guessed - positions, axis=-1)  # (1000,) [m]
print(f'the network alone: {1e3 * np.median(off):.0f} mm off, in the median of 1000 poses')

batch = solver.solve_batch(positions, orientations)
print(f'refined: {batch.success.mean():.1%} solved, to {1e6 * batch.position_error.max():.2g} µm')
