# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where a body and the memory of a walk lie in flat arrays, by name, and the views of them.

As `layout.py` does it for the arm: `body_layout[NAME]` is where a section begins.
"""

from learned_ik.arrays import Array, Integers
from learned_ik.kernels.avoidance.clearance import CONTACT, Obstacles
from learned_ik.kernels.avoidance.placement import BodyArrays, Hulls, Placement
from learned_ik.kernels.avoidance.walk import WalkMemory
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.layout import span
from learned_ik.kernels.views import as_matrix

# Places in `body_layout`: counts, then where sections begin.
CAPSULES, PAIRS, HULLS, HULL_PAIRS = range(4)
# Sections of `body_layout` itself.
CAPSULE_FRAMES, PAIR_CAPSULES, HULL_FRAMES, FIRST_CAPSULES, PAIR_HULLS, FIRST_PAIRS, _ = range(
    4, 11
)
# Sections of `shapes`.
(
    CAPSULE_ENDS, RADII, INVERSE_SQUARES, HALF_LENGTHS, LINES,
    HULL_ENDS, HULL_RADII, HULL_INVERSE_SQUARES, HULL_HALF_LENGTHS, _,
) = range(11, 21)  # fmt: skip
# Sections of `walk_numbers`, the memory of a walk.
(
    LINK_FRAMES, WORLD_HULL_ENDS, HULL_MIDDLES, PLACED, WORLD_ENDS, MIDDLES,
    SPHERE_DISTANCES, CAPSULE_DISTANCES,
    CONTACTS, SLOPES, PUSH, WAY, CLEAREST, MOVED, STORE_ROWS, STORE_ERRORS, END_OF_WALK,
) = range(21, 38)  # fmt: skip
BODY_PLACES = 38


@inlined_kernel
def unpack_obstacles(
    body_layout: Integers, shapes: Array, spheres: Array, itself: bool, wanted: float
) -> Obstacles:
    """Return what is to be kept clear of, with the body as views."""
    return Obstacles(unpack_body(body_layout, shapes), spheres, itself, wanted)


@inlined_kernel
def unpack_body(body_layout: Integers, shapes: Array) -> BodyArrays:
    """Return a packed body's arrays as views."""
    capsules, pairs = body_layout[CAPSULES], body_layout[PAIRS]
    hulls = Hulls(
        body_layout[span(body_layout, HULL_FRAMES)],
        body_layout[span(body_layout, FIRST_CAPSULES)],
        as_matrix(shapes[span(body_layout, HULL_ENDS)], body_layout[HULLS], 6),
        shapes[span(body_layout, HULL_RADII)], shapes[span(body_layout, HULL_INVERSE_SQUARES)],
        shapes[span(body_layout, HULL_HALF_LENGTHS)],
        as_matrix(body_layout[span(body_layout, PAIR_HULLS)], body_layout[HULL_PAIRS], 2),
        body_layout[span(body_layout, FIRST_PAIRS)],
    )  # fmt: skip
    return BodyArrays(
        body_layout[span(body_layout, CAPSULE_FRAMES)],
        as_matrix(shapes[span(body_layout, CAPSULE_ENDS)], capsules, 6),
        shapes[span(body_layout, RADII)], shapes[span(body_layout, INVERSE_SQUARES)],
        shapes[span(body_layout, HALF_LENGTHS)],
        as_matrix(shapes[span(body_layout, LINES)], 6, capsules),
        as_matrix(body_layout[span(body_layout, PAIR_CAPSULES)], pairs, 2),
        hulls,
    )  # fmt: skip


@inlined_kernel
def unpack_walk(body_layout: Integers, walk_numbers: Array) -> WalkMemory:
    """Return the memory of a walk."""
    capsules = body_layout[CAPSULES]
    rows = walk_numbers[span(body_layout, CONTACTS)].shape[0] // CONTACT
    links = walk_numbers[span(body_layout, LINK_FRAMES)]
    push = walk_numbers[span(body_layout, PUSH)]
    hulls = body_layout[HULLS]
    placement = Placement(
        as_matrix(links, links.shape[0] // 12, 12),
        as_matrix(walk_numbers[span(body_layout, WORLD_HULL_ENDS)], hulls, 6),
        as_matrix(walk_numbers[span(body_layout, HULL_MIDDLES)], hulls, 3),
        walk_numbers[span(body_layout, PLACED)],
        as_matrix(walk_numbers[span(body_layout, WORLD_ENDS)], capsules, 6),
        as_matrix(walk_numbers[span(body_layout, MIDDLES)], capsules, 3),
        walk_numbers[span(body_layout, SPHERE_DISTANCES)],
        walk_numbers[span(body_layout, CAPSULE_DISTANCES)],
    )  # fmt: skip
    return WalkMemory(
        placement, as_matrix(walk_numbers[span(body_layout, CONTACTS)], rows, CONTACT),
        as_matrix(walk_numbers[span(body_layout, SLOPES)], rows, push.shape[0]), push,
        walk_numbers[span(body_layout, WAY)], walk_numbers[span(body_layout, CLEAREST)],
        walk_numbers[span(body_layout, MOVED)],
    )  # fmt: skip
