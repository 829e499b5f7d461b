# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A body as compiled code sees it, and where it lies in one posture.

Around the capsules that one frame carries lies one more, their hull; of what stands still each
link has its own. Hulls are placed for every posture, capsules where something is near their hull.
"""

from typing import NamedTuple

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, Frames, X, Y, Z, sweep


class Hulls(NamedTuple):
    """A capsule around all that a frame carries, or around a link that stands still."""

    frames: Integers  # (hulls,), see `Body`
    first: Integers  # (hulls + 1,), its first capsule; the others follow
    ends: Array  # (hulls, 6) [m], both ends in the frame
    radii: Array  # (hulls,) [m]
    inverse: Array  # (hulls,) [1/m²], of the segment's squared length; 0 for a sphere
    half: Array  # (hulls,) [m], of the segment's length
    pairs: Integers  # (hull pairs, 2), of which capsules are to be kept apart
    first_pair: Integers  # (hull pairs + 1,), the first of these pairs; the others follow


class BodyArrays(NamedTuple):
    """A body as compiled code sees it."""

    frames: Integers  # (capsules,), see `Body`
    ends: Array  # (capsules, 6) [m], both ends in the capsule's frame
    radii: Array  # (capsules,) [m]
    inverse: Array  # (capsules,) [1/m²], of the segment's squared length; 0 for a sphere
    half: Array  # (capsules,) [m], of the segment's length
    lines: Array  # (6, capsules) [m], the first end and the way to the other one, in the frame
    pairs: Integers  # (pairs, 2)
    hulls: Hulls


class Placement(NamedTuple):
    """Where a body lies: what `place` and `place_capsules` fill; and memory."""

    links: Array  # (motions + 1, 12), rotation row by row and origin [m] of each frame
    hull_ends: Array  # (hulls, 6) [m], in the base frame
    hull_middles: Array  # (hulls, 3) [m], likewise
    placed: Array  # (hulls,), 1.0 where the capsules are placed too, else 0.0
    ends: Array  # (capsules, 6) [m], in the base frame
    middles: Array  # (capsules, 3) [m], likewise
    of_spheres: Array  # (AT_ONCE,) [m²], memory: of one hull's segment from some spheres
    of_capsules: Array  # (capsules,) [m], memory: of one sphere from a link's capsules


@inlined_kernel
def place(
    chain: ChainArrays, body: BodyArrays, q: Array, frames: Frames, placement: Placement
) -> None:
    """Do what `sweep` does, and place the hulls too."""
    links, hulls = placement.links, body.hulls
    sweep(chain, q, Frames(frames.origins, frames.axes, frames.tip, frames.values, links))
    for h in range(hulls.frames.shape[0]):
        stands = hulls.frames[h] == 0
        if stands and placement.placed[h] == 1.0:
            continue
        place_segment(
            links[hulls.frames[h]], hulls.ends[h], placement.hull_ends[h],
            placement.hull_middles[h],
        )  # fmt: skip
        placement.placed[h] = 0.0
        if stands:  # once and for all
            place_capsules(body, h, placement)


@inlined_kernel
def place_capsules(body: BodyArrays, h: int, placement: Placement) -> None:
    """Place the capsules in a hull, unless they are."""
    if placement.placed[h] == 1.0:
        return
    placement.placed[h] = 1.0
    frame = placement.links[body.hulls.frames[h]]
    for c in range(body.hulls.first[h], body.hulls.first[h + 1]):
        place_segment(frame, body.ends[c], placement.ends[c], placement.middles[c])


@inlined_kernel
def place_segment(frame: Array, local: Array, world: Array, middle: Array) -> None:
    """Fill both ends (6,) and the middle (3,) of a segment (6,) that a frame (12,) carries."""
    r = frame
    for k in range(0, 6, 3):
        x, y, z = local[k], local[k + 1], local[k + 2]
        world[k] = r[0] * x + r[1] * y + r[2] * z + r[X]
        world[k + 1] = r[3] * x + r[4] * y + r[5] * z + r[Y]
        world[k + 2] = r[6] * x + r[7] * y + r[8] * z + r[Z]
    for k in range(3):
        middle[k] = 0.5 * (world[k] + world[k + 3])
