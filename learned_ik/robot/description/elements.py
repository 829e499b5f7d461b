# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Elements of a URDF as lenient parsers read them, and the numbers in their attributes.

Nothing is read before somebody needs it: what nobody needs cannot fail.
"""

import math
import re
from collections.abc import Iterator

from lxml import etree

from learned_ik.errors import UrdfError
from learned_ik.robot.description.names import shown

RUN_XACRO = (
    'run "xacro FILE > robot.urdf" first and use that, or "pip install xacro", and files are '
    'expanded here'
)
LAST_LINE = 65_535  # libxml2 counts no further
NUMBER = re.compile(r'[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|nan)', re.I | re.ASCII)


def tag_of(element: etree._Element) -> str:
    """Return the tag with its prefix; a default namespace (`xmlns=...`) is not part of it."""
    name = element.tag.rpartition('}')[2]  # a prefix without a namespace is part of the tag
    return name if element.prefix is None else f'{element.prefix}:{name}'


def namespace_of(element: etree._Element) -> str:
    """Return the address of the tag's namespace, empty where it has none."""
    return element.tag.rpartition('}')[0].lstrip('{')


def children(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield the children of this tag."""
    return (child for child in element.iterchildren(etree.Element) if tag_of(child) == tag)


def child(element: etree._Element, tag: str) -> etree._Element | None:
    """Return the first child of this tag, or None."""
    return next(children(element, tag), None)


def line_of(element: etree._Element) -> str:
    """Return where the element stands, to begin a message with."""
    line = element.sourceline
    return f'line {line}: ' if line < LAST_LINE else f'line {LAST_LINE} or later: '


def numbers(
    element: etree._Element,
    attribute: str,
    what: str,
    count: int = 1,
    *,
    default: str | None = None,
    largest: float = math.inf,
) -> list[float]:
    """Return the numbers of an attribute.

    Args:
        element: has the attribute.
        attribute: its name.
        what: how an error names the value.
        count: how many numbers there must be.
        default: the text where there is no such attribute; None: there must be one.
        largest: that the numbers may be, either way; infinite: they need not even be finite.

    Raises:
        UrdfError: the attribute is missing, or has other numbers; the message names the line.

    """
    text = element.get(attribute, default)
    if text is None:
        given = ', '.join(f'{shown(key)}="{shown(value)}"' for key, value in element.items()[:3])
        raise UrdfError(
            f'{line_of(element)}{what} has no {attribute}=...'
            f'{f", only {given}" if given else ""}; expected {_expected(count, largest)}'
        )
    words = text.split()
    values = [float(word) for word in words if NUMBER.fullmatch(word)]
    bounded = largest == math.inf or all(abs(value) <= largest for value in values)  # no NaN
    if len(values) != count or len(words) != count or not bounded:
        hint = f'; it is xacro that was not expanded: {RUN_XACRO}' if is_xacro(text) else ''
        raise UrdfError(
            f"{line_of(element)}{what} is '{shown(text)}'; "
            f'expected {_expected(count, largest)}{hint}'
        )
    return values


def is_xacro(text: str) -> bool:
    """Say whether a text holds an expression that xacro would have replaced."""
    return '${' in text or '$(' in text


def _expected(count: int, largest: float) -> str:
    finite = '' if largest == math.inf else 'finite '
    kind = f'one {finite}number' if count == 1 else f'{count} {finite}numbers'
    return f'{kind}, at most {largest:g}' if finite else kind
