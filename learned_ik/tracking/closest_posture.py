# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ClosestPosture`: of all branches, the posture nearest to a target that is out of reach."""

import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.servo.elsewhere import try_elsewhere
from learned_ik.solving.engine import Engine

STILL = 20  # frames with the same target, before anything is tried
ATTEMPTS = 128  # starts, one a frame, before it is known


class ClosestPosture:
    """Looks for it while the arm rests, a start a frame: the same targets, the same answer."""

    def __init__(self, engine: Engine, asked: Array) -> None:
        """Know nothing yet.

        Args:
            engine: of the arm.
            asked: (ASKED,), what the tracker asks for.

        """
        self._engine, self._asked = engine, asked
        self._best = np.empty(1 + engine.chain.joint_count)
        self._pose: list[float] | None = None
        self._made = 0

    def is_about(self, pose: Array, position_tolerance: float) -> bool:
        """Say whether this is the target (7,) that is looked at, but for its trembling."""
        if self._pose is None:
            return False
        new, known = pose.tolist(), self._pose  # quicker than small arrays
        product = sum(a * b for a, b in zip(new[3:], known[3:], strict=True))
        lengths = math.hypot(*new[3:]) * math.hypot(*known[3:])
        moved = math.dist(new[:3], known[:3])
        return moved <= position_tolerance and abs(product) > (1.0 - 1e-4) * lengths

    @property
    def is_looking(self) -> bool:
        """Whether there are starts yet to be tried for its target."""
        return self._pose is not None and self._made <= ATTEMPTS

    def forget(self) -> None:
        """Begin anew with the next target."""
        self._pose = None

    def look(self, pose: Array, now: Array, position_tolerance: float) -> Array | None:
        """Try one more start.

        Args:
            pose: (7,), the target.
            now: (joints,), where the arm rests.
            position_tolerance: [m], within which a target is the same as before.

        Returns:
            Once, when all are tried: the least error [m] and its posture (1 + joints,).

        """
        if not self.is_about(pose, position_tolerance):
            self._pose, self._made, self._best[0] = pose.tolist(), -STILL, math.inf
        if self._made < 0:
            self._made += 1
            return None
        if self._made > ATTEMPTS:
            return None
        memory = self._engine.memory()
        try_elsewhere(
            *self._engine.packed, memory.numbers, memory.activations, pose, self._asked,
            self._made, self._best, now,
        )  # fmt: skip
        self._made += 1
        return self._best if self._made > ATTEMPTS else None
