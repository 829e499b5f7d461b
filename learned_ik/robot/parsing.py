# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From the text of a URDF to a robot whose links and joints are known to form one tree.

Parsing is urdf_parser_py's. Before it sees the text, everything that kinematics does not need
(meshes, materials, transmissions, simulator tags) is taken out: what is not read cannot fail.
"""

import os
from pathlib import Path

from lxml import etree
from urdf_parser_py import urdf as urdf_parser

from learned_ik.errors import UrdfError

FILE_SUFFIXES = ('.urdf', '.xml', '.xacro')  # text that ends so means a file
JOINT_TAGS = ('parent', 'child', 'origin', 'axis', 'limit', 'mimic', 'safety_controller')


def urdf_text(urdf: str | os.PathLike[str]) -> str:
    """Return the text of a robot description that is given as text, or as the path of its file.

    Raises:
        UrdfError: the file does not exist, or cannot be read.

    """
    if not isinstance(urdf, str | os.PathLike):
        raise UrdfError(
            f'the robot description is a {type(urdf).__name__}; expected text (str) or a path'
        )
    if isinstance(urdf, str) and ('<' in urdf or not urdf.strip()):
        return urdf
    path = Path(urdf)
    try:
        if path.exists():
            return path.read_text(encoding='utf-8')
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no path at all
        raise UrdfError(f"robot description '{path}' cannot be read: {error}") from error
    if isinstance(urdf, os.PathLike) or path.suffix in FILE_SUFFIXES:
        raise UrdfError(
            f"robot description '{path}' does not exist; expected the path of a URDF file, "
            'or the text of one'
        )
    return urdf


def parse_urdf(urdf: str) -> urdf_parser.Robot:
    """Parse links and joints of a URDF, without a word on standard output or standard error.

    Raises:
        UrdfError: not XML, XML with a document type or entities, xacro that was not expanded,
            not a robot, or links and joints that do not form one tree.

    """
    root = _kinematic_elements(parse_xml(urdf))
    try:
        robot = urdf_parser.Robot.from_xml_string(etree.tostring(root))
    # urdf_parser_py raises bare Exception, AssertionError, ValueError and errors of its own.
    except Exception as error:
        raise UrdfError(f'the robot description is not a valid URDF: {error}') from error
    _check_tree(robot)
    return robot


def parse_xml(urdf: str) -> etree._Element:
    """Return the root element <robot> of a URDF's text, or raise `UrdfError`."""
    if not isinstance(urdf, str):
        raise UrdfError(f'the robot description is a {type(urdf).__name__}; expected text (str)')
    if not urdf.strip():
        raise UrdfError('the robot description is empty; expected the text of a URDF')
    # Entities can read files and grow without bound ("billion laughs"); no URDF needs them.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        # As bytes, since lxml refuses text that declares an encoding of its own.
        root = etree.fromstring(_without_declaration(urdf).encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise UrdfError(f'the robot description is not well-formed XML: {error}') from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UrdfError(
            'the robot description has a document type declaration (<!DOCTYPE ...>), which is '
            'refused since entities can read files and exhaust memory; remove it'
        )
    if root.tag != 'robot':
        raise UrdfError(f'the root element is <{root.tag}>; a URDF begins with <robot name="...">')
    for element in root.iter(etree.Element):
        if 'ros.org/wiki/xacro' in (etree.QName(element).namespace or ''):
            raise UrdfError(
                f'line {element.sourceline}: <xacro:{etree.QName(element).localname}> was not '
                'expanded; run "xacro FILE" first and pass on what it prints'
            )
    return root


def _without_declaration(urdf: str) -> str:
    text = urdf.lstrip('\ufeff \t\r\n')
    if text.startswith('<?xml') and '?>' in text:
        return text.split('?>', 1)[1]
    return text


def _kinematic_elements(root: etree._Element) -> etree._Element:
    """Return a copy with links and joints only, each with nothing but what kinematics reads."""
    kept = etree.Element('robot', name=root.get('name') or 'robot')
    for element in root:
        if element.tag == 'link':
            etree.SubElement(kept, 'link', name=element.get('name') or '')
        elif element.tag == 'joint':
            copy = etree.SubElement(kept, 'joint')
            copy.attrib.update({k: v for k, v in element.attrib.items() if k in ('name', 'type')})
            for child in element:
                if child.tag in JOINT_TAGS and copy.find(child.tag) is None:
                    etree.SubElement(copy, child.tag, _completed(child.tag, dict(child.attrib)))
    return kept


def _completed(tag: str, attributes: dict[str, str]) -> dict[str, str]:
    """Fill in what the parser demands and kinematics does not need."""
    if tag == 'limit':
        # A joint that names neither bound has none: it must not pass for [0, 0].
        if 'lower' not in attributes and 'upper' not in attributes:
            attributes.update(lower='nan', upper='nan')
        return {'effort': '0', 'velocity': 'inf', **attributes}
    if tag == 'safety_controller':
        if 'soft_lower_limit' not in attributes and 'soft_upper_limit' not in attributes:
            attributes.update(soft_lower_limit='-inf', soft_upper_limit='inf')
        return {'k_velocity': '0', **attributes}
    return attributes


def _check_tree(robot: urdf_parser.Robot) -> None:
    """Raise `UrdfError` unless links and joints form exactly one tree with unique names."""
    for what, elements in (('link', robot.links), ('joint', robot.joints)):
        names = [element.name for element in elements]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise UrdfError(f"{what} '{doubled[0]}' is defined more than once")
    children: dict[str, str] = {}
    for joint in robot.joints:
        for role, link in (('parent', joint.parent), ('child', joint.child)):
            if link not in robot.link_map:
                raise UrdfError(f"joint '{joint.name}': {role} link '{link}' does not exist")
        if joint.child in children:
            raise UrdfError(
                f"link '{joint.child}' is the child of two joints, "
                f"'{children[joint.child]}' and '{joint.name}'; expected one"
            )
        children[joint.child] = joint.name
    roots = [link.name for link in robot.links if link.name not in children]
    if len(roots) != 1:
        raise UrdfError(
            f'the links do not form one tree: {len(roots)} of {len(robot.links)} links have no '
            f'parent ({", ".join(roots) or "a loop of joints"}); expected exactly one root'
        )
    for joint in robot.joints:  # one root and one parent each: only a loop can still be wrong
        seen, link = {joint.child}, joint.parent
        while link in robot.parent_map:
            if link in seen:
                raise UrdfError(f"joint '{joint.name}' is part of a loop; expected a tree")
            seen.add(link)
            link = robot.parent_map[link][1]
