# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Training with a share of targets out of reach: the last of each batch are pushed out.

Their loss is the error as the solver weighs it, the root of the weighted squares, so that the
least of it is the closest pose. They never count as hard examples: all of them are.
"""

from functools import partial
from typing import Any
from unittest.mock import patch

import torch

from learned_ik import IkModel, KinematicChain, TrainingConfig, train
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning import training
from learned_ik.learning.losses import SMOOTHING
from learned_ik.learning.objective import Examples, Objective
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.step import TrainingStep
from learned_ik.learning.training_network import PoseNetwork
from learned_ik.solving.packing import angular_weight

BEYOND = 0.0, 0.5  # [m], how far targets lie behind the end of the stretched arm
LARGEST_SINE = 0.9999  # of half an angle: at half a turn the angle's slope is infinite


def train_beyond(
    chain: KinematicChain, config: TrainingConfig, share: float, same_loss: bool = False
) -> IkModel:
    """Train with a share of targets out of reach.

    Args:
        chain: the robot.
        config: how to train.
        share: 0 to 0.9.
        same_loss: to judge these targets by the loss of the others.

    """
    count = round(share * config.batch)
    if count == 0:
        return train(chain, config)
    step, sampler = partial(StepBeyond, count, same_loss), partial(SamplerWithin, count)
    with patch.multiple(training, TrainingStep=step, Sampler=sampler):
        return train(chain, config)


def pushed_out(
    chain: KinematicChain,
    position: torch.Tensor,
    generator: torch.Generator,
    beyond: tuple[float, float] = BEYOND,
) -> torch.Tensor:
    """Return positions (n, 3) [m] out of reach, in the same directions from the first joint."""
    first = torch.as_tensor(chain.transforms[0][:3, 3]).to(position)  # (3,) [m]
    arm_length = chain.reach - float(first.norm())
    length = position.new_empty(len(position), 1).uniform_(*beyond, generator=generator)
    direction = torch.nn.functional.normalize(position - first, dim=1)
    return first + (arm_length + length) * direction


class StepBeyond(TrainingStep):
    """A step of training whose last targets are out of reach."""

    def __init__(
        self,
        count: int,
        same_loss: bool,
        network: PoseNetwork,
        trained: Any,
        kinematics: BatchedKinematics,
        objective: Objective,
        sampler: Sampler,
        config: TrainingConfig,
        generator: torch.Generator,
        scenes: None = None,
    ) -> None:
        """Push out `count` targets of each batch; all else as above and for `TrainingStep`."""
        super().__init__(
            network, trained, kinematics, objective, sampler, config, generator, scenes
        )
        self._kinematics = KinematicsBeyond(count, kinematics, generator)
        if not same_loss:
            self._objective = ObjectiveBeyond(count, network, kinematics, objective)


class SamplerWithin(Sampler):
    """A sampler that remembers no hard example among the last of a batch."""

    def __init__(self, count: int, *parts: Any) -> None:
        """Leave out `count`; all else as for `Sampler`."""
        super().__init__(*parts)
        self._count = count

    def keep_hardest(self, q: torch.Tensor, loss: torch.Tensor) -> None:
        """Remember the worst of those within reach: q (batch, joints), their loss (batch,)."""
        super().keep_hardest(q[: -self._count], loss[: -self._count])


class KinematicsBeyond:
    """Says which poses the step asks for."""

    def __init__(
        self, count: int, kinematics: BatchedKinematics, generator: torch.Generator
    ) -> None:
        """Push out `count` of them."""
        self._count, self._kinematics, self._generator = count, kinematics, generator

    def forward(self, q: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return position (batch, 3) [m] and rotation (batch, 3, 3) for q (batch, joints)."""
        position, rotation = self._kinematics.forward(q)
        within, last = position[: -self._count], position[-self._count :]
        last = pushed_out(self._kinematics.chain, last, self._generator)
        return torch.cat([within, last]), rotation


class ObjectiveBeyond:
    """The loss of both kinds of targets."""

    def __init__(
        self,
        count: int,
        network: PoseNetwork,
        kinematics: BatchedKinematics,
        objective: Objective,
    ) -> None:
        """Judge the last `count` by the solver's error, the others by `objective`."""
        self._count, self._objective = count, objective
        self._kinematics, self._decode = kinematics, network.decoder
        self._weight = angular_weight(kinematics.chain)  # [m/rad]

    def __call__(self, y: torch.Tensor, examples: Examples) -> torch.Tensor:
        """Return the loss (batch, heads) of outputs y (batch, heads, outputs)."""
        within, last = slice(None, -self._count), slice(-self._count, None)
        reachable = Examples(
            examples.q[within], examples.position[within], examples.rotation[within]
        )
        position, rotation = self._kinematics.forward(self._decode(y[last]))
        away = position - examples.position[last, None]
        turned = rotation - examples.rotation[last, None]
        sine = turned.square().sum((-2, -1)).mul(0.125).add(SMOOTHING).sqrt()  # of half the angle
        angle = 2 * torch.asin(sine.clamp_max(LARGEST_SINE))
        error = (away.square().sum(-1) + (self._weight * angle).square()).sqrt()
        return torch.cat([self._objective(y[within], reachable), error])
