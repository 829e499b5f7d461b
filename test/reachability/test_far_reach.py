# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is called out of reach never is within it, and the ball is as small as it can be."""

import numpy as np
import pytest
from reachability_arms import FIRST, SECOND, planar_solver

from learned_ik.reachability.far_reach import FarReach
from learned_ik.reachability.tool_orientations import ToolOrientations


class Given(ToolOrientations):
    """One orientation, that of a pose."""

    quaternions = None


@pytest.mark.parametrize('free', ['nothing', 'roll', 'orientation'])
def test_no_pose_of_any_posture_is_called_out_of_reach(real_robot, free):
    _, chain = real_robot
    reach = FarReach(chain)
    positions, orientations = chain.forward(chain.sample(np.random.default_rng(0), 300))
    for position, orientation in zip(positions, orientations, strict=True):
        given = Given(int(free != 'orientation'), int(free == 'nothing'))
        object.__setattr__(given, 'quaternions', orientation[None])
        assert reach.may_reach(position[None], given).all()
        assert np.linalg.norm(position - reach.centre) <= reach.farthest + 1e-9


def test_the_ball_is_not_larger_than_the_way_along_the_arm(real_robot):
    _, chain = real_robot
    assert FarReach(chain).farthest <= chain.reach + np.linalg.norm(FarReach(chain).centre) + 1e-9


def test_a_planar_arm_s_far_reach_is_its_length():
    reach = FarReach(planar_solver().chain)
    np.testing.assert_allclose(reach.centre, 0.0, atol=1e-12)
    assert reach.farthest == pytest.approx(FIRST + SECOND)


def test_with_the_orientation_known_the_wrist_counts():
    """The tip lies within the whole length, but the tool would have to point outwards."""
    reach = FarReach(planar_solver().chain)
    given = Given(1, 1)
    object.__setattr__(given, 'quaternions', np.array([[0.0, 0.0, 1.0, 0.0]]))  # towards the base
    position = np.array([[FIRST - SECOND, 0.0, 0.0]])
    assert reach.may_reach(position, given).all()
    assert not reach.may_reach(position + np.array([0.05, 0.0, 0.0]), given).any()
