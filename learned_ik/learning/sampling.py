# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which joint positions each training step sees (paper, sections II-B and IV).

Fresh ones every step, uniform within the limits; and, since errors are uneven over the
workspace, the worst of the step before once more, moved a little.
"""

import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.configuration import TrainingConfig


class Sampler:
    """Draws batches of joint positions from one seeded generator on the device."""

    def __init__(
        self, kinematics: BatchedKinematics, config: TrainingConfig, generator: torch.Generator
    ) -> None:
        """Begin without hard examples: the first batch is all fresh."""
        self._lower = kinematics.lower  # (joints,) [rad or m]
        self._upper = kinematics.upper
        self._range = kinematics.upper - kinematics.lower
        self._batch = config.batch
        self._hard_count = int(config.hard_share * config.batch)
        self._jitter = config.hard_jitter
        self._generator = generator
        self._hard = self._lower.new_empty(0, len(self._lower))

    def draw(self) -> torch.Tensor:
        """Return joint positions (batch, joints) [rad or m]: the hard ones first."""
        q = self._lower.new_empty(self._batch, len(self._lower))
        hard, fresh = q[: len(self._hard)], q[len(self._hard) :]
        fresh.uniform_(generator=self._generator).mul_(self._range).add_(self._lower)
        if len(hard):
            hard.normal_(generator=self._generator).mul_(self._jitter * self._range)
            hard.add_(self._hard).clamp_(self._lower, self._upper)
        return q

    def keep_hardest(self, q: torch.Tensor, loss: torch.Tensor) -> None:
        """Remember the worst of a batch: q (batch, joints) with its loss (batch,)."""
        if self._hard_count:
            self._hard = q[torch.topk(loss, self._hard_count, sorted=False).indices]
