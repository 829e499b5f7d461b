# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Clearance of one posture in numba: capsules to spheres and to each other, and its gradient.

Only capsules that move are kept clear of spheres: what stands still, no posture can move away. The
capsules of a link are looked at where something is near its hull.
"""

import math
from typing import NamedTuple

from learned_ik.arrays import Array
from learned_ik.kernels.avoidance.placement import BodyArrays, Placement, place_capsules
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, Frames, X, Y, Z

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


class Obstacles(NamedTuple):
    """What a posture has to keep clear of."""

    body: BodyArrays
    spheres: Array  # (4, n): x, y, z, radius [m]
    itself: bool  # whether the body is kept clear of itself
    wanted: float  # [m], the least clearance that is good enough


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

    Of each hull that moves each sphere counts, where the hull's capsules are nearest to it; then
    each pair of hulls, where they are nearest to each other.

    Args:
        body: the body.
        placement: where it lies.
        spheres: (4, n): x, y, z, radius [m].
        margin: [m].
        far: [m], the margin or more: the least distance is told up to here, which spares most of
            the work where nothing is as near.
        itself: whether the pairs count.
        found: (n, CONTACT), filled; what does not go in is not told, but for the least distance.

    """
    hulls, row = body.hulls, placement.of_spheres
    count, least = 0, far
    most = found.shape[0] - hulls.pairs.shape[0]
    for h in range(hulls.frames.shape[0] if spheres.shape[1] > 0 else 0):
        if hulls.frames[h] == 0:
            continue
        e, inverse = placement.hull_ends[h], hulls.inverse[h]
        ax, ay, az = e[0], e[1], e[2]
        ux, uy, uz = e[3] - ax, e[4] - ay, e[5] - az
        for begin in range(0, spheres.shape[1], AT_ONCE):
            end = min(begin + AT_ONCE, spheres.shape[1])
            x, y, z = spheres[0, begin:end], spheres[1, begin:end], spheres[2, begin:end]
            radii = spheres[3, begin:end]
            # Without roots or a look for the nearest, this loop takes several spheres at once.
            near, reach = 0, hulls.radii[h] + max(margin, least)
            for s in range(end - begin):
                wx, wy, wz = x[s] - ax, y[s] - ay, z[s] - az
                t = min(max((wx * ux + wy * uy + wz * uz) * inverse, 0.0), 1.0)
                wx, wy, wz = wx - t * ux, wy - t * uy, wz - t * uz
                row[s] = wx * wx + wy * wy + wz * wz
                near += row[s] < (radii[s] + reach) * (radii[s] + reach)
            if near == 0:
                continue
            for s in range(end - begin):
                if row[s] >= (radii[s] + reach) * (radii[s] + reach):
                    continue
                centre = x[s], y[s], z[s]
                distance, c = distance_of_capsules(body, h, placement, centre, radii[s])
                if distance < least:
                    least = distance
                    reach = hulls.radii[h] + max(margin, least)
                if distance < margin and count < most:
                    point = point_of_capsule(body, h, c, placement, centre)
                    record(found[count], distance, c, -1 - (begin + s), point, centre)
                    count += 1
    for p in range(hulls.pairs.shape[0] if itself else 0):
        nearest, k = distance_of_links(body, p, placement, max(margin, least))
        if k < 0:
            continue
        least = min(least, nearest)
        if nearest < margin:
            i, j = body.pairs[k, 0], body.pairs[k, 1]
            e, f = placement.ends[i], placement.ends[j]
            s, t = nearest_shares(e, f, body.inverse[i], body.inverse[j])
            record(found[count], nearest, i, j, along(e, s), along(f, t))
            count += 1
    return count, least


@inlined_kernel
def distance_of_capsules(
    body: BodyArrays, h: int, placement: Placement, centre: Point, radius: float
) -> tuple[float, int]:
    """Return the distance [m] of a sphere from the capsules in a hull, and which is nearest."""
    row, first, last = placement.of_capsules, body.hulls.first[h], body.hulls.first[h + 1]
    x, y, z = into_frame(placement.links[body.hulls.frames[h]], centre)
    lines, inverse, radii = body.lines, body.inverse, body.radii
    for c in range(first, last):  # several capsules at once
        wx, wy, wz = x - lines[0, c], y - lines[1, c], z - lines[2, c]
        ux, uy, uz = lines[3, c], lines[4, c], lines[5, c]
        t = min(max((wx * ux + wy * uy + wz * uz) * inverse[c], 0.0), 1.0)
        wx, wy, wz = wx - t * ux, wy - t * uy, wz - t * uz
        row[c] = math.sqrt(wx * wx + wy * wy + wz * wz) - radii[c]
    which = first
    for c in range(first + 1, last):
        if row[c] < row[which]:
            which = c
    return row[which] - radius, which


@inlined_kernel
def point_of_capsule(
    body: BodyArrays, h: int, c: int, placement: Placement, centre: Point
) -> Point:
    """Return the point of a capsule's segment that is nearest to another one."""
    r, lines = placement.links[body.hulls.frames[h]], body.lines
    x, y, z = into_frame(r, centre)
    wx, wy, wz = x - lines[0, c], y - lines[1, c], z - lines[2, c]
    t = wx * lines[3, c] + wy * lines[4, c] + wz * lines[5, c]
    t = min(max(t * body.inverse[c], 0.0), 1.0)
    x, y = lines[0, c] + t * lines[3, c], lines[1, c] + t * lines[4, c]
    z = lines[2, c] + t * lines[5, c]
    return (
        r[0] * x + r[1] * y + r[2] * z + r[X], r[3] * x + r[4] * y + r[5] * z + r[Y],
        r[6] * x + r[7] * y + r[8] * z + r[Z],
    )  # fmt: skip


@inlined_kernel
def into_frame(r: Array, point: Point) -> Point:
    """Return a point in a frame (12,)."""
    x, y, z = point[0] - r[X], point[1] - r[Y], point[2] - r[Z]
    return (
        r[0] * x + r[3] * y + r[6] * z, r[1] * x + r[4] * y + r[7] * z,
        r[2] * x + r[5] * y + r[8] * z,
    )  # fmt: skip


@inlined_kernel
def distance_of_links(
    body: BodyArrays, p: int, placement: Placement, far: float
) -> tuple[float, int]:
    """Return how far the two links of a hull pair are apart [m], and by which pair of capsules.

    -1 where they are no nearer than `far` [m].
    """
    hulls, hull_ends, hull_middles = body.hulls, placement.hull_ends, placement.hull_middles
    ends, middles, radii, nearest, which = placement.ends, placement.middles, body.radii, far, -1
    one, other = hulls.pairs[p, 0], hulls.pairs[p, 1]
    m, n = hull_middles[one], hull_middles[other]
    reach = far + hulls.radii[one] + hulls.radii[other]
    # No nearer than the balls around both: most pairs need no closer look.
    ball = reach + hulls.half[one] + hulls.half[other]
    if (m[0] - n[0]) ** 2 + (m[1] - n[1]) ** 2 + (m[2] - n[2]) ** 2 > ball * ball:
        return nearest, which
    squared = squared_distance(
        hull_ends[one], hull_ends[other], hulls.inverse[one], hulls.inverse[other]
    )
    if squared > max(reach, 0.0) ** 2:
        return nearest, which
    place_capsules(body, one, placement)
    place_capsules(body, other, placement)
    last, is_far = -1, False
    for k in range(hulls.first_pair[p], hulls.first_pair[p + 1]):
        i, j = body.pairs[k, 0], body.pairs[k, 1]
        reach = nearest + radii[i]
        if i != last:  # far from all that the other hull holds?
            last, m, n = i, middles[i], hull_middles[other]
            beside = reach + hulls.radii[other]
            ball = beside + body.half[i] + hulls.half[other]
            is_far = (m[0] - n[0]) ** 2 + (m[1] - n[1]) ** 2 + (m[2] - n[2]) ** 2 > ball * ball
            if not is_far:
                squared = squared_distance(
                    ends[i], hull_ends[other], body.inverse[i], hulls.inverse[other]
                )
                is_far = squared > max(beside, 0.0) ** 2
        if is_far:
            continue
        m, n = middles[i], middles[j]
        reach += radii[j]
        ball = reach + body.half[i] + body.half[j]
        if (m[0] - n[0]) ** 2 + (m[1] - n[1]) ** 2 + (m[2] - n[2]) ** 2 > ball * ball:
            continue
        squared = squared_distance(ends[i], ends[j], body.inverse[i], body.inverse[j])
        if squared < max(reach, 0.0) ** 2:
            nearest, which = math.sqrt(squared) - radii[i] - radii[j], k
    return nearest, which


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
def squared_distance(e: Array, f: Array, e_inverse: float, f_inverse: float) -> float:
    """Return the squared distance [m²] of two segments (6,)."""
    s, t = nearest_shares(e, f, e_inverse, f_inverse)
    p, o = along(e, s), along(f, t)
    return (p[0] - o[0]) ** 2 + (p[1] - o[1]) ** 2 + (p[2] - o[2]) ** 2


@inlined_kernel
def along(e: Array, share: float) -> Point:
    """Return the point of a segment (6,) that lies a share of the way along."""
    return (
        e[0] + share * (e[3] - e[0]), e[1] + share * (e[4] - e[1]), e[2] + share * (e[5] - e[2]),
    )  # fmt: skip


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
