# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""This package's own solver: from mid-range as its peers, from its network, and without one."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from lab.peers.contract import Task
from lab.pinocchio_judge import Poses
from learned_ik.arrays import Array
from learned_ik.model import IkModel
from learned_ik.rotations import quaternion_from_matrix
from learned_ik.solving.paths.path_solution import PathSolution
from learned_ik.solving.solution import SolutionBatch, Status
from learned_ik.solving.solver import IkSolver

# What is asked is met with something to spare, as for every peer: a judge with other roundings
# must not find 1.0000000001e-5 m.
SHARE = 0.5


class Ours:
    """`IkSolver.solve`; with a model for the arm, or with None for refinement and restarts.

    It takes the first solution found, as peers do that have a choice. Without a seed, the search
    begins at mid-range, as theirs does. If it finds nothing there, it asks the network; or it
    begins with the network.
    """

    def __init__(self, task: Task, model: IkModel | None, network_first: bool = False) -> None:
        """Load or compile now."""
        self.label = 'learned_ik' if model else 'learned_ik without the network'
        if network_first:
            self.label += ', network first'
        self._start = None if network_first or model is None else task.chain.middle
        self._solver = IkSolver(model or task.chain)
        self._solver.warm_up()
        self._options = {
            'prefer': 'first',
            'position_tolerance': SHARE * task.position_tolerance,
            'orientation_tolerance': SHARE * task.orientation_tolerance,
        }
        self.setting = (
            f"prefer='first', {SHARE:g} of the tolerances, timeout {1e3 * task.timeout:g} ms"
        )
        self.call = functools.partial(self._solver.solve, timeout=task.timeout, **self._options)

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return position, quaternion, seed."""
        return position, quaternion_from_matrix(rotation), self._start if seed is None else seed

    def read(self, answer: Any) -> Array | None:
        """Return the joint positions of a success."""
        return answer.joint_positions if answer.success else None

    def batch(self, poses: Poses, threads: int) -> Callable[[], SolutionBatch]:
        """Return a call of `solve_batch`."""
        return functools.partial(
            self._solver.solve_batch,
            poses.positions,
            poses.quaternions,
            self._start,
            threads=threads,
            **self._options,
        )

    def read_batch(self, answer: SolutionBatch) -> Array:
        """Return the joint positions (n, joints); NaN where it says no."""
        return np.where(answer.success[:, None], answer.joint_positions, np.nan)

    def follow(self, path: Poses) -> Callable[[], PathSolution]:
        """Return a call of `follow`."""
        tolerances = {key: value for key, value in self._options.items() if key != 'prefer'}
        return functools.partial(
            self._solver.follow, path.positions, path.quaternions, **tolerances
        )

    def read_path(self, answer: PathSolution) -> Array:
        """Return the joint positions (n, joints); NaN where it says no."""
        reached = answer.status == Status.SUCCESS
        return np.where(reached[:, None], answer.joint_positions, np.nan)
