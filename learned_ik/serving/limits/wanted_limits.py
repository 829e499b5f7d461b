# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`WantedLimits`: what narrows the joints of the arm that is served, and what comes of it.

As MoveIt makes a robot's bounds: soft limits, where they are wanted, inside the hard ones; then
what a file says of a joint in their place. Nothing goes beyond what the model was trained for.
"""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import ConfigurationError
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.names import listed, shown
from learned_ik.robot.parsing import urdf_text
from learned_ik.robot.urdf import chain_fields
from learned_ik.serving.limits.limits_file import JointEntry, read_limits_file
from learned_ik.solving.fitting import Limits


@dataclasses.dataclass(frozen=True)
class WantedLimits:
    """What narrows an arm's joints; by default nothing."""

    soft: bool = False  # the limits of the robot description's safety_controller
    path: str = ''  # of the file with `entries`
    entries: Mapping[str, JointEntry] = dataclasses.field(default_factory=dict)  # by joint


class Bounds(NamedTuple):
    """What an arm's joints may, each (joints,)."""

    limits: Limits | None  # [rad or m]; None: the model's alone
    velocity: Array  # [rad/s or m/s], infinite where no file says one
    acceleration: Array  # [rad/s² or m/s²], likewise


def wanted_limits(soft: bool, path: str) -> WantedLimits:
    """Return what the parameters `soft_limits` and `joint_limits` want; an empty path: no file.

    Raises:
        ConfigurationError: the file is none; see `read_limits_file`.

    """
    return WantedLimits(soft, path, read_limits_file(path) if path else {})


def bounds_of(chain: KinematicChain, description: str | None, wanted: WantedLimits) -> Bounds:
    """Return what the joints of a chain may.

    Args:
        chain: the arm as it was trained.
        description: the robot's URDF, which has the soft limits; None: nobody knows them.
        wanted: what narrows them.

    Raises:
        UrdfError: the soft limits leave nothing of the hard ones.
        ConfigurationError: the file speaks of other joints alone.

    """
    entries = [wanted.entries.get(name) for name in chain.joint_names]
    if wanted.entries and not any(entries):
        raise ConfigurationError(
            f"'{shown(wanted.path)}' has limits of {listed(wanted.entries)}; expected some of "
            f'{listed(chain.joint_names)}'
        )
    lower, upper = (np.full(chain.joint_count, end) for end in (-np.inf, np.inf))
    velocity, acceleration = upper.copy(), upper.copy()
    if wanted.soft and description is not None:
        soft, _ = chain_fields(urdf_text(description), chain.base_link, chain.tip_link, True)
        bounded = ~chain.continuous
        lower[bounded], upper[bounded] = soft['lower'][bounded], soft['upper'][bounded]
    for k, entry in enumerate(entries):
        if entry is None:
            continue
        low, high = entry.positions
        lower[k] = low if np.isfinite(low) else lower[k]
        upper[k] = high if np.isfinite(high) else upper[k]
        velocity[k], acceleration[k] = entry.velocity, entry.acceleration
    # What does not narrow the chain's own is no limit: then the solver that serves can stay.
    lower[~chain.continuous & (lower <= chain.lower)] = -np.inf
    upper[~chain.continuous & (upper >= chain.upper)] = np.inf
    none = np.isinf(lower).all() and np.isinf(upper).all()
    return Bounds(None if none else Limits(lower, upper), velocity, acceleration)
