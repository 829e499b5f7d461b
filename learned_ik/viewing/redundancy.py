# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`SelfMotion`: moves an arm while its tool stands still, where it has joints to spare."""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.solving.solver import IkSolver

STEP = 0.05  # [rad or m], between two corrections; a longer way is made of several


class SelfMotion:
    """Walks through the solutions of one pose, along directions that keep their meaning.

    A direction is a row of the null space of the Jacobian where the walk began. Elsewhere it is
    that row's part in the null space there, so that a slider means much the same everywhere.
    """

    def __init__(self, solver: IkSolver, q: npt.ArrayLike) -> None:
        """Begin at q (joints,) [rad or m]."""
        self._solver = solver
        self._directions = self._null_space(np.asarray(q, np.float64))

    @property
    def count(self) -> int:
        """How many directions there are: joints beyond those that the pose needs."""
        return len(self._directions)

    def move(self, q: npt.ArrayLike, direction: int, way: float) -> Array:
        """Return q (joints,) [rad or m] after a way [rad or m] along one of the directions.

        It ends early if a joint reaches its limit, or no motion in that direction is left.
        """
        q = np.array(q, np.float64)
        position, orientation = self._solver.chain.forward(q)
        steps = max(1, int(np.ceil(abs(way) / STEP)))
        for _ in range(steps):
            null_space = self._null_space(q)
            step = null_space.T @ (null_space @ self._directions[direction])
            length = np.linalg.norm(step)
            if length < 0.1:
                break
            chain = self._solver.chain
            guess = np.clip(q + way / steps * step / length, chain.lower, chain.upper)
            found = self._solver.solve(position, orientation, seed=guess, prefer='first')
            if not found.success or np.abs(found.joint_positions - q).max() > 4 * STEP:
                break
            q = found.joint_positions
        return q

    def _null_space(self, q: Array) -> Array:
        """Return the joints to spare as orthonormal rows, (joints beyond six, joints)."""
        _, _, rows = np.linalg.svd(self._solver.jacobian(q))
        return rows[6:]
