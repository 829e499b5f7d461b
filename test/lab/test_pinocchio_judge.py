# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

pytest.importorskip('pinocchio')

from lab.pinocchio_judge import Judge
from learned_ik.rotations import matrix_from_quaternion


@pytest.fixture
def judged(real_robot):
    urdf, chain = real_robot
    if list(chain.source) != list(range(chain.joint_count)):
        pytest.skip('mimic joints')
    return chain, Judge(urdf, chain.base_link, chain.tip_link, chain.joint_names)


def test_the_judge_and_the_chain_agree_on_where_the_tip_is(judged):
    chain, judge = judged
    q = chain.sample(np.random.default_rng(1), 20)
    poses = judge.poses(q)
    R, p = chain.forward_matrix(q)
    np.testing.assert_allclose(poses.positions, p, atol=1e-9)
    np.testing.assert_allclose(poses.rotations, R, atol=1e-9)
    np.testing.assert_allclose(matrix_from_quaternion(poses.quaternions), R, atol=1e-9)


def test_answers_are_judged_by_their_error_and_their_limits(judged):
    chain, judge = judged
    q = chain.sample(np.random.default_rng(2), 4)
    wanted = judge.poses(q)
    answers = q.copy()
    answers[1, -1] += 1e-3 if answers[1, -1] < chain.middle[-1] else -1e-3
    answers[2] = np.nan
    bounded = ~chain.continuous
    answers[3, bounded] = chain.upper[bounded] + 0.1
    position, orientation = judge.errors(answers, wanted)
    assert position[0] < 1e-9
    assert orientation[0] < 1e-7
    assert 1e-4 < orientation[1] < 2e-3
    assert np.isinf(position[2:]).all()
    assert np.isinf(orientation[2:]).all()


def test_continuous_joints_may_turn_on(real_urdf):
    from learned_ik import KinematicChain

    urdf = real_urdf('pr2_description/urdf/pr2.urdf')
    chain = KinematicChain.from_urdf(urdf, 'torso_lift_link', 'l_gripper_tool_frame')
    judge = Judge(urdf, chain.base_link, chain.tip_link, chain.joint_names)
    q = chain.sample(np.random.default_rng(3), 5)
    position, orientation = judge.errors(q + 2 * np.pi * chain.continuous, judge.poses(q))
    assert position.max() < 1e-9
    assert orientation.max() < 1e-7
