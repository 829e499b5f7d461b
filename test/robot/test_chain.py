# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import dataclasses
import json
import re

import numpy as np
import pytest

from learned_ik import KinematicChain
from learned_ik.errors import InvalidInputError, JointLimitError, UrdfError
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.body import Body


def test_forward_takes_any_leading_dimensions(tiago):
    q = tiago.sample(np.random.default_rng(0), 6)
    position, orientation = tiago.forward(q.reshape(2, 3, 7))
    assert position.shape == (2, 3, 3)
    assert orientation.shape == (2, 3, 4)
    single = tiago.forward(q[4])
    np.testing.assert_allclose(position[1, 1], single[0], atol=1e-14)
    np.testing.assert_allclose(orientation[1, 1], single[1], atol=1e-14)


@pytest.mark.parametrize(
    ('q', 'complaint'),
    [
        (np.zeros(6), 'shape'),
        (np.zeros((7, 1)), 'shape'),
        (0.0, 'shape'),
        ([np.nan] * 7, 'finite'),
    ],
)
def test_forward_refuses_malformed_joints(tiago, q, complaint):
    with pytest.raises(InvalidInputError, match=complaint):
        tiago.forward(q)


def test_no_sampled_pose_lies_beyond_reach(real_robot):
    _, chain = real_robot
    position, _ = chain.forward(chain.sample(np.random.default_rng(1), 2000))
    assert np.linalg.norm(position, axis=1).max() <= chain.reach


def test_a_range_from_zero_to_minus_zero_is_sampled():
    chain = KinematicChain.from_urdf(artificial_arm_urdf(3)).with_limits(0.0, -0.0)
    assert (chain.sample(np.random.default_rng(0), 5) == 0).all()


def test_samples_keep_the_limits(tiago):
    q = tiago.sample(np.random.default_rng(2), 1000)
    assert (q >= tiago.lower).all()
    assert (q <= tiago.upper).all()


def test_json_and_back(real_robot):
    _, chain = real_robot
    copy = KinematicChain.from_dict(json.loads(json.dumps(chain.to_dict(), allow_nan=False)))
    assert copy.fingerprint == chain.fingerprint
    assert copy.difference_from(chain) is None
    np.testing.assert_array_equal(copy.velocity, chain.velocity)
    np.testing.assert_array_equal(copy.forward(chain.middle)[0], chain.forward(chain.middle)[0])


def test_frames_end_where_forward_kinematics_does(real_robot):
    _, chain = real_robot
    q = chain.sample(np.random.default_rng(0), 10)
    R, p = chain.frames(q)
    assert R.shape == (10, chain.motion_count + 2, 3, 3)
    R_tip, p_tip = chain.forward_matrix(q)
    T = chain.transforms[-1]
    np.testing.assert_allclose(p[:, -2] + R[:, -2] @ T[:3, 3], p_tip, atol=1e-12)
    np.testing.assert_allclose(R[:, -2] @ T[:3, :3], R_tip, atol=1e-12)
    np.testing.assert_array_equal(p[:, -1], p_tip)
    np.testing.assert_array_equal(R[:, -1], R_tip)


def test_a_file_is_taken_in_place_of_its_text(tmp_path):
    path = tmp_path / 'arm.urdf'
    path.write_text(artificial_arm_urdf(3))
    expected = KinematicChain.from_urdf(artificial_arm_urdf(3)).fingerprint
    for given in (path, str(path)):
        chain = KinematicChain.from_urdf(given)
        assert chain.fingerprint == expected
        assert Body.from_urdf(given, chain).links == Body.from_urdf(path.read_text(), chain).links
    with pytest.raises(UrdfError, match=r"'arm.urdf' does not exist"):
        KinematicChain.from_urdf('arm.urdf')


class TestFingerprint:
    text = artificial_arm_urdf(4)

    def of(self, text: str) -> str:
        return KinematicChain.from_urdf(text).fingerprint

    def test_it_does_not_see_meshes_comments_and_layout(self):
        mesh = (
            '<link name="link_1"><visual><geometry><mesh filename="m"/></geometry></visual></link>'
        )
        dressed = self.text.replace('<link name="link_1"/>', mesh).replace('\n', '\n\n<!-- x -->')
        assert dressed != self.text
        assert self.of(dressed) == self.of(self.text)

    @pytest.mark.parametrize(
        ('old', 'new'),
        [
            ('0 0 0.15', '0 0 0.1501'),
            ('lower="-3.14', 'lower="-3.13'),
            ('name="joint_2"', 'name="elbow"'),
            ('axis xyz="1 0 0"', 'axis xyz="-1 0 0"'),
        ],
    )
    def test_it_sees_what_matters(self, old, new):
        changed = self.text.replace(old, new)
        assert changed != self.text
        assert self.of(changed) != self.of(self.text)


class TestDifference:
    text = artificial_arm_urdf(3)

    def between(self, old: str, new: str) -> str | None:
        mine = KinematicChain.from_urdf(self.text)
        return mine.difference_from(KinematicChain.from_urdf(re.sub(old, new, self.text)))

    def test_none_for_the_same_robot(self):
        assert self.between('x^', '') is None

    def test_it_names_the_first_joint_that_is_placed_differently(self):
        difference = self.between('0 0 0.16"', '0 0 0.17"')
        assert "joint 'joint_3' is placed differently" in difference
        assert '10.000 mm' in difference

    def test_other_names(self):
        assert self.between('joint_2', 'wrist') == (
            'joint names: joint_1, joint_2, joint_3 of the model, '
            'joint_1, wrist, joint_3 of the robot'
        )

    def test_it_calls_the_two_as_it_is_told(self):
        mine, other = (KinematicChain.from_urdf(artificial_arm_urdf(n)) for n in (3, 4))
        difference = mine.difference_from(other, names=('the checkpoint', 'the URDF'))
        assert 'joint_3 of the checkpoint' in difference
        assert difference.endswith('joint_4 of the URDF')

    def test_narrower_limits_fit_and_wider_ones_do_not(self):
        robot = KinematicChain.from_urdf(self.text)
        narrow = robot.with_scaled_limits(0.5)
        assert narrow.difference_from(robot) is None
        difference = robot.difference_from(narrow)
        assert (
            "'joint_1': [-2.0944, 2.0944] of the model, [-1.0472, 1.0472] of the robot"
            in difference
        )


def test_scaled_limits_keep_the_middle(tiago):
    half = tiago.with_scaled_limits(0.5)
    np.testing.assert_allclose(half.middle, tiago.middle)
    np.testing.assert_allclose(half.upper - half.lower, 0.5 * (tiago.upper - tiago.lower))


def test_limits_must_be_finite_and_in_order(tiago):
    with pytest.raises(JointLimitError, match='arm_1_joint'):
        tiago.with_limits(tiago.upper, tiago.lower)
    with pytest.raises(JointLimitError, match='arm_1_joint'):
        tiago.with_limits(-np.inf, tiago.upper)


def test_a_continuous_joint_with_less_than_a_turn_is_revolute():
    text = artificial_arm_urdf(2).replace('revolute', 'continuous')
    chain = KinematicChain.from_urdf(text)
    assert chain.with_scaled_limits(1.0).joint_types == ('continuous', 'continuous')
    assert chain.with_scaled_limits(0.5).joint_types == ('revolute', 'revolute')


def test_a_joints_name_is_told_in_short_and_on_one_line(tiago):
    names = ('a\n[ERROR] forged' + 'a' * 10_000, *tiago.joint_names[1:])
    chain = dataclasses.replace(tiago, joint_names=names)
    for wrong in (
        lambda: dataclasses.replace(chain, lower=chain.upper + 1),
        lambda: chain.with_limits(chain.upper + 1, chain.upper),
        lambda: chain.forward([0.0]),
    ):
        with pytest.raises((InvalidInputError, JointLimitError)) as caught:
            wrong()
        assert len(str(caught.value)) < 600
        assert '\n' not in str(caught.value)
