# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import itertools
import math
import re
import threading

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from learned_ik import IkSolver, KinematicChain, Status
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import (
    matrix_from_quaternion,
    quaternion_from_matrix,
    rotation_angle,
)

TOLERANCE = 1e-6  # [m] and [rad], the default of both


def true_errors(chain: KinematicChain, q, position, orientation) -> tuple:
    R, p = chain.forward_matrix(q)
    target = matrix_from_quaternion(orientation)
    return np.linalg.norm(p - position, axis=-1), rotation_angle(R, target)


@pytest.fixture(scope='module', params=['with a network', 'without'])
def solver(request, tiago, untrained) -> IkSolver:
    return IkSolver(untrained(tiago) if request.param == 'with a network' else tiago)


def test_every_reachable_pose_is_solved_exactly(real_robot, untrained):
    _, chain = real_robot
    positions, orientations = chain.forward(chain.sample(np.random.default_rng(0), 1000))
    for solver in (IkSolver(chain), IkSolver(untrained(chain))):
        batch = solver.solve_batch(positions, orientations)
        assert batch.success.all()
        assert (batch.joint_positions >= chain.lower).all()
        assert (batch.joint_positions <= chain.upper).all()
        position_error, orientation_error = true_errors(
            chain, batch.joint_positions, positions, orientations
        )
        assert position_error.max() <= TOLERANCE
        assert orientation_error.max() <= TOLERANCE + 1e-9
        np.testing.assert_allclose(batch.position_error, position_error, atol=1e-12)
        np.testing.assert_allclose(batch.orientation_error, orientation_error, atol=1e-9)


def test_single_requests_find_what_batches_find(real_robot):
    """Also for the few poses that need more restarts than one look at the clock allows."""
    _, chain = real_robot
    solver = IkSolver(chain)
    positions, orientations = chain.forward(chain.sample(np.random.default_rng(0), 1000))
    for position, orientation in zip(positions, orientations, strict=True):
        solution = solver.solve(position, orientation, timeout=60)
        assert solution.success, solution.message


@pytest.mark.parametrize('joints', [6, 10, 14, 20, 30])
def test_arms_of_any_length(artificial, joints):
    chain = artificial(joints)
    positions, orientations = chain.forward(chain.sample(np.random.default_rng(joints), 200))
    assert IkSolver(chain).solve_batch(positions, orientations).success.all()


@pytest.mark.parametrize('joints', [1, 2, 3, 5])
def test_arms_with_too_few_joints_reach_what_they_reach(artificial, joints):
    chain = artificial(joints)
    positions, orientations = chain.forward(chain.sample(np.random.default_rng(joints), 200))
    assert IkSolver(chain).solve_batch(positions, orientations).success.all()


def test_a_solution_says_what_it_is(solver, tiago):
    position, orientation = tiago.forward(tiago.middle + 0.2)
    solution = solver.solve(position, orientation)
    assert solution.success
    assert solution.status is Status.SUCCESS
    assert solution.message == ''
    assert solution.position_error <= TOLERANCE
    assert solution.orientation_error <= TOLERANCE
    assert math.isnan(solution.seed_distance)
    assert solution.clearance == math.inf
    assert 0 < solution.solve_time < 60
    q = solution.joint_positions
    assert solution.limit_margin == pytest.approx(min(*(q - tiago.lower), *(tiago.upper - q)))


@settings(max_examples=50, deadline=None)
@given(
    position=st.tuples(*[st.floats(-2, 2)] * 3),
    orientation=st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.01),
)
@example((0.8125, 1.2489658138838369, -1.5), (-0.875, 1.0, 0.8125, -0.875))  # ends at a limit
def test_success_is_never_claimed_wrongly(solver, tiago, position, orientation):
    solution = solver.solve(position, orientation)
    unit = np.array(orientation) / np.linalg.norm(orientation)
    position_error, orientation_error = true_errors(
        tiago, solution.joint_positions, np.array(position), unit
    )
    assert solution.position_error == pytest.approx(position_error, abs=1e-12)
    assert solution.orientation_error == pytest.approx(orientation_error, abs=1e-9)
    reached = max(position_error, orientation_error) <= TOLERANCE + 1e-9
    assert solution.success == reached
    assert (solution.message == '') == solution.success
    assert (solution.joint_positions >= tiago.lower).all()
    assert (solution.joint_positions <= tiago.upper).all()


def test_a_pose_beyond_the_stretched_arm(solver):
    solution = solver.solve([5, 0, 0], [0, 0, 0, 1])
    assert solution.status is Status.NO_SOLUTION
    assert 'out of reach' in solution.message
    assert 'beyond the stretched arm' in solution.message
    assert 4 < solution.position_error < 5


def test_a_pose_that_only_the_limits_exclude(solver, tiago):
    beyond = tiago.upper + 0.4
    wide = tiago.with_limits(tiago.lower - 1, tiago.upper + 1)
    solution = solver.solve(*wide.forward(beyond))
    if not solution.success:  # another posture may reach it
        assert re.search(
            r'the nearest of \d+ tries misses it by .* mm and .* deg', solution.message
        )
    narrow = IkSolver(tiago.with_limits(tiago.middle - 1e-3, tiago.middle + 1e-3))
    refused = narrow.solve(*tiago.forward(tiago.middle + 0.5))
    assert refused.status is Status.NO_SOLUTION
    assert 'no joint positions within the limits reach the pose' in refused.message


def test_an_orientation_that_the_position_does_not_allow(solver, tiago):
    """Right at the shoulder, behind the arm, hardly any orientation is possible."""
    rng = np.random.default_rng(12)
    position, _ = tiago.forward(tiago.with_scaled_limits(0.5).sample(rng, 40))
    orientation = rng.normal(size=(40, 4))
    solutions = [solver.solve(*pose) for pose in zip(position, orientation, strict=True)]
    messages = [solution.message for solution in solutions if not solution.success]
    told = [message for message in messages if 'the position alone can be reached' in message]
    assert len(told) > 10
    assert any(re.search(r', with (arm_\d_joint, )*arm_\d_joint at', message) for message in told)
    again = solver.solve(position[0], orientation[0])  # the reason was asked on borrowed memory
    np.testing.assert_array_equal(again.joint_positions, solutions[0].joint_positions)


class TestFreeAxes:
    def targets(self, chain, count=100):
        """Positions within reach, with orientations that mostly are not."""
        rng = np.random.default_rng(13)
        position, _ = chain.forward(chain.sample(rng, count))
        return position, rng.normal(size=(count, 4))

    def test_position_only(self, solver, tiago):
        for position, orientation in zip(*self.targets(tiago), strict=True):
            solution = solver.solve(position, orientation, orientation_tolerance=[math.inf] * 3)
            assert solution.success
            reached, _ = tiago.forward(solution.joint_positions)
            assert np.linalg.norm(reached - position) <= TOLERANCE
            assert solution.orientation_error == 0
            same = solver.solve(position, orientation, orientation_tolerance=math.inf)
            np.testing.assert_array_equal(same.joint_positions, solution.joint_positions)

    @pytest.mark.parametrize('axis', range(3))
    def test_a_free_axis_may_turn_and_keeps_its_direction(self, solver, tiago, axis):
        rng = np.random.default_rng(14)
        rotation, position = tiago.forward_matrix(tiago.sample(rng, 50))
        turn = rng.uniform(-np.pi, np.pi, 50)
        tolerance = [TOLERANCE] * 3
        tolerance[axis] = math.inf
        solved = 0
        for R, p, angle in zip(rotation, position, turn, strict=True):
            about = np.zeros(4)
            about[axis], about[3] = np.sin(angle / 2), np.cos(angle / 2)
            asked = quaternion_from_matrix(R @ matrix_from_quaternion(about))
            solution = solver.solve(p, asked, orientation_tolerance=tolerance)
            solved += solution.success
            reached, _ = tiago.forward_matrix(solution.joint_positions)
            if solution.success:
                np.testing.assert_allclose(reached[:, axis], R[:, axis], atol=3e-6)
        assert solved == 50

    def test_a_looser_axis_keeps_its_own_tolerance(self, solver, tiago):
        position, orientation = tiago.forward(tiago.middle + 0.2)
        tolerance = np.array([0.2, 1e-3, 1e-3])
        solution = solver.solve(position, orientation, orientation_tolerance=tolerance)
        reached, _ = tiago.forward_matrix(solution.joint_positions)
        difference = matrix_from_quaternion(orientation).T @ reached
        vector = [difference[2, 1], difference[0, 2], difference[1, 0]]
        assert solution.success
        assert (np.abs(vector) <= tolerance).all()

    def test_the_next_request_is_not_affected(self, solver, tiago):
        pose = tiago.forward(tiago.middle + 0.1)
        before = solver.solve(*pose).joint_positions
        solver.solve(*pose, tiago.middle, orientation_tolerance=math.inf, max_joint_change=0.01)
        with pytest.raises(InvalidInputError):
            solver.solve([math.nan] * 3, pose[1], orientation_tolerance=[math.inf] * 3)
        np.testing.assert_array_equal(solver.solve(*pose).joint_positions, before)

    @pytest.mark.parametrize('tolerance', [[1e-3, -1, 1], [math.nan] * 3, [1.0, 2.0], 'wide'])
    def test_malformed_tolerances(self, solver, tolerance):
        with pytest.raises(InvalidInputError, match='orientation_tolerance is'):
            solver.solve([0.5, 0, 0.2], [0, 0, 0, 1], orientation_tolerance=tolerance)


class TestLargestChange:
    def test_it_is_kept_or_the_request_refused(self, solver, tiago):
        rng = np.random.default_rng(15)
        refused = 0
        for q, seed in zip(tiago.sample(rng, 100), tiago.sample(rng, 100), strict=True):
            for seed_near in (
                np.clip(q + rng.uniform(-0.1, 0.1, 7), tiago.lower, tiago.upper),
                seed,
            ):
                solution = solver.solve(*tiago.forward(q), seed_near, max_joint_change=0.2)
                if solution.success:
                    assert np.abs(solution.joint_positions - seed_near).max() <= 0.2 + 1e-9
                else:
                    refused += 1
                    assert 'near enough to the seed' in solution.message
                if seed_near is not seed:
                    assert solution.success
        assert refused > 50

    def test_malformed(self, solver, tiago):
        pose = tiago.forward(tiago.middle)
        with pytest.raises(InvalidInputError, match='max_joint_change needs a seed'):
            solver.solve(*pose, max_joint_change=0.1)
        with pytest.raises(InvalidInputError, match='max_joint_change is -1'):
            solver.solve(*pose, tiago.middle, max_joint_change=-1)


def test_the_same_request_always_gets_the_same_answer(solver, tiago):
    rng = np.random.default_rng(3)
    positions, orientations = tiago.forward(tiago.sample(rng, 50))
    poses = list(zip(positions, orientations, strict=True))
    first = [solver.solve(*pose).joint_positions for pose in poses]
    for i in rng.permutation(50):
        np.testing.assert_array_equal(solver.solve(*poses[i]).joint_positions, first[i])
    again = IkSolver(solver.model or solver.chain)
    np.testing.assert_array_equal(again.solve(*poses[0]).joint_positions, first[0])


def test_a_batch_gives_what_single_requests_give(solver, tiago):
    rng = np.random.default_rng(4)
    positions, orientations = tiago.forward(tiago.sample(rng, 300))
    positions[7] = [9, 9, 9]
    seeds = tiago.sample(rng, 300)
    for given_seeds in (None, seeds):
        batch = solver.solve_batch(positions, orientations, given_seeds)
        alone = solver.solve_batch(positions, orientations, given_seeds, threads=1)
        np.testing.assert_array_equal(batch.joint_positions, alone.joint_positions)
        assert len(batch) == 300
        assert not batch.success[7]
        assert batch.success.sum() == 299
        for i in range(0, 300, 7):
            solution = solver.solve(
                positions[i], orientations[i], None if given_seeds is None else seeds[i]
            )
            assert solution.status == batch.status[i]
            np.testing.assert_array_equal(solution.joint_positions, batch.joint_positions[i])
            assert solution.attempts == batch.attempts[i]


def test_several_threads_may_use_one_solver(solver, tiago):
    positions, orientations = tiago.forward(tiago.sample(np.random.default_rng(5), 200))
    expected = solver.solve_batch(positions, orientations).joint_positions
    wrong = []

    def work(offset: int) -> None:
        for i in itertools.chain(range(offset, 200), range(offset)):
            q = solver.solve(positions[i], orientations[i]).joint_positions
            if not np.array_equal(q, expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(40 * k,)) for k in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


class TestSeeds:
    def test_a_nearby_seed_gets_the_nearby_solution(self, solver, tiago):
        rng = np.random.default_rng(6)
        for q in tiago.with_scaled_limits(0.9).sample(rng, 100):
            seed = q + rng.normal(0, 0.01, 7)
            solution = solver.solve(*tiago.forward(q), seed)
            assert solution.success
            distance = np.linalg.norm(solution.joint_positions - seed)
            assert solution.seed_distance == pytest.approx(distance)
            assert distance < 0.5

    def test_the_present_pose_moves_nothing(self, solver, tiago):
        q = tiago.middle + 0.1
        solution = solver.solve(*tiago.forward(q), q)
        np.testing.assert_allclose(solution.joint_positions, q, atol=1e-6)

    def test_a_seed_beyond_the_limits_is_moved_to_them(self, solver, tiago):
        solution = solver.solve(*tiago.forward(tiago.middle), tiago.upper + 3)
        assert solution.success
        assert (solution.joint_positions <= tiago.upper).all()

    def test_a_seed_that_leads_nowhere_still_gets_an_answer(self, solver, tiago):
        rng = np.random.default_rng(7)
        q, seeds = tiago.sample(rng, 500), tiago.sample(rng, 500)
        assert solver.solve_batch(*tiago.forward(q), seeds).success.all()

    def test_endless_joints_take_the_nearest_turn(self, real_urdf):
        chain = KinematicChain.from_urdf(
            real_urdf('pr2_description/urdf/pr2.urdf'), 'torso_lift_link', 'l_gripper_tool_frame'
        )
        assert chain.continuous.any()
        q = chain.middle + 0.3
        turns = 2 * np.pi * chain.continuous * 3
        solution = IkSolver(chain).solve(*chain.forward(q), q + turns)
        np.testing.assert_allclose(solution.joint_positions, q + turns, atol=1e-5)
        without = IkSolver(chain).solve(*chain.forward(q))
        assert np.abs(without.joint_positions[chain.continuous]).max() <= np.pi


def test_mimic_and_prismatic_joints():
    def joint(name: str, kind: str, axis: str, parent: int, mimic: str = '') -> str:
        return (
            f'<link name="l{parent + 1}"/><joint name="{name}" type="{kind}">'
            f'<origin xyz="0.1 0 0.2"/><parent link="l{parent}"/><child link="l{parent + 1}"/>'
            f'<axis xyz="{axis}"/><limit lower="-1.5" upper="1.5"/>{mimic}</joint>'
        )

    follower = '<mimic joint="b" multiplier="-0.7" offset="0.2"/>'
    chain = KinematicChain.from_urdf(
        '<robot name="r"><link name="l0"/>'
        + joint('a', 'prismatic', '0 0 1', 0)
        + joint('b', 'revolute', '0 1 0', 1)
        + joint('c', 'revolute', '1 0 0', 2)
        + joint('d', 'prismatic', '0 1 0', 3, follower)
        + joint('e', 'revolute', '0 0 1', 4)
        + joint('f', 'revolute', '0 1 0', 5)
        + joint('g', 'revolute', '1 0 0', 6)
        + '</robot>'
    )
    assert chain.joint_count == 6
    positions, orientations = chain.forward(chain.sample(np.random.default_rng(8), 300))
    assert IkSolver(chain).solve_batch(positions, orientations).success.all()


def test_joints_that_cannot_move(tiago):
    lower, upper = tiago.lower.copy(), tiago.upper.copy()
    lower[2] = upper[2] = 0.5
    chain = tiago.with_limits(lower, upper)
    batch = IkSolver(chain).solve_batch(
        *chain.forward(chain.sample(np.random.default_rng(9), 200))
    )
    assert batch.success.all()
    assert (batch.joint_positions[:, 2] == 0.5).all()


class TestTolerances:
    def test_a_loose_tolerance_is_kept_too(self, solver, tiago):
        positions, orientations = tiago.forward(tiago.sample(np.random.default_rng(10), 100))
        loose = solver.solve_batch(
            positions, orientations, position_tolerance=1e-2, orientation_tolerance=1e-1
        )
        assert loose.success.all()
        assert loose.position_error.max() <= 1e-2
        assert loose.position_error.max() > 1e-6  # it stopped early

    @pytest.mark.parametrize('zero', [0, 0.0, [0, 0, 0]])
    def test_zero_is_honest(self, solver, tiago, zero):
        solution = solver.solve(
            *tiago.forward(tiago.middle + 0.3), position_tolerance=0, orientation_tolerance=zero
        )
        assert solution.success == (
            solution.position_error == 0 and solution.orientation_error == 0
        )
        assert solution.position_error < 1e-9

    def test_a_tiny_timeout_still_answers(self, solver):
        solution = solver.solve([0.1, 0, 0.1], [0, 0.5, 0.3, 1], timeout=1e-9)
        assert solution.status is Status.TIMED_OUT
        assert 'the time was over before the search was' in solution.message
        assert np.isfinite(solution.joint_positions).all()


def test_a_seed_beyond_the_limits_is_moved_and_told(solver, tiago):
    seed = tiago.middle.copy()
    seed[2], seed[4] = tiago.upper[2] + 0.1, tiago.lower[4] - 1
    solution = solver.solve(*tiago.forward(tiago.middle + 0.1), seed)
    assert solution.success
    assert solution.message.startswith('the seed lies outside the limits')
    assert 'arm_3_joint from 1.671 to 1.571, arm_5_joint from -3.094 to -2.094' in solution.message
    assert 'arm_1_joint' not in solution.message
    away = solver.solve([9, 0, 0], [0, 0, 0, 1], seed)
    assert away.message.startswith('the seed lies outside the limits')
    assert 'out of reach' in away.message
    assert solver.solve(*tiago.forward(tiago.middle + 0.1), tiago.upper).message == ''


@pytest.mark.parametrize(
    ('arguments', 'complaint'),
    [
        ({'position': [0.5, 0, math.nan]}, 'position .* is not finite'),
        ({'position': [0.5, 0, math.inf]}, 'position .* is not finite'),
        ({'position': [0.5, 0]}, r'position has shape \(2,\)'),
        ({'position': 0.5}, r'position has shape \(\)'),
        ({'orientation': [0, 0, 0, 0]}, 'length zero'),
        ({'orientation': [0, 0, math.nan, 1]}, 'not finite'),
        ({'orientation': [0, 0, 1]}, 'orientation has shape'),
        ({'seed': [0.0] * 6}, 'seed has shape'),
        ({'seed': [[0.0] * 7]}, 'seed has shape'),
        ({'seed': [0.0] * 6 + [math.nan]}, 'seed contains values that are not finite'),
        ({'position_tolerance': -1e-3}, 'tolerances are -0.001 m'),
        ({'orientation_tolerance': math.nan}, 'orientation_tolerance is nan'),
        ({'orientation_tolerance': -1.0}, 'tolerances are'),
        ({'timeout': 0}, 'timeout is 0; expected seconds'),
        ({'timeout': math.nan}, 'timeout is nan'),
    ],
)
def test_malformed_requests_are_named(solver, arguments, complaint):
    request = {'position': [0.5, 0, 0.2], 'orientation': [0, 0, 0, 1], **arguments}
    with pytest.raises(InvalidInputError, match=complaint):
        solver.solve(**request)
    assert solver.solve([0.5, 0, 0.2], [0, 0, 0, 1]).joint_positions.shape == (7,)


@pytest.mark.parametrize(
    ('positions', 'orientations', 'seeds', 'complaint'),
    [
        (np.zeros(3), np.ones((1, 4)), None, r'positions have shape \(3,\)'),
        (np.zeros((2, 3)), np.ones((3, 4)), None, r'orientations have shape \(3, 4\)'),
        ([[0, 0, 0], [0, math.nan, 0]], np.ones((2, 4)), None, r'positions\[1\]'),
        (np.zeros((2, 3)), np.zeros((2, 4)), None, 'length zero'),
        (np.zeros((2, 3)), np.ones((2, 4)), np.zeros((3, 7)), r'seeds have shape \(3, 7\)'),
        (np.zeros((2, 3)), np.ones((2, 4)), np.zeros((2, 6)), 'seeds has shape'),
    ],
)
def test_malformed_batches_are_named(solver, positions, orientations, seeds, complaint):
    with pytest.raises(InvalidInputError, match=complaint):
        solver.solve_batch(positions, orientations, seeds)


def test_an_empty_batch(solver):
    batch = solver.solve_batch(np.zeros((0, 3)), np.zeros((0, 4)))
    assert len(batch) == 0
    assert batch.joint_positions.shape == (0, 7)


def test_predict_is_the_best_head_unrefined(tiago, untrained):
    model = untrained(tiago, heads=4)
    positions, orientations = tiago.forward(tiago.sample(np.random.default_rng(11), 20))
    guesses = IkSolver(model).predict(positions, orientations)
    assert guesses.shape == (20, 7)
    assert (guesses >= tiago.lower).all()
    assert (guesses <= tiago.upper).all()
    # It is one of the heads, and refinement starts there: a coarse tolerance accepts it as it is.
    lazy = IkSolver(model).solve_batch(
        positions, orientations, position_tolerance=99, orientation_tolerance=99
    )
    np.testing.assert_array_equal(guesses, lazy.joint_positions)


def test_a_bare_chain_has_nothing_to_predict_with(tiago):
    with pytest.raises(InvalidInputError, match='no network'):
        IkSolver(tiago).predict(np.zeros((1, 3)), np.ones((1, 4)))


def test_a_solver_from_a_file(tiago, untrained, tmp_path):
    model = untrained(tiago)
    model.save(tmp_path / 'arm.safetensors')
    solver = IkSolver.load(tmp_path / 'arm.safetensors')
    solver.warm_up()
    assert solver.model.chain.fingerprint == tiago.fingerprint
    pose = tiago.forward(tiago.middle)
    np.testing.assert_array_equal(
        solver.solve(*pose).joint_positions, IkSolver(model).solve(*pose).joint_positions
    )


def test_poses_in_whatever_form_get_the_same_answer(solver, tiago):
    """Compiled code takes float64 in a row as it is, and copies of everything else."""
    position, orientation = np.array([0.5, 0.25, 0.0]), np.array([0.0, 0, 0, 1])
    seed = np.array([1.0, 0, -1, 1, 0, 0, 0])
    expected = solver.solve(position, orientation, seed).joint_positions
    read_only = position.copy()
    read_only.flags.writeable = False
    strided = np.repeat(position, 2)[::2]
    for form in (position.tolist(), tuple(position), position.astype(np.float32), strided):
        np.testing.assert_array_equal(
            solver.solve(form, [0, 0, 0, 1], seed.astype(int)).joint_positions, expected
        )
    answer = solver.solve(read_only, np.array([0, 0, 0, 1]), tuple(seed)).joint_positions
    np.testing.assert_array_equal(answer, expected)
    fresh = IkSolver(solver.model or tiago).solve([0.5, 0.25, 0], [0, 0, 0, 1], seed.tolist())
    np.testing.assert_array_equal(fresh.joint_positions, expected)


def test_malformed_joints_are_refused(solver):
    for call in (solver.forward, solver.jacobian):
        with pytest.raises(InvalidInputError, match='expected'):
            call(np.zeros(6))
        with pytest.raises(InvalidInputError, match='not finite'):
            call(np.full(7, np.nan))
