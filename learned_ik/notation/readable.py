# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Lengths and angles as a person reads them, in messages and tables."""

import math

LENGTHS = ((1e-9, 0.0, '< 1 nm'), (1e-6, 1e9, 'nm'), (1e-3, 1e6, 'µm'), (1.0, 1e3, 'mm'))


def readable_length(metres: float) -> str:
    """Return a length in the unit that suits its size: 0.25 µm, 12 mm, 1.05 m."""
    for size, factor, unit in LENGTHS:
        if abs(metres) < size:
            return f'{factor * metres:.3g} {unit}' if factor else unit
    return f'{metres:.3g} m'


def readable_angle(radians: float) -> str:
    """Return an angle in degrees; a tiny one says only that it is."""
    degrees = math.degrees(radians)
    return '< 1e-6 deg' if abs(degrees) < 1e-6 else f'{degrees:.3g} deg'
