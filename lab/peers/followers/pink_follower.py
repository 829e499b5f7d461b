# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Pink: differential inverse kinematics as a quadratic program, on Pinocchio."""

from typing import Any

import numpy as np

from lab.peers.followers.follower import Pace
from lab.peers.stripped_urdf import stripped_urdf
from lab.pinocchio_judge import imported_pinocchio
from learned_ik.arrays import Array

POSTURE_COST = 1e-3  # as in its examples: what the redundancy is for


class PinkFollower:
    """One quadratic program a frame, its examples' costs, limits of position and velocity."""

    package = 'pink'
    label = 'pink'
    setting = f'FrameTask 1, 1; PostureTask {POSTURE_COST:g} to the middle; daqp'

    def __init__(self, pace: Pace) -> None:
        """Read a URDF of the chain alone, and bound the speed of its joints."""
        import pink

        self._pin, self._pink, self._period = imported_pinocchio(), pink, pace.period
        model = self._pin.buildModelFromXML(stripped_urdf(pace.chain, bounded=True))
        model.velocityLimit = np.full(model.nv, pace.speed)
        self._arm = pink.Configuration(model, model.createData(), pace.chain.middle)
        self._hand = pink.FrameTask(pace.chain.tip_link, position_cost=1.0, orientation_cost=1.0)
        room = pink.PostureTask(cost=POSTURE_COST)
        room.set_target(pace.chain.middle)
        self._tasks = [self._hand, room]

    def target(self, position: Array, rotation: Array) -> Any:
        """Return the pose as Pinocchio has it."""
        return self._pin.SE3(rotation, position)

    def start(self, q: Array, target: Any) -> Array:
        """Begin at q."""
        self._arm.update(q)
        return q

    def command(self, target: Any) -> Array | None:
        """Solve, and go on by the velocity; hold where the program has no solution."""
        self._hand.set_target(target)
        try:
            velocity = self._pink.solve_ik(
                self._arm, self._tasks, self._period, solver='daqp', safety_break=False
            )
        except self._pink.PinkError:
            return None
        self._arm.integrate_inplace(velocity, self._period)
        return self._arm.q.copy()
