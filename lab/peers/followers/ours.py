# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""This package's own: `Tracker`, and what one makes of `solve` without it."""

import math
from typing import Any

from lab.peers.contract import Task
from lab.peers.followers.follower import Pace
from learned_ik.arrays import Array
from learned_ik.model import IkModel
from learned_ik.rotations import quaternion_from_matrix
from learned_ik.solving.solver import IkSolver
from learned_ik.tracking.tracker import Tracker


class Tracking:
    """A `Tracker` from the posture that is given, or from one that it chooses."""

    package = 'learned_ik'

    def __init__(self, pace: Pace, model: IkModel | None, chooses: bool = False) -> None:
        """Load or compile now."""
        self.label = 'learned_ik Tracker' + (', chosen start' if chooses else '')
        self.setting = f'velocity_limits={pace.speed:g}'
        self._chooses, self._period = chooses, pace.period
        self._tracker = Tracker(IkSolver(model or pace.chain), pace.speed)

    def target(self, position: Array, rotation: Array) -> tuple[Array, Array]:
        """Return position and quaternion."""
        return position, quaternion_from_matrix(rotation)

    def start(self, q: Array, target: Any) -> Array:
        """Begin at q, or where the tracker chooses."""
        begin = self._tracker.choose_posture(*target) if self._chooses else q
        self._tracker.reset(begin)
        return begin

    def command(self, target: Any) -> Array:
        """Take one step: a tracker always has a command."""
        return self._tracker.update(*target, self._period).joint_positions


class Solving:
    """`IkSolver.solve` with the last answer as seed, near it or wherever the solution is."""

    package = 'learned_ik'

    def __init__(self, pace: Pace, model: IkModel | None, bounded: bool = False) -> None:
        """Load or compile now."""
        step = pace.step if bounded else math.inf
        self.label = 'learned_ik solve' + (', bounded change' if bounded else '')
        self.setting = f'seed: the last answer, max_joint_change {step:.3g}, timeout 5 ms'
        self._options = {'max_joint_change': step, 'timeout': Task.timeout}
        self._solver = IkSolver(model or pace.chain)
        self._solver.warm_up()

    def target(self, position: Array, rotation: Array) -> tuple[Array, Array]:
        """Return position and quaternion."""
        return position, quaternion_from_matrix(rotation)

    def start(self, q: Array, target: Any) -> Array:
        """Begin at q."""
        self._last = q
        return q

    def command(self, target: Any) -> Array | None:
        """Return the answer where there is one."""
        solution = self._solver.solve(*target, self._last, **self._options)
        if not solution:
            return None
        self._last = solution.joint_positions
        return self._last
