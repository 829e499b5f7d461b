# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which capsules of a body are to be kept apart: all that may touch, and do not always.

As MoveIt's setup assistant does it: neighbours are left out, and over many random postures those
that never touch, and those that (almost) always do. Capsules bulge over what they hold; two links
that touch by their bulges alone, and often, are neighbours too.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.errors import UrdfError
from learned_ik.robot.capsules import STILL, PlacedCapsule, segment_distance
from learned_ik.robot.description.elements import children
from learned_ik.robot.description.xacro import not_expanded, xacro_elements
from learned_ik.robot.parsing import parse_urdf, parse_xml

POSTURES = 1_000  # random ones that are looked at
NEVER = 0.05  # [m], links that no posture brings nearer are taken never to touch,
FARTHER = 0.02  # [m], and so are capsules so much farther apart than their links
ALWAYS = 0.95  # of all postures: links that touch in more of them say nothing of any
ACROSS = 0.25  # the same of links with no more than one frame between them
BULGING = 0.02  # the same of links that no posture makes touch without their bulges
SEGMENT = ' to the next'  # how the name ends of a link whose shape is not known


def touching_pairs(
    placed: Sequence[PlacedCapsule], ends: Array, apart: set[frozenset[str]], bulge: float
) -> Integers:
    """Return the pairs of capsules that are worth a look, (pairs, 2) by their numbers.

    Args:
        placed: the capsules, in the order of their frames.
        ends: (postures, capsules, 2, 3) [m], where they lie in many random postures.
        apart: pairs of links that are not to be looked at.
        bulge: [m], how far capsules of what moves may reach beyond what they hold.

    """
    frames = [each.frame for each in placed]
    radii = np.array([each.capsule.radius for each in placed])
    bulges = np.where(np.array(frames) > 0, bulge, STILL * bulge)
    numbers = groups(placed)
    balls = [_ball(ends[:, which], radii[which]) for which in numbers]
    pairs: list[Integers] = [np.empty((0, 2), np.int64)]
    for (these, one), (those, other) in itertools.combinations(
        zip(numbers, balls, strict=True), 2
    ):
        first, second = placed[these[0]], placed[those[0]]
        same = first.frame == second.frame or first.link == second.link
        if same or frozenset((first.link, second.link)) in apart:
            continue
        if _is_segment(first) and _is_segment(second) and _follow(first, second, frames):
            continue
        middles = np.linalg.norm(one.middles - other.middles, axis=1)
        near = ends[middles - one.reach - other.reach < NEVER]
        if not len(near):
            continue
        distances = _distances(near[:, these], near[:, those])  # (near, these, those)
        distances -= radii[these][:, None] + radii[those]
        real = distances + bulges[these][:, None] + bulges[those]
        outer, inner = distances.min(axis=(1, 2)), real.min(axis=(1, 2))
        often = (outer < 0).sum() / len(ends)
        always = ACROSS if second.frame - first.frame <= 2 else ALWAYS
        if often > always or (often > BULGING and inner.min() > 0):
            continue
        least = distances.min(axis=0)
        if least.min() < NEVER:
            i, j = np.nonzero(least < max(least.min(), 0) + FARTHER)
            pairs.append(np.column_stack([np.array(these)[i], np.array(those)[j]]))
    found = np.sort(np.concatenate(pairs), axis=1)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def _distances(some: Array, others: Array) -> Array:
    """Return how far segments (n, i, 2, 3) are from segments (n, j, 2, 3), (n, i, j) [m]."""
    a, b = some[:, :, None, 0], some[:, :, None, 1]
    c, d = others[:, None, :, 0], others[:, None, :, 1]
    return segment_distance(a, b, c, d)


def groups(placed: Sequence[PlacedCapsule]) -> list[list[int]]:
    """Return the numbers of the capsules of each link in each frame."""
    found: dict[tuple[int, str], list[int]] = {}
    for k, each in enumerate(placed):
        found.setdefault((each.frame, each.link), []).append(k)
    return list(found.values())


class _Ball(NamedTuple):
    """What holds the capsules of one link."""

    middles: Array  # (postures, 3) [m]
    reach: float  # [m]


def _ball(ends: Array, radii: Array) -> _Ball:
    middles = ends.mean(axis=(1, 2))
    reach = np.linalg.norm(ends[0] - middles[0], axis=-1).max(axis=1) + radii
    return _Ball(middles, float(reach.max()))


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
