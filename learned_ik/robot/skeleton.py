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
    rotations, origins = chain.frames(q)
    # Where the next one begins: a joint that slides is drawn where it slides from.
    steps = np.einsum('kij,kj->ki', rotations[:-1], chain.transforms[:, :3, 3])
    return np.concatenate([origins[:1], origins[:-1] + steps])
