# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Limits narrower than the model's, as a planner has them, in all that is served."""

import dataclasses
import re

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain
from learned_ik.errors import ConfigurationError
from learned_ik.rotations import matrix_from_quaternion, rotation_angle
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.limits.limits_file import JointEntry
from learned_ik.serving.limits.wanted_limits import WantedLimits, bounds_of, wanted_limits
from learned_ik.serving.path_serving import PathServing
from learned_ik.serving.requests_and_answers import (
    Defaults,
    ErrorCode,
    IkRequest,
    MotionBounds,
    PathRequest,
)
from learned_ik.serving.target_tracking import TargetTracking

DEFAULTS = Defaults(1e-6, 1e-6, 1.0)
SOFT = WantedLimits(soft=True)


@pytest.fixture(scope='module')
def urdf():
    from pathlib import Path

    return (Path(__file__).parents[3] / 'config' / 'tiago_arm.urdf').read_text(encoding='utf-8')


@pytest.fixture(scope='module')
def soft(chain, urdf):
    return KinematicChain.from_urdf(urdf, chain.base_link, chain.tip_link, soft_limits=True)


@pytest.fixture
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


def served(serving, urdf, wanted):
    serving.wanted = wanted
    serving.adopt(serving.described(urdf))
    return serving


def test_a_thousand_answers_lie_within_soft_limits_and_reach_their_poses(
    serving, chain, urdf, soft
):
    served(serving, urdf, SOFT)
    q = soft.sample(np.random.default_rng(0), 1000)
    positions, orientations = chain.forward(q)
    rng = np.random.default_rng(1)
    found = []
    for each, position, orientation in zip(q, positions, orientations, strict=True):
        # Where the robot is, it may be beyond the soft limits.
        seed = np.clip(each + rng.uniform(-0.3, 0.3, 7), chain.lower, chain.upper)
        answer = serving.answer(
            IkRequest(
                '', position, orientation, chain.joint_names, seed.tolist(), of_planner=True
            ),
            DEFAULTS,
        )
        assert answer.solved, answer.message
        found.append(answer.joint_positions)
    assert (np.array(found) >= soft.lower).all()
    assert (np.array(found) <= soft.upper).all()
    R, p = chain.forward_matrix(np.array(found))
    assert np.linalg.norm(p - positions, axis=1).max() < 1e-6
    assert rotation_angle(R, matrix_from_quaternion(orientations)).max() < 1e-6


def test_soft_limits_are_none_until_a_robot_is_described(serving, chain, urdf, soft):
    served(serving, None, SOFT)
    np.testing.assert_array_equal(serving.solver.chain.lower, chain.lower)
    assert serving.compare_with_robot(urdf)
    np.testing.assert_array_equal(serving.solver.chain.lower, soft.lower)
    served(serving, urdf, WantedLimits())
    np.testing.assert_array_equal(serving.solver.chain.lower, chain.lower)


def test_a_file_replaces_soft_limits_and_nothing_goes_beyond_the_model(chain, urdf, soft):
    entries = {
        'arm_1_joint': JointEntry(min_position=-9.0, max_position=2.0),
        'arm_2_joint': JointEntry(max_position=chain.upper[1]),
        'gripper': JointEntry(max_position=0.04),
    }
    solver = IkSolver(chain, limits=bounds_of(chain, urdf, WantedLimits(True, '', entries)).limits)
    np.testing.assert_allclose(solver.chain.lower, [chain.lower[0], *soft.lower[1:]])
    np.testing.assert_allclose(solver.chain.upper, [2.0, chain.upper[1], *soft.upper[2:]])


def test_what_narrows_nothing_leaves_the_solver_that_serves(serving, urdf, chain):
    before = serving.solver
    entries = {'arm_1_joint': JointEntry(min_position=-9.0)}
    served(serving, urdf, WantedLimits(entries=entries))
    assert serving.solver is before


def test_limits_that_leave_nothing_refuse_every_request_by_name(serving, urdf, chain):
    entries = {'arm_3_joint': JointEntry(min_position=3.0)}
    served(serving, urdf, WantedLimits(entries=entries))
    answer = serving.answer(IkRequest('', *chain.forward(chain.middle)), DEFAULTS)
    assert answer.error_code is ErrorCode.FAILURE
    assert 'arm_3_joint' in answer.message
    served(serving, urdf, WantedLimits())
    assert serving.answer(IkRequest('', *chain.forward(chain.middle)), DEFAULTS).solved


def test_soft_limits_that_leave_nothing_are_named(serving, urdf, chain):
    wrong = re.sub('soft_lower_limit="[^"]*"', 'soft_lower_limit="9"', urdf)
    served(serving, wrong, SOFT)
    assert 'soft limits' in serving.refusal
    assert served(serving, wrong, WantedLimits()).refusal is None


def test_a_file_of_another_arm_is_refused(chain, tmp_path):
    path = tmp_path / 'joint_limits.yaml'
    path.write_text('joint_limits: {panda_joint1: {max_position: 1.0}}')
    with pytest.raises(ConfigurationError, match='panda_joint1'):
        bounds_of(chain, None, wanted_limits(False, str(path)))


class TestMotions:
    """Velocities and accelerations of a file bound what is timed and tracked."""

    SLOW = 0.2  # [rad/s]
    GENTLE = 0.5  # [rad/s²]

    @pytest.fixture
    def slow(self, serving, chain):
        entry = JointEntry(
            has_velocity_limits=True, max_velocity=self.SLOW,
            has_acceleration_limits=True, max_acceleration=self.GENTLE,
        )  # fmt: skip
        wanted = WantedLimits(entries=dict.fromkeys(chain.joint_names, entry))
        return served(serving, None, wanted)

    def test_a_path_is_timed_within_them(self, slow, chain):
        q = np.linspace(chain.middle, chain.middle + 0.4, 50)
        request = PathRequest('', *chain.forward(q), chain.joint_names, q[0].tolist())
        for acceleration in (0.0, 100.0):
            answer = PathServing(slow).answer(
                dataclasses.replace(request, acceleration=acceleration), DEFAULTS
            )
            assert answer.solved
            steps = np.diff(answer.joint_positions, axis=0) / np.diff(answer.times)[:, None]
            assert np.abs(steps).max() <= self.SLOW * (1 + 1e-9)
            bends = np.diff(answer.velocities, axis=0) / np.diff(answer.times)[:, None]
            assert np.abs(bends).max() <= self.GENTLE * 1.01
        gentler = PathServing(slow).answer(
            dataclasses.replace(request, acceleration=0.1), DEFAULTS
        )
        assert gentler.times[-1] > answer.times[-1]

    def test_a_target_is_tracked_within_them(self, slow, chain):
        tracking, now = TargetTracking(slow), 0.0
        slow.clock = lambda: now
        slow.remember_joints(chain.joint_names, chain.middle)
        tracking.aim(*chain.forward(chain.middle + 0.3))
        last, fastest = None, 0.0
        for k in range(200):
            now = 0.01 * k
            step = tracking.step(MotionBounds(), DEFAULTS, None, 0.0)
            if last is not None and step is not None:
                fastest = max(fastest, np.abs(step.joint_positions - last).max() / 0.01)
            last = step.joint_positions if step is not None else last
        assert 0.5 * self.SLOW < fastest <= self.SLOW * (1 + 1e-6)
