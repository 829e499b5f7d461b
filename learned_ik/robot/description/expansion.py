# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Files of xacro, expanded where the Python package `xacro` is installed.

Only files are: a text that came over the network is not evaluated here.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from learned_ik.errors import UrdfError
from learned_ik.robot.description.elements import tag_of
from learned_ik.robot.description.markup import root_element
from learned_ik.robot.description.names import shown
from learned_ik.robot.description.xacro import xacro_elements

log = logging.getLogger(__name__)


def expanded(text: str, path: Path) -> str:
    """Return what xacro makes of a robot description.

    Args:
        text: what the file holds.
        path: of the file; what it includes is found beside it.

    Returns:
        The text itself where it holds nothing of xacro, where xacro is not installed, or where it
        cannot expand the file: what is missing then is told by whoever needs it.

    """
    if 'xacro' not in text.lower():
        return text
    try:
        elements = xacro_elements(root_element(text, 'the robot description'))
    except UrdfError:  # told when it is parsed
        return text
    if not elements:
        return text
    try:
        import xacro
    except ImportError:
        return text
    try:
        return str(xacro.process_file(str(path), mappings=_defaults(elements)).toxml())
    except Exception as error:  # it evaluates expressions of Python, which may fail in any way
        log.warning(
            "xacro cannot expand '%s', it is read as it is: %s. Where the file needs arguments: "
            'xacro FILE NAME:=VALUE > robot.urdf',
            shown(path), shown(error),
        )  # fmt: skip
        return text


def _defaults(elements: Sequence[etree._Element]) -> dict[str, str]:
    """Return the values of arguments that have one, but for those that are expressions.

    xacro itself knows them too late for the name of the robot: `<robot name="$(arg name)">`.
    """
    arguments = [each for each in elements if tag_of(each).rpartition(':')[2] == 'arg']
    given = {each.get('name', ''): each.get('default', '$') for each in arguments}
    return {name: value for name, value in given.items() if name and '$' not in value}
