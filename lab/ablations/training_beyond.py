# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Training with a share of targets out of reach, which have a loss of their own.

It is the error as the solver weighs it, the root of the weighted squares, so that the least of it
is the closest pose. All else is the training of `TrainingConfig.beyond_share`.
"""

import dataclasses
from functools import partial
from typing import Any
from unittest.mock import patch

import torch

from learned_ik import IkModel, KinematicChain, TrainingConfig, train
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning import training
from learned_ik.learning.losses import SMOOTHING
from learned_ik.learning.objective import Examples, Objective
from learned_ik.solving.packing import angular_weight

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
    config = dataclasses.replace(config, beyond_share=share)
    count = int(share * config.batch)
    if count == 0 or same_loss:
        return train(chain, config)
    with patch.object(training, 'Objective', partial(ObjectiveBeyond, count)):
        return train(chain, config)


class ObjectiveBeyond(Objective):
    """The loss of both kinds of targets."""

    def __init__(
        self, count: int, kinematics: BatchedKinematics, decoder: Any, *others: Any
    ) -> None:
        """Judge the last `count` by the solver's error, the others as `Objective` does."""
        super().__init__(kinematics, decoder, *others)
        self._count = count
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
        return torch.cat([super().__call__(y[within], reachable), error])
