# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Names and values as messages show them: short, and on one line."""

from collections.abc import Iterable

LONGEST_SHOWN = 200  # characters of one name, value or path
MOST_LISTED = 2_000  # characters of all names in one message


def shown(text: object) -> str:
    """Return a text without line breaks, its middle left out where it is long."""
    return printable(_shortened(str(text)))


def printable(text: str) -> str:
    """Return a text with escapes, as Python writes them, for what is no printable character."""
    if text.isprintable():
        return text
    return ''.join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def listed(names: Iterable[str]) -> str:
    """Return names behind each other, no more than a message can hold."""
    told: list[str] = []
    names, room = list(names), MOST_LISTED
    for name in names:
        told.append(shown(name))
        room -= len(told[-1]) + 2
        if room < 0:
            break
    more = len(names) - len(told)
    return ', '.join(told) + (f' and {more} more' if more else '')


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_SHOWN:
        return text
    return f'{text[:80]}…{text[-40:]} ({len(text)} characters)'
