# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Manipulability is the product of the Jacobian's singular values."""

import numpy as np
import pytest
from reachability_arms import FIRST, SECOND, planar_solver

from learned_ik import IkSolver
from learned_ik.reachability.dexterity import manipulability


def test_it_is_the_product_of_the_compiled_jacobian_s_singular_values(real_robot):
    _, chain = real_robot
    solver, q = IkSolver(chain), chain.sample(np.random.default_rng(0), 20)
    expected = [np.prod(np.linalg.svd(solver.jacobian(each), compute_uv=False)) for each in q]
    np.testing.assert_allclose(manipulability(chain, q), expected, rtol=1e-6, atol=1e-9)


def test_of_few_joints_it_is_not_zero():
    chain = planar_solver().chain
    J = IkSolver(chain).jacobian([0.3, 1.1])
    assert manipulability(chain, np.array([[0.3, 1.1]]))[0] == pytest.approx(
        np.prod(np.linalg.svd(J, compute_uv=False))
    )
    # the two rows of position alone: l1 l2 sin b; those of rotation add to it
    assert manipulability(chain, np.array([[0.3, 1.1]]))[0] > FIRST * SECOND * np.sin(1.1)


def test_no_posture_has_none():
    assert manipulability(planar_solver().chain, np.empty((0, 2))).shape == (0,)
