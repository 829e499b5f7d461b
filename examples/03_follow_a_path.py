# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Find one joint path through a row of poses, with no jump from one posture to another.

    python examples/03_follow_a_path.py

For a path that is known beforehand. Where the next pose is only known when it comes, see
05_follow_with_a_seed.py.
"""

import math

import numpy as np

from learned_ik import IkSolver
from learned_ik.resources import shipped_file
from learned_ik.trajectories.pose_paths import spiral

solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))
path = spiral(
    300,  # poses
    centre=(0.6, -0.05, -0.2),  # [m], in torso_lift_link
    radius=0.2,
    height=0.3,
    turns=3.0,
    axis=(1.0, 0.0, 0.0),  # it winds forwards
    orientation=(0.0, math.sin(math.pi / 8), 0.0, math.cos(math.pi / 8)),  # x y z w
)


def largest_step(q: np.ndarray) -> float:
    """Return how far one joint moves at most from one pose to the next [rad]."""
    return float(np.abs(np.diff(q, axis=0)).max())


followed = solver.follow(*path)
print(f'as a path: largest step {largest_step(followed.joint_positions):.3f} rad')

# Pose by pose, each by itself: just as exact, but the elbow may flip on the way.
alone = solver.solve_batch(*path)
print(f'pose by pose: largest step {largest_step(alone.joint_positions):.3f} rad')

# A path that leads out of reach says where it breaks, and why.
broken = solver.follow(path.positions + np.linspace(0.0, 0.4, 300)[:, None], path.orientations)
first, *_ = broken.message.split(';')
print(f'\n{len(broken.failures)} of 300 poses are not reached; {first}')
