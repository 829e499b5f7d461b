# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from compiled_arm import CompiledArm

from learned_ik.kernels.heads import ranking
from learned_ik.kernels.heads.forward_pass import LANES
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.rotations import rotation_angle

score_heads = callable_kernel(ranking.score_heads)
sines_and_cosines32 = callable_kernel(ranking.sines_and_cosines32)


@pytest.mark.parametrize('lanes', [LANES, 3 * LANES])
def test_scores_are_squared_pose_errors(real_robot, untrained, lanes):
    _, chain = real_robot
    rng = np.random.default_rng(0)
    target_q = chain.sample(rng, 1)
    R, p = (part[0] for part in chain.forward_matrix(target_q))
    # Some answers are near, some are far.
    q = np.where(np.arange(lanes)[:, None] % 2, target_q, chain.sample(rng, lanes))
    q = np.clip(q + rng.normal(0, 0.01, q.shape), chain.lower, chain.upper)
    arm = CompiledArm(chain, untrained(chain, heads=lanes).network)
    assert arm.heads.answers.shape == q.T.shape
    arm.heads.answers[:] = q.T
    score_heads(arm.arrays, np.concatenate([R.ravel(), p]), arm.heads)
    rotations, positions = chain.forward_matrix(q)
    chordal = np.linalg.norm(rotations - R, axis=(1, 2)) ** 2 / 2
    expected = np.linalg.norm(positions - p, axis=1) ** 2 + ANGULAR_WEIGHT**2 * chordal
    np.testing.assert_allclose(arm.heads.scores, expected, rtol=1e-3, atol=1e-7)
    near = rotation_angle(rotations, R) < 0.1
    assert near.any()
    angle = rotation_angle(rotations, R)[near]
    np.testing.assert_allclose(chordal[near], angle**2, rtol=1e-2)


def test_sines_and_cosines_in_single_precision():
    values = np.linspace(-100, 100, 40000).astype(np.float32)
    sines, cosines = np.zeros_like(values), np.zeros_like(values)
    sines_and_cosines32(values, sines, cosines)
    np.testing.assert_allclose(sines, np.sin(values.astype(np.float64)), atol=5e-7)
    np.testing.assert_allclose(cosines, np.cos(values.astype(np.float64)), atol=5e-7)
