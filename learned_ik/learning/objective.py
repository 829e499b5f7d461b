# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What training makes small, for each pose and head: the sum of all terms of the loss."""

import dataclasses

import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import WITHIN_LIMITS, JointDecoder
from learned_ik.learning.losses import POSE_LOSSES, SMOOTHING, length_unit
from learned_ik.learning.posture_cost import PostureCost
from learned_ik.learning.scenes.scene_loss import SceneLoss
from learned_ik.learning.training_config import TrainingConfig


@dataclasses.dataclass(frozen=True)
class Examples:
    """A batch of poses, and the joint positions that they were made from."""

    q: torch.Tensor  # (batch, joints) [rad or m]
    position: torch.Tensor  # (batch, 3) [m]
    rotation: torch.Tensor  # (batch, 3, 3)
    seed: torch.Tensor | None = None  # (batch, joints) [rad or m], where the network takes one
    spheres: torch.Tensor | None = None  # (batch, m, 4) [m], where the network takes the scene
    seen: torch.Tensor | None = None  # (batch, points) [m], what it is shown of them

    @property
    def inputs(self) -> torch.Tensor:
        """(batch, 12), or more where the network takes a seed or the scene."""
        parts = [self.position, self.rotation.flatten(1), self.seed, self.seen]
        return torch.cat([part for part in parts if part is not None], dim=1)


class Objective:
    """The loss of a robot and a configuration, head by head."""

    def __init__(
        self,
        kinematics: BatchedKinematics,
        decoder: JointDecoder,
        config: TrainingConfig,
        scene_loss: SceneLoss | None = None,
    ) -> None:
        """Leave out the terms whose weights are 0; `scene_loss` is what a scene adds."""
        self._config = config
        self._kinematics = kinematics
        self._decode = decoder
        self._pose_loss = POSE_LOSSES[config.loss]
        self._scene_loss = scene_loss
        self._per_metre = 1.0 / length_unit(kinematics.chain.reach, config.loss)
        self._posture = PostureCost(kinematics, config) if config.has_posture else None

    def __call__(self, y: torch.Tensor, examples: Examples) -> torch.Tensor:
        """Return the loss (batch, heads) of outputs y (batch, heads, outputs)."""
        config = self._config
        if config.method == 'supervised':
            return self._decode.joint_loss(y, examples.q[:, None])
        q = self._decode(y)  # (batch, heads, joints) [rad or m]
        position, rotation = self._kinematics.forward(q)
        loss = self._pose_loss(
            self._per_metre * (position - examples.position[:, None]),
            rotation - examples.rotation[:, None],
            config.orientation_weight,
        )
        if config.encoding not in WITHIN_LIMITS and config.limit_weight > 0:
            loss = loss + config.limit_weight * self._decode.limit_loss(q)
        if config.seed_weight > 0 and examples.seed is not None:
            away = (q - examples.seed[:, None]).square().sum(-1).add(SMOOTHING).sqrt()
            loss = loss + config.seed_weight * away
        if self._posture is not None:
            loss = loss + self._posture(q)
        if self._scene_loss is not None:
            lacking = self._scene_loss(q, examples.q, examples.spheres)
            loss = loss + self._per_metre * lacking
        return loss
