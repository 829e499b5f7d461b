# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How much a COLLADA file becomes, before it is read: its parts may be used many times over.

A line of the file can double everything before it, so that one of 2 kB has 10⁹ triangles.
"""

import numpy as np
from lxml import etree

from learned_ik.arrays import Array
from learned_ik.errors import UrdfError
from learned_ik.robot.description.markup import root_element, without_declaration

DEEPEST = 100  # nodes inside nodes, those that are referred to included


def plain_collada(content: bytes, most_parts: int, most_corners: int) -> bytes:
    """Return a file's content, to be parsed by whatever parser.

    Raises:
        UrdfError: it is no XML, has entities, or its scene becomes too much.

    """
    text = content.decode('utf-8-sig', errors='replace')  # another encoding is for names alone
    root = root_element(text, 'the COLLADA file', huge=True)
    parts, corners = _Sizes(root).of_scenes()
    if not (parts <= most_parts and corners <= most_corners):
        raise UrdfError(
            f'its scene becomes {parts:g} parts with {corners:g} corners; expected {most_parts} '
            f'and {most_corners} at most'
        )
    return without_declaration(text).encode()


class _Sizes:
    """What the nodes of a file become, (2,): parts and corners. Each is looked at once."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._geometries = {each.get('id'): _size_of(each) for each in _all(root, 'geometry')}
        self._nodes = {each.get('id'): each for each in _all(root, 'node')}
        self._known: dict[str, Array] = {}

    def of_scenes(self) -> Array:
        """Return what all scenes become together."""
        return sum(
            (self._inside(each, 0) for each in _all(self._root, 'visual_scene')), np.zeros(2)
        )

    def _inside(self, node: etree._Element, depth: int) -> Array:
        """Return what a node becomes; infinite where it lies too deep, or in itself."""
        size = np.zeros(2)
        if depth > DEEPEST:
            return np.full(2, np.inf)
        for element in node.iterchildren('{*}instance_geometry', '{*}node', '{*}instance_node'):
            address = (element.get('url') or '').removeprefix('#')
            kind = element.tag.rpartition('}')[2]
            if kind == 'node':
                size = size + self._inside(element, depth + 1)
            elif kind == 'instance_geometry':
                size = size + self._geometries.get(address, 0.0)
            elif address in self._nodes:
                if address not in self._known:
                    self._known[address] = self._inside(self._nodes[address], depth + 1)
                size = size + self._known[address]
        return size


def _all(root: etree._Element, tag: str) -> list[etree._Element]:
    return list(root.iter(f'{{*}}{tag}'))


def _size_of(geometry: etree._Element) -> Array:
    """Return the size (2,) of a geometry; its corners by the words in its lists of polygons."""
    lists = [*_all(geometry, 'p'), *_all(geometry, 'v'), *_all(geometry, 'h')]
    words = sum((each.text or '').count(' ') + (each.text or '').count('\n') for each in lists)
    return np.array([len(lists), words], np.float64)
