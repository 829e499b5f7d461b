# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Names on a page mean nothing but themselves."""

import html.parser
import re

import pytest

from learned_ik.viewing.markdown import code, escaped

HOSTILE = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[click](javascript:alert(1))',
    '![x](http://elsewhere/x.png)',
    '[a]: http://elsewhere',
    '[a][b]',
    'a | b | c',
    '**bold** _thin_ `code`',
    'line\n\n# heading',
    '<https://elsewhere>',
    '&lt;b&gt;',
    '\\',
    'tip\\',
    '~~gone~~ $a$',
]


def shown(text: str) -> str:
    """Return what is seen of a line: backslashes taken away from what they escape."""
    return re.sub(r'\\([\\`*_{}\[\]()#+!|<>&$~-])', r'\1', text)


@pytest.mark.parametrize('name', HOSTILE)
def test_a_name_is_shown_as_it_is(name):
    line = escaped(name)
    assert '\n' not in line
    assert shown(line) == ' '.join(name.split())


@pytest.mark.parametrize('name', HOSTILE)
def test_nothing_of_a_name_begins_anything(name):
    line = escaped(name)
    bare = re.sub(r'\\.', '', line)  # what is left without all that is escaped
    assert not re.search(r'[`*|~$]', bare)
    assert not re.search(r'\]\s*[(\[:]', bare)
    assert not re.search(r'<[A-Za-z/!?]', bare)
    assert not re.search(r'&#?\w+;', bare)


@pytest.mark.parametrize('name', ['arm_1_joint', 'L2 [mm]', '< 0.001', 'R&D', '10 % > 5 %', 'a-b'])
def test_what_is_harmless_stays_readable(name):
    assert escaped(name) == name


@pytest.mark.parametrize('name', [*HOSTILE, '', '`', '``` a', 'a ` b `` c'])
def test_code_ends_where_it_should(name):
    span = code(name)
    fence = re.match('`+', span)[0]
    inside = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert fence not in re.findall('`+', inside)
    assert inside.strip(' ') == ' '.join(name.split()).strip(' ')


def test_the_report_escapes_a_robots_names():
    """In HTML, by the templates of jinja."""
    jinja2 = pytest.importorskip('jinja2')
    pytest.importorskip('matplotlib')
    from learned_ik.learning.reports.report_page import TEMPLATE

    page = jinja2.Template(TEMPLATE, autoescape=True).render(
        name='<script>alert(1)</script>',
        base='"><img src=x>',
        tip="' onload=x",
        rows=[],
        figures=[],
    )

    class Tags(html.parser.HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: set[str] = set()

        def handle_starttag(self, tag, attrs):
            self.seen.add(tag)

    tags = Tags()
    tags.feed(page)
    assert not tags.seen & {'script', 'img'}
    assert '&lt;script&gt;' in page
