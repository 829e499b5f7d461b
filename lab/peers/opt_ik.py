# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""OptIK: TRAC-IK's nonlinear optimisation with analytic gradients, in Rust."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from lab.peers.contract import Task, homogeneous
from lab.peers.stripped_urdf import stripped_urdf
from learned_ik.arrays import Array


class OptIk:
    """Speed mode on one thread: the first solution found."""

    package = 'optik'
    label = 'OptIK'

    def __init__(self, task: Task) -> None:
        """Make the solver from a URDF of the chain alone: it panics on continuous joints."""
        import optik

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'chain.urdf'
            path.write_text(stripped_urdf(task.chain, bounded=True), encoding='utf-8')
            robot = optik.Robot.from_urdf_file(
                str(path), task.chain.base_link, task.chain.tip_link
            )
        robot.set_parallelism(1)
        # Its objective is half the squared length of the error, metres and radians alike.
        objective = 0.5 * task.position_tolerance**2
        config = optik.SolverConfig(solution_mode='speed', max_time=task.timeout, tol_f=objective)
        self.setting = (
            f'speed, tol_f {objective:.2g}, max_time {1e3 * task.timeout:g} ms, 1 thread'
        )
        self._middle = task.chain.middle
        self.call = functools.partial(robot.ik, config)

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return the pose as a matrix, and the seed."""
        return homogeneous(position, rotation), self._middle if seed is None else seed

    def read(self, answer: tuple[list[float], float] | None) -> Array | None:
        """Return the joint positions, the first of the answer."""
        return None if answer is None else np.array(answer[0])
