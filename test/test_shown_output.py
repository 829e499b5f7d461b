# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What README and tutorials show is what the code beside it gives today.

A line of a Python block that ends with `# -> value` shows the value of the expression before it.
"""

import ast
import json
import re
from pathlib import Path

import pytest

from lab.protocols import published_tables

ROOT = Path(__file__).parents[1]
SHOWN = re.compile(r'(?P<expression>[^#\s].*?)  # -> (?P<value>.*)')
PAGES = ('README.md', 'docs/tutorials/first_pose.md')


def differences(page: str) -> list[str]:
    """Run the Python blocks of a page one after the other; return what shows something else."""
    names: dict = {}
    stale = []
    for block in re.findall(r'^```python\n(.*?)^```', page, re.MULTILINE | re.DOTALL):
        waiting: list[str] = []
        for line in block.splitlines():
            shown = SHOWN.fullmatch(line)
            if shown is None:
                waiting.append(line)
                continue
            exec('\n'.join(waiting), names)
            waiting = []
            found = eval(shown['expression'], names)
            if found != ast.literal_eval(shown['value']):
                stale.append(f'{shown["expression"]} gives {found!r}; the page says {line}')
        exec('\n'.join(waiting), names)
    return stale


@pytest.mark.parametrize('page', PAGES)
def test_shown_values_are_those_of_today(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / page).read_text(encoding='utf-8')
    assert len(SHOWN.findall(text)) >= 2
    assert differences(text) == []


def test_a_stale_value_is_found():
    page = '```python\na = 1\na + 1  # -> 2\na + 2  # -> 4\n```\n'
    assert differences(page) == ['a + 2 gives 3; the page says a + 2  # -> 4']


def test_the_tables_of_peers_are_those_of_the_kept_run():
    kept = json.loads((ROOT / published_tables.KEPT).read_text(encoding='utf-8'))
    short, long = published_tables.short_table(kept), published_tables.long_tables(kept)
    assert len(short.splitlines()) == 2 + len(published_tables.SHOWN)
    remedy = 'run: python -m lab.protocols.published_tables'
    assert short in (ROOT / 'README.md').read_text(encoding='utf-8'), remedy
    assert long in (ROOT / 'docs/benchmark.md').read_text(encoding='utf-8'), remedy


def test_the_readme_is_read_in_a_minute_or_two():
    assert len((ROOT / 'README.md').read_text(encoding='utf-8').split()) <= 900
