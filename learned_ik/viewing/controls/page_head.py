# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The head of the page: a title of its own, and a panel as wide as a phone.

viser has no way to set them. So its page is served with another title, with a line that reads the
title of a mark in the panel, when another robot is chosen, and with a rule for narrow screens.
"""

import gzip
import html
from collections.abc import Callable
from typing import Any

SERVED = b'<title>Viser</title>'
HEAD = """<style>
@media (max-width: 600px) { div[style*="width: 20em"] { width: 100vw !important; } }
</style><script>
setInterval(() => {
  const mark = document.querySelector('[data-page-title]');
  if (mark) document.title = mark.dataset.pageTitle;
}, 500);
</script>"""


def page_title(name: str) -> str:
    """Return the title of a robot's page."""
    return f'learned_ik – {name}'


def title_mark(title: str) -> str:
    """Return HTML that nobody sees, and that gives the page a title while it is there."""
    return f'<span hidden data-page-title="{html.escape(title)}"></span>'


def titled(page: bytes, title: str) -> bytes:
    """Return viser's page with a title; as it is where it is another page than we know."""
    head = f'<title>{html.escape(title)}</title>{HEAD}'
    return page.replace(SERVED, head.encode(), 1)


class TitledPages:
    """Gives what a server answers its title."""

    def __init__(self, title: Callable[[], str]) -> None:
        """Ask `title` for each answer: it may change."""
        self._title = title
        self._known: tuple[str, bytes, bytes] | None = None  # title, answer before, and after

    def give(self, path: str, response: Any) -> Any:
        """Return a response to a request for a path, with its title where it is the page."""
        if response is None or path.partition('?')[0] not in ('/', '/index.html'):
            return response
        title = self._title()
        if self._known is None or self._known[:2] != (title, response.body):
            zipped = response.headers.get('Content-Encoding') == 'gzip'
            page = gzip.decompress(response.body) if zipped else response.body
            page = titled(page, title)
            self._known = title, response.body, gzip.compress(page, 6) if zipped else page
        response.body = self._known[2]
        del response.headers['Content-Length']
        response.headers['Content-Length'] = str(len(response.body))
        return response
