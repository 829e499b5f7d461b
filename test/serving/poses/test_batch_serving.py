# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The way from a request for many poses to their answers, with a solver that does solve."""

import math
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain
from learned_ik.errors import SeedError
from learned_ik.rotations import chordal_angle, matrix_from_quaternion, quaternion_from_matrix
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.poses.batch_serving import BatchServing
from learned_ik.serving.requests_and_answers import (
    MOST_IN_BATCH,
    BatchRequest,
    Defaults,
    ErrorCode,
    IkRequest,
    SeedSource,
)
from learned_ik.serving.seeds import seeds_by_name

TIAGO = (Path(__file__).parents[3] / 'config' / 'tiago_arm.urdf').read_text(encoding='utf-8')
CAMERA = (
    '<link name="camera"/><joint name="camera_joint" type="fixed">'
    '<origin xyz="0.1 0 0.5" rpy="0.3 0 0.7"/>'
    '<parent link="torso_lift_link"/><child link="camera"/></joint></robot>'
)
DEFAULTS = Defaults(position_tolerance=1e-6, orientation_tolerance=1e-6, timeout=0.5)
INVALID, JOINTS = ErrorCode.INVALID_GOAL_CONSTRAINTS, ('shoulder', 'elbow')


@pytest.fixture(scope='module')
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


@pytest.fixture
def answer(serving):
    return lambda request: BatchServing(serving).answer(request, DEFAULTS)


@pytest.fixture(scope='module')
def poses(chain):
    return chain.forward(chain.sample(np.random.default_rng(0), 200))


def batch(positions, orientations, frame='', **fields):
    return BatchRequest(frame, np.ravel(positions), np.ravel(orientations), **fields)


def test_each_pose_is_answered_as_if_it_were_the_only_one(serving, answer, poses, chain):
    found = answer(batch(*poses, timeout=60.0))
    assert found.joint_names == chain.joint_names
    alone = [serving.answer(IkRequest('', *pose), DEFAULTS) for pose in zip(*poses, strict=True)]
    np.testing.assert_array_equal(found.solution.status, [each.error_code for each in alone])
    np.testing.assert_array_equal(
        found.solution.joint_positions, [each.joint_positions for each in alone]
    )
    reached, turned = chain.forward(found.solution.joint_positions)
    solved = found.solution.success
    assert solved.mean() > 0.9
    assert np.linalg.norm(reached - poses[0], axis=1)[solved].max() < 2e-6
    wanted = matrix_from_quaternion(poses[1]).reshape(-1, 9)
    angles = chordal_angle(matrix_from_quaternion(turned).reshape(-1, 9), wanted)
    assert angles[solved].max() < 2e-6
    assert np.isnan(found.solution.seed_distance).all()
    assert found.seed_source is SeedSource.NONE


def test_the_first_that_is_not_solved_is_named_and_all_are_counted(answer, poses):
    positions, orientations = (np.array(each[:20]) for each in poses)
    positions[[7, 12]] = [5.0, 0.0, 0.0]
    found = answer(batch(positions, orientations))
    assert found.error_code is ErrorCode.NO_IK_SOLUTION
    assert found.message.startswith('pose 7: ')
    assert 'of 20 poses, 2 are not solved (NO_IK_SOLUTION: 2)' in found.message
    assert np.flatnonzero(~found.solution.success).tolist() == [7, 12]


def test_poses_for_which_there_is_no_time_are_told(answer, poses):
    found = answer(batch(*poses, timeout=1e-9))
    assert found.error_code is ErrorCode.TIMED_OUT
    assert len(found.solution) == len(poses[0])
    assert np.isfinite(found.solution.joint_positions).all()


def test_poses_in_another_frame(serving, answer, poses, chain):
    serving.compare_with_robot(TIAGO.replace('</robot>', CAMERA))
    camera = KinematicChain.from_urdf(
        TIAGO.replace('</robot>', CAMERA), 'torso_lift_link', 'arm_tool_link'
    ).base_frames['camera']
    in_camera = (poses[0] - camera[:3, 3]) @ camera[:3, :3]
    turned = quaternion_from_matrix(camera[:3, :3].T @ matrix_from_quaternion(poses[1]))
    found = answer(batch(in_camera, turned, 'camera'))
    wrong = in_camera.copy()
    wrong[3, 1] = math.nan
    refused = answer(batch(wrong, turned, 'camera'))
    serving.compare_with_robot(None)
    solved = found.solution.success
    assert solved.mean() > 0.9
    reached = chain.forward(found.solution.joint_positions)[0]
    np.testing.assert_allclose(reached[solved], poses[0][solved], atol=2e-6)
    assert refused.error_code is INVALID
    assert refused.message.startswith(f'positions[3] is {wrong[3].tolist()}')


def test_seeds_are_for_all_alike_or_for_each(answer, chain):
    q = chain.sample(np.random.default_rng(1), 30)
    poses, names = chain.forward(q), ['gripper', *reversed(chain.joint_names)]
    each = np.column_stack([np.full(30, math.nan), q[:, ::-1]])  # what is ignored may be anything
    found = answer(batch(*poses, seed_names=names, seed_positions=each.ravel()))
    assert found.error_code is ErrorCode.SUCCESS
    assert found.seed_source is SeedSource.REQUEST
    np.testing.assert_allclose(found.solution.joint_positions, q, atol=1e-3)
    np.testing.assert_allclose(
        found.solution.seed_distance,
        np.linalg.norm(found.solution.joint_positions - q, axis=1),
        atol=1e-9,
    )
    alike = answer(batch(*poses, seed_names=names, seed_positions=each[0]))
    distances = np.linalg.norm(alike.solution.joint_positions - q[0], axis=1)
    np.testing.assert_allclose(alike.solution.seed_distance, distances, atol=1e-9)


def test_what_is_known_of_the_joints_is_a_seed(serving, poses, chain):
    now = 10.0
    own = IkServing(serving.solver, clock=lambda: now)
    request, command = batch(*(each[:5] for each in poses)), chain.middle
    assert BatchServing(own).answer(request, DEFAULTS).seed_source is SeedSource.NONE
    own.remember_joints(chain.joint_names, chain.middle + 0.1)
    told = BatchServing(own).answer(request, DEFAULTS, command, 9.0)
    assert told.seed_source is SeedSource.JOINT_STATES
    assert told.message.endswith('seed: joint_states of 0 ms ago')
    distances = np.linalg.norm(told.solution.joint_positions - chain.middle - 0.1, axis=1)
    np.testing.assert_allclose(told.solution.seed_distance, distances, atol=1e-9)
    told = BatchServing(own).answer(request, DEFAULTS, command, 11.0)
    assert told.seed_source is SeedSource.LAST_COMMAND


def test_positions_alone_need_no_orientations(answer, poses, chain):
    found = answer(batch(poses[0], [], position_only=True))
    assert found.error_code is ErrorCode.SUCCESS, found.message
    reached = chain.forward(found.solution.joint_positions)[0]
    np.testing.assert_allclose(reached, poses[0], atol=2e-6)
    whatever = answer(batch(poses[0], [math.nan] * 3, position_only=True))
    np.testing.assert_array_equal(
        whatever.solution.joint_positions, found.solution.joint_positions
    )


def test_ten_thousand_poses_are_answered_and_one_more_is_not(answer, poses):
    most = [np.resize(each, (MOST_IN_BATCH, each.shape[1])) for each in poses]
    found = answer(batch(*most, timeout=60.0))
    assert len(found.solution) == MOST_IN_BATCH
    refused = answer(batch(*(np.concatenate([each, each[:1]]) for each in most)))
    assert refused.error_code is INVALID
    assert 'has 10001 poses; expected one or more, at most 10000' in refused.message
    assert refused.solution is None


GOOD = {'positions': [0.5, 0, 0.2] * 2, 'orientations': [0.0, 0, 0, 1] * 2}


@pytest.mark.parametrize(
    ('change', 'code', 'words'),
    [
        ({'positions': []}, INVALID, 'no poses'),
        ({'positions': [0.5, 0]}, INVALID, 'positions has 2 numbers; expected three for each'),
        ({'orientations': []}, INVALID, 'orientations has 0 numbers; expected 8, four for each'),
        ({'orientations': [0.0, 0, 0, 1]}, INVALID, 'orientations has 4 numbers; expected 8'),
        ({'positions': [0.5, 0, 0.2, 0, math.nan, 0]}, INVALID, 'positions[1] is [0.0, nan, 0.0]'),
        ({'positions': [0.5, 0, 0.2, 0, 1e9, 0]}, INVALID, 'positions[1] is'),
        ({'orientations': [0.0, 0, 0, 1, 0, 0, 0, 0]}, INVALID, 'orientations[1]'),
        ({'orientations': [0.0, 0, 0, 1, 0, 0, math.inf, 0]}, INVALID, 'orientations[1]'),
        ({'frame': 'map'}, ErrorCode.FRAME_TRANSFORM_FAILURE, 'expected one of'),
        ({'seed_names': ['elbow']}, ErrorCode.INVALID_ROBOT_STATE, '1 names and 0 positions'),
        ({'position_tolerance': -1.0}, INVALID, 'position_tolerance'),
        ({'timeout': -1.0}, INVALID, 'timeout is -1'),
        ({'timeout': 61.0}, INVALID, 'expected at most 60 s'),
        ({'timeout': math.nan}, INVALID, 'timeout is nan'),
    ],
)
def test_bad_input_is_an_answer(answer, change, code, words):
    found = answer(batch(**{**GOOD, **change}))
    assert found.error_code is code
    assert words in found.message
    assert found.solution is None


def test_another_robot_is_refused(serving, answer):
    serving.compare_with_robot('<robot')
    found = answer(batch(**GOOD))
    serving.compare_with_robot(None)
    assert found.error_code is ErrorCode.FAILURE
    assert 'not well-formed' in found.message


@pytest.mark.parametrize(
    ('names', 'positions', 'words'),
    [
        (JOINTS, [0.0] * 3, '2 names and 3 positions; expected 2 for all poses alike, or 6 for 3'),
        (['elbow'], [0.0] * 3, 'lacks shoulder'),
        ([], [0.0] * 2, '0 names and 2 positions'),
        (JOINTS, [0.0, 0, 0, math.inf, 0, 0], "seed of pose 1: joint 'elbow' is inf"),
        (JOINTS, [math.nan, 0], "joint 'shoulder' is nan"),
    ],
)
def test_wrong_seeds_are_named(names, positions, words):
    with pytest.raises(SeedError) as error:
        seeds_by_name(JOINTS, names, positions, 3)
    assert words in str(error.value)


def test_seeds_of_many_poses_are_sorted_by_name():
    names = ['elbow', 'wheel', 'shoulder']
    seeds = seeds_by_name(JOINTS, names, [1, 9, 2, 3, 9, 4], 2)
    np.testing.assert_array_equal(seeds, [[2, 1], [4, 3]])
    np.testing.assert_array_equal(seeds_by_name(JOINTS, names, [1, 9, 2], 2), [2, 1])
