# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where the tip is and how it moves: forward kinematics and Jacobian for callers in Python."""

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import kernel
from learned_ik.kernels.forward_kinematics import copy_into, jacobian_columns, sweep
from learned_ik.kernels.layout import unpack_chain, unpack_work


@kernel
def forward_many(
    layout: Integers, robot: Array, weights: Floats, numbers: Array, postures: Array, tips: Array
) -> None:
    """Fill tips (n, 12), rotation row by row, position [m], for postures (n, joints)."""
    chain, frames = unpack_chain(layout, robot), unpack_work(layout, numbers).frames
    for i in range(postures.shape[0]):
        sweep(chain, postures[i], frames)
        copy_into(tips[i], frames.tip)


@kernel
def jacobian(
    layout: Integers, robot: Array, weights: Floats, numbers: Array, posture: Array, columns: Array
) -> None:
    """Fill the geometric Jacobian's columns (joints, 6) at a posture (joints,) [rad or m]."""
    chain, frames = unpack_chain(layout, robot), unpack_work(layout, numbers).frames
    sweep(chain, posture, frames)
    jacobian_columns(chain, frames, 1.0, columns)
