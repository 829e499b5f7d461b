# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which capsules of a body are to be kept apart: all that may touch, and do not always.

As MoveIt's setup assistant does it: neighbours are left out, and over many random postures those
that never touch, and those that (almost) always do.
"""

from collections.abc import Sequence

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.errors import UrdfError
from learned_ik.robot.capsules import PlacedCapsule, segment_distance
from learned_ik.robot.description.elements import children
from learned_ik.robot.description.xacro import not_expanded, xacro_elements
from learned_ik.robot.parsing import parse_urdf, parse_xml

POSTURES = 4_000  # random ones that are looked at
NEVER = 0.05  # [m], a pair that no posture brings nearer is taken never to touch
ALWAYS = 0.95  # of all postures: a pair that touches in more of them says nothing of any
SEGMENT = ' to the next'  # how the name ends of a link whose shape is not known
ACROSS = 0.25  # the same for capsules with one frame between them, which bulge over its joints


def touching_pairs(
    placed: Sequence[PlacedCapsule], ends: Array, apart: set[frozenset[str]]
) -> Integers:
    """Return the pairs of capsules that are worth a look, (pairs, 2) by their numbers.

    Args:
        placed: the capsules, in the order of their frames.
        ends: (postures, capsules, 2, 3) [m], where they lie in many random postures.
        apart: pairs of links that are not to be looked at.

    """
    frames = [each.frame for each in placed]
    pairs = []
    for i, one in enumerate(placed):
        for j, other in enumerate(placed[i + 1 :], start=i + 1):
            same = one.frame == other.frame or one.link == other.link
            if same or frozenset((one.link, other.link)) in apart:
                continue
            if _is_segment(one) and _is_segment(other) and _follow(one, other, frames):
                continue
            distance = segment_distance(
                ends[:, i, 0], ends[:, i, 1], ends[:, j, 0], ends[:, j, 1]
            ) - (one.capsule.radius + other.capsule.radius)
            always = ACROSS if other.frame - one.frame == 2 else ALWAYS
            if distance.min() < NEVER and (distance < 0).mean() < always:
                pairs.append((i, j))
    return np.array(pairs, np.int64).reshape(-1, 2)


def joined_links(urdf: str) -> set[frozenset[str]]:
    """Return the pairs of links that one joint joins."""
    return {frozenset((joint.parent, joint.child)) for joint in parse_urdf(urdf).joints}


def disabled_pairs(srdf: str) -> set[frozenset[str]]:
    """Return the pairs of links of an SRDF's `disable_collisions`.

    Raises:
        UrdfError: the text is no SRDF.

    """
    pairs = set()
    root = parse_xml(srdf)
    for leftover in xacro_elements(root):  # pairs may be behind it
        raise UrdfError(f'the SRDF is not complete: {not_expanded(leftover)}')
    for element in children(root, 'disable_collisions'):
        names = element.get('link1'), element.get('link2')
        if None in names:
            raise UrdfError(
                f'line {element.sourceline} of the SRDF: <disable_collisions> names '
                f'{names[0]!r} and {names[1]!r}; expected link1 and link2'
            )
        pairs.add(frozenset(names))
    return pairs


def _is_segment(placed: PlacedCapsule) -> bool:
    return placed.link.endswith(SEGMENT)


def _follow(one: PlacedCapsule, other: PlacedCapsule, frames: Sequence[int]) -> bool:
    """Say whether one capsule begins where the other one ends: no shape lies between them."""
    return not any(one.frame < frame < other.frame for frame in frames)
