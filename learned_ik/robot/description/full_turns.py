# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""After how many turns of a joint every pose of the arm comes again."""

import numpy as np
import numpy.typing as npt

MOST_TURNS = 64  # that are counted, where other joints mimic by a fraction
WHOLE = 1e-12  # [1], how near to a whole number counts as one


def turns_until_whole(multipliers: npt.ArrayLike) -> float:
    """Return after how many turns all that follow by multipliers (n,) have made whole turns.

    Infinite where no number up to `MOST_TURNS` is enough.
    """
    counts = np.arange(1, MOST_TURNS + 1)
    turned = np.outer(counts, np.asarray(multipliers, np.float64))
    whole = (np.abs(turned - np.rint(turned)) < WHOLE).all(axis=1)
    return float(counts[np.argmax(whole)]) if whole.any() else np.inf


def turns_worth_a_start(multipliers: npt.ArrayLike) -> float:
    """Return how many turns hold all poses of an endless joint, or the first `MOST_TURNS`."""
    return min(turns_until_whole(multipliers), MOST_TURNS)
