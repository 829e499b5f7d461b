# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a solver answers: joint positions, how exact they are, and why, when they are not."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Any

import numpy as np

from learned_ik.arrays import Array, Booleans, Integers
from learned_ik.notation.readable import readable_angle, readable_length


class Status(enum.IntEnum):
    """How a request ended, with the numbers of `moveit_msgs/MoveItErrorCodes`."""

    SUCCESS = 1  # within the tolerances, confirmed by forward kinematics
    TIMED_OUT = -6  # the search was not finished when its time was over
    GOAL_IN_COLLISION = -12  # what reaches the pose does not keep clear
    NO_SOLUTION = -31  # the search was finished and found nothing within the tolerances


@dataclasses.dataclass(slots=True, repr=False)
class Solution:
    """The answer to one pose, also when it is not reached."""

    status: Status
    joint_positions: Array  # (joints,) [rad or m], within the limits; the best found
    position_error: float  # [m], by forward kinematics of joint_positions
    orientation_error: float  # [rad], likewise
    seed_distance: float  # [rad or m], Euclidean, to the given seed; NaN without one
    limit_margin: float  # [rad or m], least distance of any joint to its limit; inf without limits
    clearance: float  # [m], from the nearest obstacle, and from itself where that was to be kept
    # clear; negative inside; inf where no obstacle is known
    solve_time: float  # [s], inside `solve`
    attempts: int  # starts that were refined
    message: str  # why it is not reached; of a seed that had to be moved; else empty
    joint_names: tuple[str, ...] = ()  # (joints,), in the order of joint_positions

    @property
    def success(self) -> bool:
        """Whether the pose is reached within the tolerances; so is the truth of a solution."""
        return self.status is Status.SUCCESS

    def __bool__(self) -> bool:
        return self.status is Status.SUCCESS

    def __repr__(self) -> str:
        told = f': {self.message}' if self.message else ''
        return (
            f'Solution({self.status.name}, q={_rounded(self.joint_positions)}, off by '
            f'{readable_length(self.position_error)}, {readable_angle(self.orientation_error)}'
            f'{told})'
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON takes it: lengths in m, angles in rad.

        `joint_positions` are by name, as `IkSolver.solve` takes a seed; a status is its name, and
        None stands for what there is none of: a distance to no seed, a clearance from nothing.
        """
        return {
            'status': self.status.name,
            'code': int(self.status),
            'message': self.message,
            'joint_positions': dict(
                zip(self.joint_names, self.joint_positions.tolist(), strict=True)
            ),
            'position_error': self.position_error,
            'orientation_error': self.orientation_error,
            'seed_distance': _finite(self.seed_distance),
            'limit_margin': _finite(self.limit_margin),
            'clearance': _finite(self.clearance),
            'solve_time': self.solve_time,
            'attempts': self.attempts,
        }


@dataclasses.dataclass(slots=True, repr=False)
class SolutionBatch:
    """The answers to n poses: the fields of `Solution`, each as an array."""

    status: Integers  # (n,), values of `Status`
    joint_positions: Array  # (n, joints) [rad or m]
    position_error: Array  # (n,) [m]
    orientation_error: Array  # (n,) [rad]
    seed_distance: Array  # (n,) [rad or m]
    limit_margin: Array  # (n,) [rad or m]
    clearance: Array  # (n,) [m], as of a `Solution`
    attempts: Integers  # (n,)
    solve_time: float  # [s], of the whole batch

    @property
    def success(self) -> Booleans:
        """(n,), whether each pose is reached within the tolerances; a batch is true if all are."""
        return self.status == Status.SUCCESS

    def __bool__(self) -> bool:
        return bool(self.success.all())

    def __len__(self) -> int:
        return len(self.status)

    def __repr__(self) -> str:
        return (
            f'SolutionBatch({int(self.success.sum())} of {len(self)} poses solved in '
            f'{1e3 * self.solve_time:.3g} ms)'
        )


def _rounded(q: Array) -> str:
    return np.array2string(q, precision=3, suppress_small=True, separator=', ', threshold=40)


def _finite(value: float) -> float | None:
    """Return None for what JSON cannot say."""
    return value if math.isfinite(value) else None
