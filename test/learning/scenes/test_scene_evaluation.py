# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

pytest.importorskip('torch')

from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.scenes.scene_evaluation import poses_in_the_open
from learned_ik.learning.scenes.scene_loss import SceneLoss
from learned_ik.robot.body import Body

SPHERE = (0.3, 0.1, 0.2, 0.1)


def test_poses_in_the_open_can_be_reached_without_touching(tiago):
    loss = SceneLoss(tiago, SceneConfig((SPHERE,)), Body.from_chain(tiago))
    poses = poses_in_the_open(tiago, loss, 500, seed=0)
    assert 0 < len(poses) < 500
