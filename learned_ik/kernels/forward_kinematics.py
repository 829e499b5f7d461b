# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Forward kinematics and Jacobian in numba: one posture at a time, float64, no allocation.

A pose is (12,) everywhere in the kernels: the rotation row by row, then the position [m] at X, Y
and Z. What the network takes has another order, so a type of its own: `NetworkInput`.
"""

from typing import NamedTuple

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.compilation import exact_kernel, inlined_kernel

X, Y, Z = 9, 10, 11  # places of the position in a pose (12,)

TURNS, SLIDES = 0, 1  # what a joint does


class ChainArrays(NamedTuple):
    """A chain as compiled code sees it; see `KinematicChain` for the meaning of a motion."""

    transforms: Array  # (motions + 1, 12): rotation row by row, then translation [m]
    coupling: Array  # (motions, 2): multiplier and offset of each motion
    structure: Integers  # (motions, 2): 1 if prismatic, and the joint that drives it
    lower: Array  # (joints,) [rad or m], of the range from which joints are drawn
    upper: Array  # (joints,) [rad or m]
    bound_low: Array  # (joints,) [rad or m], as `lower`, but -inf for joints that turn for ever
    bound_high: Array  # (joints,) [rad or m]
    kinds: Integers  # (joints,), what a joint does: TURNS or SLIDES
    full_turns: Array  # (joints,) [rad], the turn after which all poses come again; 0: no room
    home: Array  # (joints,) [rad or m], where to be near without a seed
    strides: Array  # (joints,), 1 over the longest step of refinement [rad or m]
    angular_weight: float  # [m/rad], what a radian of error weighs against a metre


class Frames(NamedTuple):
    """Where the frames of a chain lie: what `sweep` fills."""

    origins: Array  # (motions, 3) [m]
    axes: Array  # (motions, 3), unit vectors
    tip: Array  # (12,): rotation of the tip row by row, then its position [m]
    values: Array  # (3, motions): motion values [rad or m], their sines, their cosines
    links: Array  # (motions + 1, 12), as `tip`: base and what each motion carries; or no rows


# pi/2 in two parts: the first has 33 bits, so that its product with a small whole number is exact.
HALF_PI_HIGH, HALF_PI_LOW = 1.57079632673412561417, 6.07710050650619224932e-11
TWO_OVER_PI = 0.636619772367581343076
ROUND = 1.5 * 2.0**52  # adding and subtracting it rounds to a whole number


@exact_kernel
def sines_and_cosines(values: Array, sines: Array, cosines: Array) -> None:
    """Fill sines and cosines (n,) of values (n,) [rad], to the last bit or two.

    Written without a branch, so that all joints of an arm take one or two vector instructions
    each, where the mathematics library takes a call for each. Reduction by Cody and Waite, and
    the minimax polynomials of fdlibm on [-pi/4, pi/4]. For |value| up to about 1e6.
    """
    for i in range(values.shape[0]):
        x = values[i]
        quarter = (x * TWO_OVER_PI + ROUND) - ROUND
        r = (x - quarter * HALF_PI_HIGH) - quarter * HALF_PI_LOW
        z = r * r
        tail = 2.75573137070700676789e-06 + z * (
            -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10
        )
        tail = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * tail)
        s = r + z * r * (-1.66666666666666324348e-01 + z * tail)
        tail = -2.75573143513906633035e-07 + z * (
            2.08757232129817482790e-09 + z * -1.13596475577881948265e-11
        )
        tail = -1.38888888888741095749e-03 + z * (2.48015872894767294178e-05 + z * tail)
        c = 1.0 - (0.5 * z - z * z * (4.16666666666666019037e-02 + z * tail))
        half = ((0.5 * quarter - 0.25) + ROUND) - ROUND  # rounded down
        odd = quarter - 2.0 * half  # 1 in the quarters where sine and cosine change places
        sign = 1.0 - 2.0 * (half - 2.0 * (((0.5 * half - 0.25) + ROUND) - ROUND))
        sines[i] = sign * (odd * c + (1.0 - odd) * s)
        cosines[i] = sign * ((1.0 - odd) * c - odd * s)


@inlined_kernel
def sweep(chain: ChainArrays, q: Array, frames: Frames) -> None:
    """Go from base to tip once: fill `frames` for the joint positions q (joints,) [rad or m]."""
    motions = chain.structure.shape[0]
    values, sines, cosines = frames.values[0], frames.values[1], frames.values[2]
    for i in range(motions):
        values[i] = chain.coupling[i, 0] * q[chain.structure[i, 1]] + chain.coupling[i, 1]
    sines_and_cosines(values, sines, cosines)
    xx, xy, xz = 1.0, 0.0, 0.0  # the running rotation; row, column
    yx, yy, yz = 0.0, 1.0, 0.0
    zx, zy, zz = 0.0, 0.0, 1.0
    px, py, pz = 0.0, 0.0, 0.0  # the running position [m]
    for i in range(motions + 1):
        if frames.links.shape[0] > 0:
            link = frames.links[i]
            link[0], link[1], link[2], link[3], link[4], link[5] = xx, xy, xz, yx, yy, yz
            link[6], link[7], link[8], link[X], link[Y], link[Z] = zx, zy, zz, px, py, pz
        t = chain.transforms[i]
        px += xx * t[X] + xy * t[Y] + xz * t[Z]
        py += yx * t[X] + yy * t[Y] + yz * t[Z]
        pz += zx * t[X] + zy * t[Y] + zz * t[Z]
        xx, xy, xz = (
            xx * t[0] + xy * t[3] + xz * t[6],
            xx * t[1] + xy * t[4] + xz * t[7],
            xx * t[2] + xy * t[5] + xz * t[8],
        )
        yx, yy, yz = (
            yx * t[0] + yy * t[3] + yz * t[6],
            yx * t[1] + yy * t[4] + yz * t[7],
            yx * t[2] + yy * t[5] + yz * t[8],
        )
        zx, zy, zz = (
            zx * t[0] + zy * t[3] + zz * t[6],
            zx * t[1] + zy * t[4] + zz * t[7],
            zx * t[2] + zy * t[5] + zz * t[8],
        )
        if i == motions:
            break
        origin, axis = frames.origins[i], frames.axes[i]
        origin[0], origin[1], origin[2] = px, py, pz
        axis[0], axis[1], axis[2] = xz, yz, zz
        if chain.structure[i, 0] == 1:
            value = values[i]
            px += xz * value
            py += yz * value
            pz += zz * value
        else:
            s, c = sines[i], cosines[i]
            xx, xy = c * xx + s * xy, c * xy - s * xx
            yx, yy = c * yx + s * yy, c * yy - s * yx
            zx, zy = c * zx + s * zy, c * zy - s * zx
    tip = frames.tip
    tip[0], tip[1], tip[2] = xx, xy, xz
    tip[3], tip[4], tip[5] = yx, yy, yz
    tip[6], tip[7], tip[8] = zx, zy, zz
    tip[X], tip[Y], tip[Z] = px, py, pz


@inlined_kernel
def copy_into(target: Array, source: Array) -> None:
    """Copy (n,) onto (n,); assigning to a slice would first ask whether they overlap."""
    for i in range(source.shape[0]):
        target[i] = source[i]


@inlined_kernel
def jacobian_columns(
    chain: ChainArrays, frames: Frames, angular_weight: float, columns: Array
) -> None:
    """Fill (joints, 6) with each joint's column: linear [m/unit], weight * angular [rad/unit]."""
    columns[:] = 0.0
    x, y, z = frames.tip[X], frames.tip[Y], frames.tip[Z]
    for i in range(chain.structure.shape[0]):
        axis, origin = frames.axes[i], frames.origins[i]
        column = columns[chain.structure[i, 1]]
        factor = chain.coupling[i, 0]
        ax, ay, az = factor * axis[0], factor * axis[1], factor * axis[2]
        if chain.structure[i, 0] == 1:
            column[0] += ax
            column[1] += ay
            column[2] += az
        else:
            dx, dy, dz = x - origin[0], y - origin[1], z - origin[2]
            column[0] += ay * dz - az * dy
            column[1] += az * dx - ax * dz
            column[2] += ax * dy - ay * dx
            column[3] += angular_weight * ax
            column[4] += angular_weight * ay
            column[5] += angular_weight * az
