# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Random scenes, what a network sees of them, and what it learns there."""

import numpy as np
import pytest
import torch

from learned_ik import TrainingConfig, train
from learned_ik.errors import ConfigurationError, InvalidInputError
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.kinematics.clearance_batched import BatchedClearance
from learned_ik.learning.scenes.random_scenes import COUNTS, KINDS, RandomScenes, blinded, problems
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.scenes.scene_evaluation import errors_in_random_scenes
from learned_ik.learning.scenes.scene_loss import SceneLoss
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.body import Body

TINY = TrainingConfig(
    samples=40_000, hidden=(32, 32), heads=2, held_out=500, scene_conditioned=True
)


@pytest.fixture(scope='module')
def scenes(tiago) -> RandomScenes:
    clearance = BatchedClearance(tiago, Body.from_chain(tiago))
    return RandomScenes(clearance, BasisPoints.for_chain(tiago), torch.Generator().manual_seed(0))


def postures(chain, count: int) -> torch.Tensor:
    return torch.tensor(chain.sample(np.random.default_rng(0), count), dtype=torch.float32)


@pytest.mark.parametrize('count', [1, 16, 64])
def test_the_posture_of_a_scene_is_free(tiago, scenes, count):
    q = postures(tiago, 200)
    spheres = scenes.draw(q, count)
    assert spheres.shape == (200, count, 4)
    clearance = BatchedClearance(tiago, Body.from_chain(tiago))
    distance = clearance.to_spheres(clearance.placed(q), spheres)
    assert distance.min() >= min(kind.gap[0] for kind in KINDS) - 1e-4
    nearest = distance.amin(-1)
    assert (nearest < 0.05).float().mean() > 0.6  # and not far from it
    shoulder = torch.tensor(tiago.transforms[0, :3, 3], dtype=torch.float32)
    assert ((spheres[..., :3] - shoulder).norm(dim=-1) > spheres[..., 3]).all()
    assert (spheres[..., 0] < 100).float().mean() > 0.5  # most of them found a place


def test_a_scene_is_as_large_as_was_said_or_any_of_the_counts(tiago, scenes):
    q = postures(tiago, 3)
    assert {scenes.draw(q).shape[1] for _ in range(200)} == set(COUNTS)
    assert scenes.draw(q, 0).shape == (3, 0, 4)


def test_the_network_sees_what_numpy_sees(tiago, scenes):
    q, points = postures(tiago, 20), BasisPoints.for_chain(tiago)
    position, rotation = BatchedKinematics(tiago).forward(q)
    spheres = scenes.draw(q, 8)
    seen = scenes.seen(position, rotation, spheres)
    for k in range(20):
        there = points.distances(
            spheres[k].double().numpy(), position[k].double().numpy(), rotation[k].double().numpy()
        )
        np.testing.assert_allclose(seen[k], there, atol=1e-4)
    assert (scenes.seen(position, rotation, spheres[:, :0]) == points.far).all()


def test_problems_are_the_same_each_time_and_can_be_hidden(tiago):
    body, points = Body.from_chain(tiago), BasisPoints.for_chain(tiago)
    sets, again = (problems(tiago, body, points, 80, seed=5) for _ in range(2))
    assert [problem.spheres.shape[1] for problem in sets] == list(COUNTS)
    for problem, same in zip(sets, again, strict=True):
        assert torch.equal(problem.inputs, same.inputs)
        assert torch.equal(problem.spheres, same.spheres)
    hidden = blinded(sets[-1], points)
    assert torch.equal(hidden.inputs[:, :12], sets[-1].inputs[:, :12])
    assert (hidden.inputs[:, 12:] == points.far).all()
    assert (sets[-1].inputs[:, 12:] < points.far).any()


def test_a_short_training_learns_to_keep_clear_of_what_it_sees(artificial):
    chain = artificial(6)
    body = Body.from_chain(chain, 0.02)
    scene = SceneConfig(obstacle_weight=2.0)
    model = train(chain, TINY, scene=scene, body=body, show_progress=False)
    assert model.network.scene is not None
    assert model.obstacles == ()
    seeing = model.held_out['scene']
    assert seeing['score'] < seeing['blind']['score']
    assert seeing['colliding'] < seeing['blind']['colliding']


def test_a_network_that_is_blind_can_learn_to_see(tiago, untrained):
    config = TrainingConfig(
        samples=2, batch=2, hidden=(18, 19), heads=3, scene_conditioned=True, held_out=100,
        learning_rate=1e-12,
    )  # fmt: skip
    before = untrained(tiago)
    model = train(tiago, config, start_from=before, show_progress=False)
    seeing, before = model.network, before.network
    assert seeing.inputs == ('pose', 'scene')
    np.testing.assert_allclose(seeing.in_the_open().weights[0], before.weights[0], atol=1e-6)
    np.testing.assert_allclose(seeing.in_the_open().biases[0], before.biases[0], atol=1e-6)
    with pytest.raises(InvalidInputError, match='cannot start from a network'):
        train(
            tiago, TrainingConfig(hidden=(18, 19), heads=3), start_from=model, show_progress=False
        )


@pytest.mark.parametrize(
    'wrong',
    [
        {'seed_input': True},
        {'method': 'supervised'},
        {'bootstrap_share': 0.1},
        {'beyond_share': 0.1},
    ],
)
def test_what_does_not_go_with_the_scene_is_refused(wrong):
    with pytest.raises(ConfigurationError, match='scene_conditioned is True; expected False with'):
        TrainingConfig(scene_conditioned=True, **wrong)


@pytest.mark.parametrize(
    'scene',
    [
        SceneConfig(((0.5, 0, 0, 0.1),)),
        SceneConfig(keep_clear='origins'),
        SceneConfig(obstacle_weight=0),
    ],
)
def test_scenes_that_contradict_random_ones_are_refused(tiago, scene):
    with pytest.raises(ConfigurationError, match='takes the scene'):
        train(tiago, TINY, scene=scene, show_progress=False)


def test_each_pose_is_judged_among_its_own_spheres(tiago):
    body, points = Body.from_chain(tiago), BasisPoints.for_chain(tiago)
    loss = SceneLoss(tiago, SceneConfig(), body)
    sets = problems(tiago, body, points, 80, seed=5)
    q = postures(tiago, 10)
    kinematics = BatchedKinematics(tiago)

    def network(inputs: torch.Tensor) -> torch.Tensor:
        return q[: len(inputs), None]

    result = errors_in_random_scenes(loss, sets, network, lambda y: y, kinematics)
    touching = [
        float((loss.clearances(q, problem.spheres) < 0).float().mean()) for problem in sets
    ]
    assert result['colliding'] == pytest.approx(np.mean(touching))
    assert 0 < result['colliding'] < 1
    assert result['poses'] == 80
