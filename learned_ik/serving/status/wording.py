# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What others send, put into words of ours: one line, short, and nothing that a terminal obeys.

A name may have megabytes, or a line break and then what looks like another line of the log.
"""

from collections.abc import Iterable

LONGEST_NAME = 80  # characters of a name that are told
LONGEST_TEXT = 1200  # characters of a message
MOST_NAMES = 30  # of a list


def named(name: str) -> str:
    """Return a name in quotes, without line breaks and control characters, and not too long."""
    if len(name) <= LONGEST_NAME:
        return f"'{printable(name)}'"
    return f"'{printable(name[:LONGEST_NAME])}…' ({len(name)} characters)"


def listed(names: Iterable[str]) -> str:
    """Return names parted by commas, the first of many."""
    names = list(names)
    told = ', '.join(printable(name[:LONGEST_NAME]) for name in names[:MOST_NAMES])
    left_out = len(names) - MOST_NAMES
    return f'{told} and {left_out} more' if left_out > 0 else told


def one_line(text: str) -> str:
    """Return a message as one printable line; of a long one, its beginning and its end."""
    if len(text) > LONGEST_TEXT:
        half = LONGEST_TEXT // 2
        text = f'{text[:half]} … ({len(text)} characters) … {text[-half:]}'
    return printable(text)


def printable(text: str) -> str:
    """Return a text with escapes, as Python writes them, for what is no printable character."""
    if text.isprintable():
        return text
    return ''.join(c if c.isprintable() else repr(c)[1:-1] for c in text)
