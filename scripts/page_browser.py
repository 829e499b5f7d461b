# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The page that `view` shows, served and opened in a headless Chromium: for scripts that drive it.

They need playwright, pillow and a Chromium (`apt-get install chromium`), and nothing else does.
"""

import contextlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
OPTIONS = (
    '--no-sandbox',
    '--use-angle=swiftshader',  # WebGL without a graphics card
    '--enable-unsafe-swiftshader',
    '--no-first-run',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
)
PATIENCE = 120_000  # [ms], for a slow machine


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[str]:
    """Run `learned_ik view` with arguments; give its address, and end it as Ctrl-C does."""
    server = subprocess.Popen(
        [sys.executable, '-m', 'learned_ik', 'view', *arguments, '--port', '8100'],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        yield next(word for line in server.stderr or '' for word in line.split() if '://' in word)
        server.send_signal(signal.SIGINT)
        if server.wait(20) != 0:
            raise RuntimeError(f'view ended with {server.returncode}')
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start a Chromium, and end it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=list(OPTIONS)
        )
        yield chromium
        chromium.close()


def opened(chromium: Browser, address: str, width: int, height: int, **options: Any) -> Page:
    """Open the page in a window of a size [px], and wait until it says how the arm stands."""
    page = chromium.new_page(viewport={'width': width, 'height': height}, **options)
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.get_by_text('The target is').first.wait_for(state='attached')
    # What the browser says of software rendering.
    page.locator('.mantine-Notification-closeButton').first.click()
    return page
