# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Matrices in flat arrays: views that cost nothing. `view_lowering.py` says how they compile."""

from learned_ik.arrays import Array


def as_matrix(flat: Array, rows: int, columns: int) -> Array:
    """Return a view (rows, columns) of an array (rows * columns,) that is C-contiguous."""
    return flat.reshape((rows, columns))
