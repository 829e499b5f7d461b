# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""TRAC-IK through pytracik: two solvers side by side, KDL's and SQP, the first one wins.

P. Beeson and B. Ames, "TRAC-IK", Humanoids 2015, DOI 10.1109/HUMANOIDS.2015.7363472.
"""

import functools
import math
from typing import Any

from lab.peers.contract import Task
from lab.peers.stripped_urdf import stripped_urdf
from learned_ik.arrays import Array
from learned_ik.rotations import quaternion_from_matrix


class TracIk:
    """The compiled call itself: the Python class around it takes longer."""

    package = 'pytracik'
    label = 'TRAC-IK (pytracik)'

    def __init__(self, task: Task) -> None:
        """Make the solver from a URDF of the chain alone: it fails on whole robots."""
        import pytracik

        # Its epsilon bounds each coordinate of the error, ours the length of the vector.
        epsilon = task.position_tolerance / math.sqrt(3)
        self.setting = f'Speed, epsilon {epsilon:.2g}, timeout {1e3 * task.timeout:g} ms'
        self._middle = task.chain.middle
        solver = pytracik.TRAC_IK(
            task.chain.base_link,
            task.chain.tip_link,
            stripped_urdf(task.chain),
            task.timeout,
            epsilon,
            pytracik.SolveType.Speed,
        )
        self.call = functools.partial(pytracik.ik, solver)

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return the seed, x y z, and the quaternion x y z w."""
        start = self._middle if seed is None else seed
        return start, *position.tolist(), *quaternion_from_matrix(rotation).tolist()

    def read(self, answer: Array) -> Array | None:
        """Return what follows the number of solutions, unless that is negative."""
        return answer[1:] if answer[0] >= 0 else None
