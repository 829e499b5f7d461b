# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How much of a motion could be followed by who chooses where to begin, and looks ahead."""

import numpy as np

from lab.peers.followers.follower import Pace
from lab.protocols.streaming.motions import Run
from learned_ik.arrays import Array, Booleans
from learned_ik.solving.solver import IkSolver
from learned_ik.tracking.tracker import Tracker
from learned_ik.tracking.tracking_step import TrackingStatus

STARTS = 64  # solutions of the first pose, all over its self-motion
NEAR = {'position_tolerance': 1e-3, 'orientation_tolerance': np.radians(1.0)}


def best_share(solver: IkSolver, pace: Pace, run: Run, reachable: Booleans) -> float:
    """Return a lower bound of the optimum: a share of the frames that can be reached.

    It is 1 where `IkSolver.follow` finds a way through all of these frames at the speed that is
    allowed. Else it is the best that a tracker makes of the given start or of many others.

    Args:
        solver: of the arm.
        pace: how fast it may go.
        run: what is followed.
        reachable: (n,), what counts.

    """
    if not reachable.any():
        return 0.0
    if _followed_wholly(solver, pace, run, reachable):
        return 1.0
    poses = run.poses
    found = solver.solve_all(poses.positions[0], poses.quaternions[0], STARTS)
    starts = [run.start, *(one.joint_positions for one in found)]
    tracker = Tracker(solver, pace.speed, **NEAR)
    return max(_share(tracker, pace, start, run, reachable) for start in starts)


def _followed_wholly(solver: IkSolver, pace: Pace, run: Run, reachable: Booleans) -> bool:
    """Return whether one way leads through all frames; gaps between them take their time."""
    if not reachable.all():
        return False
    path = solver.follow(run.poses.positions, run.poses.quaternions, jump=pace.step)
    return path.success


def _share(tracker: Tracker, pace: Pace, start: Array, run: Run, reachable: Booleans) -> float:
    tracker.reset(start)
    near = [
        tracker.update(position, orientation, pace.period).status is TrackingStatus.ON_TARGET
        for position, orientation in zip(run.poses.positions, run.poses.quaternions, strict=True)
    ]
    return float(np.mean(np.array(near)[reachable]))
