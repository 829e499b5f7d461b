# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which of many solutions: nearest to a seed, far from limits, near a posture."""

import math

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain, PreferredPosture
from learned_ik.errors import InvalidInputError

COUNT = 100


@pytest.fixture(scope='module', params=['with a network', 'without'])
def solver(request, tiago, untrained) -> IkSolver:
    return IkSolver(untrained(tiago) if request.param == 'with a network' else tiago)


def poses_and_seeds(chain: KinematicChain, spread: float | None):
    """Poses of known joint positions, and seeds about those, or anywhere."""
    rng = np.random.default_rng(0)
    q = chain.sample(rng, COUNT)
    seeds = chain.sample(rng, COUNT) if spread is None else q + spread * rng.normal(size=q.shape)
    return q, *chain.forward(q), np.clip(seeds, chain.lower, chain.upper)


def assert_exact(batch, chain, positions, orientations):
    assert batch.success.all()
    assert batch.position_error.max() <= 1e-6
    assert batch.orientation_error.max() <= 1e-6
    reached, turned = chain.forward(batch.joint_positions)
    np.testing.assert_allclose(reached, positions, atol=1e-6)
    assert np.abs(np.sum(turned * orientations, axis=1)).min() > 1 - 1e-9
    assert (batch.joint_positions >= chain.lower - 1e-12).all()
    assert (batch.joint_positions <= chain.upper + 1e-12).all()


@pytest.mark.parametrize('spread', [0.05, 0.3, None])
def test_what_is_nearest_is_nearer_than_what_is_first(solver, tiago, spread):
    q, positions, orientations, seeds = poses_and_seeds(tiago, spread)
    first = solver.solve_batch(positions, orientations, seeds, prefer='first')
    nearest = solver.solve_batch(positions, orientations, seeds)
    assert_exact(nearest, tiago, positions, orientations)
    assert (nearest.seed_distance <= first.seed_distance + 1e-9).all()
    expected = np.linalg.norm(nearest.joint_positions - seeds, axis=1)
    np.testing.assert_allclose(nearest.seed_distance, expected, atol=1e-9)
    # The joint positions that made the pose are a solution, too: hardly ever a nearer one.
    known = np.linalg.norm(q - seeds, axis=1)
    assert np.mean(nearest.seed_distance <= 1.05 * known + 1e-6) >= 0.97


def test_joint_weights_say_whose_way_counts(tiago):
    _, positions, orientations, seeds = poses_and_seeds(tiago, None)
    plain = IkSolver(tiago).solve_batch(positions, orientations, seeds)
    heavy_first = IkSolver(tiago, joint_weights=[100, 1, 1, 1, 1, 1, 1])
    weighted = heavy_first.solve_batch(positions, orientations, seeds)
    assert_exact(weighted, tiago, positions, orientations)
    way = (weighted.joint_positions - seeds) ** 2 @ [100, 1, 1, 1, 1, 1, 1]
    plain_way = (plain.joint_positions - seeds) ** 2 @ [100, 1, 1, 1, 1, 1, 1]
    assert np.mean(way <= plain_way + 1e-9) >= 0.9
    assert way.mean() < 0.9 * plain_way.mean()


def test_the_middle_is_far_from_limits(solver, tiago):
    _, positions, orientations, _ = poses_and_seeds(tiago, None)
    first = solver.solve_batch(positions, orientations)
    middle = solver.solve_batch(positions, orientations, prefer='middle')
    assert_exact(middle, tiago, positions, orientations)

    def off_middle(batch):
        share = (batch.joint_positions - tiago.middle) / (0.5 * (tiago.upper - tiago.lower))
        return np.linalg.norm(share, axis=1)

    assert (off_middle(middle) <= off_middle(first) + 1e-9).all()
    assert off_middle(middle).mean() < 0.97 * off_middle(first).mean()


def test_a_posture_draws_the_joints_that_it_names(solver, tiago):
    _, positions, orientations, _ = poses_and_seeds(tiago, None)
    posture = np.full(7, np.nan)
    posture[2] = 0.5
    first = solver.solve_batch(positions, orientations)
    drawn = solver.solve_batch(positions, orientations, prefer=posture)
    assert_exact(drawn, tiago, positions, orientations)
    off = np.abs(drawn.joint_positions[:, 2] - 0.5)
    assert (off <= np.abs(first.joint_positions[:, 2] - 0.5) + 1e-9).all()
    assert off.mean() < 0.6 * np.abs(first.joint_positions[:, 2] - 0.5).mean()


def test_nothing_nearby_is_better(tiago):
    """At the optimum, the way to the posture has no part in the null space of the free joints."""
    solver = IkSolver(tiago)
    _, positions, orientations, _ = poses_and_seeds(tiago, None)
    batch = solver.solve_batch(positions, orientations, prefer=tiago.middle + 0.2)
    free = 0
    for q in batch.joint_positions:
        if np.minimum(q - tiago.lower, tiago.upper - q).min() < 1e-3:
            continue
        _, singular_values, axes = np.linalg.svd(solver.jacobian(q))
        if singular_values[-1] > 0.05:
            free += 1
            assert abs(axes[-1] @ (tiago.middle + 0.2 - q)) < 0.05
    assert free > COUNT / 4


@pytest.mark.parametrize('prefer', ['first', 'nearest', 'middle', np.zeros(7)])
def test_a_batch_chooses_what_single_requests_choose(solver, tiago, prefer):
    _, positions, orientations, seeds = poses_and_seeds(tiago, None)
    batch = solver.solve_batch(positions[:30], orientations[:30], seeds[:30], prefer=prefer)
    for i in range(30):
        one = solver.solve(positions[i], orientations[i], seeds[i], prefer=prefer, timeout=60)
        np.testing.assert_array_equal(one.joint_positions, batch.joint_positions[i])
        assert one.seed_distance == batch.seed_distance[i]
        assert one.attempts == batch.attempts[i]


def test_the_largest_change_holds_for_what_is_chosen(solver, tiago):
    _, positions, orientations, seeds = poses_and_seeds(tiago, 0.3)
    batch = solver.solve_batch(
        positions, orientations, seeds, prefer=tiago.middle, max_joint_change=1.0
    )
    assert batch.success.mean() > 0.9
    step = np.abs(batch.joint_positions - seeds).max(axis=1)
    assert step[batch.success].max() <= 1.0 + 1e-6


def test_a_posture_brings_its_own_weights(solver, tiago):
    _, positions, orientations, _ = poses_and_seeds(tiago, None)
    posture, heavy = tiago.middle + 0.2, np.array([1, 1, 100, 1, 1, 1, 1.0])
    plain = solver.solve_batch(positions, orientations, prefer=posture)
    same = solver.solve_batch(positions, orientations, prefer=PreferredPosture(posture))
    alike = solver.solve_batch(
        positions, orientations, prefer=PreferredPosture(posture, np.full(7, 3.0))
    )
    weighted = solver.solve_batch(positions, orientations, prefer=PreferredPosture(posture, heavy))
    assert_exact(weighted, tiago, positions, orientations)
    np.testing.assert_array_equal(same.joint_positions, plain.joint_positions)
    np.testing.assert_array_equal(alike.joint_positions, plain.joint_positions)
    own, others = (((each.joint_positions - posture) ** 2) @ heavy for each in (weighted, plain))
    assert np.mean(own <= others * (1 + 1e-6)) > 0.97
    assert own.sum() < 0.8 * others.sum()
    one = solver.solve(positions[0], orientations[0], prefer=PreferredPosture(posture, heavy))
    np.testing.assert_array_equal(one.joint_positions, weighted.joint_positions[0])


def test_a_posture_may_leave_joints_open(solver, tiago):
    _, positions, orientations, _ = poses_and_seeds(tiago, None)
    posture = np.full(7, np.nan)
    posture[2] = 1.0
    batch = solver.solve_batch(
        positions, orientations, prefer=PreferredPosture(posture, np.ones(7))
    )
    plain = solver.solve_batch(positions, orientations, prefer='first')
    assert_exact(batch, tiago, positions, orientations)
    own, others = (np.abs(each.joint_positions[:, 2] - 1.0).mean() for each in (batch, plain))
    assert own < 0.6 * others


@pytest.mark.parametrize(
    'weights', [np.zeros(7), -np.ones(7), np.ones(3), np.full(7, np.nan), 'a']
)
def test_weights_of_a_posture_that_are_none_are_refused(tiago, weights):
    with pytest.raises(InvalidInputError, match='weights of prefer'):
        IkSolver(tiago).solve(
            [0.5, 0, 0], [0, 0, 0, 1], prefer=PreferredPosture(tiago.middle, weights)
        )


def test_free_axes_give_room_to_choose(solver, tiago):
    _, positions, orientations, seeds = poses_and_seeds(tiago, None)
    bound = solver.solve_batch(positions, orientations, seeds)
    tolerance = [1e-6, 1e-6, math.inf]
    free = solver.solve_batch(positions, orientations, seeds, orientation_tolerance=tolerance)
    assert free.success.all()
    assert free.seed_distance.mean() < 0.95 * bound.seed_distance.mean()


def test_joints_of_more_than_a_turn_take_the_nearest_equivalent(real_urdf):
    urdf = real_urdf('ur_description/urdf/ur10_robot.urdf')
    chain = KinematicChain.from_urdf(urdf, 'base_link', 'ee_link')
    assert (chain.upper - chain.lower > 2 * np.pi).any()
    rng = np.random.default_rng(0)
    q = chain.sample(rng, 200)
    batch = IkSolver(chain).solve_batch(*chain.forward(q), q + 0.01)
    assert_exact(batch, chain, *chain.forward(q))
    far = rng.permutation(q)
    batch = IkSolver(chain).solve_batch(*chain.forward(q), far)
    turned = np.where(np.abs(batch.joint_positions - far) > np.pi + 1e-9)
    for i, j in zip(*turned, strict=True):
        nearer = batch.joint_positions[i, j] + 2 * np.pi * np.sign(
            far[i, j] - batch.joint_positions[i, j]
        )
        assert not chain.lower[j] <= nearer <= chain.upper[j]


@pytest.mark.parametrize(
    ('prefer', 'complaint'),
    [
        ('best', "prefer is 'best'"),
        ('nearest', 'needs a seed'),
        ([0.0, 1.0], r'expected \(7,\)'),
        ([math.inf] * 7, 'finite'),
        (object(), 'expected numbers'),
    ],
)
def test_wrong_preferences_are_named(tiago, prefer, complaint):
    with pytest.raises(InvalidInputError, match=complaint):
        IkSolver(tiago).solve(*tiago.forward(tiago.middle), prefer=prefer)


@pytest.mark.parametrize('weights', [[1, 1], [0] * 7, [1, 1, 1, 1, 1, 1, math.nan]])
def test_wrong_weights_are_named(tiago, weights):
    with pytest.raises(InvalidInputError, match='joint_weights'):
        IkSolver(tiago, joint_weights=weights)
