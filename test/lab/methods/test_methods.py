# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from lab.methods import per_joint, selective, supervised_fitting
from lab.methods.committee import committee
from lab.methods.damped_least_squares import (
    damped_least_squares,
    rotation_vector,
)
from lab.paper.training.catalogue import paper_network
from lab.paper.training.shelf import Shelf, artificial_arm, tiago_arm
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.reports.evaluation import errors_of, poses_within


@pytest.fixture(scope='module')
def chain():
    return artificial_arm(3)


def test_damped_least_squares_reaches_most_poses_within_limits():
    chain = tiago_arm()
    kinematics, poses = BatchedKinematics(chain), poses_within(chain, 200, seed=5)
    errors = errors_of(damped_least_squares(kinematics, poses), poses, kinematics)
    reached = (errors.position < 1e-4) & (errors.orientation < 1e-3)
    assert reached.float().mean() > 0.6
    assert not errors.breaks_limits.any()


def test_rotation_vectors_are_those_of_the_matrix_exponential():
    vectors = torch.randn(50, 3)
    x, y, z = vectors.unbind(1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1).reshape(-1, 3, 3)
    short = vectors.norm(dim=1) < 3
    found = rotation_vector(torch.linalg.matrix_exp(skew))
    torch.testing.assert_close(found[short], vectors[short], atol=1e-4, rtol=1e-4)


def test_a_committee_is_as_good_as_its_best_member_everywhere(tiny, folder):
    trials = [paper_network(tiny, 'artificial3', seed=seed) for seed in (0, 1)]
    models = list(Shelf(folder / 'networks').models(trials).values())
    poses = poses_within(models[0].chain, 50, seed=5)
    kinematics = BatchedKinematics(models[0].chain)

    def score(members):
        errors = errors_of(committee(members, poses), poses, kinematics)
        return errors.position + errors.rotation_weight * 2 * torch.sin(errors.orientation / 2)

    alone = torch.stack([score([model]) for model in models])
    torch.testing.assert_close(score(models), alone.amin(0), atol=1e-4, rtol=1e-4)
    assert (alone[0] != alone[1]).any()


def test_k_means_finds_clouds_that_lie_apart():
    clouds = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    points = (clouds[None] + 0.01 * torch.randn(100, 3, 2)).reshape(-1, 2)
    found = selective.k_means(points, 3)
    assert torch.cdist(clouds, found).amin(1).max() < 0.01


def test_a_joints_network_sees_no_later_joint(chain):
    networks = per_joint.PerJointNetworks(chain.joint_count)
    inputs, share = torch.randn(4, 12), torch.rand(4, chain.joint_count)
    changed = share.clone()
    changed[:, 1] += 0.1
    before, after = networks(inputs, share), networks(inputs, changed)
    for a, b in zip(before, after, strict=True):
        assert torch.equal(a[:2], b[:2])
        assert not torch.equal(a[2], b[2])


@pytest.mark.parametrize('method', [selective.selective, per_joint.per_joint])
def test_what_is_taught_is_learned_and_stays_within_limits(chain, method):
    poses, kinematics = poses_within(chain, 300, seed=5), BatchedKinematics(chain)
    little, more = (
        errors_of(method(chain, poses, supervised_fitting.Fitting(samples)), poses, kinematics)
        for samples in (supervised_fitting.BATCH, 200 * supervised_fitting.BATCH)
    )
    assert more.score < 0.5 * little.score
    assert not more.breaks_limits.any()


def test_what_was_fitted_is_read_again(chain, tmp_path, monkeypatch):
    poses = poses_within(chain, 20, seed=5)
    fit = supervised_fitting.Fitting(supervised_fitting.BATCH, folder=tmp_path)
    first = selective.selective(chain, poses, fit)
    monkeypatch.setattr(supervised_fitting.Fitting, '_fit', lambda *_: pytest.fail('fitted again'))
    assert torch.equal(selective.selective(chain, poses, fit), first)
