# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What others send, put into words of ours: one line, short, and nothing that a terminal obeys.

A name may have megabytes, or a line break and then what looks like another line of the log.
"""

from learned_ik.robot.description.names import printable, shown

LONGEST_TEXT = 1200  # characters of a message


def named(name: str) -> str:
    """Return a name in quotes, as `shown` does."""
    return f"'{shown(name)}'"


def one_line(text: str) -> str:
    """Return a message as one printable line; of a long one, its beginning and its end."""
    if len(text) > LONGEST_TEXT:
        half = LONGEST_TEXT // 2
        text = f'{text[:half]} … ({len(text)} characters) … {text[-half:]}'
    return printable(text)
