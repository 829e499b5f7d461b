# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The site has every page, its code runs, it builds without a warning, and it can be cited."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import learned_ik

ROOT = Path(__file__).parents[1]
DOCS = ROOT / 'docs'
READMES = {'README.md', 'experiments/README.md'}  # for who reads the folders without the site
OUTSIDE = {'changelog.md': 'CHANGELOG.rst'}  # pages of another name than their file


class Loader(yaml.SafeLoader):
    """Reads what MkDocs reads, but calls none of the functions that are named there."""


Loader.add_multi_constructor('tag:yaml.org,2002:python/', lambda loader, suffix, node: suffix)
SITE = yaml.load((ROOT / 'mkdocs.yml').read_text(encoding='utf-8'), Loader)


def named(nav):
    """Return the pages of a part of the navigation."""
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [page for part in parts for page in named(part)]


PAGES = {str(page.relative_to(DOCS)) for page in DOCS.rglob('*.md')} - READMES


def test_the_navigation_names_every_page_once():
    pages = named(SITE['nav'])
    assert len(pages) == len(set(pages))
    assert PAGES - set(pages) == set()


def test_what_the_navigation_names_is_there():
    others = [OUTSIDE.get(page, page) for page in named(SITE['nav']) if page not in PAGES]
    assert others
    assert not [page for page in others if not (ROOT / page).is_file()]


def test_the_home_page_leads_to_every_page_of_the_navigation():
    home = (DOCS / 'index.md').read_text(encoding='utf-8')
    links = re.findall(r'\]\(([^)#]+)', home)
    aims = {str((DOCS / link).resolve().relative_to(ROOT)) for link in links}
    missing = {f'docs/{page}' for page in PAGES} - aims - {'docs/index.md'}
    assert missing <= {'docs/experiments/index.md'}  # from paper.md


def test_the_page_of_each_public_name_is_written_from_its_docstring():
    page = (DOCS / 'api.md').read_text(encoding='utf-8')
    shown = set(re.findall(r'^(?:::: [\w.]+\.|## )(\w+)$', page, re.M))
    assert {name for name in learned_ik.__all__ if not name.startswith('__')} <= shown


def python_of(page):
    """Return the Python of a page as one program, without what needs a node to talk to."""
    blocks = re.findall(r'^```python\n(.*?)^```', (DOCS / page).read_text('utf-8'), re.M | re.S)
    return '\n'.join(blocks)


PROGRAMS = [page for page in sorted(PAGES) if page.startswith(('tutorials/', 'howto/'))]
PROGRAMS = [page for page in PROGRAMS if re.search(r'import.*IkSolver', python_of(page))]


def test_the_pages_have_programs():
    assert len(PROGRAMS) > 4


@pytest.mark.parametrize('page', PROGRAMS)
def test_the_python_of_a_page_runs(page, tmp_path):
    program = tmp_path / 'program.py'
    program.write_text(python_of(page), encoding='utf-8')
    runpy.run_path(str(program))  # its own assertions are those of the page


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / 'CITATION.cff').read_text(encoding='utf-8'))
    assert citation['cff-version'] == '1.2.0'
    assert citation['version'] == learned_ik.__version__
    assert {'message', 'title', 'authors'} <= citation.keys()
    page = (DOCS / 'cite.md').read_text(encoding='utf-8')
    for work in (citation, *citation['references']):
        assert f'{{{work["title"]}}}' in page
        assert all(
            each.get('family-names', '').isalpha() or each['name'] for each in work['authors']
        )
    assert f'version = {{{citation["version"]}}}' in page


def test_the_workflow_publishes_what_make_builds():
    workflow = yaml.safe_load((ROOT / '.github' / 'workflows' / 'docs.yml').read_text('utf-8'))
    steps = workflow['jobs']['build']['steps']
    assert {'run': 'make docs'} in steps
    assert [step['with']['path'] for step in steps if 'with' in step] == [SITE['site_dir']]


def test_the_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip('mkdocs')
    pytest.importorskip('material')
    pytest.importorskip('mkdocstrings')
    command = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--site-dir', tmp_path]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr
    assert 'joint_positions' in (tmp_path / 'api' / 'index.html').read_text(encoding='utf-8')
    assert (tmp_path / 'changelog' / 'index.html').is_file()
