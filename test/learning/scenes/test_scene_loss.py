# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
import torch

from learned_ik import TrainingConfig, train
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.scenes.scene_loss import SceneLoss, equation_5, scene_loss_for
from learned_ik.robot.body import Body

SPHERE = (0.3, 0.1, 0.2, 0.1)


def test_equation_5_is_the_papers():
    origins = torch.tensor([[[0.0, 0, 0], [0, 0, 1.0]], [[2.0, 0, 0], [0, 3.0, 0]]])
    spheres = torch.tensor([[0.0, 0, 1.25, 0.2]])
    # The nearest origin is 0.25 m from the centre, 0.05 m from the sphere, 0.1 m is wanted.
    torch.testing.assert_close(equation_5(origins, spheres, 0.1), torch.tensor([0.05, 0.0]))
    two = torch.cat([spheres, spheres])
    torch.testing.assert_close(equation_5(origins, two, 0.1), torch.tensor([0.1, 0.0]))


def test_what_keeps_its_margin_costs_nothing(tiago):
    loss = SceneLoss(tiago, SceneConfig(((5.0, 0, 0, 0.1),)), Body.from_chain(tiago))
    q = torch.tensor(tiago.sample(np.random.default_rng(0), 20), dtype=torch.float32)
    assert (loss(q.reshape(4, 5, 7)) == 0).all()
    assert loss(q.reshape(4, 5, 7)).shape == (4, 5)


@pytest.mark.parametrize('keep', ['capsules', 'origins'])
def test_going_down_the_slope_clears_a_sphere(tiago, keep):
    loss = SceneLoss(tiago, SceneConfig((SPHERE,), keep_clear=keep), Body.from_chain(tiago))
    q = torch.tensor(tiago.sample(np.random.default_rng(1), 300), dtype=torch.float32)
    q = q[loss(q) > 0.02].requires_grad_()
    assert len(q) > 5
    before = loss(q).detach()
    (slope,) = torch.autograd.grad(loss(q).sum(), q)
    after = loss(q - 0.02 * slope / slope.norm(dim=1, keepdim=True))
    assert (after < before).all()


def test_self_collision_is_a_term_of_its_own(tiago, tiago_body):
    body = tiago_body
    assert scene_loss_for(tiago, SceneConfig(), body, 'cpu') is None
    loss = scene_loss_for(tiago, SceneConfig(self_collision_weight=2.0), body, 'cpu')
    q = torch.tensor(tiago.sample(np.random.default_rng(2), 300), dtype=torch.float32)
    touches = loss.clearances(q) < 0
    assert 0.1 < touches.float().mean() < 0.9
    assert (loss(q)[touches] > 0.02 - 1e-6).all()  # twice the margin of 1 cm, at the least
    assert (loss(q)[loss.clearances(q) > 0.01] == 0).all()


def test_training_with_a_sphere_keeps_clear_of_it(artificial):
    chain = artificial(4)
    body = Body.from_chain(chain, 0.02)
    scene = SceneConfig(((0.0, 0.1, 0.2, 0.05),), obstacle_weight=5.0)
    config = TrainingConfig(samples=40_000, hidden=(32, 32), heads=2, held_out=500)
    blind = train(chain, config, body=body, show_progress=False)
    aware = train(chain, config, scene=scene, body=body, show_progress=False)
    assert aware.obstacles == scene.obstacles
    assert aware.training['scene']['margin'] == 0.04
    assert aware.body is body
    assert blind.obstacles == ()
    colliding = aware.held_out['scene']['colliding']
    # The network that knows of no sphere, judged in the same scene.
    unmoved = TrainingConfig(samples=1000, learning_rate=1e-12, hidden=(32, 32), heads=2,
                             held_out=500)  # fmt: skip
    judged = train(
        chain, unmoved, scene=scene, body=body, start_from=blind, show_progress=False
    ).held_out['scene']
    assert colliding < judged['colliding']


def test_a_network_that_takes_a_seed_learns_a_scene_too(artificial):
    chain = artificial(4)
    config = TrainingConfig(
        samples=2_000, hidden=(16,), heads=2, held_out=200, seed_input=True, seed_weight=0.1
    )
    scene = SceneConfig(((0.0, 0.1, 0.2, 0.05),))
    model = train(chain, config, scene=scene, show_progress=False)
    assert (model.network.seed_joints, model.network.seed_weight) == (4, 0.1)
    assert 0 < model.held_out['scene']['poses'] <= 2_000
