# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The cells of a map: cubes on a lattice about the base, in blocks that are solved one by one."""

import dataclasses
import itertools

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import ConfigurationError

MOST_CELLS = 50_000_000
POSES_PER_BLOCK = 100_000  # so that a block takes a second or less, and 100 MB at most


@dataclasses.dataclass(frozen=True)
class Block:
    """A box of neighbouring cells."""

    lower: tuple[int, int, int]  # the first cell, counted from the grid's first
    shape: tuple[int, int, int]

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Where in arrays (nx, ny, nz) its cells are."""
        x, y, z = (slice(a, a + n) for a, n in zip(self.lower, self.shape, strict=True))
        return x, y, z


@dataclasses.dataclass(frozen=True)
class CellGrid:
    """Cubes whose centres are whole multiples of their edge from the base link's origin."""

    cell: float  # [m], the edge of a cube
    first: tuple[int, int, int]  # the centre of the first cell, in edges
    shape: tuple[int, int, int]  # nx, ny, nz

    @property
    def cells(self) -> int:
        """How many there are."""
        return int(np.prod(self.shape))

    def axis(self, k: int) -> Array:
        """Return (n,) [m], the centres along one axis."""
        return np.asarray(self.cell * (self.first[k] + np.arange(self.shape[k])), np.float64)

    def centres(self, block: Block) -> Array:
        """Return (*block.shape, 3) [m], the centres of a block's cells."""
        axes = [self.axis(k)[where] for k, where in enumerate(block.slices)]
        return np.stack(np.meshgrid(*axes, indexing='ij'), axis=-1)

    def blocks(self, orientations: int) -> list[Block]:
        """Return boxes that hold each cell once, of about as many poses as one should have."""
        edge = max(2, round((POSES_PER_BLOCK / orientations) ** (1 / 3)))
        starts = [range(0, n, edge) for n in self.shape]
        return [
            Block(
                (x, y, z),
                tuple(min(edge, n - a) for a, n in zip((x, y, z), self.shape, strict=True)),
            )
            for x, y, z in itertools.product(*starts)
        ]


def grid_about(
    centre: Array, radius: float, cell: float, box: tuple[float, ...] | None = None
) -> CellGrid:
    """Return the cells that touch a ball, or those in a box.

    Args:
        centre: (3,) [m], of the ball.
        radius: [m], of the ball.
        cell: [m], the edge of a cell.
        box: x, y, z of the lowest corner, then of the highest [m]; default: about the ball.

    Raises:
        ConfigurationError: there is no cell, or there are more than 50 million.

    """
    if box is None:
        lower, upper = centre - radius, centre + radius
    else:
        lower, upper = np.split(np.array(box), 2)
    first, last = np.ceil(lower / cell - 1e-9), np.floor(upper / cell + 1e-9)
    shape = last - first + 1
    if not (shape >= 1).all():
        raise ConfigurationError(
            f'box {list(box or ())} holds no centre of a cell of {cell:g} m; expected x y z of '
            'its lowest corner, then of its highest'
        )
    if np.prod(shape) > MOST_CELLS:
        raise ConfigurationError(
            f'grid {cell:g} m makes {np.prod(shape):.3g} cells; expected {MOST_CELLS:.3g} at '
            'most: choose a larger one'
        )
    return CellGrid(cell, _whole(first), _whole(shape))


def _whole(values: Array) -> tuple[int, int, int]:
    x, y, z = (int(value) for value in values)
    return x, y, z
