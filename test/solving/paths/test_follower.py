# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Paths that are feasible, since they were made in joint space, and some that are not."""

import math

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain, Status
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import matrix_from_quaternion, rotation_angle

TOLERANCE = 1e-6  # [m] and [rad], the default of both
JUMP = 0.2  # [rad or m], likewise


def joint_curve(rng: np.random.Generator, chain: KinematicChain, poses: int):
    """Return a smooth curve (poses, joints) within the limits, with steps of at most 0.1."""
    t = np.linspace(0, 1, poses)[:, None]
    bernstein = np.concatenate(
        [math.comb(3, k) * t**k * (1 - t) ** (3 - k) for k in range(4)], axis=1
    )
    while True:
        curve = bernstein @ chain.with_scaled_limits(0.95).sample(rng, 4)
        if np.abs(np.diff(curve, axis=0)).max() <= 0.1:
            return curve


def true_errors(chain: KinematicChain, path, positions, orientations) -> tuple:
    R, p = chain.forward_matrix(path)
    return np.linalg.norm(p - positions, axis=-1), rotation_angle(
        R, matrix_from_quaternion(orientations)
    )


@pytest.fixture(scope='module')
def pr2(real_urdf) -> KinematicChain:
    """Return an arm with two joints that turn without end."""
    text = real_urdf('pr2_description/urdf/pr2.urdf')
    return KinematicChain.from_urdf(text, 'torso_lift_link', 'l_gripper_tool_frame')


@pytest.fixture(scope='module')
def ten(artificial) -> KinematicChain:
    return artificial(10)


@pytest.fixture(scope='module', params=['with a network', 'without'])
def solver(request, tiago, untrained) -> IkSolver:
    return IkSolver(untrained(tiago) if request.param == 'with a network' else tiago)


@pytest.mark.parametrize('robot', ['tiago', 'pr2', 'ten'])
def test_feasible_paths_are_followed_exactly_and_without_a_jump(robot, request, untrained):
    chain = request.getfixturevalue(robot)
    for solver in (IkSolver(untrained(chain)), IkSolver(chain)):
        rng = np.random.default_rng(0)
        followed = 0
        for _ in range(60):
            positions, orientations = chain.forward(joint_curve(rng, chain, 100))
            answer = solver.follow(positions, orientations)
            assert (answer.status == Status.SUCCESS).all()
            path = answer.joint_positions
            position_error, orientation_error = true_errors(chain, path, positions, orientations)
            assert position_error.max() <= TOLERANCE
            assert orientation_error.max() <= TOLERANCE + 1e-9
            np.testing.assert_allclose(answer.position_error, position_error, atol=1e-12)
            np.testing.assert_allclose(answer.orientation_error, orientation_error, atol=1e-9)
            bounded = ~chain.continuous
            assert (path >= chain.lower)[:, bounded].all()
            assert (path <= chain.upper)[:, bounded].all()
            step = np.abs(np.diff(path, axis=0)).max()
            assert answer.largest_step == pytest.approx(step)
            assert answer.success == (step <= JUMP) == (answer.message == '')
            followed += answer.success
        assert followed >= 59.4  # 99 %


class TestStart:
    def test_the_path_begins_where_the_joints_are(self, solver, tiago):
        rng = np.random.default_rng(1)
        for _ in range(20):
            curve = joint_curve(rng, tiago, 100)
            answer = solver.follow(*tiago.forward(curve), curve[0])
            if answer.start_step <= JUMP:
                np.testing.assert_allclose(answer.joint_positions[0], curve[0], atol=1e-5)
            else:  # it leads nowhere from there
                assert answer.success

    def test_a_short_way_from_the_start_is_taken(self, solver, tiago):
        q = np.linspace(tiago.middle, tiago.middle + 0.1, 30)
        answer = solver.follow(*tiago.forward(q), q[0])
        assert answer.success
        np.testing.assert_allclose(answer.joint_positions, q, atol=0.2)
        assert answer.start_step < 1e-5

    def test_a_start_elsewhere_is_told_by_its_distance(self, solver, tiago):
        q = np.linspace(tiago.middle, tiago.middle + 0.1, 30)
        start = tiago.middle - 0.3
        answer = solver.follow(*tiago.forward(q), start)
        assert answer.start_step == np.abs(answer.joint_positions[0] - start).max() > 0.1

    def test_without_a_start_there_is_no_distance(self, solver, tiago):
        assert np.isnan(solver.follow(*tiago.forward(tiago.middle[None])).start_step)


def test_endless_joints_go_on_counting(pr2):
    q = np.tile(pr2.middle + 0.3, (400, 1))
    endless = int(np.flatnonzero(pr2.continuous)[-1])
    q[:, endless] += np.linspace(0, 6 * np.pi, 400)
    positions, orientations = pr2.forward(q)
    for start, turns in ((None, 0), (q[0] + 4 * np.pi * pr2.continuous, 2)):
        answer = IkSolver(pr2).follow(positions, orientations, start)
        assert answer.success
        travelled = answer.joint_positions[-1, endless] - answer.joint_positions[0, endless]
        assert travelled == pytest.approx(6 * np.pi, abs=0.5)
        if turns:
            np.testing.assert_allclose(answer.joint_positions[0], start, atol=1e-5)


class TestBreaks:
    @pytest.mark.parametrize('pose', [0, 17, 59])
    def test_a_pose_out_of_reach_is_named_and_the_rest_is_answered(self, solver, tiago, pose):
        q = np.linspace(tiago.middle, tiago.middle + 0.3, 60)
        positions, orientations = tiago.forward(q)
        positions[pose] = [5, 0, 0]
        answer = solver.follow(positions, orientations)
        assert answer.failures.tolist() == [pose]
        assert answer.jumps.tolist() == []
        assert not answer.success
        assert answer.message.startswith(f'pose {pose}: ')
        assert 'out of reach' in answer.message
        assert 4 < answer.position_error[pose] < 6
        others = np.delete(np.arange(60), pose)
        assert (answer.status[others] == Status.SUCCESS).all()
        assert answer.position_error[others].max() <= TOLERANCE

    def test_a_jump_of_the_poses_is_named(self, solver, tiago):
        first = np.linspace(tiago.middle, tiago.middle + 0.2, 30)
        second = np.linspace(tiago.upper - 0.3, tiago.upper - 0.1, 30)
        positions, orientations = tiago.forward(np.concatenate([first, second]))
        answer = solver.follow(positions, orientations)
        assert answer.jumps.tolist() == [30]
        assert answer.failures.tolist() == []
        assert answer.largest_step > JUMP
        assert 'pose 30: joint ' in answer.message
        assert 'jumps by' in answer.message

    def test_a_joint_limit_that_breaks_the_path_is_named(self, tiago):
        """A wrist that turns on and on has to turn back once at its limit."""
        q = np.tile(tiago.middle + 0.2, (200, 1))
        q[:, -1] += np.linspace(0, 4 * np.pi, 200)
        answer = IkSolver(tiago).follow(*tiago.forward(q))
        assert len(answer.jumps) >= 1
        assert answer.failures.tolist() == []
        assert 'comes to its limit' in answer.message

    def test_poses_that_have_nothing_to_do_with_each_other(self, solver, tiago):
        positions, orientations = tiago.forward(tiago.sample(np.random.default_rng(2), 20))
        answer = solver.follow(positions, orientations, timeout=20.0)
        assert answer.failures.tolist() == []
        assert len(answer.jumps) > 15
        assert answer.message.endswith('more')

    def test_at_the_edge_of_reach(self, solver, tiago):
        q = np.linspace(tiago.middle, tiago.middle + 0.3, 30)
        positions, orientations = tiago.forward(q)
        away = np.linspace(0, 2, 60)[:, None] * [1.0, 0.0, 0.0]
        answer = solver.follow(positions[-1] + away, np.tile(orientations[-1], (60, 1)))
        first = int(answer.failures[0])
        assert first > 0
        assert (answer.failures == np.arange(first, 60)).all()
        assert (np.diff(answer.position_error[first:]) > -0.05).all()

    def test_when_the_time_is_over_the_rest_is_left(self, solver, tiago):
        positions, orientations = tiago.forward(tiago.sample(np.random.default_rng(3), 50))
        answer = solver.follow(positions, orientations, timeout=1e-9)
        assert answer.timed_out
        assert answer.status[0] == Status.SUCCESS
        assert answer.status[-1] == Status.TIMED_OUT
        assert 'the time was over' in answer.message
        assert np.isfinite(answer.joint_positions).all()
        position_error, _ = true_errors(tiago, answer.joint_positions, positions, orientations)
        np.testing.assert_allclose(answer.position_error, position_error, atol=1e-9)


def test_the_same_path_always_gets_the_same_answer(solver, tiago):
    rng = np.random.default_rng(4)
    paths = [tiago.forward(joint_curve(rng, tiago, 100)) for _ in range(8)]
    paths.append(tiago.forward(tiago.sample(rng, 5)))
    first = [solver.follow(*path, timeout=60.0).joint_positions for path in paths]
    again = IkSolver(solver.model or solver.chain)
    for i in rng.permutation(len(paths)):
        for other in (solver, again):
            answer = other.follow(*paths[i], timeout=60.0)
            np.testing.assert_array_equal(answer.joint_positions, first[i])


class TestFewPoses:
    @pytest.mark.parametrize('empty', [((), ()), ([], []), (np.zeros((0, 3)), np.zeros((0, 4)))])
    def test_none(self, solver, empty):
        answer = solver.follow(*empty)
        assert answer.success
        assert len(answer) == 0
        assert answer.joint_positions.shape == (0, 7)
        assert answer.largest_step == 0
        assert np.isnan(solver.follow(*empty, np.zeros(7)).start_step)

    def test_one(self, solver, tiago):
        answer = solver.follow(*tiago.forward(tiago.middle[None] + 0.1))
        assert answer.success
        assert answer.joint_positions.shape == (1, 7)
        assert answer.largest_step == 0

    def test_one_out_of_reach(self, solver):
        answer = solver.follow([[5.0, 0, 0]], [[0, 0, 0, 1.0]])
        assert answer.failures.tolist() == [0]

    def test_repeated_ones_move_nothing(self, solver, tiago):
        position, orientation = tiago.forward(tiago.middle + 0.1)
        answer = solver.follow(np.tile(position, (5, 1)), np.tile(orientation, (5, 1)))
        assert answer.success
        assert (answer.joint_positions == answer.joint_positions[0]).all()

    def test_the_other_sign_of_a_quaternion_is_no_jump(self, solver, tiago):
        q = np.linspace(tiago.middle, tiago.middle + 0.1, 30)
        positions, orientations = tiago.forward(q)
        orientations[::2] *= -3
        assert solver.follow(positions, orientations).success


@pytest.mark.parametrize(
    ('arguments', 'complaint'),
    [
        ({'positions': [[0.5, 0, math.nan]]}, r'positions\[0\] is .* not finite'),
        ({'positions': [0.5, 0, 0]}, r'positions have shape \(3,\)'),
        ({'positions': [[0.5, 0, 0]] * 2}, r'orientations have shape \(1, 4\)'),
        ({'positions': [['a', 'b', 'c']]}, 'expected numbers'),
        ({'orientations': [[0, 0, 0, 0]]}, 'length zero'),
        ({'orientations': [[0, 0, math.inf, 1]]}, 'not finite'),
        ({'start': [0.0] * 6}, 'start has shape'),
        ({'start': [[0.0] * 7]}, 'start has shape'),
        ({'start': [math.nan] * 7}, 'start contains values that are not finite'),
        ({'position_tolerance': -1}, 'position_tolerance is -1'),
        ({'orientation_tolerance': math.nan}, 'orientation_tolerance is nan'),
        ({'jump': 0}, 'jump is 0'),
        ({'jump': math.nan}, 'jump is nan'),
        ({'timeout': 0}, 'timeout is 0'),
    ],
)
def test_malformed_requests_are_named(solver, arguments, complaint):
    request = {'positions': [[0.5, 0, 0.2]], 'orientations': [[0, 0, 0, 1]], **arguments}
    with pytest.raises(InvalidInputError, match=complaint):
        solver.follow(**request)


def test_a_free_axis_makes_more_paths_passable(tiago):
    """The turn about the tip's own axis does not matter to a torch or a brush."""
    solver = IkSolver(tiago)
    rng = np.random.default_rng(1)
    for _ in range(5):
        positions, orientations = tiago.forward(joint_curve(rng, tiago, 60))
        spin = np.zeros((60, 4))  # wild turns about the target's own z axis
        spin[:, 2], spin[:, 3] = np.sin(half := rng.uniform(0, np.pi, 60)), np.cos(half)
        spun = quaternion_product(orientations, spin)
        bound = solver.follow(positions, spun, timeout=5)
        assert not bound.success
        tolerance = [1e-6, 1e-6, math.inf]
        free = solver.follow(positions, spun, orientation_tolerance=tolerance, timeout=5)
        assert free.success, free.message
        assert free.position_error.max() <= 1e-6
        assert free.orientation_error.max() <= 1e-6
        R, p = tiago.forward_matrix(free.joint_positions)
        np.testing.assert_allclose(p, positions, atol=1e-6)
        wanted = matrix_from_quaternion(spun)
        assert np.sum(R[:, :, 2] * wanted[:, :, 2], axis=1).min() > 1 - 1e-11


def quaternion_product(a, b):
    v, w = a[:, :3], a[:, 3:]
    u, s = b[:, :3], b[:, 3:]
    return np.hstack([w * u + s * v + np.cross(v, u), w * s - np.sum(v * u, axis=1)[:, None]])
