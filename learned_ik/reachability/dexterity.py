# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Yoshikawa's manipulability of many postures at once."""

import numpy as np

from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain

CHUNK = 4096  # postures at once: their frames stay in the processor's cache


def manipulability(chain: KinematicChain, q: Array) -> Array:
    """Return (n,), the product of the singular values of the Jacobian at postures (n, joints).

    That is sqrt(det(J Jᵀ)), or with fewer than six joints sqrt(det(Jᵀ J)), which would be 0
    otherwise (Yoshikawa, "Manipulability of Robotic Mechanisms", DOI 10.1177/027836498500400201,
    equation 9). Rows of translation are in m/rad, of rotation in rad/rad: with six joints that
    turn it is in m³.
    """
    chunks = [q[begin : begin + CHUNK] for begin in range(0, len(q), CHUNK)]
    return np.concatenate([np.empty(0), *(_manipulability(chain, chunk) for chunk in chunks)])


def _manipulability(chain: KinematicChain, q: Array) -> Array:
    rotations, origins = chain.frames(q)
    axes, at = rotations[:, 1:-1, :, 2], origins[:, 1:-1]  # (n, motions, 3)
    linear = np.cross(axes, origins[:, -1:] - at)
    turns = ~chain.prismatic[:, None]
    columns = np.concatenate([np.where(turns, linear, axes), np.where(turns, axes, 0.0)], axis=-1)
    J = np.zeros((len(q), chain.joint_count, 6))
    for motion, joint in enumerate(chain.source):
        J[:, joint] += chain.multiplier[motion] * columns[:, motion]
    if chain.joint_count == 6:
        return np.abs(np.linalg.det(J))
    square = J @ J.swapaxes(1, 2) if chain.joint_count < 6 else J.swapaxes(1, 2) @ J
    return np.sqrt(np.maximum(np.linalg.det(square), 0.0))
