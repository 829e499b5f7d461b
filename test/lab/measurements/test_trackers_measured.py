# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is measured of trackers out of reach and among moving spheres."""

import numpy as np
import pytest

from lab.measurements.trackers.at_rest import excess_at_rest
from lab.measurements.trackers.clear_streaming import (
    SHELL,
    SPHERE_SPEEDS,
    UPDATES_A_RUN,
    Crowd,
    line,
    run,
)
from learned_ik import IkSolver
from learned_ik.resources import shipped_file


@pytest.fixture
def tiago():
    return IkSolver.load(shipped_file('models/tiago_arm.safetensors'))


def test_a_tracker_out_of_reach_is_hardly_better_than_the_best_of_many_descents(tiago):
    excess = [excess_at_rest(tiago, seed) for seed in range(3)]
    assert min(excess) > -0.02
    assert max(excess) < 1.0
    assert excess[0] == excess_at_rest(tiago, 0)


def test_spheres_go_slowly_and_stay_about_the_arm(tiago):
    crowd = Crowd(tiago, np.random.default_rng(0), 8)
    for _ in range(500):
        before = crowd.spheres
        crowd.move(0.1)
        speeds = np.linalg.norm(crowd.spheres - before, axis=1) / 0.1
        assert (speeds >= SPHERE_SPEEDS[0] - 1e-9).all()
        assert (speeds <= SPHERE_SPEEDS[1] + 1e-9).all()
    reach = tiago.chain.reach
    distances = np.linalg.norm(crowd.spheres[:, :3], axis=1)
    assert (distances <= SHELL[1] * reach + 0.1 * SPHERE_SPEEDS[1]).all()


def test_an_arm_alone_loses_no_clearance_and_one_that_cannot_begin_is_told(tiago):
    counts = run(tiago, 0, 1, 0.005)
    assert counts['updates'] == UPDATES_A_RUN
    assert counts['moved'] == counts['caught'] == 0
    nothing = run(tiago, 0, 1, 0.5)
    assert nothing == {'no start': 1}
    row = {'model': 'tiago_arm', 'updates': 0, 'no start': 1}
    assert 'nothing to tell' in line(row)


def test_what_moves_the_arm_too_near_is_counted(tiago, monkeypatch):
    """By a tracker that keeps clear of nothing, among spheres that it runs through."""
    from lab.measurements.trackers import clear_streaming

    def careless(solver, *limits, avoid_collisions, min_clearance):
        return clear_streaming_tracker(solver, *limits, avoid_collisions=False)

    clear_streaming_tracker = clear_streaming.Tracker
    monkeypatch.setattr(clear_streaming, 'Tracker', careless)
    assert sum(run(tiago, seed, 16, 0.005)['moved'] for seed in range(2)) > 0


def test_a_target_that_goes_through_a_sphere_costs_no_clearance(tiago):
    from lab.measurements.trackers import through_a_sphere

    least, free, reached, _ = through_a_sphere.run(tiago, 0, 0.005)
    assert least >= 0.005
    assert 0 < reached <= free


def test_a_sphere_lies_in_the_middle_of_the_way(tiago):
    from lab.measurements.trackers import through_a_sphere

    start, end = through_a_sphere.ways_end(tiago, np.random.default_rng(1), 0.005)
    middle = (tiago.forward(start)[0] + end) / 2
    np.testing.assert_allclose(tiago.obstacles[0, :3], middle, atol=1e-12)
