# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The planning groups of an SRDF, MoveIt's semantic description: where an arm begins and ends."""

from typing import NamedTuple

from learned_ik.errors import UrdfError
from learned_ik.robot.description.elements import children, tag_of
from learned_ik.robot.description.markup import root_element
from learned_ik.robot.description.names import shown


class Ends(NamedTuple):
    """The two links between which an arm lies."""

    base_link: str
    tip_link: str


def planning_groups(srdf: str) -> dict[str, Ends]:
    """Return the ends of each group that is one chain; groups of other kinds are left out.

    Args:
        srdf: the text of an SRDF.

    Raises:
        UrdfError: it cannot be read.

    """
    root = root_element(srdf, 'the semantic robot description')
    if tag_of(root) != 'robot':
        raise UrdfError(
            f'the root element of the semantic robot description is <{shown(tag_of(root))}>; an '
            'SRDF begins with <robot name="...">'
        )
    groups = {}
    for group in children(root, 'group'):
        chains = list(children(group, 'chain'))
        if len(chains) == 1 and group.get('name'):
            ends = Ends(chains[0].get('base_link') or '', chains[0].get('tip_link') or '')
            if all(ends):
                groups[group.get('name')] = ends
    return groups
