# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Forward kinematics of several chains at once, each with a batch of its own.

The chains move alike, joint by joint, and differ in their constants. It is written in plain
operations, without the gradient of `kinematics/batched.py`: a compiler fuses them with the loss
and with their slopes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from learned_ik.robot.chain import KinematicChain


class StackedKinematics:
    """The kinematics of chains with the same joints, on one device, in one dtype."""

    def __init__(
        self, chains: Sequence[KinematicChain], device: torch.device, dtype: torch.dtype
    ) -> None:
        """Copy the constants of the chains, all of which slide and turn in the same order."""

        def tensor(values: Sequence[Any]) -> torch.Tensor:
            return torch.as_tensor(np.stack(values), device=device, dtype=dtype)

        self._prismatic: list[bool] = chains[0].prismatic.tolist()  # (motions,)
        # Each transform as (4, 3), rows 0 to 2 its axes, row 3 its translation; once for each row
        # of the rotation that it is multiplied with: (motions + 1, chains, 3, 4, 3).
        constants = tensor([chain.transforms[:, :3, :].swapaxes(-1, -2) for chain in chains])
        repeated = constants.transpose(0, 1)[:, :, None].expand(-1, -1, 3, -1, -1)
        self._transforms = repeated.contiguous()
        self._offset = tensor([chain.offset for chain in chains])[:, :, None]
        drives = [np.zeros((chain.motion_count, chain.joint_count)) for chain in chains]
        for drive, chain in zip(drives, chains, strict=True):
            drive[np.arange(chain.motion_count), chain.source] = chain.multiplier
        self._drive = tensor(drives)  # (chains, motions, joints)

    def __call__(self, q: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the poses of the tips, differentiable in `q`.

        Args:
            q: (chains, joints, batch) [rad or m].

        Returns:
            position (chains, 3, batch) [m] and rotation (chains, 3, 3, batch).

        """
        values = torch.baddbmm(self._offset, self._drive, q)  # (chains, motions, batch)
        cosines, sines = torch.cos(values), torch.sin(values)
        chains, _, batch = q.shape
        first = self._transforms[0, :, 0]  # (chains, 4, 3)
        R = first[:, :3].mT[..., None].expand(chains, 3, 3, batch)
        p = first[:, 3][..., None].expand(chains, 3, batch)
        for i, slides in enumerate(self._prismatic):
            x, y, z = R.unbind(2)  # (chains, 3, batch) each
            if slides:
                p = p + z * values[:, i, None]
            else:
                c, s = cosines[:, i, None], sines[:, i, None]
                R = torch.stack([c * x + s * y, c * y - s * x, z], dim=2)
            placed = self._transforms[i + 1] @ R  # (chains, 3, 4, batch): axes, displacement
            R, p = placed[:, :, :3], p + placed[:, :, 3]
        return p, R
