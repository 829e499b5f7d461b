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
    """The result of a request, with the numbers of `moveit_msgs/MoveItErrorCodes`."""

    SUCCESS = 1  # within the tolerances, confirmed by forward kinematics
    TIMED_OUT = -6  # nothing was found before the time was over; the pose may be reachable
    GOAL_IN_COLLISION = -12  # no posture was found that reaches the pose and is clear
    NO_SOLUTION = -31  # the whole search found nothing within the tolerances


@dataclasses.dataclass(slots=True, repr=False)
class Solution:
    """The answer to one pose, also to one out of reach. It is true if it is a success."""

    status: Status  # success, or the kind of failure
    joint_positions: (
        Array  # (joints,) [rad or m], within the limits; after a failure, the best found
    )
    position_error: float  # [m], by forward kinematics of joint_positions
    orientation_error: float  # [rad], by forward kinematics too
    seed_distance: float  # [rad or m], Euclidean, from the given seed; NaN without a seed
    limit_margin: (
        float  # [rad or m], smallest distance of a joint from its limit; inf without limits
    )
    clearance: float  # [m], distance of the arm from obstacles, and from itself if that counts;
    # negative inside of one; inf without obstacles
    solve_time: float  # [s], inside `solve`
    attempts: int  # number of starts that were refined
    message: str  # why it failed, or that the seed was moved; otherwise empty
    joint_names: tuple[str, ...] = ()  # (joints,), in the order of joint_positions

    @property
    def success(self) -> bool:
        """Whether the pose is reached within the tolerances."""
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
        """Return all fields in a form that JSON takes: lengths in m, angles in rad.

        `joint_positions` are by name, as `IkSolver.solve` takes a seed. The status is its name.
        None stands for values that are not finite: the distance without a seed, the clearance
        without obstacles.
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
