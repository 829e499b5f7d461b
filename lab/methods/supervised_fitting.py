# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The loop that fits the methods which are taught joint positions: fresh samples, Adam, 1cycle."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import nn

from learned_ik.files import write_atomically
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import InputScaling
from learned_ik.learning.optimizers import one_cycle
from learned_ik.robot.chain import KinematicChain

BATCH = 200
PEAK = 3e-3  # of the learning rate
WARM_UP = 0.3  # share of the steps

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Shares:
    """What these networks see and say: scaled poses, and joints as shares of their ranges."""

    def __init__(self, chain: KinematicChain, device: str = 'cpu') -> None:
        """Take scaling and limits from the robot."""
        scaling = InputScaling.for_chain(chain, 'centred')
        self.kinematics = BatchedKinematics(chain, device)
        self._scale = torch.as_tensor(scaling.scale, dtype=torch.float32, device=device)
        self._shift = torch.as_tensor(scaling.shift, dtype=torch.float32, device=device)

    def inputs(self, poses: torch.Tensor) -> torch.Tensor:
        """Return network inputs (n, 12) of poses (n, 12)."""
        return torch.addcmul(self._shift, poses, self._scale)

    def joints(self, share: torch.Tensor) -> torch.Tensor:
        """Return joint positions (..., joints) [rad or m], within limits, of shares 0 to 1."""
        lower, upper = self.kinematics.lower, self.kinematics.upper
        return lower + share.clamp(0, 1) * (upper - lower)

    def poses(self, share: torch.Tensor) -> torch.Tensor:
        """Return the poses (n, 12) that shares (n, joints) lead to."""
        position, rotation = self.kinematics.forward(self.joints(share))
        return torch.cat([position, rotation.flatten(1)], dim=1)


@dataclasses.dataclass(frozen=True)
class Fitting:
    """How much networks are taught, where, and in which folder they are kept."""

    samples: int  # all batches together
    device: str = 'cpu'
    folder: Path | None = None  # none: they are not kept

    def __call__(self, module: nn.Module, loss: Loss, chain: KinematicChain, name: str) -> None:
        """Fit a module's parameters, or read those that a file of this name has already.

        Args:
            module: what is fitted, on the CPU; there it is afterwards.
            loss: of scaled poses (batch, 12) and the joints that they were made from, as shares
                of their ranges (batch, joints): a scalar.
            chain: the robot.
            name: of the file, with the robot's fingerprint and the samples behind it.

        """
        file = None
        if self.folder is not None:
            file = self.folder / f'{name}_{chain.fingerprint[:10]}_{self.samples}.safetensors'
        if file is not None and file.exists():
            module.load_state_dict(load_file(file))
            return
        self._fit(module.to(self.device), loss, chain)
        module.cpu()
        if file is not None:
            write_atomically(file, save(module.state_dict()))

    def _fit(self, module: nn.Module, loss: Loss, chain: KinematicChain) -> None:
        shares = Shares(chain, self.device)
        generator = torch.Generator().manual_seed(0)
        optimizer = torch.optim.Adam(module.parameters(), lr=PEAK, fused=True)
        steps = max(1, self.samples // BATCH)
        for step in range(steps):
            share = torch.rand(BATCH, chain.joint_count, generator=generator).to(self.device)
            with torch.no_grad():
                inputs = shares.inputs(shares.poses(share))
            for group in optimizer.param_groups:
                group['lr'] = PEAK * one_cycle(step / steps, WARM_UP)
            optimizer.zero_grad(set_to_none=True)
            loss(inputs, share).backward()
            optimizer.step()
