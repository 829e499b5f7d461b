# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest

from learned_ik import KinematicChain
from learned_ik.errors import (
    AmbiguousTipError,
    JointLimitError,
    NoActuatedJointError,
    UnknownLinkError,
    UnsupportedJointError,
    UrdfError,
)

LIMIT = '<limit lower="-1" upper="2" effort="1" velocity="3"/>'


def joint(name: str, parent: str, child: str, kind: str = 'revolute', inside: str = LIMIT) -> str:
    return (
        f'<joint name="{name}" type="{kind}"><origin xyz="0.1 0.2 0.3" rpy="0.4 -0.5 0.6"/>'
        f'<parent link="{parent}"/><child link="{child}"/>{inside}</joint>'
    )


def robot(*joints: str, links: str = 'abcd') -> str:
    named = ''.join(f'<link name="{name}"/>' for name in links)
    return f'<robot name="r">{named}{"".join(joints)}</robot>'


def test_defaults_are_the_root_and_the_only_leaf():
    chain = KinematicChain.from_urdf(
        robot(joint('j', 'a', 'b'), joint('f', 'b', 'c', 'fixed', ''), links='abc')
    )
    assert (chain.base_link, chain.tip_link) == ('a', 'c')
    assert chain.joint_names == ('j',)
    assert chain.velocity.tolist() == [3.0]
    assert list(chain.base_frames) == ['a']


def test_several_leaves_are_listed():
    with pytest.raises(AmbiguousTipError, match='2 leaves; name one of: b, c'):
        KinematicChain.from_urdf(robot(joint('j', 'a', 'b'), joint('k', 'a', 'c'), links='abc'))


@pytest.mark.parametrize('links', [('nowhere', 'b'), ('a', 'nowhere')])
def test_an_unknown_link_is_named_and_the_known_ones_listed(links):
    with pytest.raises(
        UnknownLinkError, match="'nowhere' is not in robot 'r'; its links are: a, b"
    ):
        KinematicChain.from_urdf(robot(joint('j', 'a', 'b'), links='ab'), *links)


def test_a_chain_without_moving_joints():
    with pytest.raises(NoActuatedJointError, match='nothing moves between'):
        KinematicChain.from_urdf(robot(joint('f', 'a', 'b', 'fixed', ''), links='ab'))
    with pytest.raises(NoActuatedJointError, match="same link, 'b', and nothing moves"):
        KinematicChain.from_urdf(robot(joint('j', 'a', 'b'), links='ab'), 'b')


@pytest.mark.parametrize('kind', ['planar', 'floating'])
def test_joints_that_one_number_cannot_move(kind):
    with pytest.raises(UnsupportedJointError, match=f"'j' is {kind}"):
        KinematicChain.from_urdf(robot(joint('j', 'a', 'b', kind, ''), links='ab'))
    # Elsewhere in the tree they do no harm.
    text = robot(joint('j', 'a', 'b'), joint('k', 'a', 'c', kind, ''), links='abc')
    assert KinematicChain.from_urdf(text, 'a', 'b').joint_names == ('j',)


@pytest.mark.parametrize('kind', ['revolute', 'prismatic'])
@pytest.mark.parametrize('inside', ['', '<limit effort="1" velocity="1"/>'])
def test_missing_limits(kind, inside):
    with pytest.raises(JointLimitError, match=f"joint 'j' is {kind} but has no <limit"):
        KinematicChain.from_urdf(robot(joint('j', 'a', 'b', kind, inside), links='ab'))


def test_reversed_and_infinite_limits():
    for limits, complaint in [
        ('lower="2" upper="1"', 'lies above upper limit'),
        ('lower="-inf" upper="1"', 'expected finite'),
        ('lower="0" upper="nan"', 'expected finite'),
        ('lower="zero" upper="1"', "line 1: joint 'j': <limit> lower is 'zero'"),
    ]:
        text = robot(joint('j', 'a', 'b', inside=f'<limit {limits}/>'), links='ab')
        with pytest.raises(UrdfError, match=complaint):
            KinematicChain.from_urdf(text)


def test_effort_and_velocity_may_be_missing():
    inside = '<limit lower="-1" upper="1"/>'
    chain = KinematicChain.from_urdf(robot(joint('j', 'a', 'b', inside=inside), links='ab'))
    assert chain.velocity.tolist() == [np.inf]


def test_continuous_joints_have_a_full_turn():
    chain = KinematicChain.from_urdf(robot(joint('j', 'a', 'b', 'continuous', ''), links='ab'))
    assert chain.joint_types == ('continuous',)
    assert chain.continuous.tolist() == [True]
    np.testing.assert_allclose([chain.lower[0], chain.upper[0]], [-np.pi, np.pi])


def test_soft_limits_on_request():
    safety = '<safety_controller k_velocity="1" soft_lower_limit="-0.5" soft_upper_limit="9"/>'
    text = robot(joint('j', 'a', 'b', inside=LIMIT + safety), links='ab')
    hard = KinematicChain.from_urdf(text)
    soft = KinematicChain.from_urdf(text, soft_limits=True)
    assert (hard.lower[0], hard.upper[0]) == (-1, 2)
    assert (soft.lower[0], soft.upper[0]) == (-0.5, 2)
    without = robot(joint('j', 'a', 'b', inside=LIMIT + '<safety_controller/>'), links='ab')
    assert KinematicChain.from_urdf(without, soft_limits=True).lower[0] == -1


def test_an_axis_of_any_length_but_zero():
    text = robot(joint('j', 'a', 'b', inside=LIMIT + '<axis xyz="0 3 4"/>'), links='ab')
    unit = robot(joint('j', 'a', 'b', inside=LIMIT + '<axis xyz="0 0.6 0.8"/>'), links='ab')
    np.testing.assert_allclose(
        KinematicChain.from_urdf(text).forward([0.7])[1],
        KinematicChain.from_urdf(unit).forward([0.7])[1],
    )
    with pytest.raises(UrdfError, match="joint 'j': axis"):
        KinematicChain.from_urdf(text.replace('0 3 4', '0 0 0'))


def test_the_axis_defaults_to_x():
    default, explicit = (
        KinematicChain.from_urdf(robot(joint('j', 'a', 'b', inside=LIMIT + axis), links='ab'))
        for axis in ('', '<axis xyz="1 0 0"/>')
    )
    assert default.fingerprint == explicit.fingerprint


class TestMimic:
    def mimic(self, offset: float = 0.1, limit: str = LIMIT, of: str = 'j') -> str:
        tag = f'<mimic joint="{of}" multiplier="-0.5" offset="{offset}"/>'
        return joint('k', 'b', 'c', inside=limit + tag + '<axis xyz="0 1 0"/>')

    def test_it_follows_its_leader(self):
        chain = KinematicChain.from_urdf(
            robot(joint('j', 'a', 'b'), self.mimic(), joint('l', 'c', 'd'))
        )
        free = KinematicChain.from_urdf(
            robot(
                joint('j', 'a', 'b'),
                joint('k', 'b', 'c', inside=LIMIT + '<axis xyz="0 1 0"/>'),
                joint('l', 'c', 'd'),
            )
        )
        assert chain.joint_names == ('j', 'l')
        assert (chain.joint_count, chain.motion_count) == (2, 3)
        q = np.array([0.8, 0.3])
        for ours, theirs in zip(
            chain.forward(q), free.forward([0.8, -0.5 * 0.8 + 0.1, 0.3]), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, atol=1e-12)

    def test_the_leader_keeps_its_follower_within_limits(self):
        narrow = '<limit lower="-0.2" upper="0.3"/>'
        chain = KinematicChain.from_urdf(
            robot(joint('j', 'a', 'b'), self.mimic(limit=narrow), links='abc')
        )
        np.testing.assert_allclose([chain.lower[0], chain.upper[0]], [-0.4, 0.6])
        far = self.mimic(offset=9)
        with pytest.raises(JointLimitError, match="joint 'k' mimics 'j', but no value"):
            KinematicChain.from_urdf(robot(joint('j', 'a', 'b'), far, links='abc'))

    def test_the_leader_may_be_elsewhere_in_the_tree(self):
        text = robot(joint('f', 'a', 'b', 'fixed', ''), self.mimic(of='l'), joint('l', 'a', 'd'))
        chain = KinematicChain.from_urdf(text, 'a', 'c')
        assert chain.joint_names == ('l',)

    def test_broken_ones(self):
        with pytest.raises(UrdfError, match="mimics 'nobody', which does not exist"):
            KinematicChain.from_urdf(
                robot(joint('j', 'a', 'b'), self.mimic(of='nobody')[:], links='abc')
            )
        loop = joint('j', 'a', 'b', inside=LIMIT + '<mimic joint="k"/>')
        with pytest.raises(UrdfError, match='mimic each other in a loop'):
            KinematicChain.from_urdf(robot(loop, self.mimic(), links='abc'))


def test_a_chain_may_lead_up_the_tree_and_down_again():
    text = robot(joint('j', 'a', 'b'), joint('k', 'a', 'c'), joint('l', 'c', 'd'))
    across = KinematicChain.from_urdf(text, 'b', 'd')
    assert across.joint_names == ('j', 'k', 'l')
    q = [0.3, -0.4, 0.5]
    up = KinematicChain.from_urdf(text, 'a', 'b').forward_matrix(q[:1])
    down = KinematicChain.from_urdf(text, 'a', 'd').forward_matrix(q[1:])
    R, p = across.forward_matrix(q)
    np.testing.assert_allclose(R, up[0].T @ down[0], atol=1e-12)
    np.testing.assert_allclose(p, up[0].T @ (down[1] - up[1]), atol=1e-12)


def test_frames_rigidly_tied_to_the_base():
    text = robot(
        joint('f', 'a', 'b', 'fixed', ''), joint('j', 'b', 'c'), joint('g', 'c', 'd', 'fixed', '')
    )
    chain = KinematicChain.from_urdf(text, 'b', 'd')
    assert sorted(chain.base_frames) == ['a', 'b']
    # From above, the same tip is seen through the frame's transform.
    R, p = chain.forward_matrix([0.4])
    R_above, p_above = KinematicChain.from_urdf(text, 'a', 'd').forward_matrix([0.4])
    T = chain.base_frames['a']
    np.testing.assert_allclose(T[:3, :3] @ R_above, R, atol=1e-12)
    np.testing.assert_allclose(T[:3, :3] @ p_above + T[:3, 3], p, atol=1e-12)
