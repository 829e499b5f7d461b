# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The line through the joints ends where forward kinematics ends, on real robots too."""

import numpy as np
import pytest

from learned_ik.errors import InvalidInputError
from learned_ik.robot.skeleton import joint_origins


def test_begins_at_the_base_and_ends_at_the_tip(real_robot):
    _, chain = real_robot
    for q in chain.sample(np.random.default_rng(0), 5):
        origins = joint_origins(chain, q)
        assert origins.shape == (chain.motion_count + 2, 3)
        np.testing.assert_array_equal(origins[0], 0.0)
        np.testing.assert_allclose(origins[-1], chain.forward(q)[0], atol=1e-12)


def test_links_of_revolute_arms_keep_their_lengths(artificial):
    chain = artificial(6)
    lengths = [
        np.linalg.norm(np.diff(joint_origins(chain, q), axis=0), axis=-1)
        for q in chain.sample(np.random.default_rng(0), 5)
    ]
    np.testing.assert_allclose(lengths, [lengths[0]] * 5, atol=1e-12)


def test_a_wrong_number_of_joints_is_told(artificial):
    with pytest.raises(InvalidInputError, match='expected'):
        joint_origins(artificial(6), np.zeros(5))
