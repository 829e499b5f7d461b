# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a command has to say: once for programs, once for people."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclasses.dataclass(frozen=True)
class Result:
    """The outcome of a command."""

    content: Mapping[str, Any]  # ready for JSON; lengths in m, angles in rad
    text: str  # for people; lengths in mm, angles in degrees
    success: bool = True  # whether what was asked for was found
    failure: int = 1  # exit status where it was not
    shown: bool = True  # not by each of several processes that have the same result


def statistics(values: npt.ArrayLike) -> dict[str, float]:
    """Return mean, median and 99th percentile of (n,) values, in their unit."""
    values = np.asarray(values, dtype=np.float64)
    return {
        'mean': float(values.mean()),
        'median': float(np.median(values)),
        'p99': float(np.quantile(values, 0.99)),
    }


def error_lines(errors: Mapping[str, Any]) -> list[str]:
    """Return a small table of a network's errors, as `held_out` of a model has them."""
    if not errors:
        return ['not evaluated']
    rows = [('position [mm]', errors['position'], 1e3)]
    rows += [('orientation [deg]', errors['orientation'], math.degrees(1))]
    return [
        f'{errors["poses"]} poses{"mean":>16}{"median":>10}{"p99":>10}',
        *(
            f'{name:<18}' + ''.join(f'{factor * row[k]:>10.3g}' for k in ('mean', 'median', 'p99'))
            for name, row, factor in rows
        ),
        f'answers that break joint limits: {100 * errors["limits_broken"]:.3g} %',
    ]
