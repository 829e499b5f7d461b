# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Take a picture of the page that `python -m learned_ik view` shows, in a headless Chromium.

    python scripts/page_picture.py models/tiago_arm.safetensors docs/images/view.png

For the arm of TIAGo: slides along the redundancy, drags the target with the mouse, slides again,
adds a sphere, presses the spiral's button, and prints what the page says of each. Needs
playwright, pillow and a Chromium (`apt-get install chromium`).
"""

import io
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
SOFTWARE_WEBGL = ('--use-angle=swiftshader', '--enable-unsafe-swiftshader')
PATIENCE = 120_000  # [ms], for a first start, which compiles, on a slow machine
SETTLED = 4_000  # [ms], until what was sent is drawn
REDUNDANCY = 1  # place among the sliders: the first is the speed
SCENE = 860  # [px], the width that the controls leave free
VIVID = 120  # difference of colour channels: robot and floor are grey, handles are not
BLUE = (48, 136, 232)  # of one of the target's arrows
NEAR = 40


def main(model: str, picture: str) -> int:
    """Start the page, use it, take the picture, end it; return its exit status."""
    server = subprocess.Popen(
        [sys.executable, '-m', 'learned_ik', 'view', model, '--port', '8100'],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        address = next(word for line in server.stderr for word in line.split() if '://' in word)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=next(filter(None, map(shutil.which, BROWSERS))),
                args=['--no-sandbox', *SOFTWARE_WEBGL],
            )
            page = browser.new_page(viewport={'width': 1200, 'height': 750})
            page.goto(address)
            use(page)
            page.screenshot(path=picture, timeout=PATIENCE)
            browser.close()
        server.send_signal(signal.SIGINT)
        return server.wait(20)
    finally:
        server.kill()
        server.wait()


def use(page: Page) -> None:
    """Try the controls, and print what the page says."""
    headline = page.locator('strong').first
    headline.wait_for(timeout=PATIENCE)
    print(headline.inner_text())
    close_notification(page)
    slide(page, 30)
    drag_target(page)
    redundancy = page.locator('input[inputmode=decimal]').nth(REDUNDANCY)
    expect(redundancy).to_have_value('0', timeout=PATIENCE)
    print(f'slider set back to {redundancy.input_value()}')
    expect(headline).to_contain_text('The target is', timeout=PATIENCE)  # it has come there
    page.wait_for_timeout(SETTLED)  # until the last of the drag is shown
    print(f'dragged: {headline.inner_text()}')
    slide(page, 1)
    slide(page, 59)
    page.get_by_role('button', name='Add a sphere').click()
    clearance = page.get_by_role('row', name='clearance').get_by_role('cell').nth(1)
    clearance.wait_for(timeout=PATIENCE)
    print(f'clearance {clearance.inner_text()}')
    page.get_by_role('button', name='Follow a spiral').click()
    page.get_by_text('A spiral of').wait_for(timeout=PATIENCE)
    print(headline.inner_text())
    page.reload()  # the arrow keys have turned the camera too
    headline.wait_for(timeout=PATIENCE)
    close_notification(page)
    page.wait_for_timeout(SETTLED)


def close_notification(page: Page) -> None:
    """Take away what the browser says of software rendering."""
    page.locator('.mantine-Notification-closeButton').first.click()


def slide(page: Page, steps: int) -> None:
    """Push the slider of the redundancy by some steps of 0.01 rad, and print where the elbow goes.

    By its thumb: the box beside it takes no number right after the page has set one.
    """
    elbow = page.get_by_role('row', name='arm_3_joint').get_by_role('cell').nth(1)
    before = elbow.inner_text()
    for _ in range(steps):
        page.get_by_role('slider').nth(REDUNDANCY).press('ArrowRight')
    expect(elbow).not_to_have_text(before, timeout=PATIENCE)
    page.wait_for_timeout(SETTLED)
    print(f'arm_3_joint {before} -> {elbow.inner_text()}')


def drag_target(page: Page) -> None:
    """Take the target's blue arrow with the mouse, pull it back along itself, and let go."""
    shoulder = page.get_by_role('row', name='arm_4_joint').get_by_role('cell').nth(1)
    before = shoulder.inner_text()
    for _ in range(PATIENCE // SETTLED):
        page.wait_for_timeout(SETTLED)
        shown = Image.open(io.BytesIO(page.screenshot(timeout=PATIENCE))).convert('RGB')
        pixels = np.asarray(shown, float)[:, :SCENE]
        blue = np.argwhere(np.abs(pixels - BLUE).max(axis=-1) < NEAR)  # (n, 2), row and column
        if len(blue):
            break
    handle = np.argwhere(np.ptp(pixels, axis=-1) > VIVID)
    middle = handle.mean(axis=0)
    tip = blue[np.argmax(np.linalg.norm(blue - middle, axis=-1))]
    row, column = tip + 0.1 * (blue.mean(axis=0) - tip)  # a little inwards: on the arrow's head
    to_row, to_column = (row, column) + 0.8 * (middle - tip)
    page.mouse.move(column, row)
    page.mouse.down()
    page.mouse.move(to_column, to_row, steps=10)
    page.mouse.up()
    expect(shoulder).not_to_have_text(before, timeout=PATIENCE)
    page.wait_for_timeout(SETTLED)  # until the arm has followed
    print(f'arm_4_joint {before} -> {shoulder.inner_text()}')


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(f'usage: python {Path(__file__).name} MODEL PICTURE.png')
    sys.exit(main(*sys.argv[1:]))
