# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a solver answers: joint positions, how exact they are, and why, when they are not."""

import dataclasses
import enum
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.kernels.forward_kinematics import chain_arrays
from learned_ik.robot.chain import KinematicChain


class Status(enum.IntEnum):
    """How a request ended, with the numbers of `moveit_msgs/MoveItErrorCodes`."""

    SUCCESS = 1  # within the tolerances, confirmed by forward kinematics
    TIMED_OUT = -6  # the search was not finished when its time was over
    GOAL_IN_COLLISION = -12  # what reaches the pose does not keep clear
    NO_SOLUTION = -31  # the search was finished and found nothing within the tolerances


@dataclasses.dataclass(slots=True)
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

    @property
    def success(self) -> bool:
        """Whether the pose is reached within the tolerances."""
        return self.status is Status.SUCCESS


@dataclasses.dataclass(slots=True)
class SolutionBatch:
    """The answers to n poses: the fields of `Solution`, each as an array."""

    status: npt.NDArray[np.int64]  # (n,), values of `Status`
    joint_positions: Array  # (n, joints) [rad or m]
    position_error: Array  # (n,) [m]
    orientation_error: Array  # (n,) [rad]
    seed_distance: Array  # (n,) [rad or m]
    limit_margin: Array  # (n,) [rad or m]
    clearance: Array  # (n,) [m], as of a `Solution`
    attempts: npt.NDArray[np.int64]  # (n,)
    solve_time: float  # [s], of the whole batch

    @property
    def success(self) -> npt.NDArray[np.bool_]:
        """(n,), whether each pose is reached within the tolerances."""
        return self.status == Status.SUCCESS

    def __len__(self) -> int:
        return len(self.status)


def told_of_seed(chain: KinematicChain, seed: npt.ArrayLike, message: str) -> str:
    """Return a message that begins with which joints of a seed lay outside their limits."""
    arrays = chain_arrays(chain)
    moved = [
        f'{name} from {value:.4g} to {min(max(value, low), high):.4g}'
        for name, value, low, high in zip(
            chain.joint_names, seed, arrays.bound_low, arrays.bound_high, strict=True
        )
        if not low <= value <= high
    ]
    told = f'the seed lies outside the limits and was moved to them, {", ".join(moved)}'
    return f'{told}: {message}' if message else told


def why_not(
    status: Status,
    outcome: Sequence[float],
    position_alone: bool,
    joints_at_limits: Sequence[str],
    near_seed: bool,
) -> str:
    """Say in one sentence why the best that was found is no solution.

    Args:
        status: TIMED_OUT or NO_SOLUTION.
        outcome: the fields of `search.Outcome`.
        position_alone: whether the position can be reached with another orientation.
        joints_at_limits: names of the joints that the best found has at a limit.
        near_seed: whether joints were bound to stay near the seed.

    """
    _, position_error, orientation_error, _, _, beyond_reach, attempts, _ = outcome
    tries = 'the only try' if attempts == 1 else f'the nearest of {attempts:.0f} tries'
    residual = (
        f'{tries} misses it by {1e3 * position_error:.3g} mm and '
        f'{math.degrees(orientation_error):.3g} deg'
    )
    if joints_at_limits:
        limits = 'its limit' if len(joints_at_limits) == 1 else 'their limits'
        residual += f', with {", ".join(joints_at_limits)} at {limits}'
    if status is Status.TIMED_OUT:
        return f'the time was over before the search was: {residual}'
    if beyond_reach > 0:
        beyond = f'{1e3 * beyond_reach:.3g} mm beyond the stretched arm'
        return f'the pose is out of reach, {beyond}: {residual}'
    if near_seed:
        return f'no joint positions near enough to the seed reach the pose: {residual}'
    if position_alone:
        return f'the position can be reached, but not with this orientation: {residual}'
    return f'no joint positions within the limits reach the pose: {residual}'
