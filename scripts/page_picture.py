# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Take a picture of the page that `python -m learned_ik view` shows, in a headless Chromium.

    python scripts/page_picture.py tiago_arm docs/images/view.png docs/images/view_phone.png

For the arm of TIAGo: uses each kind of control as its user would, prints what the page says of
it, and takes a picture in a wide window, and one on a phone. What it needs: see `page_browser.py`.
"""

import io
import sys
from pathlib import Path

import numpy as np
from page_browser import PATIENCE, browser, opened, served
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from learned_ik.robot.arms import artificial_arm_urdf

WIDE, PHONE = (1280, 800), (420, 850)  # [px]
SETTLED = 2_500  # [ms], until what was sent is drawn
SCENE = 850  # [px], the width that the controls leave free
VIVID = 120  # difference of colour channels: robot and floor are grey, handles are not
BLUE = (48, 136, 232)  # of one of the target's arrows
NEAR = 40
TRIES = 30


def main(robot: str, picture: str, phone_picture: str) -> None:
    """Start the page, use it, take the pictures, end it."""
    with served(robot) as address, browser() as chromium:
        page = opened(chromium, address, *WIDE)
        page.wait_for_timeout(SETTLED)
        print(f'title {page.title()}')
        use_target(page)
        use_joints(page)
        use_spheres(page)
        page.screenshot(path=picture)
        page.close()
        phone = opened(chromium, address, *PHONE)
        phone.wait_for_timeout(SETTLED)
        phone.screenshot(path=phone_picture)
        box = phone.get_by_role('tab', name='Target').locator('..').bounding_box()
        print(f'panel on a phone {box["x"]:.0f} to {box["x"] + box["width"]:.0f} px')
        phone.close()
        use_robots(opened(chromium, address, *WIDE))
    print('closed')


def use_target(page: Page) -> None:
    """Slide along the redundancy, drag the target, slide again, type a number, ask for a pose."""
    redundancy = page.get_by_role('slider').first
    push(page, redundancy, 30)
    drag_target(page)
    box = page.locator('input[inputmode=decimal]').nth(6)  # after the target's six numbers
    expect(box).to_have_value('0')
    print(f'slider set back to {box.input_value()}')
    expect(headline(page)).to_contain_text('The target is', timeout=PATIENCE)  # it has come there
    print(f'dragged: {headline(page).inner_text()}')
    push(page, redundancy, 1)
    push(page, redundancy, 59)
    before = page.evaluate(PLACES)
    x = page.locator('input[inputmode=decimal]').first
    x.fill(f'{float(x.input_value()) - 0.05:.3f}')
    x.press('Enter')
    page.wait_for_timeout(SETTLED)
    print(f'typed: {headline(page).inner_text()}')
    page.get_by_text('Random pose').click()
    page.wait_for_timeout(SETTLED)
    print(f'random: {headline(page).inner_text()}')
    page.get_by_text('Back', exact=True).click()
    page.wait_for_timeout(SETTLED)
    page.get_by_text('Spiral').click()
    page.get_by_text('A spiral of').wait_for()
    print(headline(page).inner_text())
    page.get_by_text('Back', exact=True).click()
    expect(headline(page)).to_contain_text('The target is')
    print(f'moved by texts {page.evaluate(PLACES) != before}')


def use_joints(page: Page) -> None:
    """Push a joint to its limit: the target follows."""
    page.get_by_role('tab', name='Joints').click()
    print(f'joint sliders {page.get_by_role("slider").count()}')
    push(page, page.get_by_role('slider').nth(3), 20)
    page.get_by_role('slider').nth(3).press('End')
    page.wait_for_timeout(SETTLED)
    print(f'{gauge(page, 4).get_attribute("title")}')
    print(f'at a limit: {headline(page).locator("..").inner_text()}')


def use_spheres(page: Page) -> None:
    """Put a sphere beside the target: nothing of the panel moves."""
    page.get_by_role('tab', name='Target').click()
    page.get_by_text('Back', exact=True).click()
    page.get_by_role('tab', name='Scene').click()
    page.wait_for_timeout(SETTLED)
    before = page.evaluate(PLACES)
    page.get_by_text('Add one').click()
    clearance = page.get_by_role('row', name='clearance').get_by_role('cell').nth(1)
    expect(clearance).to_contain_text('mm')
    print(f'clearance {clearance.inner_text()}')
    print(f'moved by a sphere {page.evaluate(PLACES) != before}')
    page.get_by_role('tab', name='Target').click()
    page.wait_for_timeout(SETTLED)


def use_robots(page: Page) -> None:
    """Choose another robot by name, then by file, and a file that is none."""
    page.get_by_role('tab', name='Robot').click()
    for name in ('ur10', 'artificial.urdf', 'none.urdf'):
        if name.endswith('.urdf'):
            text = artificial_arm_urdf(7) if name == 'artificial.urdf' else '<robot'
            file = {'name': name, 'mimeType': 'text/xml', 'buffer': text.encode()}
            with page.expect_file_chooser() as chooser:
                page.get_by_text('Open a URDF').click()
            chooser.value.set_files(file)
        else:
            page.locator('input:visible').first.click()
            page.get_by_role('option', name=name).click()
        page.wait_for_timeout(2 * SETTLED)
        print(f'{name}: {page.title()}, {headline(page).inner_text()}')
        page.get_by_role('tab', name='Robot').click()
    page.get_by_text('Not taken').wait_for()
    print(page.get_by_text('Not taken').inner_text())


# Where the tabs of the panel are: below all texts.
PLACES = "() => document.querySelector('[role=tablist]').getBoundingClientRect().y"


def headline(page: Page) -> Locator:
    """Return what says how the arm stands."""
    return page.locator('strong').first


def gauge(page: Page, joint: int) -> Locator:
    """Return the gauge of the arm's joint, counted from 1, whose title has its value."""
    return page.locator(f'[title^="arm_{joint}_joint"]')


def value(page: Page, joint: int) -> float:
    """Return where a joint is [°]."""
    return float((gauge(page, joint).get_attribute('title') or '').split()[1])


def push(page: Page, slider: Locator, steps: int) -> None:
    """Push a slider by some steps, and print where the elbow goes.

    By its thumb: the box beside it takes no number right after the page has set one.
    """
    before = value(page, 3), value(page, 4)
    for _ in range(steps):
        slider.press('ArrowRight')
    for _ in range(TRIES):
        page.wait_for_timeout(SETTLED)
        if (value(page, 3), value(page, 4)) != before:
            break
    print(f'pushed {before} -> {(value(page, 3), value(page, 4))}')


def drag_target(page: Page) -> None:
    """Take the target's blue arrow with the mouse, pull it back along itself, and let go."""
    before = value(page, 3), value(page, 4)
    for _ in range(TRIES):
        page.wait_for_timeout(SETTLED)
        shown = Image.open(io.BytesIO(page.screenshot())).convert('RGB')
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
    for _ in range(TRIES):  # until the arm has followed
        page.wait_for_timeout(SETTLED)
        if value(page, 4) != before[1]:
            break
    print(f'pushed {before} -> {(value(page, 3), value(page, 4))}')


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit(f'usage: python {Path(__file__).name} ROBOT PICTURE.png PHONE_PICTURE.png')
    main(*sys.argv[1:])
