# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import math

import numpy as np
import pytest

from learned_ik import KinematicChain
from learned_ik.errors import InvalidInputError
from learned_ik.robot.arms import artificial_arm_urdf


def paper_forward(q: np.ndarray) -> np.ndarray:
    """Equations 1 to 3 of the paper, letter by letter; the first joint is an uneven one."""
    T = np.eye(4)
    for n, angle in enumerate(q, start=1):
        c, s = math.cos(angle), math.sin(angle)
        if n % 2 == 0:
            A = [[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0.15], [0, 0, 0, 1]]
        else:
            A = [[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0.01], [0, 0, 0, 1]]
        T = T @ np.array(A)
    return T


@pytest.mark.parametrize('joints', [1, 2, 7, 20])
def test_it_is_the_arm_of_the_paper(joints):
    chain = KinematicChain.from_urdf(artificial_arm_urdf(joints))
    assert (chain.base_link, chain.tip_link) == ('base', 'tip')
    for q in chain.sample(np.random.default_rng(joints), 5):
        R, p = chain.forward_matrix(q)
        T = paper_forward(q)
        np.testing.assert_allclose(R, T[:3, :3], atol=1e-12)
        np.testing.assert_allclose(p, T[:3, 3], atol=1e-12)


def test_limits_of_figure_3():
    chain = KinematicChain.from_urdf(artificial_arm_urdf(7, limit_fraction=0.2))
    np.testing.assert_allclose(np.degrees(chain.upper), [24, 36, 24, 36, 24, 36, 24])
    np.testing.assert_allclose(chain.lower, -chain.upper)


def test_an_arm_has_joints_and_a_range():
    with pytest.raises(InvalidInputError, match='joints is 0'):
        artificial_arm_urdf(0)
    with pytest.raises(InvalidInputError, match='limit_fraction is 2'):
        artificial_arm_urdf(3, limit_fraction=2)
