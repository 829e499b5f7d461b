# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The Robotics Toolbox's fastest solver: `ETS.ik_LM`, Levenberg-Marquardt in C++ with restarts.

J. Haviland and P. Corke, "Manipulator Differential Kinematics", arXiv 2207.01794.
"""

import functools
from typing import Any

import numpy as np

from lab.peers.contract import Task, homogeneous
from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain


class RoboticsToolbox:
    """Chan's damping with k = 0.1, from the range that its documentation recommends."""

    package = 'roboticstoolbox'
    label = 'roboticstoolbox ik_LM'

    def __init__(self, task: Task) -> None:
        """Write the chain as elementary transforms."""
        ets = transforms_of(task.chain)
        # Its residual is half the squared length of the error, metres and radians alike.
        residual = 0.5 * task.position_tolerance**2
        self.setting = f"method 'chan', k 0.1, tol {residual:.2g}, at most 100 searches of 30"
        self._middle = task.chain.middle
        self.call = functools.partial(ets.ik_LM, tol=residual, method='chan', k=0.1)

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return the pose as a matrix, and the seed."""
        return homogeneous(position, rotation), self._middle if seed is None else seed

    def read(self, answer: Any) -> Array | None:
        """Return the joint positions of a success."""
        return answer.q if answer.success else None


def transforms_of(chain: KinematicChain) -> Any:
    """Return the chain as elementary transforms, with its limits."""
    from roboticstoolbox import ET, ETS

    parts = []
    for k in range(chain.motion_count):
        parts.append(ET.SE3(chain.transforms[k]))
        parts.append(ET.tz() if chain.prismatic[k] else ET.Rz())
    ets = ETS([*parts, ET.SE3(chain.transforms[-1])])
    ets.qlim = np.stack([chain.lower, chain.upper])
    return ets
