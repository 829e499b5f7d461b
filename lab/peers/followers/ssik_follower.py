# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""ssik's own tracker: it continues the branch that it is on, and holds where that ends."""

import warnings
from typing import Any

from lab.peers.contract import homogeneous
from lab.peers.followers.follower import Pace
from lab.peers.ssik_artifact import manipulator
from learned_ik.arrays import Array


class SsikFollower:
    """`Manipulator.tracker` with a largest joint speed."""

    package = 'ssik'
    label = 'ssik Tracker'

    def __init__(self, pace: Pace) -> None:
        """Make the manipulator from the chain."""
        import ssik

        warnings.filterwarnings('ignore', message='.*ssik build')
        self._arm = manipulator(pace.chain)
        self._held, self._pace = ssik.TrackStatus.HELD, pace
        self.setting = f'{self._arm.solver_name}, max_joint_speed {pace.speed:g}'

    def target(self, position: Array, rotation: Array) -> Array:
        """Return the pose as a matrix."""
        return homogeneous(position, rotation)

    def start(self, q: Array, target: Any) -> Array:
        """Begin at q, at time zero."""
        self._frame = 0
        self._tracker = self._arm.tracker(q, max_joint_speed=self._pace.speed, t0=0.0)
        return q

    def command(self, target: Array) -> Array | None:
        """Take one step; it says itself where it holds."""
        self._frame += 1
        step = self._tracker.update(target, self._frame * self._pace.period)
        return None if step.status is self._held else step.q
