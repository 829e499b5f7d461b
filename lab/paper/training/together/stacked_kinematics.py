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
        # Each transform column by column, three axes and the translation:
        # (motions + 1, 4, 3, chains, 1, 1).
        constants = tensor([chain.transforms[:, :3, :] for chain in chains])
        self._transforms = constants.permute(1, 3, 2, 0)[..., None, None].contiguous()
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
        first = self._transforms[0].expand(4, 3, chains, 1, batch)
        x, y, z, p = (torch.cat(column.unbind(), dim=1) for column in first)  # (chains, 3, batch)
        for i, slides in enumerate(self._prismatic):
            if slides:
                p = p + z * values[:, i, None]
            else:
                c, s = cosines[:, i, None], sines[:, i, None]
                x, y = c * x + s * y, c * y - s * x
            # The next frame's axes and displacement: products of matrices, written out, so that
            # all of this becomes a few loops.
            x, y, z, displacement = (
                x * a + y * b + z * c for a, b, c in self._transforms[i + 1].unbind()
            )
            p = p + displacement
        return p, torch.stack([x, y, z], dim=2)
