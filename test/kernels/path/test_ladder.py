# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A path that no single start tracks, though there is a way, is what the ladder is for."""

import math

import numpy as np

from learned_ik import IkSolver
from learned_ik.kernels.path.ladder import RUNG
from learned_ik.kernels.path.tracking import (
    DEMAND,
    JUMP,
    ORIENTATION_TOLERANCE,
    POSITION_TOLERANCE,
)
from learned_ik.solving.paths.follower import PathFollower


def bezier(points, poses):
    t = np.linspace(0, 1, poses)[:, None]
    return sum(
        math.comb(3, k) * t**k * (1 - t) ** (3 - k) * point for k, point in enumerate(points)
    )


def test_the_ladder_leads_where_tracking_does_not(tiago):
    solver = IkSolver(tiago)
    solver.follow((), ())
    demand = np.zeros(DEMAND)  # no axis is free
    demand[[POSITION_TOLERANCE, ORIENTATION_TOLERANCE, JUMP]] = 1e-6, 1e-6, 0.2
    rng = np.random.default_rng(5)
    tracked = climbed = 0
    for _ in range(40):
        curve = bezier(tiago.with_scaled_limits(0.95).sample(rng, 4), 150)
        poses = np.concatenate(tiago.forward(curve), axis=1)
        follower = PathFollower(solver._engine, poses, demand)
        first = solver.solve(poses[0, :3], poses[0, 3:]).joint_positions
        starts = np.concatenate(list(follower.starts(0, first, None)))
        end = follower.track(0, len(poses), starts, 0)
        tracked += end == len(poses)
        if end == len(poses):
            continue
        end = follower.climb(0, starts[:RUNG], end)
        if end == len(poses):
            climbed += 1
            steps = np.abs(np.diff(follower.path, axis=0))
            assert steps.max() <= demand[JUMP]
            positions, _ = tiago.forward(follower.path)
            np.testing.assert_allclose(positions, poses[:, :3], atol=2e-6)
            assert follower.errors.max() <= 1e-6
    assert tracked < 40
    assert climbed >= 0.8 * (40 - tracked)
