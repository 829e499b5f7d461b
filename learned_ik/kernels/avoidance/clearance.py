# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Clearance of one posture in numba: capsules to spheres and to each other, and its gradient.

Only capsules that move are kept clear of spheres: what stands still, no posture can move away.
"""

import math
from typing import NamedTuple

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, Frames, X, Y, Z, sweep

# Places in a contact (CONTACT,).
DISTANCE = 0  # [m]
CAPSULE = 1
OTHER = 2  # the other capsule; of a sphere, -1 minus its number
POINT = 3  # (3,) [m], on the capsule's segment
OTHER_POINT = 6  # (3,) [m], on the other segment, or the sphere's centre
NORMAL = 9  # (3,), unit vector from there to the former
CONTACT = 12

AT_ONCE = 64  # spheres whose distances are taken side by side


Point = tuple[float, float, float]


class BodyArrays(NamedTuple):
    """A body as compiled code sees it."""

    frames: Integers  # (capsules,), see `Body`
    ends: Array  # (capsules, 6) [m], both ends in the capsule's frame
    radii: Array  # (capsules,) [m]
    inverse: Array  # (capsules,) [1/m²], of the segment's squared length; 0 for a sphere
    half: Array  # (capsules,) [m], of the segment's length
    pairs: Integers  # (pairs, 2)


class Placement(NamedTuple):
    """Where a body lies: what `place` fills."""

    links: Array  # (motions + 1, 12), rotation row by row and origin [m] of each frame
    ends: Array  # (capsules, 6) [m], in the base frame
    middles: Array  # (capsules, 3) [m], likewise
    distances: Array  # (AT_ONCE,) [m²], memory: of one capsule's segment from some spheres


class Obstacles(NamedTuple):
    """What a posture has to keep clear of."""

    body: BodyArrays
    spheres: Array  # (4, n): x, y, z, radius [m]
    itself: bool  # whether the body is kept clear of itself
    wanted: float  # [m], the least clearance that is good enough


@inlined_kernel
def place(
    chain: ChainArrays, body: BodyArrays, q: Array, frames: Frames, placement: Placement
) -> None:
    """Do what `sweep` does, and place the capsules too."""
    links = placement.links
    sweep(chain, q, Frames(frames.origins, frames.axes, frames.tip, frames.values, links))
    for c in range(body.frames.shape[0]):
        r, local, world = links[body.frames[c]], body.ends[c], placement.ends[c]
        for k in range(0, 6, 3):
            x, y, z = local[k], local[k + 1], local[k + 2]
            world[k] = r[0] * x + r[1] * y + r[2] * z + r[X]
            world[k + 1] = r[3] * x + r[4] * y + r[5] * z + r[Y]
            world[k + 2] = r[6] * x + r[7] * y + r[8] * z + r[Z]
        for k in range(3):
            placement.middles[c, k] = 0.5 * (world[k] + world[k + 3])


@inner_kernel
def contacts(
    body: BodyArrays,
    placement: Placement,
    spheres: Array,
    margin: float,
    far: float,
    itself: bool,
    found: Array,
) -> tuple[int, float]:
    """Fill what is nearer than a margin, and return its number and the least distance [m].

    Of each capsule that moves the nearest sphere counts; then each pair of capsules.

    Args:
        body: the body.
        placement: where it lies.
        spheres: (4, n): x, y, z, radius [m].
        margin: [m].
        far: [m], the margin or more: the least distance is told up to here, which spares most of
            the work where nothing is as near.
        itself: whether the pairs count.
        found: (capsules + pairs, CONTACT), filled.

    """
    ends, middles, row = placement.ends, placement.middles, placement.distances
    count, least = 0, far
    for c in range(body.frames.shape[0] if spheres.shape[1] > 0 else 0):
        if body.frames[c] == 0:
            continue
        e, inverse, radius = ends[c], body.inverse[c], body.radii[c]
        ax, ay, az = e[0], e[1], e[2]
        ux, uy, uz = e[3] - ax, e[4] - ay, e[5] - az
        nearest, which = far, -1
        for begin in range(0, spheres.shape[1], AT_ONCE):
            end = min(begin + AT_ONCE, spheres.shape[1])
            x, y, z = spheres[0, begin:end], spheres[1, begin:end], spheres[2, begin:end]
            radii = spheres[3, begin:end]
            # Without roots or a look for the nearest, this loop takes several spheres at once.
            near, reach = 0, radius + nearest
            for s in range(end - begin):
                wx, wy, wz = x[s] - ax, y[s] - ay, z[s] - az
                t = min(max((wx * ux + wy * uy + wz * uz) * inverse, 0.0), 1.0)
                wx, wy, wz = wx - t * ux, wy - t * uy, wz - t * uz
                row[s] = wx * wx + wy * wy + wz * wz
                near += row[s] < (radii[s] + reach) * (radii[s] + reach)
            if near == 0:
                continue
            for s in range(end - begin):
                if row[s] < (radii[s] + reach) * (radii[s] + reach):
                    distance = math.sqrt(row[s]) - radii[s] - radius
                    if distance < nearest:
                        nearest, which, reach = distance, begin + s, radius + distance
        least = min(least, nearest)
        if nearest < margin:
            bx, by, bz = spheres[0, which], spheres[1, which], spheres[2, which]
            wx, wy, wz = bx - ax, by - ay, bz - az
            t = min(max((wx * ux + wy * uy + wz * uz) * inverse, 0.0), 1.0)
            point = ax + t * ux, ay + t * uy, az + t * uz
            record(found[count], nearest, c, -1 - which, point, (bx, by, bz))
            count += 1
    for k in range(body.pairs.shape[0] if itself else 0):
        i, j = body.pairs[k, 0], body.pairs[k, 1]
        m, n = middles[i], middles[j]
        radii = body.radii[i] + body.radii[j]
        # No nearer than the balls around both capsules: most pairs need no closer look.
        reach = max(margin, least) + radii + body.half[i] + body.half[j]
        if (m[0] - n[0]) ** 2 + (m[1] - n[1]) ** 2 + (m[2] - n[2]) ** 2 > reach * reach:
            continue
        e, f = ends[i], ends[j]
        s, t = nearest_shares(e, f, body.inverse[i], body.inverse[j])
        point = (
            e[0] + s * (e[3] - e[0]), e[1] + s * (e[4] - e[1]), e[2] + s * (e[5] - e[2]),
        )  # fmt: skip
        other = (
            f[0] + t * (f[3] - f[0]), f[1] + t * (f[4] - f[1]), f[2] + t * (f[5] - f[2]),
        )  # fmt: skip
        x, y, z = point[0] - other[0], point[1] - other[1], point[2] - other[2]
        distance = math.sqrt(x**2 + y**2 + z**2) - radii
        least = min(least, distance)
        if distance < margin:
            record(found[count], distance, i, j, point, other)
            count += 1
    return count, least


@inlined_kernel
def record(
    contact: Array, distance: float, capsule: int, other: int, point: Point, other_point: Point
) -> None:
    """Fill a contact (CONTACT,); where both points coincide, the way out is up."""
    nx, ny, nz = point[0] - other_point[0], point[1] - other_point[1], point[2] - other_point[2]
    length = math.sqrt(nx * nx + ny * ny + nz * nz)
    if length < 1e-9:
        nx, ny, nz, length = 0.0, 0.0, 1.0, 1.0
    contact[DISTANCE], contact[CAPSULE], contact[OTHER] = distance, capsule, other
    for k in range(3):
        contact[POINT + k], contact[OTHER_POINT + k] = point[k], other_point[k]
    contact[NORMAL], contact[NORMAL + 1], contact[NORMAL + 2] = (
        nx / length,
        ny / length,
        nz / length,
    )


@inlined_kernel
def nearest_shares(e: Array, f: Array, e_inverse: float, f_inverse: float) -> tuple[float, float]:
    """Return how far along two segments (6,) their nearest points lie, 0 to 1 each.

    Ericson, "Real-Time Collision Detection" (2005), section 5.1.9.
    """
    ux, uy, uz = e[3] - e[0], e[4] - e[1], e[5] - e[2]
    vx, vy, vz = f[3] - f[0], f[4] - f[1], f[5] - f[2]
    wx, wy, wz = e[0] - f[0], e[1] - f[1], e[2] - f[2]
    uu, vv = ux * ux + uy * uy + uz * uz, vx * vx + vy * vy + vz * vz
    uv = ux * vx + uy * vy + uz * vz
    uw, vw = ux * wx + uy * wy + uz * wz, vx * wx + vy * wy + vz * wz
    cross = uu * vv - uv * uv
    s = 0.0
    if cross > 1e-12 * uu * vv:
        s = min(max((uv * vw - uw * vv) / cross, 0.0), 1.0)
    t = (uv * s + vw) * f_inverse
    if t < 0.0 or f_inverse == 0.0:
        t = 0.0
        s = min(max(-uw * e_inverse, 0.0), 1.0)
    elif t > 1.0:
        t = 1.0
        s = min(max((uv - uw) * e_inverse, 0.0), 1.0)
    return s, t


@inlined_kernel
def contact_gradient(
    chain: ChainArrays, body: BodyArrays, frames: Frames, contact: Array, gradient: Array
) -> None:
    """Fill the slope (joints,) of a contact's distance [m per joint unit]."""
    for j in range(gradient.shape[0]):
        gradient[j] = 0.0
    a, b = int(contact[CAPSULE]), int(contact[OTHER])
    above = body.frames[b] if b >= 0 else 0
    below = body.frames[a]
    nx, ny, nz = contact[NORMAL], contact[NORMAL + 1], contact[NORMAL + 2]
    # Motions that carry both capsules move neither against the other.
    first, last, sign, at = above, below, 1.0, POINT
    if above > below:
        first, last, sign, at = below, above, -1.0, OTHER_POINT
    x, y, z = contact[at], contact[at + 1], contact[at + 2]
    for i in range(first, last):
        axis, origin = frames.axes[i], frames.origins[i]
        ax, ay, az = axis[0], axis[1], axis[2]
        if chain.structure[i, 0] == 1:
            slope = nx * ax + ny * ay + nz * az
        else:
            dx, dy, dz = x - origin[0], y - origin[1], z - origin[2]
            slope = nx * (ay * dz - az * dy) + ny * (az * dx - ax * dz) + nz * (ax * dy - ay * dx)
        gradient[chain.structure[i, 1]] += sign * chain.coupling[i, 0] * slope
