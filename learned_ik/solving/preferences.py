# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which of many solutions is wanted: what `prefer` of `IkSolver.solve` may be, checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, PerJoint, Posture
from learned_ik.checks import check_range, numbers, shortened
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.measures import FARTHEST_JOINT
from learned_ik.robot.chain import KinematicChain


@dataclasses.dataclass(frozen=True)
class PreferredPosture:
    """A posture that answers shall be near to, with a weight for each joint, for `prefer`."""

    positions: Posture  # (joints,) [rad or m], or by name; NaN or no name: any position
    weights: PerJoint | None = None  # (joints,), above 0; None: the solver's `joint_weights`


Prefer = Literal['first', 'nearest', 'middle'] | PreferredPosture | Posture | None


class Preference(NamedTuple):
    """What `choice.choose` is told."""

    posture: Array  # (joints,) [rad or m], to which to be near; NaN where it does not matter
    joint_weights: Array  # (joints,), how much each joint's distance counts
    to_seed: bool  # near to the seed instead


class Preferences:
    """The preferences of one chain."""

    def __init__(self, chain: KinematicChain, joint_weights: npt.ArrayLike | None) -> None:
        """Take the weights (joints,) with which distances of joints count; None: one each.

        Raises:
            InvalidInputError: the wrong number of weights, or one that is not above 0.

        """
        self._chain = chain
        weights = np.ones(chain.joint_count)
        if joint_weights is not None:
            weights = self._checked_weights(joint_weights, 'joint_weights')
        self.joint_weights = weights
        middle = chain.middle.copy()
        middle[chain.continuous] = np.nan  # nowhere is farther from a limit than elsewhere
        half = 0.5 * (chain.upper - chain.lower)
        half[half == 0] = 1.0
        self.nearest = Preference(middle, weights, True)
        self.middle = Preference(middle, half**-2, False)

    def read(self, prefer: Prefer, seeded: bool) -> Preference | None:
        """Return what to choose by; None for the first solution found.

        Raises:
            InvalidInputError: `prefer` is none of what is possible.

        """
        if prefer is None:
            return self.nearest if seeded else None
        if isinstance(prefer, str):
            if prefer == 'first':
                return None
            if prefer == 'middle':
                return self.middle
            if prefer == 'nearest' and seeded:
                return self.nearest
            needs = ', which needs a seed' if prefer == 'nearest' else ''
            raise InvalidInputError(
                f"prefer is {shortened(prefer)}{needs}; expected 'first', 'nearest' with a seed, "
                "'middle', or joint positions"
            )
        weights = self.joint_weights
        if isinstance(prefer, PreferredPosture):
            if prefer.weights is not None:
                weights = self._checked_weights(prefer.weights, 'weights of prefer')
                weights = weights / weights.max()  # only how they compare to each other counts
            prefer = prefer.positions
        if isinstance(prefer, Mapping):
            prefer = self._chain.in_order(prefer, 'prefer', missing=math.nan)
        posture = numbers(prefer, 'prefer').copy()
        if posture.shape != (self._chain.joint_count,) or np.isinf(posture).any():
            raise InvalidInputError(
                f'prefer is {shortened(posture.tolist())}; expected ({self._chain.joint_count},) '
                'joint positions, finite, or NaN where a joint may be anywhere'
            )
        check_range(np.nan_to_num(posture), FARTHEST_JOINT, 'prefer', 'rad or m')
        return Preference(posture, weights, False)

    def _checked_weights(self, values: npt.ArrayLike, what: str) -> Array:
        """Return weights (joints,); raise `InvalidInputError` for what is not above 0."""
        weights = self._chain.checked_joints(values, what)
        if weights.ndim != 1 or not (weights > 0).all():
            raise InvalidInputError(
                f'{what} are {shortened(weights.tolist())}; expected '
                f'({self._chain.joint_count},), each above 0'
            )
        return weights
