# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from lab.peers.stripped_urdf import rpy_from_matrix, stripped_urdf
from learned_ik import KinematicChain
from learned_ik.errors import UnsupportedJointError
from learned_ik.rotations import matrix_from_rpy


def test_the_stripped_urdf_of_a_real_robot_is_the_chain(real_robot):
    _, chain = real_robot
    again = KinematicChain.from_urdf(stripped_urdf(chain))
    assert again.difference_from(chain) is None
    assert chain.difference_from(again) is None
    q = chain.sample(np.random.default_rng(0), 20)
    for mine, theirs in zip(again.forward_matrix(q), chain.forward_matrix(q), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)


def test_continuous_joints_can_be_bounded(real_urdf):
    urdf = real_urdf('pr2_description/urdf/pr2.urdf')
    chain = KinematicChain.from_urdf(urdf, 'torso_lift_link', 'l_gripper_tool_frame')
    assert 'continuous' in chain.joint_types
    bounded = KinematicChain.from_urdf(stripped_urdf(chain, bounded=True))
    assert set(bounded.joint_types) == {'revolute'}
    np.testing.assert_array_equal(bounded.lower, chain.lower)
    np.testing.assert_array_equal(bounded.upper, chain.upper)


@pytest.mark.parametrize('pitch', [0.3, -1.2, np.pi / 2, -np.pi / 2, np.pi / 2 - 1e-6])
def test_roll_pitch_yaw_turn_back_into_the_matrix(pitch):
    R = matrix_from_rpy([2.5, pitch, -0.7])
    np.testing.assert_allclose(matrix_from_rpy(rpy_from_matrix(R)), R, atol=1e-9)


def test_mimic_joints_are_refused():
    urdf = """<robot name="r"><link name="a"/><link name="b"/><link name="c"/>
      <joint name="j" type="revolute"><parent link="a"/><child link="b"/><axis xyz="0 0 1"/>
        <limit lower="-1" upper="1" effort="1" velocity="1"/></joint>
      <joint name="k" type="revolute"><parent link="b"/><child link="c"/><axis xyz="0 1 0"/>
        <limit lower="-1" upper="1" effort="1" velocity="1"/><mimic joint="j"/></joint></robot>"""
    with pytest.raises(UnsupportedJointError, match='mimic joints'):
        stripped_urdf(KinematicChain.from_urdf(urdf))
