# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A store of postures all over the joint ranges, to be asked for those whose tip is near a pose.

Heads of one network fail together; these have nothing in common. A grid over the tip's positions
keeps the search short.
"""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel, kernel
from learned_ik.kernels.forward_kinematics import (
    ChainArrays,
    Frames,
    chain_arrays,
    copy_into,
    empty_frames,
    sweep,
)
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.robot.chain import KinematicChain

POSTURES = 100_000  # in the store
PROPOSALS = 16  # of a first look into it
MORE_PROPOSALS = 256  # of a second look, when these were in vain
CELLS_PER_AXIS = 24  # of the grid, along its longest edge


class Store(NamedTuple):
    """Postures, sorted by the cell of the grid in which their tip lies."""

    postures: Array  # (n, joints) [rad or m]
    tips: Array  # (n, 12), rotation row by row, position [m]
    begins: Integers  # (cells + 1,), where each cell's postures begin
    grid: Array  # (7,): lowest corner [m], edge of a cell [m], number of cells along x, y, z


def make_store(chain: KinematicChain, count: int = POSTURES) -> Store:
    """Fill a store; the same chain always gets the same one."""
    q = chain.sample(np.random.default_rng(0), count)
    tips = np.empty((count, 12))
    sweep_all(chain_arrays(chain), q, empty_frames(chain), tips)
    low, high = tips[:, 9:].min(axis=0), tips[:, 9:].max(axis=0)
    edge = max(float((high - low).max()) / CELLS_PER_AXIS, 1e-6)
    shape = np.floor((high - low) / edge).astype(np.int64) + 1
    x, y, z = np.floor((tips[:, 9:] - low) / edge).astype(np.int64).T
    cell = (x * shape[1] + y) * shape[2] + z
    order = np.argsort(cell, kind='stable')
    begins = np.searchsorted(cell[order], np.arange(shape.prod() + 1))
    return Store(
        postures=np.ascontiguousarray(q[order]),
        tips=np.ascontiguousarray(tips[order]),
        begins=begins.astype(np.int64),
        grid=np.array([*low, edge, *shape], np.float64),
    )


@kernel
def sweep_all(chain: ChainArrays, q: Array, frames: Frames, tips: Array) -> None:
    """Fill tips (n, 12) for postures q (n, joints)."""
    for i in range(q.shape[0]):
        sweep(chain, q[i], frames)
        copy_into(tips[i], frames.tip)


@inner_kernel
def nearest_postures(
    tips: Array, begins: Integers, grid: Array, target: Array, rows: Array, misses: Array
) -> int:
    """Fill the numbers of those postures whose tips are nearest to a target, nearest first.

    Args:
        tips: of the `Store`.
        begins: likewise.
        grid: likewise.
        target: (12,), rotation row by row, position [m].
        rows: (n,), filled with numbers of postures (as floats: one memory serves all).
        misses: (n,), filled with squared weighted pose errors [m²].

    Returns:
        How many there are; cells farther away than the next are not looked into.

    """
    found = 0
    nx, ny, nz = int(grid[4]), int(grid[5]), int(grid[6])
    cx = int(np.floor((target[9] - grid[0]) / grid[3]))
    cy = int(np.floor((target[10] - grid[1]) / grid[3]))
    cz = int(np.floor((target[11] - grid[2]) / grid[3]))
    for x in range(max(cx - 1, 0), min(cx + 2, nx)):
        for y in range(max(cy - 1, 0), min(cy + 2, ny)):
            first = (x * ny + y) * nz + max(cz - 1, 0)
            last = (x * ny + y) * nz + min(cz + 2, nz)
            if first >= last:
                continue
            for row in range(begins[first], begins[last]):
                miss = miss_of(tips[row], target)
                if found == misses.shape[0] and miss >= misses[found - 1]:
                    continue
                k = found if found < misses.shape[0] else found - 1
                found = k + 1 if found < misses.shape[0] else found
                while k > 0 and misses[k - 1] > miss:
                    misses[k], rows[k] = misses[k - 1], rows[k - 1]
                    k -= 1
                misses[k], rows[k] = miss, row
    return found


@inlined_kernel
def miss_of(tip: Array, target: Array) -> float:
    """Return |dp|² + weight² |dR|²/2 [m²]."""
    turn = 0.0
    for k in range(9):
        turn += (tip[k] - target[k]) ** 2
    return (
        (tip[9] - target[9]) ** 2
        + (tip[10] - target[10]) ** 2
        + (tip[11] - target[11]) ** 2
        + 0.5 * ANGULAR_WEIGHT**2 * turn
    )
