# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Pursuit`: an arm on its way to a target that is dragged, until it rests."""

import numpy as np

from learned_ik.arrays import Array, Orientation, Position
from learned_ik.solving.solver import IkSolver
from learned_ik.tracking.tracker import Tracker
from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep
from learned_ik.viewing.usual_motion import usual_speeds

ACCELERATION = 10.0  # [rad/s² or m/s²], of every joint: smooth to look at
WANTED_CLEARANCE = 0.01  # [m], from spheres, where there are any
RESTING = 1e-3  # [rad/s or m/s], below which a joint stands still


class Pursuit:
    """A tracker that takes a share of the joints' speeds."""

    def __init__(self, solver: IkSolver) -> None:
        """Begin anywhere: `begin` says where the arm is."""
        self._solver = solver
        self._speeds = usual_speeds(solver.chain)
        self.begin(solver.chain.middle, 1.0)

    def begin(self, q: Array, share: float) -> None:
        """Stand at q (joints,) [rad or m], at rest.

        Args:
            q: (joints,) [rad or m].
            share: [1], above 0, of each joint's speed that it may take.

        """
        self._tracker = Tracker(
            self._solver, share * self._speeds, ACCELERATION, min_clearance=WANTED_CLEARANCE
        )
        self._tracker.reset(q)
        self._share = share
        self._velocities = np.zeros_like(self._speeds)

    def change_speed(self, share: float) -> None:
        """Go on from here with another share of the joints' speeds."""
        if share != self._share:
            q, velocities = self._tracker.joint_positions, self._velocities
            self.begin(q, share)
            self._tracker.reset(q, velocities)

    def advance(self, position: Position, orientation: Orientation, period: float) -> TrackingStep:
        """Take one step of a period [s] towards a target: (3,) [m], (4,) x y z w."""
        step = self._tracker.update(position, orientation, period)
        self._velocities = step.joint_velocities
        return step

    @property
    def speed_shares(self) -> Array:
        """(joints,) [1], of its URDF's speed that each joint has."""
        return np.asarray(np.abs(self._velocities) / self._speeds)

    def is_over(self, step: TrackingStep) -> bool:
        """Say whether the arm has come as far as it comes, and stands still."""
        if np.abs(step.joint_velocities).max() >= RESTING:
            return False
        on_target = step.status is TrackingStatus.ON_TARGET
        return on_target or (
            step.status is TrackingStatus.CLOSEST and not self._tracker.is_seeking
        )
