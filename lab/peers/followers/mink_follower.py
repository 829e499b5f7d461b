# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""mink: differential inverse kinematics as a quadratic program, on MuJoCo."""

from typing import Any

import numpy as np

from lab.peers.contract import homogeneous
from lab.peers.followers.follower import Pace
from lab.peers.stripped_urdf import stripped_urdf
from learned_ik.arrays import Array

POSTURE_COST = 1e-3  # as in its examples
# Bodies must weigh something, and the tip must stay a body of its own.
COMPILER = '<mujoco><compiler boundmass="1" boundinertia="1" fusestatic="false"/></mujoco>'


class MinkFollower:
    """One quadratic program a frame, its examples' costs, limits of position and velocity."""

    package = 'mink'
    label = 'mink'
    setting = f'FrameTask 1, 1; PostureTask {POSTURE_COST:g} to the middle; daqp'

    def __init__(self, pace: Pace) -> None:
        """Read a URDF of the chain alone, and bound the speed of its joints."""
        import mink
        import mujoco

        chain = pace.chain
        urdf = stripped_urdf(chain, bounded=True).replace('</robot>', f'{COMPILER}</robot>')
        model = mujoco.MjModel.from_xml_string(urdf)
        self._mink, self._period = mink, pace.period
        self._arm = mink.Configuration(model, chain.middle)
        self._hand = mink.FrameTask(chain.tip_link, 'body', 1.0, 1.0)
        room = mink.PostureTask(model, POSTURE_COST)
        room.set_target(chain.middle)
        self._tasks = [self._hand, room]
        speeds = {name: np.array([pace.speed]) for name in chain.joint_names}
        self._limits = [mink.ConfigurationLimit(model), mink.VelocityLimit(model, speeds)]

    def target(self, position: Array, rotation: Array) -> Any:
        """Return the pose as mink has it."""
        return self._mink.SE3.from_matrix(homogeneous(position, rotation))

    def start(self, q: Array, target: Any) -> Array:
        """Begin at q."""
        self._arm.update(q)
        return q

    def command(self, target: Any) -> Array | None:
        """Solve, and go on by the velocity; hold where the program has no solution."""
        self._hand.set_target(target)
        try:
            velocity = self._mink.solve_ik(
                self._arm, self._tasks, self._period, 'daqp', limits=self._limits
            )
        except self._mink.MinkError:
            return None
        self._arm.integrate_inplace(velocity, self._period)
        return self._arm.q.copy()
