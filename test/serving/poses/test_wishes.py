# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a request says beside its pose, and what comes of it: forward kinematics judges."""

import dataclasses
import math

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.rotations import matrix_from_quaternion
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.path_serving import PathServing
from learned_ik.serving.poses.batch_serving import BatchServing
from learned_ik.serving.poses.wishes import avoids, orientation_options
from learned_ik.serving.requests_and_answers import (
    AskedFreedom,
    AskedPreference,
    BatchRequest,
    Collisions,
    Defaults,
    ErrorCode,
    FreedomAxes,
    IkRequest,
    PathRequest,
    SeedSource,
)
from learned_ik.solving.preferences import PreferredPosture

INF = math.inf
DEFAULTS = Defaults(position_tolerance=1e-6, orientation_tolerance=1e-6, timeout=0.5)
FREE_Z = AskedFreedom(FreedomAxes.TARGET, (0.0, 0.0, -INF), (0.0, 0.0, INF))
FREE_BASE_Z = dataclasses.replace(FREE_Z, axes=FreedomAxes.BASE)


@pytest.fixture(scope='module')
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


@pytest.fixture(scope='module')
def poses(chain):
    """Return positions (8, 3) and orientations (8, 4) within reach, and where the arm is not."""
    return chain.forward(chain.sample(np.random.default_rng(5), 8))


@pytest.fixture
def answer(serving):
    """Return a function from a pose and wishes to a solved answer."""

    def answer(position, orientation, **wishes):
        found = serving.answer(IkRequest('', position, orientation, **wishes), DEFAULTS)
        assert found.solved, found.message
        return found

    return answer


def turn_of(chain, answer, orientation, in_base=False):
    """Return by what the tip is turned from an orientation, as a rotation vector (3,) [rad]."""
    reached = matrix_from_quaternion(chain.forward(answer.joint_positions)[1])
    wanted = matrix_from_quaternion(orientation)
    R = reached @ wanted.T if in_base else wanted.T @ reached
    angle = math.acos(np.clip((np.trace(R) - 1) / 2, -1, 1))
    axis = np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    return angle * axis / max(np.linalg.norm(axis), 1e-12)


def by_name(chain, q):
    return {'seed_names': chain.joint_names, 'seed_positions': list(q)}


def test_a_request_that_wishes_nothing_is_answered_to_the_bit_as_the_solver_does(
    serving, answer, poses, chain
):
    seed = chain.sample(np.random.default_rng(6), 1)[0]
    for position, orientation in zip(*poses, strict=True):
        for given, names in ((None, {}), (seed, by_name(chain, seed))):
            found = answer(position, orientation, **names)
            expected = serving.solver.solve(position, orientation, given)
            np.testing.assert_array_equal(found.joint_positions, expected.joint_positions)
            assert found.seed_distance == pytest.approx(expected.seed_distance, abs=0, nan_ok=True)
            assert found.limit_margin == expected.limit_margin


def test_a_torch_may_turn_about_itself_and_nothing_else(answer, poses, chain):
    turned = 0.0
    for position, orientation in zip(*poses, strict=True):
        found = answer(position, orientation, **by_name(chain, chain.middle), freedom=FREE_Z)
        reached = chain.forward(found.joint_positions)[0]
        np.testing.assert_allclose(reached, position, atol=2e-6)
        turn = turn_of(chain, found, orientation)
        assert np.abs(turn[:2]).max() < 1e-5
        turned = max(turned, abs(turn[2]))
    assert turned > 0.1  # the freedom is used


def test_axes_of_the_base_are_those_of_the_base_link(answer, poses, chain):
    for position, orientation in zip(*poses, strict=True):
        found = answer(position, orientation, **by_name(chain, chain.middle), freedom=FREE_BASE_Z)
        assert np.abs(turn_of(chain, found, orientation, in_base=True)[:2]).max() < 1e-5


def test_turns_keep_within_bounds_that_lie_on_one_side(answer, poses, chain):
    freedom = AskedFreedom(FreedomAxes.TARGET, (0.0, 0.0, 0.0), (0.0, 0.0, 0.5))
    for position, orientation in zip(*poses, strict=True):
        found = answer(position, orientation, **by_name(chain, chain.middle), freedom=freedom)
        x, y, z = turn_of(chain, found, orientation)
        assert np.hypot(x, y) < 1e-5
        assert -1e-5 <= z <= 0.5 + 1e-5


def test_an_axis_without_room_keeps_the_tolerance_of_the_request():
    request = IkRequest('', None, None, orientation_tolerance=0.01, freedom=FREE_Z)
    options = orientation_options(request, DEFAULTS)
    np.testing.assert_array_equal(
        options['orientation_tolerance'], [[-0.01, 0.01], [-0.01, 0.01], [-INF, INF]]
    )
    own = orientation_options(dataclasses.replace(request, orientation_tolerance=0.0), DEFAULTS)
    assert own['orientation_tolerance'][0].tolist() == [-1e-6, 1e-6]


@pytest.mark.parametrize('orientation', [(0.0, 0, 0, 0), (math.nan, 0, 0, 1), (0.0, 0, 0, 1)])
def test_for_the_position_alone_nobody_looks_at_the_orientation(answer, poses, chain, orientation):
    nonsense = AskedFreedom(7, (1.0, math.nan, 0.0), (-1.0, 0.0, 0.0))
    found = answer(poses[0][0], np.array(orientation), position_only=True, freedom=nonsense)
    np.testing.assert_allclose(chain.forward(found.joint_positions)[0], poses[0][0], atol=2e-6)
    assert found.orientation_error == 0


def test_a_preferred_posture_is_matched_by_name_and_weighed(answer, poses, chain, serving):
    elbow, wrist = chain.joint_names[3], chain.joint_names[5]
    asked = AskedPreference('', [wrist, 'gripper', elbow], [0.2, 9.0, 1.0], [1.0, 7.0, 400.0])
    posture = np.array([math.nan, math.nan, math.nan, 1.0, math.nan, 0.2, math.nan])
    weights = np.array([1.0, 1.0, 1.0, 400.0, 1.0, 1.0, 1.0])
    differ = 0
    for position, orientation in zip(*poses, strict=True):
        for given, prefer in (
            (asked, PreferredPosture(posture, weights)),
            (dataclasses.replace(asked, weights=()), posture),
        ):
            found = answer(position, orientation, preference=given).joint_positions
            expected = serving.solver.solve(position, orientation, prefer=prefer, timeout=0.5)
            np.testing.assert_array_equal(found, expected.joint_positions)
        differ += not np.array_equal(
            found, answer(position, orientation, preference=asked).joint_positions
        )
    assert differ


def test_a_word_goes_before_the_parameter(serving, poses, chain):
    position, orientation = poses[0][0], poses[1][0]
    of_node = dataclasses.replace(DEFAULTS, prefer='middle')
    for word, defaults, expected in (
        ('', of_node, 'middle'), ('middle', DEFAULTS, 'middle'), ('first', of_node, 'first'),
        ('nearest', of_node, None), ('', DEFAULTS, None),
    ):  # fmt: skip
        asked = IkRequest('', position, orientation, preference=AskedPreference(word))
        found = serving.answer(asked, defaults)
        wanted = serving.solver.solve(position, orientation, prefer=expected)
        np.testing.assert_array_equal(found.joint_positions, wanted.joint_positions)


def test_no_joint_goes_farther_from_the_seed_than_it_may(serving, poses, chain):
    rng, solved = np.random.default_rng(8), 0
    for q in chain.sample(rng, 8):
        position, orientation = chain.forward(q)
        seed = np.clip(q + rng.uniform(-0.2, 0.2, len(q)), chain.lower, chain.upper)
        request = IkRequest(
            '', position, orientation, **by_name(chain, seed), max_joint_change=0.25
        )
        found = serving.answer(request, DEFAULTS)
        solved += found.solved
        assert not found.solved or np.abs(found.joint_positions - seed).max() <= 0.25 + 1e-9
        assert found.seed_source is SeedSource.REQUEST
    assert solved >= 6


WRONG = [
    ({'freedom': AskedFreedom(2)}, 'freedom.axes is 2; expected 0 (TARGET), 1 (BASE)'),
    ({'freedom': AskedFreedom(0, (0.1, 0, 0))}, 'freedom.least.x is 0.1; expected 0 or below'),
    ({'freedom': AskedFreedom(0, (0, math.nan, 0))}, 'freedom.least.y is nan'),
    ({'freedom': AskedFreedom(1, (0, 0, 0), (0, 0, -0.1))}, 'freedom.most.z is -0.1'),
    ({'freedom': AskedFreedom(0, (0, 0, -INF), (0, 0, 1))}, 'both infinite, for an axis'),
    ({'freedom': FREE_Z, 'orientation_tolerance': -1.0}, 'orientation_tolerance is -1'),
    ({'position_only': True, 'orientation_tolerance': math.nan}, 'orientation_tolerance is nan'),
    ({'orientation_tolerance': -1.0}, 'tolerance'),
    ({'collisions': 3}, 'collisions is 3; expected 0 (DEFAULT)'),
]
WRONG_OF_POSES = [
    *WRONG,
    ({'preference': AskedPreference('best')}, "preference.prefer is 'best'; expected nearest"),
    ({'preference': AskedPreference('posture')}, 'names no joint'),
    (
        {'preference': AskedPreference('middle', ['arm_1_joint'], [0.0])},
        "has a posture, and prefer is 'middle'",
    ),
    ({'preference': AskedPreference('', ['elbow'], [0.0])}, 'names elbow; expected at least one'),
    ({'preference': AskedPreference('', ['arm_1_joint'], [])}, '1 names and 0 positions'),
    ({'preference': AskedPreference('', [], [], [1.0])}, '0 names and 0 positions'),
    ({'preference': AskedPreference('', ['arm_1_joint'], [math.nan])}, "'arm_1_joint' is nan"),
    (
        {'preference': AskedPreference('', ['arm_1_joint'], [0.0], [0.0])},
        "that of 'arm_1_joint' is 0; expected a finite number above 0",
    ),
    ({'preference': AskedPreference('', ['arm_1_joint'], [1e9])}, 'out of range'),
    ({'max_joint_change': -0.1}, 'max_joint_change is -0.1; expected 0 or more'),
    ({'max_joint_change': math.nan}, 'max_joint_change is nan'),
]


@pytest.mark.parametrize(('wish', 'words'), WRONG_OF_POSES)
def test_a_wrong_wish_is_named(serving, poses, wish, words):
    position, orientation = poses[0][0], poses[1][0]
    for found in (
        serving.answer(IkRequest('', position, orientation, **wish), DEFAULTS),
        BatchServing(serving).answer(BatchRequest('', position, orientation, **wish), DEFAULTS),
    ):
        assert found.error_code is ErrorCode.INVALID_GOAL_CONSTRAINTS
        assert words in found.message


@pytest.mark.parametrize(('wish', 'words'), WRONG)
def test_a_wrong_wish_for_a_path_is_named(serving, poses, wish, words):
    found = PathServing(serving).answer(PathRequest('', *poses, **wish), DEFAULTS)
    assert found.error_code is ErrorCode.INVALID_GOAL_CONSTRAINTS
    assert words in found.message


def test_a_largest_change_without_a_seed_is_refused(serving, poses):
    position, orientation = poses[0][0], poses[1][0]
    for found in (
        serving.answer(IkRequest('', position, orientation, max_joint_change=1.0), DEFAULTS),
        BatchServing(serving).answer(
            BatchRequest('', position, orientation, max_joint_change=1.0), DEFAULTS
        ),
    ):
        assert found.error_code is ErrorCode.INVALID_ROBOT_STATE
        assert 'needs a seed' in found.message


def test_collisions_of_a_request_go_before_the_parameter():
    never = dataclasses.replace(DEFAULTS, avoid_collisions=False)
    assert avoids(Collisions.DEFAULT, DEFAULTS) is None
    assert avoids(Collisions.DEFAULT, never) is False
    assert avoids(Collisions.AVOID, never) is True
    assert avoids(Collisions.IGNORE, DEFAULTS) is False


def test_a_path_with_a_free_yaw_keeps_the_other_axes(serving, chain):
    q = np.linspace(chain.middle + 0.1, chain.middle + 0.4, 40)
    positions, orientations = chain.forward(q)
    found = PathServing(serving).answer(
        PathRequest('', positions, orientations, chain.joint_names, q[0], freedom=FREE_Z), DEFAULTS
    )
    assert found.solved, found.message
    assert found.start_source is SeedSource.REQUEST
    reached, turned = chain.forward(found.joint_positions)
    np.testing.assert_allclose(reached, positions, atol=2e-6)
    dots = np.sum(
        matrix_from_quaternion(turned)[:, :, 2] * matrix_from_quaternion(orientations)[:, :, 2], 1
    )
    assert (dots > math.cos(1e-5)).all()


def test_a_path_of_positions_alone_needs_no_orientations(serving, chain):
    q = np.linspace(chain.middle + 0.1, chain.middle + 0.4, 40)
    positions = chain.forward(q)[0]
    request = PathRequest('', positions, np.zeros((40, 4)), position_only=True)
    found = PathServing(serving).answer(request, DEFAULTS)
    assert found.solved, found.message
    assert found.start_source is SeedSource.NONE
    np.testing.assert_allclose(chain.forward(found.joint_positions)[0], positions, atol=2e-6)


def test_a_path_keeps_clear_where_it_says_so(serving, chain):
    q = np.linspace(chain.middle + 0.1, chain.middle + 0.4, 20)
    positions, orientations = chain.forward(q)
    in_the_way = np.append(positions[10] + [0.0, 0.0, 0.01], 0.02)
    never = dataclasses.replace(DEFAULTS, avoid_collisions=False)
    serving.solver.set_obstacles([in_the_way])
    try:
        codes = {
            collisions: PathServing(serving)
            .answer(PathRequest('', positions, orientations, collisions=collisions), never)
            .error_code
            for collisions in Collisions
        }
    finally:
        serving.solver.set_obstacles([])
    assert codes[Collisions.AVOID] is ErrorCode.GOAL_IN_COLLISION
    assert codes[Collisions.DEFAULT] is codes[Collisions.IGNORE] is ErrorCode.SUCCESS
