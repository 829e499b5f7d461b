# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The way from a request for a path to a timed answer, with a solver that does solve."""

from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain
from learned_ik.rotations import matrix_from_quaternion, quaternion_from_matrix
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.path_serving import PathServing
from learned_ik.serving.requests_and_answers import Defaults, ErrorCode, PathRequest

TIAGO = (Path(__file__).parents[2] / 'config' / 'tiago_arm.urdf').read_text(encoding='utf-8')
CAMERA = (
    '<link name="camera"/><joint name="camera_joint" type="fixed">'
    '<origin xyz="0.1 0 0.5" rpy="0.3 0 0.7"/>'
    '<parent link="torso_lift_link"/><child link="camera"/></joint></robot>'
)
DEFAULTS = Defaults(position_tolerance=1e-6, orientation_tolerance=1e-6, timeout=0.5)


@pytest.fixture(scope='module')
def serving(untrained):
    chain = KinematicChain.from_urdf(TIAGO, 'torso_lift_link', 'arm_tool_link')
    return IkServing(IkSolver(untrained(chain)))


@pytest.fixture(scope='module')
def chain(serving):
    return serving.solver.chain


@pytest.fixture
def answer(serving):
    return lambda request: PathServing(serving).answer(request, DEFAULTS)


def curve_from(chain, poses=50):
    """Return joints (poses, 7) on a straight line, and the poses that they reach."""
    q = np.linspace(chain.middle + 0.1, chain.middle + 0.4, poses)
    return q, *chain.forward(q)


def test_a_feasible_path_becomes_a_timed_trajectory(answer, chain):
    _, positions, orientations = curve_from(chain)
    found = answer(PathRequest('', positions, orientations))
    assert (found.error_code, found.message) == (ErrorCode.SUCCESS, '')
    assert (list(found.failed_poses), list(found.jumps), found.fraction) == ([], [], 1.0)
    np.testing.assert_allclose(chain.forward(found.joint_positions)[0], positions, atol=2e-6)
    steps = np.diff(found.times)
    assert (steps > 0).all()
    speeds = np.abs(np.diff(found.joint_positions, axis=0)) / steps[:, None]
    assert (speeds <= chain.velocity * (1 + 1e-9)).all()
    assert (found.velocities[[0, -1]] == 0).all()
    assert found.max_position_error <= 1e-6
    assert found.max_orientation_error <= 1e-6
    assert 0 < found.largest_step <= 0.2
    assert np.isnan(found.start_step)
    assert found.solve_time > 0


def test_scaling_and_acceleration_slow_it_down(answer, chain):
    _, positions, orientations = curve_from(chain)
    fast = answer(PathRequest('', positions, orientations, acceleration=50.0)).times[-1]
    slow = answer(
        PathRequest('', positions, orientations, acceleration=50.0, velocity_scaling=0.1)
    ).times[-1]
    gentle = answer(PathRequest('', positions, orientations, acceleration=0.01)).times[-1]
    assert slow > 2 * fast
    assert gentle > 2 * fast


def test_poses_in_another_frame(serving, answer, chain):
    q, positions, orientations = curve_from(chain)
    serving.compare_with_robot(TIAGO.replace('</robot>', CAMERA))
    camera = KinematicChain.from_urdf(
        TIAGO.replace('</robot>', CAMERA), 'torso_lift_link', 'arm_tool_link'
    ).base_frames['camera']
    in_camera = (positions - camera[:3, 3]) @ camera[:3, :3]
    turned = quaternion_from_matrix(camera[:3, :3].T @ matrix_from_quaternion(orientations))
    request = PathRequest('camera', in_camera, turned, chain.joint_names, q[0])
    found = answer(request)
    assert found.error_code is ErrorCode.SUCCESS
    np.testing.assert_allclose(chain.forward(found.joint_positions)[0], positions, atol=2e-6)
    assert found.start_step < 1e-4
    serving.compare_with_robot(None)


def test_a_break_is_located(answer, chain):
    _, positions, orientations = curve_from(chain)
    positions[20] = [5.0, 0, 0]
    found = answer(PathRequest('', positions, orientations))
    assert found.error_code is ErrorCode.NO_IK_SOLUTION
    assert list(found.failed_poses) == [20]
    assert found.fraction == 20 / 50
    assert found.max_position_error > 3
    assert found.message.startswith('pose 20: ')
    assert len(found.times) == 50


def test_a_jump_is_located(answer, chain):
    q = np.concatenate([curve_from(chain)[0], curve_from(chain)[0] - 0.5])
    found = answer(PathRequest('', *chain.forward(q)))
    assert found.error_code is ErrorCode.PLANNING_FAILED
    assert (list(found.jumps), list(found.failed_poses)) == ([50], [])
    assert found.fraction == 0.5


def test_when_the_time_is_over(answer, chain):
    positions, orientations = chain.forward(chain.sample(np.random.default_rng(0), 30))
    found = answer(PathRequest('', positions, orientations, timeout=1e-9))
    assert found.error_code is ErrorCode.TIMED_OUT
    assert len(found.joint_positions) == 30


@pytest.mark.parametrize(
    ('change', 'code', 'words'),
    [
        ({'positions': np.zeros((0, 3))}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'no poses'),
        ({'positions': np.full((2, 3), np.nan)}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'finite'),
        ({'orientations': np.zeros((2, 4))}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'length zero'),
        ({'frame': 'map'}, ErrorCode.FRAME_TRANSFORM_FAILURE, 'expected one of'),
        ({'start_names': ['elbow']}, ErrorCode.INVALID_ROBOT_STATE, '1 names and 0 positions'),
        ({'position_tolerance': -1.0}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'position_tolerance'),
        ({'jump_threshold': np.nan}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'jump is nan'),
        ({'velocity_scaling': 2.0}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'velocity scaling is 2'),
        ({'acceleration': -1.0}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'acceleration is'),
        ({'timeout': -1.0}, ErrorCode.INVALID_GOAL_CONSTRAINTS, 'timeout is -1'),
    ],
)
def test_bad_input_is_an_answer(answer, change, code, words):
    good = {
        'frame': '',
        'positions': np.array([[0.5, 0, 0.2]] * 2),
        'orientations': np.array([[0.0, 0, 0, 1]] * 2),
    }
    found = answer(PathRequest(**{**good, **change}))
    assert found.error_code is code
    assert words in found.message
    assert found.joint_positions is None


def test_another_robot_is_refused(serving, answer):
    serving.compare_with_robot('<robot')
    found = answer(PathRequest('', np.zeros((1, 3)), np.ones((1, 4))))
    assert found.error_code is ErrorCode.FAILURE
    assert 'not well-formed' in found.message
    serving.compare_with_robot(None)
