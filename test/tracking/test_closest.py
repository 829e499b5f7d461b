# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Targets out of reach: where the arm comes to rest, how still it is, and what it may be told."""

from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver, Tracker, TrackingStatus

MODELS = Path(__file__).parents[2] / 'models'
PERIOD = 1 / 72  # [s]
SPEED = 2.0  # [rad/s]
SECONDS = 10.0
DESCENTS = 256


@pytest.fixture(scope='module', params=['tiago_arm', 'ur10', 'panda'])
def solver(request) -> IkSolver:
    return IkSolver.load(MODELS / f'{request.param}.safetensors')


def out_of_reach(chain, rng):
    """Return joints (joints,) to begin from, and a pose that is 5 to 50 cm out of reach."""
    start = chain.middle + 0.6 * (chain.sample(rng, 1)[0] - chain.middle)
    position, orientation = chain.forward(chain.sample(rng, 1)[0])
    first = chain.transforms[0][:3, 3]
    length = chain.reach - np.linalg.norm(first) + rng.uniform(0.05, 0.5)
    outward = (position - first) / np.linalg.norm(position - first)
    return start, (first + length * outward, orientation)


def led(solver, start, target, **options):
    """Yield the steps of ten seconds before a target that stands still."""
    tracker = Tracker(solver, SPEED, **options)
    tracker.reset(start)
    for _ in range(int(SECONDS / PERIOD)):
        yield tracker.update(*target, PERIOD)


def test_it_comes_to_rest_where_no_descent_ends_nearer(solver):
    chain, weight, rng = solver.chain, solver.engine.angular_weight, np.random.default_rng(3)
    excess = []
    for _ in range(8):
        start, target = out_of_reach(chain, rng)
        q = start
        for step in led(solver, start, target):
            assert np.abs(step.joint_positions - q).max() <= SPEED * PERIOD + 1e-9
            q = step.joint_positions
        ended = np.hypot(step.position_error, weight * step.orientation_error)
        many = (DESCENTS, 1)
        seeds = chain.sample(rng, DESCENTS)
        batch = solver.solve_batch(np.tile(target[0], many), np.tile(target[1], many), seeds)
        best = np.hypot(batch.position_error, weight * batch.orientation_error).min()
        excess.append(ended - best)
        assert step.status is TrackingStatus.CLOSEST
    assert np.max(excess) < 1e-3
    assert np.median(excess) < 1e-4


def test_who_does_not_seek_stays_on_the_branch_and_is_still(solver):
    chain, rng = solver.chain, np.random.default_rng(4)
    shares = []
    for _ in range(6):
        start, target = out_of_reach(chain, rng)
        speeds, errors = [], []
        for step in led(solver, start, target, seek_closest=False):
            speeds.append(np.abs(step.joint_velocities).max())
            errors.append(step.position_error)
        shares.append(np.mean(np.array(speeds[-200:]) > 0.1 * SPEED))
    assert np.mean(shares) < 0.05


def test_a_target_that_moves_is_not_left_for_another_branch(solver):
    chain, rng = solver.chain, np.random.default_rng(5)
    start, (position, orientation) = out_of_reach(chain, rng)
    steps, sideways = {}, np.array([0.0, 1.0, 0.0])
    for seeks in (True, False):
        tracker = Tracker(solver, SPEED, seek_closest=seeks)
        tracker.reset(start)
        steps[seeks] = [
            tracker.update(position + 0.1 * np.sin(0.1 * k) * sideways, orientation, PERIOD)
            for k in range(400)
        ]
    for one, other in zip(steps[True], steps[False], strict=True):
        np.testing.assert_array_equal(one.joint_positions, other.joint_positions)


def test_singular_poses_are_passed_without_trembling(solver):
    """A straight line out of reach and back: the arm stretches, and bends again."""
    chain, rng = solver.chain, np.random.default_rng(6)
    start = chain.middle + 0.5 * (chain.sample(rng, 1)[0] - chain.middle)
    home, orientation = chain.forward(start)
    way = (chain.reach + 0.1 - np.linalg.norm(home)) * home / np.linalg.norm(home)
    tracker = Tracker(solver, SPEED, 20.0)
    tracker.reset(start)
    turns, last = 0, np.zeros(chain.joint_count)
    for share in 0.5 - 0.5 * np.cos(np.linspace(0, 2 * np.pi, 1000)):
        step = tracker.update(home + share * way, orientation, PERIOD)
        fast = np.minimum(np.abs(step.joint_velocities), np.abs(last)) > 0.1 * SPEED
        turns += int((fast & (step.joint_velocities * last < 0)).sum())
        last = step.joint_velocities
    assert turns == 0  # no joint goes fast one way and fast the other in two frames
