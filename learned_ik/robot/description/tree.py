# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The tree of a robot's links and joints: what hangs on what, and nothing of how it moves."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from lxml import etree

from learned_ik.errors import UrdfError
from learned_ik.robot.description.bounds import LONGEST_NAME
from learned_ik.robot.description.elements import child, children, line_of
from learned_ik.robot.description.names import listed, shown
from learned_ik.robot.description.xacro import with_question, xacro_elements

Named = TypeVar('Named')


@dataclasses.dataclass(frozen=True, eq=False)
class Joint:
    """A joint by its names. Where it stands and how it moves is read when somebody asks."""

    name: str
    type: str
    parent: str  # link
    child: str  # link
    element: etree._Element

    @property
    def where(self) -> str:
        """What a message about the joint begins with."""
        return f"{line_of(self.element)}joint '{shown(self.name)}'"


@dataclasses.dataclass(frozen=True, eq=False)
class Robot:
    """Links and joints that form one tree."""

    name: str
    root: str  # the link that is no joint's child
    link_map: dict[str, etree._Element]
    joint_map: dict[str, Joint]
    above: dict[str, Joint]  # of each link but the root: the joint that it is the child of
    below: dict[str, list[Joint]]  # of each link that has some: the joints that it is parent of
    xacro: list[etree._Element]  # what xacro would have replaced and nobody reads

    @property
    def joints(self) -> list[Joint]:
        """All joints, as the text has them."""
        return list(self.joint_map.values())

    @property
    def leaves(self) -> list[str]:
        """The links on which nothing hangs, sorted."""
        return sorted(link for link in self.link_map if link not in self.below)

    def neighbours(self, link: str) -> Iterator[tuple[Joint, str]]:
        """Yield each joint of a link, and the link at its other end."""
        for joint in self.below.get(link, ()):
            yield joint, joint.child
        if link in self.above:
            yield self.above[link], self.above[link].parent


def robot_of(root: etree._Element) -> Robot:
    """Return the tree of an element <robot>.

    Raises:
        UrdfError: names are missing, too long or given twice, or links and joints do not form
            exactly one tree.

    """
    xacro = xacro_elements(root)
    with with_question(xacro, UrdfError):
        links = _by_name(
            'link', [(_name(element, 'link'), element) for element in children(root, 'link')]
        )
        joints = _by_name(
            'joint', [(joint.name, joint) for joint in map(_joint, children(root, 'joint'))]
        )
        above: dict[str, Joint] = {}
        below: dict[str, list[Joint]] = {}
        for joint in joints.values():
            for role, link in (('parent', joint.parent), ('child', joint.child)):
                if link not in links:
                    raise UrdfError(f"{joint.where}: {role} link '{shown(link)}' does not exist")
            if joint.child in above:
                raise UrdfError(
                    f"link '{shown(joint.child)}' is the child of two joints, "
                    f"'{shown(above[joint.child].name)}' and '{shown(joint.name)}'; expected one"
                )
            above[joint.child] = joint
            below.setdefault(joint.parent, []).append(joint)
        name = root.get('name') or 'robot'
        return Robot(name, _root(links, above, below), links, joints, above, below, xacro)


def _joint(element: etree._Element) -> Joint:
    name = _name(element, 'joint')
    return Joint(
        name, element.get('type') or '', _end(element, 'parent'), _end(element, 'child'), element
    )


def _end(joint: etree._Element, role: str) -> str:
    """Return the link at one end of a joint."""
    end = child(joint, role)
    link = None if end is None else end.get('link')
    if not link:
        raise UrdfError(
            f"{line_of(joint)}joint '{shown(joint.get('name'))}' has no <{role} link=...>; "
            'expected a parent and a child'
        )
    return link


def _name(element: etree._Element, kind: str) -> str:
    name = element.get('name') or ''
    if not 0 < len(name) <= LONGEST_NAME:
        raise UrdfError(
            f"{line_of(element)}a {kind} is called '{shown(name)}'; "
            f'expected a name of 1 to {LONGEST_NAME} characters'
        )
    return name


def _by_name(kind: str, named: list[tuple[str, Named]]) -> dict[str, Named]:
    """Return what has a name by that name, which must be its own."""
    for name, count in Counter(name for name, _ in named).items():
        if count > 1:
            raise UrdfError(f"{kind} '{shown(name)}' is defined more than once")
    return dict(named)


def _root(
    links: Mapping[str, object], above: Mapping[str, Joint], below: Mapping[str, list[Joint]]
) -> str:
    """Return the one link from which every other one is reached."""
    if not links:
        raise UrdfError('the links do not form one tree: there are none')
    roots = [link for link in links if link not in above]
    if len(roots) != 1:
        raise UrdfError(
            f'the links do not form one tree: {len(roots)} of {len(links)} links have no '
            f'parent ({listed(roots) or "a loop of joints"}); expected exactly one root'
        )
    reached = roots.copy()
    for link in reached:  # it grows: each link has one parent at the most, none comes twice
        reached += [joint.child for joint in below.get(link, ())]
    if len(reached) < len(links):  # the rest has parents, and does not hang on the root
        lost = set(links) - set(reached)
        joint = next(joint for link, joint in above.items() if link in lost)
        raise UrdfError(f'{joint.where} is part of a loop, or hangs on one; expected a tree')
    return roots[0]
