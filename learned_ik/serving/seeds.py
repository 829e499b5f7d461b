# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Joint positions by name: a request's seed, and what /joint_states has told so far."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import SeedError
from learned_ik.kernels.measures import FARTHEST_JOINT
from learned_ik.robot.description.names import listed
from learned_ik.serving.requests_and_answers import SeedSource

PATIENCE = 2.0  # [s], for all joints to be reported, once some were, and again then


@dataclasses.dataclass(frozen=True, slots=True)
class Seed:
    """Where a search begins, and who said so."""

    positions: Array | None = None  # (joints,) [rad or m]; None: nobody knows
    source: str = ''  # in words, where the request brings none
    origin: SeedSource = SeedSource.NONE


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
            f'seed lacks {listed(missing)}; expected all of {listed(joint_names)}, or an '
            'empty seed'
        )
    for name in joint_names:
        if not math.isfinite(given[name]):
            raise SeedError(f"seed: joint '{name}' is {given[name]}; expected a finite number")
    return np.array([given[name] for name in joint_names])


def seeds_by_name(
    joint_names: Sequence[str], names: Sequence[str], positions: npt.ArrayLike, count: int
) -> Array:
    """Return a seed for all of many poses alike, or one for each.

    Args:
        joint_names: the chain's joints, in its order.
        names: joints that the seeds speak of; others than the chain's are ignored.
        positions: (names,) or (count * names,) [rad or m], those for one pose after the other.
        count: of poses.

    Returns:
        (joints,) or (count, joints) [rad or m], in the order of `joint_names`.

    Raises:
        SeedError: as `seed_by_name`.

    """
    values = np.asarray(positions, np.float64)
    if len(values) == len(names):
        return seed_by_name(joint_names, names, values.tolist())
    if len(values) != count * len(names):
        raise SeedError(
            f'seeds have {len(names)} names and {len(values)} positions; expected '
            f'{len(names)} for all poses alike, or {count * len(names)} for {count} poses'
        )
    seed_by_name(joint_names, names, [0.0] * len(names))  # whether all joints are named
    columns = {name: column for column, name in enumerate(names)}
    seeds = values.reshape(count, -1)[:, [columns[name] for name in joint_names]]
    finite = np.isfinite(seeds)
    if not finite.all():
        pose, joint = (int(index[0]) for index in np.nonzero(~finite))
        raise SeedError(
            f"seed of pose {pose}: joint '{joint_names[joint]}' is {seeds[pose, joint]}; expected "
            'a finite number'
        )
    return seeds


class JointMemory:
    """Where the joints were last reported to be, also when each report names but some of them."""

    def __init__(self, joint_names: Sequence[str]) -> None:
        self.names = tuple(joint_names)
        self._index = {name: i for i, name in enumerate(joint_names)}
        self._positions = np.full(len(joint_names), np.nan)
        self._times = np.full(len(joint_names), -np.inf)  # [s], when each was reported last
        self._first: float | None = None  # [s], when the first report came, whatever it named
        self._complained_of: tuple[str, ...] | None = None

    def update(self, names: Sequence[str], positions: Sequence[float], now: float = 0.0) -> None:
        """Take over what is said of known joints; a report without positions says nothing.

        Nor does a position that no request could begin from: not finite, or out of range.

        Args:
            names: of joints, in any order.
            positions: [rad or m], one for each.
            now: [s], when the report came.

        """
        if self._first is None:
            self._first = now
        for name, position in zip(names, positions, strict=False):
            index = self._index.get(name)
            if index is not None and abs(position) <= FARTHEST_JOINT:  # NaN is not
                self._positions[index] = position
                self._times[index] = now

    @property
    def positions(self) -> Array | None:
        """(joints,) [rad or m], or None until every joint was reported once."""
        return None if np.isnan(self._positions).any() else self._positions.copy()

    @property
    def reported(self) -> dict[str, float]:
        """Where each joint is [rad or m] that was reported, also where others never were."""
        told = zip(self.names, self._positions.tolist(), strict=True)
        return {name: position for name, position in told if not math.isnan(position)}

    @property
    def time(self) -> float:
        """When the joint was reported [s] whose last report is the oldest; -inf: some never."""
        return float(self._times.min())

    def told(self, now: float) -> str:
        """Return how things stand at a time [s], in a few words."""
        if self._first is None:
            return 'none yet'
        if missing := self._missing():
            return f'lack {listed(missing)}'
        return f'complete, {now - self.time:.2f} s old'

    def complaint(self, now: float) -> str | None:
        """Return a warning, once each time, where joints are not reported, or not any more."""
        if self._first is None or now - max(self._first, self.time) < PATIENCE:
            if self.time > -math.inf:
                self._complained_of = None
            return None
        missing = self._missing()
        if self._complained_of == tuple(missing):
            return None
        self._complained_of = tuple(missing)
        if not missing:
            return (
                f'joint_states are {now - self.time:.1f} s old: has their publisher stopped? '
                'The last command counts where it is newer'
            )
        return (
            f'joint_states lack {listed(missing)} and are no seed; expected a position of each of '
            f'{listed(self.names)}'
        )

    def _missing(self) -> list[str]:
        return [n for n, p in zip(self.names, self._positions, strict=True) if math.isnan(p)]
