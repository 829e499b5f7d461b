# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where the tip comes to lie when joint positions are drawn uniformly: densely, rarely, never.

The density is very uneven (paper, section III-E, figure 2): this is what samplings even out.
"""

import numpy as np
import torch

from learned_ik.robot.chain import KinematicChain

GRID_SAMPLES = 400_000  # poses that are counted
CELLS = 16  # along each axis of the box that holds all positions
FEWEST = 4  # poses in a cell that counts as part of the workspace
MOST_WEIGHT = 10.0  # of a pose in a rare place, against the mean over all samples


class WorkspaceGrid:
    """The density of positions, in cells of a box."""

    def __init__(self, chain: KinematicChain, device: torch.device | str = 'cpu') -> None:
        """Count; for one robot always the same."""
        q = chain.sample(np.random.default_rng(0), GRID_SAMPLES)
        _, position = chain.forward_matrix(q)  # (n, 3) [m]
        low, high = position.min(axis=0), position.max(axis=0)
        size = np.maximum((high - low) / CELLS, 1e-6)  # (3,) [m], of a cell
        cells = np.minimum((position - low) / size, CELLS - 1).astype(np.int64) @ _STRIDES
        counts = np.bincount(cells, minlength=CELLS**3)
        self._low = torch.as_tensor(low, dtype=torch.float32, device=device)
        self._size = torch.as_tensor(size, dtype=torch.float32, device=device)
        self._strides = torch.as_tensor(_STRIDES, device=device)
        self._count = torch.as_tensor(counts, dtype=torch.float32, device=device)
        self._inside = torch.as_tensor(np.flatnonzero(counts >= FEWEST), device=device)

    def weights(self, position: torch.Tensor, power: float) -> torch.Tensor:
        """Return weights (batch,), about 1 in the mean, of positions (batch, 3) [m].

        A weight is proportional to density^-power: with power 1, each cell counts alike.
        """
        cells = ((position - self._low) / self._size).long().clamp(0, CELLS - 1)
        count = self._count[(cells * self._strides).sum(-1)].clamp_min(1)
        weight = count**-power
        return (weight / weight.mean()).clamp_max(MOST_WEIGHT)

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Return poses (count, 12): positions uniform in the workspace, any orientation."""
        device = self._low.device
        chosen = torch.randint(len(self._inside), (count,), generator=generator, device=device)
        cells = self._inside[chosen][:, None] // self._strides % CELLS  # (count, 3)
        within = torch.rand(count, 3, generator=generator, device=device)
        position = self._low + (cells + within) * self._size
        quaternion = torch.randn(count, 4, generator=generator, device=device)
        rotation = _matrix(quaternion / quaternion.norm(dim=1, keepdim=True))
        return torch.cat([position, rotation], dim=1)


_STRIDES = np.array([CELLS * CELLS, CELLS, 1])


def _matrix(quaternion: torch.Tensor) -> torch.Tensor:
    """Return rotation matrices (batch, 9), row by row, of unit quaternions x y z w (batch, 4)."""
    x, y, z, w = quaternion.unbind(1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([entry for row in rows for entry in row], dim=1)
