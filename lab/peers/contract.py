# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a solver has to show to take part: a call that is timed, and how to read its answer.

Only `call` is timed, and it is the solver's own public function wherever that can be. Bringing a
pose into the form that it wants, and reading the answer, happen outside.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from lab.pinocchio_judge import Poses
from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain


@dataclasses.dataclass(frozen=True)
class Task:
    """What is asked of every solver alike."""

    chain: KinematicChain
    position_tolerance: float = 1e-5  # [m], Euclidean
    orientation_tolerance: float = 1e-4  # [rad], of the rotation that is left
    timeout: float = 5e-3  # [s], for solvers that take one


class Solver(Protocol):
    """One solver, prepared for one task. Its arm does not suit it: it raises `UnsuitedError`."""

    label: str  # how the table names it
    setting: str  # the options that it is given
    call: Callable[..., Any]  # what is timed

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return what to call `call` with.

        Args:
            position: (3,) [m], of the tip in the base link's frame.
            rotation: (3, 3), likewise.
            seed: (joints,) [rad or m], joint positions near which a solution is wanted; None
                where there are none, and the solver may begin where it likes best.

        """

    def read(self, answer: Any) -> Array | None:
        """Return the joint positions (joints,) that are claimed as a solution, or None."""


class BatchSolver(Protocol):
    """A solver that takes many poses in one call."""

    def batch(self, poses: Poses, threads: int) -> Callable[[], Any]:
        """Return a call that solves all poses, to be timed."""

    def read_batch(self, answer: Any) -> Array:
        """Return the joint positions (n, joints); NaN where none is claimed."""


class PathSolver(Protocol):
    """A solver that follows whole paths."""

    def follow(self, path: Poses) -> Callable[[], Any]:
        """Return a call that follows the path, to be timed."""

    def read_path(self, answer: Any) -> Array:
        """Return the joint positions (n, joints); NaN where none is claimed."""


class UnsuitedError(Exception):
    """This solver does not take this arm; the message says why."""


def homogeneous(position: Array, rotation: Array) -> Array:
    """Return the (4, 4) transform of a pose."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = rotation, position
    return T
