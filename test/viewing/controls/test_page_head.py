# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The page has a title of its own."""

import gzip

import pytest

from learned_ik.viewing.controls.page_head import (
    SERVED,
    TitledPages,
    page_title,
    title_mark,
    titled,
)

BARE = b'<html><head>' + SERVED + b'</head></html>'


class Response:
    """What a server answers."""

    def __init__(self, body: bytes, encoding: str) -> None:
        self.body = body
        self.headers = {'Content-Encoding': encoding, 'Content-Length': str(len(body))}


def test_the_title_is_the_robots_and_no_html():
    assert page_title('panda') == 'learned_ik – panda'
    assert '<title>&lt;b&gt;</title>' in titled(BARE, '<b>').decode()
    assert title_mark('"><b>').count('<') == 2  # of the mark itself


def test_a_page_that_we_do_not_know_stays_as_it_is():
    assert titled(b'<title>Another</title>', 'ours') == b'<title>Another</title>'


def test_viser_serves_the_page_that_we_know():
    viser = pytest.importorskip('viser')
    from pathlib import Path

    page = Path(viser.__file__).parent / 'client' / 'build' / 'index.html'
    assert page.read_bytes().count(SERVED) == 1


@pytest.mark.parametrize('encoding', ['gzip', 'identity'])
def test_the_page_alone_is_changed_and_its_title_may_change(encoding):
    names = iter(['one', 'one', 'two'])
    pages = TitledPages(lambda: next(names))
    body = gzip.compress(BARE) if encoding == 'gzip' else BARE
    for path, title in (('/', b'one'), ('/index.html?x', b'one'), ('/', b'two')):
        response = pages.give(path, Response(body, encoding))
        assert response.headers['Content-Length'] == str(len(response.body))
        page = gzip.decompress(response.body) if encoding == 'gzip' else response.body
        assert b'<title>' + title + b'</title>' in page
    assert pages.give('/other.js', Response(BARE, encoding)).body == BARE
    assert pages.give('/', None) is None  # a web socket
