# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from learned_ik.rotations import matrix_from_rpy
from learned_ik.rotations import rotation_angle as rotation_angle_in_numpy

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.reports.evaluation import (  # noqa: E402
    errors_on,
    evaluate,
    poses_within,
    rotation_angle,
)


def test_the_same_seed_draws_the_same_poses(tiago):
    poses = poses_within(tiago, 50, seed=3)
    assert torch.equal(poses, poses_within(tiago, 50, seed=3))
    assert not torch.equal(poses, poses_within(tiago, 50, seed=4))
    R, p = tiago.forward_matrix(tiago.sample(np.random.default_rng(3), 50))
    np.testing.assert_allclose(poses[:, :3].numpy(), p, atol=1e-6)
    np.testing.assert_allclose(poses[:, 3:].numpy(), R.reshape(50, 9), atol=1e-6)


def test_the_best_head_counts(tiago):
    q = tiago.sample(np.random.default_rng(3), 50)
    heads = np.stack([tiago.sample(np.random.default_rng(4), 50), q, q + 0.3], axis=1)
    answers = torch.as_tensor(heads, dtype=torch.float32)
    poses = poses_within(tiago, 50, seed=3)
    kinematics = BatchedKinematics(tiago)
    errors = errors_on(poses, lambda poses: answers, lambda y: y, kinematics)
    assert errors.position.max() < 1e-5
    assert errors.orientation.max() < 1e-3  # float32
    assert not errors.breaks_limits.any()


def test_errors_and_broken_limits_are_those_of_forward_kinematics(tiago):
    q = tiago.sample(np.random.default_rng(3), 50)
    wrong = q + 0.2
    poses = poses_within(tiago, 50, seed=3)
    answers = torch.as_tensor(wrong, dtype=torch.float32)[:, None]
    errors = errors_on(poses, lambda poses: answers, lambda y: y, BatchedKinematics(tiago))
    (R, p), (R_wanted, p_wanted) = tiago.forward_matrix(wrong), tiago.forward_matrix(q)
    np.testing.assert_allclose(
        errors.position.numpy(), np.linalg.norm(p - p_wanted, axis=1), atol=1e-5
    )
    np.testing.assert_allclose(
        errors.orientation.numpy(), rotation_angle_in_numpy(R, R_wanted), atol=1e-4
    )
    np.testing.assert_array_equal(
        errors.breaks_limits.numpy(), (wrong > tiago.upper + 1e-5).any(axis=1)
    )
    assert 0 < errors.breaks_limits.sum() < 50


def test_the_summary_holds_the_papers_metrics(tiago, untrained):
    summary = evaluate(tiago, untrained(tiago).network, 1000, seed=1)
    assert summary['poses'] == 1000
    assert summary['seed'] == 1
    for what in ('position', 'orientation'):
        assert 0 < summary[what]['median'] < summary[what]['p99']
        assert summary[what]['mean'] > 0
    relative = summary['position']['mean'] / tiago.reach
    assert summary['relative_position_mean'] == pytest.approx(relative)
    assert summary['limits_broken'] == 0
    linear = evaluate(tiago, untrained(tiago, decoding='linear').network, 1000, seed=1)
    assert linear['limits_broken'] > 0


@pytest.mark.parametrize('angle', [0.0, 1e-3, 1.0, 3.0, np.pi])
def test_rotation_angle_is_exact_from_none_to_half_a_turn(angle):
    R = matrix_from_rpy([0.1, 0.2, 0.3])
    a = torch.as_tensor(R @ matrix_from_rpy([0, angle, 0]))
    assert float(rotation_angle(a, torch.as_tensor(R))) == pytest.approx(angle, abs=1e-7)
