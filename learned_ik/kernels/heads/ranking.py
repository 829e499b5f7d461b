# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How far each head's answer is from the pose: forward kinematics of eight heads at once, float32.

Good to a few micrometres, which is plenty for choosing where to begin.
"""

import numpy as np

from learned_ik.arrays import Array, Floats
from learned_ik.kernels.compilation import exact_kernel, inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, X, Y, Z
from learned_ik.kernels.heads.forward_pass import LANES, HeadMemory

# pi/2 in three parts, the first two short: their products with a small whole number are exact.
HALF_PI_HIGH, HALF_PI_MIDDLE = np.float32(1.5703125), np.float32(4.837512969970703125e-4)
HALF_PI_LOW = np.float32(7.54978995489188216e-8)
TWO_OVER_PI = np.float32(0.636619772367581343)
ROUND = np.float32(1.5 * 2**23)  # adding and subtracting it rounds to a whole number
ONE, TWO, HALF, QUARTER = np.float32(1), np.float32(2), np.float32(0.5), np.float32(0.25)


@inner_kernel
def score_heads(chain: ChainArrays, target: Array, heads: HeadMemory) -> None:
    """Fill `heads.scores` with the squared weighted pose error of each answer [m²].

    Args:
        chain: the robot.
        target: (12,), rotation row by row, position [m].
        heads: with the answers.

    """
    answers, trigonometry = heads.answers, heads.trigonometry
    motions, lanes = trigonometry.shape[1], answers.shape[1]
    flat = trigonometry.reshape(3, motions * LANES)
    for begin in range(0, lanes, LANES):
        # No constant here, or the loops over lanes would be unrolled instead of vectorised.
        count = min(lanes - begin, LANES)
        for i in range(motions):
            factor, offset = np.float32(chain.coupling[i, 0]), np.float32(chain.coupling[i, 1])
            answer = answers[chain.structure[i, 1], begin : begin + LANES]
            value = trigonometry[0, i]
            for k in range(count):
                value[k] = factor * answer[k] + offset
        sines_and_cosines32(flat[0], flat[1], flat[2])
        sweep_lanes(chain, trigonometry, count, heads.poses)
        score_lanes(
            target, heads.poses, chain.angular_weight, count, heads.scores[begin : begin + LANES]
        )


@exact_kernel
def sines_and_cosines32(values: Floats, sines: Floats, cosines: Floats) -> None:
    """Fill sines and cosines (n,) of values (n,) [rad], to about 1e-7, for |value| up to 1e3.

    As `forward_kinematics.sines_and_cosines`, with the float32 polynomials of Cephes.
    """
    for i in range(values.shape[0]):
        x = values[i]
        quarter = (x * TWO_OVER_PI + ROUND) - ROUND
        r = (x - quarter * HALF_PI_HIGH) - quarter * HALF_PI_MIDDLE - quarter * HALF_PI_LOW
        z = r * r
        tail = np.float32(8.3321608736e-3) + z * np.float32(-1.9515295891e-4)
        s = r + r * z * (np.float32(-1.6666654611e-1) + z * tail)
        tail = np.float32(-1.388731625493765e-3) + z * np.float32(2.443315711809948e-5)
        c = ONE - HALF * z + z * z * (np.float32(4.166664568298827e-2) + z * tail)
        half = ((HALF * quarter - QUARTER) + ROUND) - ROUND  # rounded down
        odd = quarter - TWO * half  # 1 in the quarters where sine and cosine change places
        sign = ONE - TWO * (half - TWO * (((HALF * half - QUARTER) + ROUND) - ROUND))
        sines[i] = sign * (odd * c + (ONE - odd) * s)
        cosines[i] = sign * ((ONE - odd) * c - odd * s)


@inlined_kernel
def sweep_lanes(chain: ChainArrays, trigonometry: Floats, count: int, poses: Floats) -> None:
    """Go from base to tip once, for all lanes side by side.

    Args:
        chain: the robot.
        trigonometry: (3, motions, LANES), motion values, their sines, their cosines.
        count: LANES.
        poses: (12 * LANES,), filled with the tips': rotation row by row, position [m]; LANES
            numbers each.

    """
    motions = chain.structure.shape[0]
    for entry in range(12):
        one = np.float32(1.0 if entry in (0, 4, 8) else 0.0)
        for k in range(count):
            poses[entry * LANES + k] = one
    for i in range(motions + 1):
        t = chain.transforms[i]
        for row in range(3):
            move_row(poses, row, t, count)
        if i == motions:
            break
        values, sines, cosines = trigonometry[0, i], trigonometry[1, i], trigonometry[2, i]
        slides = chain.structure[i, 0] == 1
        for row in range(3):
            a, b = 3 * row * LANES, (X + row) * LANES
            if slides:
                for k in range(count):
                    poses[b + k] += poses[a + 2 * LANES + k] * values[k]
            else:
                for k in range(count):
                    x, y = poses[a + k], poses[a + LANES + k]
                    poses[a + k] = cosines[k] * x + sines[k] * y
                    poses[a + LANES + k] = cosines[k] * y - sines[k] * x


@inlined_kernel
def move_row(poses: Floats, row: int, t: Array, count: int) -> None:
    """Apply a fixed transform t (12,) to one row of the positions and of the rotations."""
    t0, t1, t2 = np.float32(t[0]), np.float32(t[1]), np.float32(t[2])
    t3, t4, t5 = np.float32(t[3]), np.float32(t[4]), np.float32(t[5])
    t6, t7, t8 = np.float32(t[6]), np.float32(t[7]), np.float32(t[8])
    px, py, pz = np.float32(t[X]), np.float32(t[Y]), np.float32(t[Z])
    a, b = 3 * row * LANES, (X + row) * LANES
    for k in range(count):
        x, y, z = poses[a + k], poses[a + LANES + k], poses[a + 2 * LANES + k]
        poses[b + k] += x * px + y * py + z * pz
        poses[a + k] = x * t0 + y * t3 + z * t6
        poses[a + LANES + k] = x * t1 + y * t4 + z * t7
        poses[a + 2 * LANES + k] = x * t2 + y * t5 + z * t8


@inlined_kernel
def score_lanes(
    target: Array, poses: Floats, angular_weight: float, count: int, scores: Floats
) -> None:
    """Fill scores (LANES,) with |dp|² + weight² |dR|²/2, near angle² for small ones."""
    for k in range(count):
        scores[k] = np.float32(0.0)
    for entry in range(12):
        wanted = np.float32(target[entry])
        weight = np.float32(1.0 if entry >= X else 0.5 * angular_weight**2)
        for k in range(count):
            difference = poses[entry * LANES + k] - wanted
            scores[k] += weight * difference * difference
