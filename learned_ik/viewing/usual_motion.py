# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where an arm that is shown begins, and how fast it moves where nobody says so."""

import numpy as np

from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain
from learned_ik.tracking.tracker import USUAL_SPEED

BEGIN = 0.62  # share of each joint's range; in the very middle, many arms have a straight wrist


def beginning(chain: KinematicChain) -> Array:
    """Return joint positions (joints,) [rad or m] near the middle of their ranges."""
    return chain.lower + BEGIN * (chain.upper - chain.lower)


def usual_speeds(chain: KinematicChain) -> Array:
    """Return the URDF's speeds (joints,) [rad/s or m/s], and a usual one where it gives none."""
    return np.where(np.isfinite(chain.velocity), chain.velocity, USUAL_SPEED)
