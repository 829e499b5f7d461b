# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A store of postures all over the joint ranges, to be asked for those whose tip is near a pose.

Heads of one network fail together; these have nothing in common. A grid over the tip's positions
keeps the search short.
"""

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import X, Y, Z

PROPOSALS = 16  # of a first look into it
MORE_PROPOSALS = 256  # of a second look, where none of these led anywhere

# Places in a grid (GRID,) over the tips' positions.
CORNER = 0  # (3,) [m], the lowest
EDGE = 3  # [m], of a cell
CELLS = 4  # (3,), how many there are along x, y, z
GRID = 7


@inner_kernel
def nearest_postures(
    tips: Array,
    begins: Integers,
    grid: Array,
    target: Array,
    angular_weight: float,
    rows: Array,
    errors: Array,
) -> int:
    """Fill the numbers of those postures whose tips are nearest to a target, nearest first.

    Args:
        tips: (stored, 12), of the store's postures, sorted by cell.
        begins: (cells + 1,), where each cell's postures begin.
        grid: (GRID,).
        target: (12,), rotation row by row, position [m].
        angular_weight: [m/rad], of the arm.
        rows: (n,), filled with numbers of postures (as floats: one memory serves all).
        errors: (n,), filled with squared weighted pose errors [m²].

    Returns:
        How many there are; cells farther away than the next are not looked into.

    """
    found = 0
    nx, ny, nz = int(grid[CELLS]), int(grid[CELLS + 1]), int(grid[CELLS + 2])
    cx = int(np.floor((target[X] - grid[CORNER]) / grid[EDGE]))
    cy = int(np.floor((target[Y] - grid[CORNER + 1]) / grid[EDGE]))
    cz = int(np.floor((target[Z] - grid[CORNER + 2]) / grid[EDGE]))
    for x in range(max(cx - 1, 0), min(cx + 2, nx)):
        for y in range(max(cy - 1, 0), min(cy + 2, ny)):
            first = (x * ny + y) * nz + max(cz - 1, 0)
            last = (x * ny + y) * nz + min(cz + 2, nz)
            if first >= last:
                continue
            for row in range(begins[first], begins[last]):
                error = squared_error(tips[row], target, angular_weight)
                if found == errors.shape[0] and error >= errors[found - 1]:
                    continue
                k = found if found < errors.shape[0] else found - 1
                found = k + 1 if found < errors.shape[0] else found
                while k > 0 and errors[k - 1] > error:
                    errors[k], rows[k] = errors[k - 1], rows[k - 1]
                    k -= 1
                errors[k], rows[k] = error, row
    return found


@inlined_kernel
def squared_error(tip: Array, target: Array, angular_weight: float) -> float:
    """Return |dp|² + weight² |dR|²/2 [m²]."""
    turn = 0.0
    for k in range(9):
        turn += (tip[k] - target[k]) ** 2
    return (
        (tip[X] - target[X]) ** 2
        + (tip[Y] - target[Y]) ** 2
        + (tip[Z] - target[Z]) ** 2
        + 0.5 * angular_weight**2 * turn
    )
