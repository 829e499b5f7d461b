# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is left of xacro in a robot description: ignored where nobody needs it, else named.

An expanded description may keep what xacro did not replace: a property that nothing uses, a
colour, a sensor. A description that was never expanded lacks links and joints.
"""

import contextlib
from collections.abc import Iterator, Sequence

from lxml import etree

from learned_ik.errors import UrdfError
from learned_ik.robot.description.elements import RUN_XACRO, line_of, namespace_of, tag_of
from learned_ik.robot.description.names import shown

MAKES_NOTHING = ('property', 'arg')  # by itself: what uses it is told for itself


def is_of_xacro(element: etree._Element) -> bool:
    """Say whether an element is xacro's: by its prefix, or by what address that stands for.

    One without a prefix never is, be the address of xacro the default: xacro reads none either.
    """
    prefix, colon, _ = tag_of(element).rpartition(':')
    return bool(colon) and 'xacro' in f'{namespace_of(element)} {prefix}'.lower()


def makes_nothing(element: etree._Element) -> bool:
    """Say whether an element of xacro only defines something."""
    return tag_of(element).rpartition(':')[2] in MAKES_NOTHING


def xacro_elements(root: etree._Element) -> list[etree._Element]:
    """Return the outermost elements of xacro, as the text has them."""
    found: list[etree._Element] = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if is_of_xacro(element):
            found.append(element)
        else:
            waiting.extend(reversed(list(element.iterchildren(etree.Element))))
    return found


def not_expanded(element: etree._Element) -> str:
    """Return what is said of an element that matters, or may matter."""
    local = tag_of(element).rpartition(':')[2]
    return f'{line_of(element)}<xacro:{shown(local)}> was not expanded; {RUN_XACRO}'


@contextlib.contextmanager
def with_question(elements: Sequence[etree._Element], *errors: type[UrdfError]) -> Iterator[None]:
    """Let errors say first that links or joints may be behind these elements of xacro.

    Args:
        elements: of xacro.
        errors: those that missing links or joints may be the cause of.

    """
    try:
        yield
    except errors as error:
        for element in elements:
            if _may_make_links(element):
                raise type(error)(f'{not_expanded(element)} ({error})') from error
        raise


def check_end(elements: Sequence[etree._Element], tip_link: str) -> None:
    """Raise `UrdfError` where an arm may go on behind a tip that nobody named."""
    for element in elements:
        if _may_make_links(element) and any(
            tip_link in each.attrib.values() for each in element.iter(etree.Element)
        ):
            raise UrdfError(
                f"the arm may go on behind '{shown(tip_link)}': {not_expanded(element)}, or name "
                'the tip link'
            )


def leftover_advice(elements: Sequence[etree._Element]) -> list[str]:
    """Return one line about elements that were ignored, or none where there are none."""
    if not elements:
        return []
    # What may have made links comes first.
    first = next(filter(_may_make_links, elements), elements[0])
    more = f' and {len(elements) - 1} more of xacro' if len(elements) > 1 else ''
    return [
        f'{line_of(first)}<{shown(tag_of(first))}>{more} ignored: it was not expanded, and the '
        f'chain is complete without; if a part of the arm is missing, {RUN_XACRO}'
    ]


def _may_make_links(element: etree._Element) -> bool:
    """Say whether an element stands where links and joints do, and may be replaced by some."""
    parent = element.getparent()
    top = parent is None or parent.getparent() is None
    return top and not makes_nothing(element)
