# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Solvers without a limit of speed: each joint goes towards the answer as far as it may."""

from typing import Any

import numpy as np

from lab.peers.contract import Task, homogeneous
from lab.peers.followers.follower import Pace
from lab.peers.stripped_urdf import stripped_urdf
from lab.pinocchio_judge import imported_pinocchio
from learned_ik.arrays import Array


class _Clamped:
    """What both have in common: the last command, and the clamping."""

    def __init__(self, pace: Pace) -> None:
        self._chain, self._step = pace.chain, pace.step
        self._last = pace.chain.middle

    def start(self, q: Array, target: Any) -> Array:
        """Begin at q."""
        self._last = q
        return q

    def _towards(self, q: Array) -> Array:
        """Return the command that goes towards q, each joint as far as it may."""
        moved = self._last + np.clip(q - self._last, -self._step, self._step)
        self._last = np.clip(moved, self._chain.lower, self._chain.upper)
        return self._last


class ClampedClik(_Clamped):
    """Pinocchio's documented loop from the last command, a few turns a frame, no restarts."""

    package = 'pinocchio'
    label = 'Pinocchio CLIK, clamped'
    turns = 10
    damping = 1e-6 * np.eye(6)
    setting = f'damping 1e-6, full steps, {turns} a frame, speed and joints clamped'

    def __init__(self, pace: Pace) -> None:
        """Read a URDF of the chain alone."""
        super().__init__(pace)
        self._pin = imported_pinocchio()
        self._model = self._pin.buildModelFromXML(stripped_urdf(pace.chain, bounded=True))
        self._data = self._model.createData()
        self._tip = self._model.getFrameId(pace.chain.tip_link)

    def target(self, position: Array, rotation: Array) -> Any:
        """Return the pose as Pinocchio has it."""
        return self._pin.SE3(rotation, position)

    def command(self, target: Any) -> Array:
        """Go towards where the loop ends."""
        q = self._last
        for _ in range(self.turns):
            self._pin.framesForwardKinematics(self._model, self._data, q)
            T_tip_target = self._data.oMf[self._tip].actInv(target)
            error = self._pin.log6(T_tip_target).vector
            if error @ error < Task.position_tolerance**2:
                break
            J = self._pin.computeFrameJacobian(self._model, self._data, q, self._tip)
            J = -self._pin.Jlog6(T_tip_target.inverse()) @ J
            q = q - J.T @ np.linalg.solve(J @ J.T + self.damping, error)
            q = np.clip(q, self._chain.lower, self._chain.upper)
        return self._towards(q)


class ClampedToolbox(_Clamped):
    """The Robotics Toolbox's `ik_LM` from the last command: one search, no restarts."""

    package = 'roboticstoolbox'
    label = 'roboticstoolbox, clamped'
    setting = "ik_LM, method 'chan', k 0.1, one search of 30, speed clamped"

    def __init__(self, pace: Pace) -> None:
        """Write the chain as elementary transforms."""
        from lab.peers.robotics_toolbox import transforms_of

        super().__init__(pace)
        self._ets = transforms_of(pace.chain)

    def target(self, position: Array, rotation: Array) -> Array:
        """Return the pose as a matrix."""
        return homogeneous(position, rotation)

    def command(self, target: Array) -> Array | None:
        """Go towards the solution; hold where there is none."""
        residual = 0.5 * Task.position_tolerance**2
        answer = self._ets.ik_LM(
            target, q0=self._last, slimit=1, ilimit=30, tol=residual, method='chan', k=0.1
        )
        return self._towards(answer.q) if answer.success else None
