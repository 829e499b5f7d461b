# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What one writes with Pinocchio: its documented loop (CLIK), and Levenberg-Marquardt.

Both move joints back inside their limits after each step, and begin again elsewhere when a
search has used up its steps. Python loops around compiled kinematics.
"""

import math
from time import perf_counter
from typing import Any

import numpy as np

from lab.peers.contract import Task
from lab.peers.stripped_urdf import stripped_urdf
from lab.pinocchio_judge import imported_pinocchio
from learned_ik.arrays import Array


class _Loop:
    """What both have in common: the model, restarts, the limits and the clock."""

    package = 'pinocchio'
    steps = 30  # of one search

    def __init__(self, task: Task) -> None:
        """Read a URDF of the chain alone."""
        self._pin = imported_pinocchio()
        self._model = self._pin.buildModelFromXML(stripped_urdf(task.chain, bounded=True))
        self._data = self._model.createData()
        self._tip = self._model.getFrameId(task.chain.tip_link)
        self._chain = task.chain
        self._rng = np.random.default_rng(0)
        self._task = task
        self.call = self._solve

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return the pose as Pinocchio has it, and the seed."""
        pose = self._pin.SE3(rotation, position)
        return pose, self._chain.middle if seed is None else seed

    def read(self, answer: Array | None) -> Array | None:
        """Return the answer: it already is what is wanted."""
        return answer

    def _solve(self, target: Any, seed: Array) -> Array | None:
        deadline = perf_counter() + self._task.timeout
        start = seed
        while True:
            q, found = self._search(target, start, deadline)
            if found:
                return q
            if perf_counter() > deadline:
                return None
            start = self._rng.uniform(self._chain.lower, self._chain.upper)

    def _search(self, target: Any, q: Array, deadline: float) -> tuple[Array, bool]:
        raise NotImplementedError

    def _error(self, target: Any, q: Array) -> tuple[Any, Array]:
        """Return the tip's pose in the target's frame, and its logarithm (6,) [m, rad]."""
        self._pin.framesForwardKinematics(self._model, self._data, q)
        T_tip_target = self._data.oMf[self._tip].actInv(target)
        return T_tip_target, self._pin.log6(T_tip_target).vector

    def _jacobian(self, T_tip_target: Any, q: Array) -> Array:
        """Return the derivative of the logarithm (6, joints); Pinocchio's example has it."""
        J = self._pin.computeFrameJacobian(self._model, self._data, q, self._tip)
        return -self._pin.Jlog6(T_tip_target.inverse()) @ J

    def _reached(self, error: Array) -> bool:
        return (
            math.sqrt(error[:3] @ error[:3]) < self._task.position_tolerance
            and math.sqrt(error[3:] @ error[3:]) < self._task.orientation_tolerance
        )

    def _inside(self, q: Array) -> Array:
        return np.minimum(np.maximum(q, self._chain.lower), self._chain.upper)


class PinocchioClik(_Loop):
    """Closed-loop inverse kinematics as in Pinocchio's documentation, with full steps."""

    label = 'Pinocchio CLIK'
    setting = 'damping 1e-6, full steps, 30 a search, joints clamped, random restarts'
    damping = 1e-6 * np.eye(6)

    def _search(self, target: Any, q: Array, deadline: float) -> tuple[Array, bool]:
        for _ in range(self.steps):
            T, error = self._error(target, q)
            if self._reached(error):
                return q, True
            if perf_counter() > deadline:
                break
            J = self._jacobian(T, q)
            step = -J.T @ np.linalg.solve(J @ J.T + self.damping, error)
            q = self._inside(q + step)
        return q, False


class PinocchioLm(_Loop):
    """Levenberg-Marquardt: the damping falls with each step that helps and grows otherwise."""

    label = 'Pinocchio LM'
    setting = 'damping 0.1 error², × 0.3 or × 8, joints clamped, restarts when it stalls'
    gain = 0.8  # of the squared error: a step that leaves more than this share gains nothing
    patience = 2  # steps in a row without gain that end a search

    def _search(self, target: Any, q: Array, deadline: float) -> tuple[Array, bool]:
        T, error = self._error(target, q)
        factor, squared, diagonal, without_gain = 0.1, error @ error, np.eye(len(q)), 0
        for _ in range(self.steps):
            if self._reached(error):
                return q, True
            if without_gain == self.patience or perf_counter() > deadline:
                break
            J = self._jacobian(T, q)
            step = np.linalg.solve(J.T @ J + (factor * squared + 1e-10) * diagonal, -J.T @ error)
            moved = self._inside(q + step)
            T_moved, error_moved = self._error(target, moved)
            without_gain = (
                0 if error_moved @ error_moved < self.gain * squared else without_gain + 1
            )
            if error_moved @ error_moved < squared:
                q, T, error, squared = moved, T_moved, error_moved, error_moved @ error_moved
                factor *= 0.3
            else:
                factor *= 8
        return q, self._reached(error)
