# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which joint positions each training step sees (paper, sections II-B, III-E and IV).

Fresh ones every step, uniform within the limits; and, since errors are uneven over the
workspace, the worst of the step before once more, moved a little. On request also such whose
poses are uniform in space: the partly trained network itself says how they are reached.
"""

from collections.abc import Callable

import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.reports.workspace import WorkspaceGrid
from learned_ik.learning.training_config import TrainingConfig

BEYOND = 0.0, 0.5  # [m], how far targets lie behind the end of the stretched arm

Proposal = Callable[[torch.Tensor], torch.Tensor]  # poses (n, 12) to joint positions (n, joints)


class Sampler:
    """Draws batches of joint positions from one seeded generator on the device."""

    def __init__(
        self,
        kinematics: BatchedKinematics,
        config: TrainingConfig,
        generator: torch.Generator,
        batch: int | None = None,
    ) -> None:
        """Begin with hard examples that are as fresh as the others.

        Args:
            kinematics: of the robot.
            config: says which samples.
            generator: on the same device.
            batch: how many, where that is not `config.batch`.

        """
        self._lower = kinematics.lower  # (joints,) [rad or m]
        self._upper = kinematics.upper
        self._range = kinematics.upper - kinematics.lower
        self._batch = config.batch if batch is None else batch
        self._bootstrapped = int(config.bootstrap_share * self._batch)
        self._beyond = int(config.beyond_share * self._batch)
        first = kinematics.chain.transforms[0][:3, 3]
        self._first = torch.as_tensor(first).to(self._lower)  # (3,) [m], of the first joint
        self._arm_length = kinematics.chain.reach - float(self._first.norm())
        self._jitter = config.hard_jitter * self._range
        self._seed_spread = config.seed_spread
        self._generator = generator
        self._power = config.density_power
        uneven = config.density_power > 0 or self._bootstrapped > 0
        self._grid = WorkspaceGrid(kinematics.chain, self._lower.device) if uneven else None
        self.hard = self.fresh(int(config.hard_share * self._batch))  # (hard, joints)
        count = len(self.hard)
        self._rank = torch.arange(count, device=self.hard.device)[:, None] / max(count, 1)

    def draw(
        self, proposal: Proposal | None = None, hard: float | torch.Tensor = 1.0
    ) -> torch.Tensor:
        """Return joint positions (batch, joints) [rad or m]: the hard ones first.

        Args:
            proposal: how poses drawn uniformly in space are reached, well or badly; it is asked
                only where the configuration wants such samples.
            hard: how many of the hard ones are shown, 0 to 1; fresh ones replace the others.

        """
        jittered = torch.addcmul(self.hard, self._normal(len(self.hard)), self._jitter)
        replaced = self._rank >= hard
        parts = [torch.where(replaced, self.fresh(len(jittered)), self._within(jittered))]
        if self._bootstrapped and self._grid is not None and proposal is not None:
            poses = self._grid.draw(self._bootstrapped, self._generator)
            parts.append(self._within(proposal(poses)))
        parts.append(self.fresh(self._batch - sum(map(len, parts))))
        return torch.cat(parts)

    def seeds_near(self, q: torch.Tensor) -> torch.Tensor:
        """Return joint positions within the limits, near q (batch, joints) [rad or m]."""
        return self._within(torch.add(q, self._normal(len(q)), alpha=self._seed_spread))

    @property
    def weighs(self) -> bool:
        """Whether some poses count more than others."""
        return self._grid is not None and self._power > 0

    def weights(self, position: torch.Tensor) -> torch.Tensor | None:
        """Return how much poses at position (batch, 3) [m] count, or None: all alike."""
        if self._grid is None or not self.weighs:
            return None
        return self._grid.weights(position, self._power)

    def push_out(self, position: torch.Tensor) -> torch.Tensor:
        """Return positions (batch, 3) [m], the last of them pushed straight out of reach."""
        if not self._beyond:
            return position
        within, last = position[: -self._beyond], position[-self._beyond :]
        pushed = pushed_out(last, self._first, self._arm_length, BEYOND, self._generator)
        return torch.cat([within, pushed])

    def keep_hardest(self, q: torch.Tensor, loss: torch.Tensor) -> None:
        """Remember the worst of a batch that can be reached: q (batch, joints), loss (batch,)."""
        if len(self.hard):
            reachable = loss[: len(loss) - self._beyond]
            worst = torch.topk(reachable, len(self.hard), sorted=False).indices
            self.hard.copy_(q[worst])

    def fresh(self, count: int) -> torch.Tensor:
        """Return joint positions (count, joints) [rad or m], uniform within the limits."""
        q = self._lower.new_empty(count, len(self._lower)).uniform_(generator=self._generator)
        return torch.addcmul(self._lower, q, self._range)

    def _normal(self, count: int) -> torch.Tensor:
        return self._lower.new_empty(count, len(self._lower)).normal_(generator=self._generator)

    def _within(self, q: torch.Tensor) -> torch.Tensor:
        return torch.minimum(torch.maximum(q, self._lower), self._upper)


def pushed_out(
    position: torch.Tensor,
    first: torch.Tensor,
    arm_length: float,
    beyond: tuple[float, float],
    generator: torch.Generator,
) -> torch.Tensor:
    """Return positions out of reach, in the same directions from the first joint.

    Args:
        position: (n, 3) [m].
        first: (3,) [m], of the first joint.
        arm_length: [m], from there.
        beyond: [m], how far behind the end of the stretched arm, at the least and at the most.
        generator: on the same device.

    """
    length = position.new_empty(len(position), 1).uniform_(*beyond, generator=generator)
    return first + (arm_length + length) * torch.nn.functional.normalize(position - first, dim=1)
