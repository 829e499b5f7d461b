# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Names and values as parts of a page in Markdown, where they mean nothing but themselves."""

import re

# What would begin something: code, emphasis, a formula, a link, a cell, a tag or an address, an
# entity. Alone, brackets and comparisons stay as they are: they are in every table.
SPECIAL = re.compile(
    r'[\\`*|~$]|\](?=\s*[(\[:])|\[(?=[^\]]*\]\s*[(\[:])|(?<!\w)_|_(?!\w)'
    r'|<(?=[A-Za-z/!?])|&(?=#?\w+;)'
)


def escaped(name: object) -> str:
    """Return a text on one line that is shown as it is: in a paragraph, a caption, a table."""
    line = ' '.join(str(name).split())
    return SPECIAL.sub(lambda found: f'\\{found[0]}', line)


def code(name: object) -> str:
    """Return a text as a span of code: within more backticks than it holds in a row."""
    line = ' '.join(str(name).split())
    longest = max((len(run) for run in re.findall('`+', line)), default=0)
    fence = '`' * (longest + 1)
    space = ' ' if line.startswith('`') or line.endswith('`') or not line else ''
    return f'{fence}{space}{line}{space}{fence}'
