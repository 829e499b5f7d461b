# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What callers in Python get of forward kinematics and Jacobian, against Pinocchio's."""

import numpy as np
import pytest
from compiled_arm import CompiledArm
from pinocchio_oracle import Oracle


def test_forward_kinematics(real_robot):
    oracle = Oracle(*real_robot)
    chain = oracle.chain
    compiled = CompiledArm(chain)
    for q in chain.sample(np.random.default_rng(0), 50):
        R, p = oracle.forward(q)
        position, rotation = compiled.forward(q)
        np.testing.assert_allclose(rotation, R, atol=1e-9)
        np.testing.assert_allclose(position, p, atol=1e-9)


def test_jacobian(real_robot):
    oracle = Oracle(*real_robot)
    if oracle.chain.base_link == 'r_gripper_tool_frame':
        pytest.skip('the base of this chain moves in the world: its Jacobian is another one')
    compiled = CompiledArm(oracle.chain)
    for q in oracle.chain.sample(np.random.default_rng(2), 10):
        np.testing.assert_allclose(compiled.jacobian(q), oracle.jacobian(q), atol=1e-9)


def test_many_tips_are_each_ones(real_robot):
    _, chain = real_robot
    compiled, q = CompiledArm(chain), chain.sample(np.random.default_rng(4), 20)
    R, p = chain.forward_matrix(q)
    tips = compiled.tips(q)
    np.testing.assert_allclose(tips, np.hstack([R.reshape(20, 9), p]), atol=1e-12)
    np.testing.assert_array_equal(tips[7], compiled.tips(q[7:8])[0])
