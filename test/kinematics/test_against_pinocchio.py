# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every forward kinematics of ours against Pinocchio's, on real robots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learned_ik import KinematicChain
from learned_ik.kernels.forward_kinematics import CompiledKinematics
from learned_ik.robot.arms import artificial_arm_urdf

pin = pytest.importorskip('pinocchio')


class Oracle:
    """Pinocchio's view of a chain."""

    def __init__(self, urdf: str, chain: KinematicChain) -> None:
        self.model = pin.buildModelFromXML(urdf)
        self.data = self.model.createData()
        self.chain = chain
        self.base, self.tip = (
            self.model.getFrameId(link) for link in (chain.base_link, chain.tip_link)
        )

    def configuration(self, q: np.ndarray) -> np.ndarray:
        full = pin.neutral(self.model)
        for name, value in zip(self.chain.joint_names, q, strict=True):
            joint = self.model.joints[self.model.getJointId(name)]
            # Pinocchio holds a continuous joint as cosine and sine.
            values = [value] if joint.nq == 1 else [np.cos(value), np.sin(value)]
            full[joint.idx_q : joint.idx_q + joint.nq] = values
        return full

    def forward(self, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pin.framesForwardKinematics(self.model, self.data, self.configuration(q))
        T = self.data.oMf[self.base].inverse() * self.data.oMf[self.tip]
        return T.rotation, T.translation

    def jacobian(self, q: np.ndarray) -> np.ndarray:
        """Return the tip's Jacobian in the base frame, for a base that does not move."""
        local = pin.computeFrameJacobian(
            self.model, self.data, self.configuration(q), self.tip, pin.LOCAL
        )
        R, _ = self.forward(q)
        columns = [
            self.model.joints[self.model.getJointId(name)].idx_v for name in self.chain.joint_names
        ]
        return np.concatenate([R @ local[:3, columns], R @ local[3:, columns]])


def test_forward_kinematics(real_robot):
    oracle = Oracle(*real_robot)
    chain = oracle.chain
    compiled = CompiledKinematics(chain)
    for q in chain.sample(np.random.default_rng(0), 50):
        R, p = oracle.forward(q)
        for ours in (chain.forward_matrix(q), compiled.forward(q)[::-1]):
            np.testing.assert_allclose(ours[0], R, atol=1e-9)
            np.testing.assert_allclose(ours[1], p, atol=1e-9)


def test_batched_forward_kinematics(real_robot):
    torch = pytest.importorskip('torch')
    from learned_ik.kinematics.batched import BatchedKinematics

    oracle = Oracle(*real_robot)
    q = oracle.chain.sample(np.random.default_rng(1), 50)
    kinematics = BatchedKinematics(oracle.chain, dtype=torch.float64)
    for row, position, rotation in zip(q, *kinematics.forward(torch.tensor(q)), strict=True):
        R, p = oracle.forward(row)
        np.testing.assert_allclose(rotation.numpy(), R, atol=1e-9)
        np.testing.assert_allclose(position.numpy(), p, atol=1e-9)


def test_jacobian(real_robot):
    oracle = Oracle(*real_robot)
    if oracle.chain.base_link == 'r_gripper_tool_frame':
        pytest.skip('the base of this chain moves in the world: its Jacobian is another one')
    compiled = CompiledKinematics(oracle.chain)
    for q in oracle.chain.sample(np.random.default_rng(2), 10):
        np.testing.assert_allclose(compiled.jacobian(q), oracle.jacobian(q), atol=1e-9)


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
