# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers at the edge of what numbers are: refused by name, or answered with what is true."""

import math

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver, KinematicChain
from learned_ik.errors import InvalidInputError
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.rotations import matrix_from_quaternion, normalized_quaternion, rotation_angle
from learned_ik.solving.solution import Status

UPRIGHT = [0.0, 0.0, 0.0, 1.0]
HUGE = [1.1e6, 1e12, 1e36, 1e45, 1e155, 1e200, 1e308, -1e308]


@pytest.fixture(params=['with a network', 'without'])
def solver(request, tiago, untrained) -> IkSolver:
    return IkSolver(untrained(tiago) if request.param == 'with a network' else tiago)


@pytest.mark.parametrize('value', HUGE)
@pytest.mark.parametrize('axis', range(3))
def test_a_position_beyond_the_range_is_refused_by_name(solver, value, axis):
    q = solver.chain.middle
    position = solver.chain.forward(q)[0]
    position[axis] = value
    message = r'position.* out of range; expected no more than 1e\+06 m'
    for spheres in ([], [[0.5, 0.3, 0.2, 0.1]]):
        solver.set_obstacles(spheres)
        for seed in (None, q):
            with pytest.raises(InvalidInputError, match=message):
                solver.solve(position, UPRIGHT, seed)
            with pytest.raises(InvalidInputError, match=message):
                solver.solve_all(position, UPRIGHT, seed=seed)
        with pytest.raises(InvalidInputError, match=r'positions\[1\].* out of range'):
            solver.solve_batch([[0.5, 0, 0.2], position], [UPRIGHT, UPRIGHT])
        with pytest.raises(InvalidInputError, match=r'positions\[1\].* out of range'):
            solver.follow([[0.5, 0, 0.2], position], [UPRIGHT, UPRIGHT])
        assert solver.solve(*solver.chain.forward(q), q)  # the next request is not harmed


def test_within_the_range_a_far_position_is_out_of_reach_and_finite(solver):
    for far in (10.0, 1e3, 9.9e5):
        solution = solver.solve([far, -far, 0.5 * far], UPRIGHT)
        assert solution.status is Status.NO_SOLUTION
        assert 'out of reach' in solution.message
        assert np.isfinite(solution.joint_positions).all()
        reached, _ = solver.chain.forward(solution.joint_positions)
        miss = np.linalg.norm(reached - [far, -far, 0.5 * far])
        assert solution.position_error == pytest.approx(miss, rel=1e-9)


@pytest.mark.parametrize('scale', [1e-5, 1e-3, 1e3, 1e100, 1e154, 1e160, 1e300, 1.7e308])
def test_a_quaternion_of_any_length_is_the_same_rotation(solver, scale):
    rng = np.random.default_rng(0)
    for q in solver.chain.sample(rng, 5):
        position, orientation = solver.chain.forward(q)
        scaled = scale * orientation / np.abs(orientation).max()
        np.testing.assert_allclose(normalized_quaternion(scaled), orientation, atol=1e-12)
        solution = solver.solve(position, scaled, q)
        assert solution
        batch = solver.solve_batch([position], [scaled], q)
        assert batch
        for found in (solution.joint_positions, batch.joint_positions[0]):
            R, p = solver.chain.forward_matrix(found)
            assert np.abs(p - position).max() < 1e-6
            assert rotation_angle(R, matrix_from_quaternion(orientation)) < 2e-6


def test_a_quaternion_too_short_is_refused_alike_by_all(solver):
    position = solver.chain.forward(solver.chain.middle)[0]
    for length in (0.0, 1e-300, 1e-7, 1e-6):
        quaternion = [0.0, 0.0, 0.0, length]
        for call in (
            lambda given: solver.solve(position, given),
            lambda given: solver.solve_batch([position], [given]),
            lambda given: solver.follow([position], [given]),
        ):
            with pytest.raises(InvalidInputError, match='length zero'):
                call(quaternion)


def test_a_tool_of_a_huge_quaternion_is_turned_as_it_says(tiago):
    half_turn = [0.0, 0.0, 0.1, 1e200, 0.0, 0.0, 0.0]
    R, _ = IkSolver(tiago, tool=half_turn).chain.forward_matrix(tiago.middle)
    expected, _ = tiago.forward_matrix(tiago.middle)
    assert rotation_angle(R, expected) == pytest.approx(math.pi)


@pytest.fixture(scope='module')
def endless() -> KinematicChain:
    """Return an arm all of whose joints turn without end."""
    text = artificial_arm_urdf(6).replace('type="revolute"', 'type="continuous"')
    chain = KinematicChain.from_urdf(text)
    assert chain.continuous.all()
    return chain


@pytest.mark.parametrize('far', [1e2, 1e4, 9e5, -9e5])
def test_turns_are_taken_off_before_success_is_said(endless, far):
    """Judged by Python's own sines, of exactly the joints that are returned."""
    solver, rng = IkSolver(endless), np.random.default_rng(0)
    for q in endless.sample(rng, 20):
        pose = endless.forward(q)
        seed = np.full(6, far)
        for prefer in ('first', 'nearest', 'middle'):
            solution = solver.solve(*pose, seed, prefer=prefer)
            if not solution:
                continue
            R, p = endless.forward_matrix(solution.joint_positions)
            assert np.linalg.norm(p - pose[0]) < 1.001e-6
            assert rotation_angle(R, matrix_from_quaternion(pose[1])) < 1.1e-6
            assert (
                np.abs(solution.joint_positions - seed).max() < 2 * math.pi or prefer == 'middle'
            )


@pytest.mark.parametrize('far', [1.1e6, 1e8, 1e12, 1e18, 1e100, 1e308])
def test_a_seed_beyond_the_range_is_refused_by_name(endless, far):
    solver = IkSolver(endless)
    pose, seed = endless.forward(endless.middle), np.zeros(6)
    seed[3] = far
    message = r'out of range; expected no more than 1e\+06 rad or m'
    with pytest.raises(InvalidInputError, match='seed is .*' + message):
        solver.solve(*pose, seed)
    with pytest.raises(InvalidInputError, match=r'seeds\[0\] is .*' + message):
        solver.solve_batch(pose[0][None], pose[1][None], seed[None])
    with pytest.raises(InvalidInputError, match='start is .*' + message):
        solver.follow(pose[0][None], pose[1][None], seed)
    with pytest.raises(InvalidInputError, match='seed is .*' + message):
        solver.solve_all(*pose, seed=seed)
    assert solver.solve(*pose)


def test_a_shipped_arm_says_nothing_of_a_former_request(request):
    """After a request that cannot be computed, nothing of it or of the one before is told."""
    solver = IkSolver.load(request.config.rootpath / 'models' / 'ur10.safetensors')
    assert isinstance(solver.model, IkModel)
    good = solver.forward(solver.chain.middle + 0.3)
    before = solver.solve(*good)
    with pytest.raises(InvalidInputError):
        solver.solve([1e200, 0, 0], UPRIGHT)
    after = solver.solve(*good)
    np.testing.assert_array_equal(after.joint_positions, before.joint_positions)
    assert after.message == ''
