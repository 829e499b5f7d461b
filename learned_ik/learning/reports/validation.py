# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a network is worth while it is trained, and in its scene at the end.

The poses of the checks are others than the held-out ones, on which the finished network is
evaluated.
"""

from typing import Any

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.reports.evaluation import Errors, errors_on, poses_within, score_weight
from learned_ik.learning.scenes.random_scenes import problems
from learned_ik.learning.scenes.scene_evaluation import (
    errors_in_random_scenes,
    errors_in_scene,
    errors_seeing_and_blind,
    poses_in_the_open,
)
from learned_ik.learning.scenes.scene_loss import SceneLoss
from learned_ik.learning.training_config import HELD_OUT_SEED, TrainingConfig
from learned_ik.learning.training_network import PoseNetwork

CHECK_POSES = 2_000  # on how many poses the network is checked now and then
CHECK_SEED = 2
SCENES = 8_000  # the most on which a network that takes the scene is evaluated at the end


class Validation:
    """Checks one network, as it is at the moment, on poses that stay the same."""

    def __init__(
        self,
        network: PoseNetwork,
        kinematics: BatchedKinematics,
        config: TrainingConfig,
        scene_loss: SceneLoss | None = None,
    ) -> None:
        """Draw the poses.

        Args:
            network: what is trained.
            kinematics: of the robot.
            config: how it is trained.
            scene_loss: what keeping clear is worth, where there is anything to keep clear of.

        """
        self._network, self._kinematics, self._scene_loss = network, kinematics, scene_loss
        self._chain, self._device = kinematics.chain, kinematics.lower.device
        self._points = network.basis_points
        self._weight = score_weight(config, kinematics.chain)
        self._most = min(config.held_out, SCENES)
        self._seed_spread = config.seed_spread if config.seed_input else None
        self._poses = poses_within(
            self._chain, CHECK_POSES, CHECK_SEED, self._device, self._seed_spread, self._points
        )
        self._answers = network, network.decoder, kinematics, self._weight
        if self._points is not None and scene_loss is not None:
            self._random_scenes = problems(
                self._chain,
                scene_loss.body,
                self._points,
                CHECK_POSES // 2,
                CHECK_SEED,
                self._device,
            )

    def __call__(self) -> tuple[Errors, float]:
        """Return the errors where nothing is in the way, and the score, scene included [m]."""
        self._network.eval()
        errors = errors_on(self._poses, *self._answers)
        if self._scene_loss is None:
            score = errors.score
        elif self._points is None:
            score = errors_in_scene(self._scene_loss, self._poses, *self._answers)['score']
        else:
            in_scenes = errors_in_random_scenes(
                self._scene_loss, self._random_scenes, *self._answers
            )
            score = in_scenes['score']
        self._network.train()
        return errors, score

    def in_scene(self) -> dict[str, Any] | None:
        """Return how the network does in its scene, on held-out poses; None without a scene."""
        if self._scene_loss is None:
            return None
        if self._points is not None:
            return errors_seeing_and_blind(
                self._scene_loss, self._points, self._network, self._kinematics, self._most,
                self._weight,
            )  # fmt: skip
        poses = poses_in_the_open(
            self._chain, self._scene_loss, CHECK_POSES, HELD_OUT_SEED, self._seed_spread
        )
        return errors_in_scene(self._scene_loss, poses.to(self._device), *self._answers)
