# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The chain's own forward kinematics against Pinocchio's, on real robots and random ones."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pinocchio_oracle import Oracle

from learned_ik import KinematicChain
from learned_ik.robot.arms import artificial_arm_urdf


def test_forward_kinematics(real_robot):
    oracle = Oracle(*real_robot)
    for q in oracle.chain.sample(np.random.default_rng(0), 50):
        R, p = oracle.forward(q)
        ours = oracle.chain.forward_matrix(q)
        np.testing.assert_allclose(ours[0], R, atol=1e-9)
        np.testing.assert_allclose(ours[1], p, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    joints=st.integers(1, 9),
    data=st.data(),
)
def test_arbitrary_chains(joints, data):
    """Random axes, origins and types, written as a URDF and read by both."""
    number = st.floats(-1, 1, allow_subnormal=False)
    triple = st.tuples(number, number, number)
    axis = triple.filter(lambda v: np.linalg.norm(v) > 0.1)
    parts = ['<link name="l0"/>']
    for i in range(joints):
        kind = data.draw(st.sampled_from(['revolute', 'prismatic', 'continuous', 'fixed']))
        kind = 'revolute' if i == 0 else kind
        xyz, rpy, about = data.draw(triple), data.draw(triple), data.draw(axis)
        about = about / np.linalg.norm(about)
        parts.append(
            f'<link name="l{i + 1}"/><joint name="j{i}" type="{kind}">'
            f'<parent link="l{i}"/><child link="l{i + 1}"/>'
            f'<origin xyz="{xyz[0]} {xyz[1]} {xyz[2]}" rpy="{rpy[0]} {rpy[1]} {rpy[2]}"/>'
            f'<axis xyz="{about[0]} {about[1]} {about[2]}"/>'
            '<limit lower="-2" upper="2" effort="1" velocity="1"/></joint>'
        )
    text = f'<robot name="r">{"".join(parts)}</robot>'
    chain = KinematicChain.from_urdf(text)
    oracle = Oracle(text, chain)
    q = chain.sample(np.random.default_rng(joints), 1)[0]
    R, p = chain.forward_matrix(q)
    np.testing.assert_allclose(R, oracle.forward(q)[0], atol=1e-9)
    np.testing.assert_allclose(p, oracle.forward(q)[1], atol=1e-9)


def test_the_artificial_arm():
    text = artificial_arm_urdf(20)
    chain = KinematicChain.from_urdf(text)
    oracle = Oracle(text, chain)
    q = chain.sample(np.random.default_rng(3), 1)[0]
    np.testing.assert_allclose(chain.forward_matrix(q)[1], oracle.forward(q)[1], atol=1e-9)
