# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Links between the pages lead somewhere, and what the pages name is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from learned_ik.cli import COMMANDS, LAB_COMMANDS, NODES

ROOT = Path(__file__).parents[1]
PAGES = [
    *ROOT.glob('*.md'),
    *(ROOT / 'docs').rglob('*.md'),
    *(ROOT / 'lab').rglob('*.md'),
]


def anchors(page):
    """Return the names that the headings of a page have as targets of links."""
    headings = re.findall(r'^#+ (.+)$', page.read_text(encoding='utf-8'), re.MULTILINE)
    plain = (re.sub(r'[^\w\- ]', '', heading.lower()) for heading in headings)
    return {heading.replace(' ', '-') for heading in plain}


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r'\]\(([^)\s]+)\)', page.read_text(encoding='utf-8'))
    for link in links:
        if '://' in link:
            continue
        path, _, anchor = link.partition('#')
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


SOURCES = re.compile(r'[\w./-]+\.(py|sh|md|txt|toml|cfg)')  # files of these kinds are ours
PLACEHOLDER = re.compile(r'[A-Z]{3,}')  # NAME.json, docs/FILE
OURS = {path.name for path in ROOT.iterdir()} - {'build', 'install', 'log'}


def code_spans(page: Path) -> Iterator[str]:
    """Yield each word that stands in backticks on a page, outside of blocks of code."""
    text = re.sub(r'^```.*?^```', '', page.read_text(encoding='utf-8'), flags=re.M | re.S)
    for span in re.findall(r'`([^`]+)`', text):
        yield from span.split()


def is_a_file_of_ours(word: str) -> bool:
    """Return whether a word looks like a file or folder of the repository."""
    if PLACEHOLDER.search(word.replace('README', '').replace('CHANGELOG', '')):
        return False
    if '/' in word:
        return word.split('/')[0] in OURS and re.fullmatch(r'[\w./-]+(/|\.\w+)', word) is not None
    return SOURCES.fullmatch(word) is not None


def exists(word: str, page: Path) -> bool:
    """Return whether a file is there: in the root, beside the page; a bare name: anywhere."""
    if (ROOT / word).exists() or (page.parent / word).exists():
        return True
    folders = ('learned_ik', 'lab', 'launch', 'docs', 'test', 'scripts')
    return '/' not in word and any(next((ROOT / f).rglob(word), None) for f in folders)


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_named_on_a_page_are_there(page):
    words = [word.strip('.,;:()') for word in code_spans(page)]
    missing = [word for word in words if is_a_file_of_ours(word) and not exists(word, page)]
    assert not missing


def is_there(name: str) -> bool:
    """Return whether a dotted name is a module of the repository, or something in one."""
    parts = name.split('.')
    for count in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:count])
        file = place.with_suffix('.py') if place.with_suffix('.py').is_file() else place
        if file.is_dir():
            return count == len(parts)
        if file.is_file():
            found = re.search(
                rf'^(def|class) {parts[-1]}\b|^{parts[-1]}\b.* = ', file.read_text(), re.M
            )
            return count == len(parts) or (count == len(parts) - 1 and found is not None)
    return False


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_named_on_a_page_are_there(page):
    text = page.read_text(encoding='utf-8')
    names = re.findall(r'(?:-m |`)((?:learned_ik|lab)(?:\.\w+)*\.[a-z]\w+)\b(?!\()', text)
    files = ('learned_ik.rviz',)
    assert not [name for name in names if not is_there(name) and name not in files]


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_named_on_a_page_are_there(page):
    text = page.read_text(encoding='utf-8')
    known = {*COMMANDS, *LAB_COMMANDS, *NODES}
    commands = re.findall(r'(?:python3? -m|ros2 run) learned_ik ([a-z][\w-]*)', text)
    for block in re.findall(r'^```.*?^```', text, re.M | re.S):
        commands += re.findall(r'^learned_ik ([a-z][\w-]*)', block, re.M)
    assert not set(commands) - known


NAMED_TEST = re.compile(r'`(test/[\w/]+\.py)::(\w+)`')
PROMISES = (ROOT / 'docs' / 'promises.md').read_text(encoding='utf-8')


def defines(file: str, name: str) -> bool:
    """Return whether a file of the repository has a test of this name."""
    path = ROOT / file
    return path.is_file() and re.search(rf'^def {name}\(', path.read_text(), re.M) is not None


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_named_on_a_page_are_there(page):
    named = NAMED_TEST.findall(page.read_text(encoding='utf-8'))
    assert not [f'{file}::{name}' for file, name in named if not defines(file, name)]


def test_every_promise_names_its_test():
    rows = [line for line in PROMISES.splitlines() if line.startswith('| ')]
    rows = [row for row in rows if not row.endswith('| test |')]
    assert len(rows) > 25
    for row in rows:
        held = row.rstrip('| ').rpartition(' | ')[2]
        assert NAMED_TEST.search(held) or held.startswith('the same test'), row


def test_a_test_that_is_not_there_is_missed():
    assert defines('test/test_docs.py', 'test_a_stale_name_is_found')
    assert not defines('test/test_docs.py', 'test_of_nothing')
    assert not defines('test/test_nothing.py', 'test_of_nothing')


def test_a_stale_name_is_found(tmp_path):
    page = tmp_path / 'page.md'
    page.write_text(
        '`solving/vain.py`, `learned_ik/solving/vain.py`, `vain.py`, `setup.py`, `a/b.c`'
    )
    words = [word.strip(',') for word in code_spans(page)]
    ours = [word for word in words if is_a_file_of_ours(word)]
    assert [word for word in ours if not exists(word, page)] == [
        'learned_ik/solving/vain.py',
        'vain.py',
    ]
    assert is_there('learned_ik.solving.solver')
    assert is_there('learned_ik.solving.solver.IkSolver')
    assert not is_there('learned_ik.solving.vain')
    assert not is_there('learned_ik.model.nothing')


# What pages have said, what is so instead, and where that is tested or measured.
UNTRUE = {
    'another tool means another training': '`tool` needs none: test/solving/test_fitting.py',
    'kept by the encoding (`bounded`)': '`clipped`, the default, keeps them too: test_encoding.py',
    'changes smoothly': '0.5 % of pairs do not: lab/measurements/smoothness.py',
    'choice is smooth': '0.5 % of pairs do not: lab/measurements/smoothness.py',
    'forward kinematics twice': 'once per engine: docs/architecture.md',
}


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_says_again_what_was_untrue(page):
    text = ' '.join(page.read_text(encoding='utf-8').split())
    assert not {said: truth for said, truth in UNTRUE.items() if said in text}
