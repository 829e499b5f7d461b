# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A hand that is simulated: three slow sines an axis."""

import numpy as np

from learned_ik.arrays import Array

RATE = 72.0  # [1/s], of targets
REACH = 0.12  # [m], of each axis


def sway(rng: np.random.Generator, seconds: float, speed: float | None = None) -> Array:
    """Return where a hand is in each frame, from where it began (frames, 3) [m].

    Args:
        rng: says how large, how fast and when each sine is.
        seconds: [s], how long.
        speed: [m/s], of the hand where it is fastest; default: as the sines are.

    """
    size, phase = rng.uniform(0.3, 1.0, (3, 3)), rng.uniform(0, 2 * np.pi, (3, 3))
    rate = rng.uniform(0.05, 0.5, (3, 3))  # [1/s]
    times = np.arange(int(seconds * RATE))[:, None, None] / RATE
    if speed is not None:
        slow = _waves(size, phase, rate, times)
        rate = rate * speed / (RATE * np.linalg.norm(np.diff(slow, axis=0), axis=-1).max())
    return _waves(size, phase, rate, times)


def _waves(size: Array, phase: Array, rate: Array, times: Array) -> Array:
    waves = size * (np.sin(2 * np.pi * rate * times + phase) - np.sin(phase))
    return REACH / 3 * waves.sum(axis=-1)
