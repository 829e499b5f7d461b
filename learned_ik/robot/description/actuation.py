# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The actuated joints of a chain and how far each may go, its followers' limits included."""

import dataclasses
import math

from learned_ik.errors import JointLimitError
from learned_ik.robot.description.bounds import LARGEST_ANGLE
from learned_ik.robot.description.full_turns import turns_worth_a_start
from learned_ik.robot.description.motion import Drive, Range, has_limits, joint_range
from learned_ik.robot.description.names import shown
from learned_ik.robot.description.tree import Joint

MEETING = 1e-9  # [rad or m], by which two ranges that meet in a point may miss each other


@dataclasses.dataclass
class Actuated:
    """One actuated joint, and how far it may go by itself and by those that follow it."""

    joint: Joint
    own: Range
    lower: float  # [rad or m]
    upper: float
    narrowed_by: Joint | None = None  # the last follower that did
    multipliers: list[float] = dataclasses.field(default_factory=list)  # of all that follow it

    @property
    def type(self) -> str:
        """Its type by that range: one that turns without end is continuous, a bounded one not."""
        if self.own.endless:
            return 'continuous' if self.narrowed_by is None else 'revolute'
        return self.joint.type

    @property
    def range(self) -> tuple[float, float]:
        """[rad or m] Where it may go; where it turns without end, what holds all its poses."""
        if self.type != 'continuous':
            return self.lower, self.upper
        half = math.pi * turns_worth_a_start(self.multipliers)
        return -half, half


class Actuation:
    """The actuated joints of a chain, in the order in which they are met."""

    def __init__(self, soft_limits: bool) -> None:
        self._soft = soft_limits
        self._numbers: dict[str, int] = {}
        self.joints: list[Actuated] = []

    def number_of(self, drive: Drive, joint: Joint) -> int:
        """Return the number of the joint that drives another one, narrowed to the latter's limits.

        Raises:
            JointLimitError: limits are missing or wrong, or no value keeps those of both.

        """
        leader = drive.leader
        if leader.name not in self._numbers:
            own = joint_range(leader, self._soft)
            self._numbers[leader.name] = len(self.joints)
            self.joints.append(Actuated(leader, own, own.lower, own.upper))
        number = self._numbers[leader.name]
        self.joints[number].multipliers.append(drive.multiplier)
        if joint is not leader:
            self._narrow(self.joints[number], joint, drive)
        return number

    def _narrow(self, leader: Actuated, follower: Joint, drive: Drive) -> None:
        """Narrow a leader's limits to those values at which its follower keeps its own."""
        if follower.type == 'continuous' or not has_limits(follower):
            return
        limits = joint_range(follower, self._soft)
        if limits.endless:
            return
        if drive.multiplier == 0:
            if not limits.lower - MEETING <= drive.offset <= limits.upper + MEETING:
                raise _never_meet(follower, leader)
            return
        low, high = sorted((end - drive.offset) / drive.multiplier + 0.0 for end in limits[:2])
        if leader.own.endless and leader.narrowed_by is None:  # it has no limits of its own
            leader.lower, leader.upper, leader.narrowed_by = low, high, follower
        elif low > leader.lower or high < leader.upper:
            leader.lower, leader.upper = max(leader.lower, low), min(leader.upper, high)
            leader.narrowed_by = follower
        if leader.lower > leader.upper + MEETING:
            raise _never_meet(follower, leader)
        leader.lower = min(leader.lower, leader.upper)
        if max(-leader.lower, leader.upper) > LARGEST_ANGLE:
            raise JointLimitError(
                f"{follower.where} lets '{shown(leader.joint.name)}' go from {leader.lower:g} to "
                f'{leader.upper:g}; expected at most {LARGEST_ANGLE:g}'
            )


def _never_meet(follower: Joint, leader: Actuated) -> JointLimitError:
    return JointLimitError(
        f"{follower.where} mimics '{shown(leader.joint.name)}', but no value of it keeps both "
        'within their limits'
    )
