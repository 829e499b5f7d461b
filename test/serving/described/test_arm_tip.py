# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where the only arm of a robot ends."""

import pytest

from learned_ik.serving.described.arm_tip import arm_tip
from learned_ik.serving.described.wanted_arm import WantedArm


def robot(*joints):
    """Return a URDF of joints, each written as 'type parent child'."""
    links = sorted({link for joint in joints for link in joint.split()[1:]})
    described = ''.join(f'<link name="{link}"/>' for link in links)
    for joint in joints:
        kind, parent, child = joint.split()
        described += (
            f'<joint name="to_{child}" type="{kind}"><parent link="{parent}"/>'
            f'<child link="{child}"/><limit lower="-1" upper="1" effort="1" velocity="1"/></joint>'
        )
    return f'<robot name="r">{described}</robot>'


ARM = ('fixed world base_link', 'fixed base_link base', 'revolute base_link one')
WRIST = ('revolute one two', 'fixed two ft_frame', 'fixed two flange')


@pytest.mark.parametrize(
    ('joints', 'tip'),
    [
        ((*ARM, *WRIST, 'fixed flange tool0'), 'tool0'),  # as Universal Robots' arms
        (ARM, 'one'),  # what is tied to the base is no end of it
        ((*ARM, *WRIST), None),
        ((*ARM, 'revolute one left', 'revolute one right'), None),
        ((*ARM, *WRIST, 'fixed base_link tool0'), None),
        ((*ARM, *WRIST, 'fixed flange tool0', 'prismatic tool0 finger'), None),
        (('fixed a b', 'fixed a c'), None),
    ],
)
def test_it_is_said_only_where_there_is_no_doubt(joints, tip):
    assert arm_tip(robot(*joints)) == tip


def test_an_arm_with_a_sensor_beside_its_flange_is_served_at_the_flange():
    chain = WantedArm().only_chain(robot(*ARM, *WRIST, 'fixed flange tool0'))
    assert (chain.base_link, chain.tip_link) == ('world', 'tool0')
    assert chain.joint_names == ('to_one', 'to_two')
