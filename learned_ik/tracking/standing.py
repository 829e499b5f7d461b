# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Standing`: what there was about an arm at a step, for who asks: its clearance, what held it."""

import dataclasses
import math
from typing import TYPE_CHECKING

from learned_ik.arrays import Array
from learned_ik.kernels.servo.bounded_motion import HIGH, LOW
from learned_ik.kernels.servo.leading import ALL
from learned_ik.kernels.servo.servoing import (
    HELD,
    LATE,
    REMAINING_ORIENTATION,
    REMAINING_POSITION,
)
from learned_ik.notation.readable import readable_angle, readable_length
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.explain import at_their_limits

if TYPE_CHECKING:
    from learned_ik.solving.engine import Engine


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """One posture of an arm, and its scene: what takes microseconds is measured when asked for."""

    engine: 'Engine'
    limits: Array  # (LIMITS, joints), as a tracker has them
    scene: Scene | None  # None: nothing to keep clear of
    posture: Array  # (joints,) [rad or m]

    def clearance(self) -> float:
        """Return the clearance [m]; infinite where there is nothing to keep clear of."""
        return self.clearance_of(self.posture)

    def clearance_of(self, posture: Array) -> float:
        """Return what it would be at another posture (joints,)."""
        if self.scene is None:
            return math.inf
        engine = self.engine
        return float(engine.avoidance.clearance(engine.memory(), self.scene, posture[None])[0])

    def what_holds(self, told: list[float], switches: bool) -> str:
        """Say in a few words why the arm is not on its target.

        Args:
            told: (TOLD,), of the step.
            switches: whether it is on its way to another branch.

        """
        names = self.engine.chain.joint_names
        if told[HELD] and self.scene is not None:
            engine = self.engine
            near = engine.avoidance.closest(engine.memory(), self.scene, self.posture)
            return f'held back: {near}'
        if switches:
            return 'on the way to another branch'
        if told[LATE] == ALL:
            return 'comes to rest at the target'
        if told[LATE] >= 0:
            return f"joint '{names[int(told[LATE])]}' is too slow"
        held = at_their_limits(names, self.posture, self.limits[LOW], self.limits[HIGH])
        return (
            f'{readable_length(told[REMAINING_POSITION])} and '
            f'{readable_angle(told[REMAINING_ORIENTATION])} from the target'
            f'{held or ": nothing nearer is on this branch"}'
        )
