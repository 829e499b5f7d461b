# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Names and values as messages show them: short, and on one line."""

from collections.abc import Iterable

LONGEST_SHOWN = 200  # characters of one name, value or path
MOST_LISTED = 100  # names in one message


def shown(text: object) -> str:
    """Return a text without line breaks, its middle left out where it is long."""
    return ''.join(c if c.isprintable() else ascii(c)[1:-1] for c in _shortened(str(text)))


def listed(names: Iterable[str]) -> str:
    """Return names behind each other, no more than a message can hold."""
    names = list(names)
    first = ', '.join(map(shown, names[:MOST_LISTED]))
    more = len(names) - MOST_LISTED
    return f'{first} and {more} more' if more > 0 else first


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_SHOWN:
        return text
    return f'{text[:80]}…{text[-40:]} ({len(text)} characters)'
