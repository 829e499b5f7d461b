# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A tracker among obstacles: what is clear stays clear, and the arm slides along."""

from pathlib import Path

import numpy as np
import numpy_clearance
import pytest

from learned_ik import IkSolver, Tracker, TrackingStatus
from learned_ik.tracking.moving_spheres import MovingSpheres

MODELS = Path(__file__).parents[2] / 'models'
PERIOD = 1 / 72  # [s]
SPEED, ACCELERATION = 2.0, 10.0
# [m] The arm's own links are nearer to each other than more than this in most postures.
WANTED = {'tiago_arm': 0.02, 'panda': 0.0, 'ur10': 0.0}


@pytest.fixture(params=sorted(WANTED))
def name(request) -> str:
    return request.param


@pytest.fixture
def solver(name) -> IkSolver:
    return IkSolver.load(MODELS / f'{name}.safetensors')


def clear_start(solver, tracker, wanted, rng) -> None:
    """Reset the tracker to a random posture among random spheres that is clear of them."""
    chain = solver.chain
    for _ in range(400):
        tips, _ = chain.forward(chain.sample(rng, 12))
        solver.set_obstacles(np.column_stack([tips, rng.uniform(0.03, 0.08, 12)]))
        tracker.reset(chain.middle + 0.6 * (chain.sample(rng, 1)[0] - chain.middle))
        if tracker.brake(PERIOD).clearance > wanted + 0.005:
            return
    raise AssertionError('no clear posture was found')


@pytest.mark.parametrize('acceleration', [None, ACCELERATION])
def test_what_is_clear_stays_clear(solver, name, acceleration):
    chain, wanted = solver.chain, WANTED[name]
    tracker = Tracker(solver, SPEED, acceleration, avoid_collisions=True, min_clearance=wanted)
    for run in range(3):
        rng = np.random.default_rng(run)
        clear_start(solver, tracker, wanted, rng)
        q, v, held = tracker.joint_positions, np.zeros(chain.joint_count), 0
        for frame in range(300):
            if frame % 100 == 0:
                target = chain.forward(chain.sample(rng, 1)[0])
            step = tracker.update(*target, PERIOD)
            assert step.clearance >= wanted - 1e-9
            assert np.abs(step.joint_positions - q).max() <= SPEED * PERIOD + 1e-9
            if acceleration is not None:
                change = np.abs(step.joint_velocities - v).max()
                assert change <= acceleration * PERIOD + 1e-6
            q, v = step.joint_positions, step.joint_velocities
            held += step.message.startswith('held back')
        assert held < 300  # it does not only stand there


def test_clearance_is_that_of_the_command(solver, name):
    tracker = Tracker(solver, SPEED, ACCELERATION, avoid_collisions=True)
    rng = np.random.default_rng(0)
    clear_start(solver, tracker, WANTED[name], rng)
    step = tracker.update(*solver.forward(solver.chain.sample(rng, 1)[0]), PERIOD)
    judged = numpy_clearance.clearance_of(
        solver.chain, solver.body, step.joint_positions, solver.obstacles
    )
    assert step.clearance == pytest.approx(judged, abs=1e-9)


def test_a_target_in_a_sphere_is_approached_and_named():
    solver = IkSolver.load(MODELS / 'tiago_arm.safetensors')
    chain = solver.chain
    position, orientation = chain.forward([0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0])
    inside = position + np.array([0.0, 0.3, 0.0])
    solver.set_obstacles([[*inside, 0.1]])
    tracker = Tracker(solver, SPEED, ACCELERATION, min_clearance=0.02)
    tracker.reset([0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0])
    away = np.linalg.norm(inside - position)
    for _ in range(500):
        step = tracker.update(inside, orientation, PERIOD)
        assert step.clearance >= 0.02 - 1e-9
    assert step.status is not TrackingStatus.ON_TARGET
    assert 'obstacle 0' in step.message
    assert "'arm_" in step.message
    assert step.position_error < 0.8 * away


def test_it_leaves_what_it_touches():
    solver = IkSolver.load(MODELS / 'tiago_arm.safetensors')
    start = np.array([0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0])
    position, orientation = solver.forward(start)
    solver.set_obstacles([[*(position + np.array([0.0, 0.0, 0.05])), 0.06]])
    tracker = Tracker(solver, SPEED, ACCELERATION, min_clearance=0.01)
    tracker.reset(start)
    first = tracker.update(position, orientation, PERIOD)
    assert first.clearance < 0
    clearances = [tracker.update(position, orientation, PERIOD).clearance for _ in range(400)]
    assert np.diff(clearances).min() > -2e-3  # never deeper, but for rounding of its way
    assert clearances[-1] >= 0.0


def test_without_obstacles_nothing_is_near():
    solver = IkSolver.load(MODELS / 'tiago_arm.safetensors')
    tracker = Tracker(solver, SPEED)
    assert tracker.update(*solver.forward(solver.chain.middle), PERIOD).clearance == np.inf


def test_the_speed_of_spheres_is_seen():
    around, spheres = MovingSpheres(7), np.array([[0.5, 0.0, 0.3, 0.1], [1.0, 0.0, 0.3, 0.1]]).T
    around.look(spheres.copy(), PERIOD)
    np.testing.assert_array_equal(around.speeds, 0.0)
    moved = spheres + np.array([[0.1 * PERIOD, 0.0], [0, 0], [0, 0], [0, 0]])
    around.look(moved, PERIOD)
    np.testing.assert_allclose(around.speeds, [0.1, 0.0], atol=1e-9)
    for _ in range(20):
        around.look(moved, PERIOD)
    np.testing.assert_array_equal(around.speeds, 0.0)
    around.look(moved + 1.0, PERIOD)  # put elsewhere
    np.testing.assert_array_equal(around.speeds, 0.0)
