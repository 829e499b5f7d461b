# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Joint positions by name: a request's seed, and what /joint_states has told so far."""

import math
from collections.abc import Sequence

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import SeedError


def seed_by_name(
    joint_names: Sequence[str], names: Sequence[str], positions: Sequence[float]
) -> Array:
    """Return the positions of a chain's joints out of a longer list in any order.

    Args:
        joint_names: the chain's joints, in its order.
        names: joints that the seed speaks of; others than the chain's are ignored.
        positions: (len(names),) [rad or m].

    Returns:
        (joints,) [rad or m], in the order of `joint_names`.

    Raises:
        SeedError: names and positions do not go together, or a joint is missing or not finite.

    """
    if len(names) != len(positions):
        raise SeedError(
            f'seed has {len(names)} names and {len(positions)} positions; expected one position '
            'for each name'
        )
    given = dict(zip(names, positions, strict=True))
    missing = [name for name in joint_names if name not in given]
    if missing:
        raise SeedError(
            f'seed lacks {", ".join(missing)}; expected all of {", ".join(joint_names)}, or an '
            'empty seed'
        )
    for name in joint_names:
        if not math.isfinite(given[name]):
            raise SeedError(f"seed: joint '{name}' is {given[name]}; expected a finite number")
    return np.array([given[name] for name in joint_names])


class JointMemory:
    """Where the joints were last reported to be, also when each report names but some of them."""

    def __init__(self, joint_names: Sequence[str]) -> None:
        self.names = tuple(joint_names)
        self._index = {name: i for i, name in enumerate(joint_names)}
        self._positions = np.full(len(joint_names), np.nan)

    def update(self, names: Sequence[str], positions: Sequence[float]) -> None:
        """Take over what is said of known joints; a report without positions says nothing."""
        for name, position in zip(names, positions, strict=False):
            index = self._index.get(name)
            if index is not None and math.isfinite(position):
                self._positions[index] = position

    @property
    def positions(self) -> Array | None:
        """(joints,) [rad or m], or None until every joint was reported once."""
        return None if np.isnan(self._positions).any() else self._positions.copy()
