# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a follower has to show to take part: a start, and a command for each target."""

import dataclasses
from typing import Any, Protocol

from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain


@dataclasses.dataclass(frozen=True)
class Pace:
    """The arm, and how fast it may go: the same for every follower."""

    chain: KinematicChain
    speed: float = 2.0  # [rad/s or m/s], of each joint at most
    period: float = 1 / 72  # [s], from one target to the next

    @property
    def step(self) -> float:
        """[rad or m], of each joint from one command to the next at most."""
        return self.speed * self.period


class Follower(Protocol):
    """One follower, prepared for one arm. An arm that it does not take: `UnsuitedError`."""

    label: str  # how the table names it
    setting: str  # the options that it is given

    def target(self, position: Array, rotation: Array) -> Any:
        """Return a target in the form that `command` wants.

        Args:
            position: (3,) [m], of the tip in the base link's frame.
            rotation: (3, 3), likewise.

        """

    def start(self, q: Array, target: Any) -> Array:
        """Begin anew at joint positions q (joints,), where the first target is known.

        Returns:
            (joints,) [rad or m], from where it begins: q, unless it chooses.

        """

    def command(self, target: Any) -> Array | None:
        """Return the next joint positions (joints,), or None where it holds. This is timed."""
