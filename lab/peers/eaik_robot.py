# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""EAIK: closed forms for arms whose axes meet or run parallel, found from the geometry.

D. Ostermeier, J. Külz and M. Althoff, RA-L 10 (10), 2025, DOI 10.1109/LRA.2025.3597897.
"""

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lab.peers.contract import Task, UnsuitedError, homogeneous
from lab.pinocchio_judge import Poses
from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain


class Eaik:
    """All solutions in closed form; the first one within the limits, or the nearest to a seed."""

    package = 'eaik'
    label = 'EAIK'
    setting = 'double precision'

    def __init__(self, task: Task) -> None:
        """Hand over the frames of the joints at zero."""
        from eaik.IK_Homogeneous import HomogeneousRobot

        chain = task.chain
        if chain.joint_count != 6 or chain.prismatic.any():  # fewer: mostly least squares
            raise UnsuitedError('only arms of 6 revolute joints')
        with _silence():  # it writes to standard output what it thinks of the arm
            self._robot = HomogeneousRobot(_frames_at_zero(chain))
            known = self._robot.hasKnownDecomposition()
        if not known:
            raise UnsuitedError('no closed form known for its geometry')
        self._lower, self._upper = chain.lower, chain.upper
        # Its angles lie within [-pi, pi]: where every limit is wider, nothing has to be chosen.
        self._free = (chain.lower <= 1e-6 - np.pi).all() and (chain.upper >= np.pi - 1e-6).all()
        self.call = self._solve

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return the pose as a matrix, and the seed."""
        return homogeneous(position, rotation), seed

    def read(self, answer: Array | None) -> Array | None:
        """Return the answer: it already is what is wanted."""
        return answer

    def batch(self, poses: Poses, threads: int) -> Callable[[], list[Any]]:
        """Return a call of `IK_batched`."""
        matrices = [homogeneous(*pose) for pose in zip(*_both(poses), strict=True)]
        return functools.partial(self._robot.IK_batched, matrices, threads)

    def read_batch(self, answer: list[Any]) -> Array:
        """Return the first solution of each pose; NaN where there is none."""
        nothing = np.full(len(self._lower), np.nan)
        chosen = [self._chosen(solutions, None) for solutions in answer]
        return np.array([nothing if q is None else q for q in chosen])

    def _solve(self, pose: Array, seed: Array | None) -> Array | None:
        return self._chosen(self._robot.IK(pose), seed)

    def _chosen(self, solutions: Any, seed: Array | None) -> Array | None:
        """Choose among solutions, which know neither limits nor seed, and turn joints fully."""
        if solutions.num_solutions() == 0:
            return None
        if seed is None and self._free:
            exact = (q for q, least in zip(solutions.Q, solutions.is_LS, strict=True) if not least)
            return next(exact, None)
        q = np.asarray(solutions.Q)  # (solutions, joints) [rad]
        if seed is not None:
            q = q + 2 * np.pi * np.round((seed - q) / (2 * np.pi))
        within = ((q >= self._lower) & (q <= self._upper)).all(axis=1)
        within &= ~np.asarray(solutions.is_LS)  # least squares: the nearest to a solution
        if not within.any():
            return None
        q = q[within]
        return q[0] if seed is None else q[np.abs(q - seed).max(axis=1).argmin()]


def _frames_at_zero(chain: KinematicChain) -> Array:
    """Return the frames of joints and tip in the base (joints + 1, 4, 4), all joints at zero."""
    frames = [chain.transforms[0]]
    for T in chain.transforms[1:]:
        frames.append(frames[-1] @ T)
    return np.array(frames)


def _both(poses: Poses) -> tuple[Array, Array]:
    return poses.positions, poses.rotations


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Send what compiled code writes to standard output to standard error instead."""
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
