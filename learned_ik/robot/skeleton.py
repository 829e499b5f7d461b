# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The arm as a line through its joints, for whoever draws it."""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain


def joint_origins(chain: KinematicChain, q: npt.ArrayLike) -> Array:
    """Return where base, joints and tip are, from base to tip.

    Args:
        chain: the arm.
        q: (joints,) [rad or m].

    Returns:
        (motions + 2, 3) [m], in the base link's frame: the base, each joint that moves, the tip.

    Raises:
        InvalidInputError: wrong number of joints, or entries that are not finite.

    """
    q = chain.checked_joints(q)
    values = chain.multiplier * q[chain.source] + chain.offset
    R, p = np.eye(3), np.zeros(3)
    origins = [p]
    for i, T in enumerate(chain.transforms):
        p, R = p + R @ T[:3, 3], R @ T[:3, :3]
        origins.append(p)
        if i == chain.motion_count:
            break
        if chain.prismatic[i]:
            p = p + R[:, 2] * values[i]
        else:
            c, s = np.cos(values[i]), np.sin(values[i])
            R = R @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return np.array(origins)
