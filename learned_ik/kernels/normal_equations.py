# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The 6 x 6 system of damped least squares, as scalar code.

Written out, all of it stays in registers: as loops over small arrays it takes several times as
long, and it is the heart of every step of the refinement.
"""

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel


@inlined_kernel
def damped_solution(columns: Array, held: Array, damping: float, b: Array, x: Array) -> None:
    """Solve (J Jᵀ + damping I) x = b by LDLᵀ, for the columns of J that are free.

    Args:
        columns: (joints, 6), the columns of J as rows.
        held: (joints,), 0.0 for each column that counts.
        damping: above 0.
        b: (6,).
        x: (6,), becomes the solution.

    """
    a00 = a11 = a22 = a33 = a44 = a55 = damping
    a10 = 0.0
    a20 = a21 = 0.0
    a30 = a31 = a32 = 0.0
    a40 = a41 = a42 = a43 = 0.0
    a50 = a51 = a52 = a53 = a54 = 0.0
    for j in range(columns.shape[0]):
        if held[j] != 0.0:
            continue
        u = columns[j]
        u0, u1, u2 = u[0], u[1], u[2]
        u3, u4, u5 = u[3], u[4], u[5]
        a00 += u0 * u0
        a10 += u1 * u0
        a11 += u1 * u1
        a20 += u2 * u0
        a21 += u2 * u1
        a22 += u2 * u2
        a30 += u3 * u0
        a31 += u3 * u1
        a32 += u3 * u2
        a33 += u3 * u3
        a40 += u4 * u0
        a41 += u4 * u1
        a42 += u4 * u2
        a43 += u4 * u3
        a44 += u4 * u4
        a50 += u5 * u0
        a51 += u5 * u1
        a52 += u5 * u2
        a53 += u5 * u3
        a54 += u5 * u4
        a55 += u5 * u5
    # Eliminate column by column: l is a unit lower triangle, d the inverse pivots.
    d0 = 1.0 / max(a00, damping)
    l10 = a10 * d0
    l20 = a20 * d0
    l30 = a30 * d0
    l40 = a40 * d0
    l50 = a50 * d0
    a11 -= l10 * a10
    a21 -= l20 * a10
    a22 -= l20 * a20
    a31 -= l30 * a10
    a32 -= l30 * a20
    a33 -= l30 * a30
    a41 -= l40 * a10
    a42 -= l40 * a20
    a43 -= l40 * a30
    a44 -= l40 * a40
    a51 -= l50 * a10
    a52 -= l50 * a20
    a53 -= l50 * a30
    a54 -= l50 * a40
    a55 -= l50 * a50
    d1 = 1.0 / max(a11, damping)
    l21 = a21 * d1
    l31 = a31 * d1
    l41 = a41 * d1
    l51 = a51 * d1
    a22 -= l21 * a21
    a32 -= l31 * a21
    a33 -= l31 * a31
    a42 -= l41 * a21
    a43 -= l41 * a31
    a44 -= l41 * a41
    a52 -= l51 * a21
    a53 -= l51 * a31
    a54 -= l51 * a41
    a55 -= l51 * a51
    d2 = 1.0 / max(a22, damping)
    l32 = a32 * d2
    l42 = a42 * d2
    l52 = a52 * d2
    a33 -= l32 * a32
    a43 -= l42 * a32
    a44 -= l42 * a42
    a53 -= l52 * a32
    a54 -= l52 * a42
    a55 -= l52 * a52
    d3 = 1.0 / max(a33, damping)
    l43 = a43 * d3
    l53 = a53 * d3
    a44 -= l43 * a43
    a54 -= l53 * a43
    a55 -= l53 * a53
    d4 = 1.0 / max(a44, damping)
    l54 = a54 * d4
    a55 -= l54 * a54
    d5 = 1.0 / max(a55, damping)
    # Forwards, scale, backwards.
    x0 = b[0]
    x1 = b[1] - l10 * x0
    x2 = b[2] - l20 * x0 - l21 * x1
    x3 = b[3] - l30 * x0 - l31 * x1 - l32 * x2
    x4 = b[4] - l40 * x0 - l41 * x1 - l42 * x2 - l43 * x3
    x5 = b[5] - l50 * x0 - l51 * x1 - l52 * x2 - l53 * x3 - l54 * x4
    x5 = x5 * d5
    x4 = x4 * d4 - l54 * x5
    x3 = x3 * d3 - l43 * x4 - l53 * x5
    x2 = x2 * d2 - l32 * x3 - l42 * x4 - l52 * x5
    x1 = x1 * d1 - l21 * x2 - l31 * x3 - l41 * x4 - l51 * x5
    x0 = x0 * d0 - l10 * x1 - l20 * x2 - l30 * x3 - l40 * x4 - l50 * x5
    x[0], x[1], x[2] = x0, x1, x2
    x[3], x[4], x[5] = x3, x4, x5
