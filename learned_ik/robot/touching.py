# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which capsules of a body are to be kept apart: all that may touch, and do not always.

As MoveIt's setup assistant does it: neighbours are left out, and over many random postures those
that never touch, and those that (almost) always do.
"""

import dataclasses

import numpy as np

from learned_ik.errors import UrdfError
from learned_ik.robot.body import Body
from learned_ik.robot.capsules import segment_distance
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.parsing import parse_urdf, parse_xml

POSTURES = 4_000  # random ones that are looked at
NEVER = 0.05  # [m], a pair that no posture brings nearer is taken never to touch
ALWAYS = 0.95  # of all postures: a pair that touches in more of them says nothing of any
ACROSS = 0.25  # the same for capsules with one frame between them, which bulge over its joints


def touching_pairs(chain: KinematicChain, body: Body, apart: set[frozenset[str]]) -> Body:
    """Return the body with the pairs of capsules that are worth a look.

    Args:
        chain: the robot.
        body: its capsules.
        apart: pairs of links that are not to be looked at.

    """
    ends = body.placed(chain, chain.sample(np.random.default_rng(0), POSTURES))
    pairs = []
    for i in range(len(body)):
        for j in range(i + 1, len(body)):
            same = body.frames[i] == body.frames[j] or body.links[i] == body.links[j]
            if same or frozenset((body.links[i], body.links[j])) in apart:
                continue
            if _is_segment(body, i) and _is_segment(body, j) and _follow(body, i, j):
                continue
            distance = segment_distance(
                ends[:, i, 0], ends[:, i, 1], ends[:, j, 0], ends[:, j, 1]
            ) - (body.radii[i] + body.radii[j])
            always = ACROSS if body.frames[j] - body.frames[i] == 2 else ALWAYS
            if distance.min() < NEVER and (distance < 0).mean() < always:
                pairs.append((i, j))
    return dataclasses.replace(body, pairs=np.array(pairs, np.int64).reshape(-1, 2))


def joined_links(urdf: str) -> set[frozenset[str]]:
    """Return the pairs of links that one joint joins."""
    return {frozenset((joint.parent, joint.child)) for joint in parse_urdf(urdf).joints}


def disabled_pairs(srdf: str) -> set[frozenset[str]]:
    """Return the pairs of links of an SRDF's `disable_collisions`.

    Raises:
        UrdfError: the text is no SRDF.

    """
    pairs = set()
    for element in parse_xml(srdf).iter('disable_collisions'):
        names = element.get('link1'), element.get('link2')
        if None in names:
            raise UrdfError(
                f'line {element.sourceline} of the SRDF: <disable_collisions> names '
                f'{names[0]!r} and {names[1]!r}; expected link1 and link2'
            )
        pairs.add(frozenset(names))
    return pairs


def _is_segment(body: Body, i: int) -> bool:
    return body.links[i].endswith(' to the next')


def _follow(body: Body, i: int, j: int) -> bool:
    """Say whether one capsule begins where the other one ends: no shape lies between them."""
    return not any(body.frames[i] < frame < body.frames[j] for frame in body.frames)
