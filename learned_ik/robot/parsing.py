# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From the text of a URDF to a robot whose links and joints are known to form one tree.

The text is read by lxml, which knows lines, as leniently as the parsers of ROS read it. What an
element says beyond its name is read when somebody needs it: what is not read cannot fail.
"""

import os
import re
from pathlib import Path

from lxml import etree

from learned_ik.errors import UrdfError
from learned_ik.robot.description.bounds import LARGEST_TEXT
from learned_ik.robot.description.elements import tag_of
from learned_ik.robot.description.expansion import expanded
from learned_ik.robot.description.markup import root_element
from learned_ik.robot.description.names import shown
from learned_ik.robot.description.reading import bounded_content
from learned_ik.robot.description.tree import Robot, robot_of

FILE_SUFFIXES = ('.urdf', '.xml', '.xacro')  # text that ends so means a file
ENCODING = re.compile(rb'<\?xml[^>]*\bencoding\s*=\s*["\']([A-Za-z0-9._-]+)["\']')


def urdf_text(urdf: str | os.PathLike[str]) -> str:
    """Return the text of a robot description that is given as text, or as the path of its file.

    A file of xacro is expanded where xacro is installed.

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
            return expanded(text_of_file(path), path)
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no path at all
        raise UrdfError(
            f"robot description '{shown(path)}' cannot be read: {shown(error)}"
        ) from error
    if isinstance(urdf, os.PathLike) or path.suffix in FILE_SUFFIXES:
        raise UrdfError(
            f"robot description '{shown(path)}' does not exist; expected the path of a URDF file, "
            'or the text of one'
        )
    return urdf


def text_of_file(path: Path) -> str:
    """Return what a file of XML holds: UTF-8, or in the encoding that it declares.

    Raises:
        OSError, ValueError: it cannot be read.

    """
    content = bounded_content(path, LARGEST_TEXT)
    try:
        return content.decode('utf-8-sig')
    except UnicodeDecodeError:
        declared = ENCODING.match(content)
        try:
            if declared is not None:
                return content.decode(declared[1].decode())
        except LookupError:  # of an encoding that Python does not know
            pass
        raise


def parse_urdf(urdf: str) -> Robot:
    """Parse links and joints of a URDF: nothing is printed, and nothing logged.

    Raises:
        UrdfError: not XML, XML with a document type or entities, not a robot, xacro that was not
            expanded, or links and joints that do not form one tree.

    """
    return robot_of(parse_xml(urdf))


def parse_xml(urdf: str) -> etree._Element:
    """Return the root element <robot> of a URDF's text, or raise `UrdfError`."""
    if not isinstance(urdf, str):
        raise UrdfError(f'the robot description is a {type(urdf).__name__}; expected text (str)')
    if not urdf.strip():
        raise UrdfError('the robot description is empty; expected the text of a URDF')
    if len(urdf) > LARGEST_TEXT:
        raise UrdfError(
            f'the robot description has {len(urdf)} characters; expected {LARGEST_TEXT} at most'
        )
    root = root_element(urdf, 'the robot description')
    if tag_of(root) != 'robot':
        raise UrdfError(
            f'the root element is <{shown(tag_of(root))}>; a URDF begins with <robot name="...">'
        )
    return root
