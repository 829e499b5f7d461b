# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""docs/troubleshooting.md explains messages that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / 'docs' / 'troubleshooting.md'
MESSAGES = [
    cell
    for line in PAGE.read_text(encoding='utf-8').splitlines()
    if (cell := line.split(' | ')[0].strip('| ')).startswith('`') and cell.endswith('`')
]


def template(node):
    """Return a string of the code as one piece, with … for each value that is put in."""
    if isinstance(node, ast.JoinedStr):
        return ''.join(map(template, node.values))
    return node.value if isinstance(node, ast.Constant) else '…'


@pytest.fixture(scope='module')
def said():
    """Return every string of the package and of the scripts that set it up."""
    strings = []
    for path in (ROOT / 'learned_ik').rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.Constant) and isinstance(node.value, str)
            ):
                strings.append(template(node))
    return [*strings, *(path.read_text() for path in (ROOT / 'scripts').glob('*.sh'))]


def test_there_are_many():
    assert len(MESSAGES) > 35


@pytest.mark.parametrize('message', MESSAGES)
def test_the_message_is_said_somewhere(message, said):
    parts = [re.escape(part.strip()) for part in message.strip('`').split('…') if part.strip()]
    pattern = re.compile('.*'.join(parts), re.DOTALL)
    assert any(pattern.search(string) for string in said)
