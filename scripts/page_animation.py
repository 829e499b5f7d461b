# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Make the animated picture of the page that `python -m learned_ik view` shows.

    python scripts/page_animation.py docs/images/view.gif

A target is led around, each step is solved for, a sphere comes in the arm's way, and it gives way.
Each frame is a screenshot of the page in a headless Chromium; the page's time goes on by that of a
frame, however long the screenshot takes. What it needs: see `page_browser.py`.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from page_browser import browser, opened
from PIL import Image
from playwright.sync_api import Page as BrowserPage

from learned_ik.arrays import Array
from learned_ik.viewing.answer_text import COLOURS as FIGURE_COLOURS
from learned_ik.viewing.controls.joint_states import HOLD_COLOURS
from learned_ik.viewing.page import PERIOD, Page
from learned_ik.viewing.status_colours import STATUS_COLOURS
from learned_ik.viewing.viewed_robot import robot_named

ROBOT = 'panda'
WINDOW = (960, 640)  # [px]
WIDTH = 720  # [px], of the picture
FRAMES = 60
FRAME_TIME = 0.12  # [s]
STEPS = round(FRAME_TIME / PERIOD)  # of the page, in a frame
DRAWN = 350  # [ms], until the browser shows what it was sent
ZOOM = -350  # [px], of the mouse's wheel
COLOURS, SAMPLES = 255, 8  # of the palette, and frames that it is made of
# What is small in every frame, and shall keep its colour.
TEXTS = [*STATUS_COLOURS.values(), *HOLD_COLOURS.values(), *FIGURE_COLOURS.values()]
BEGIN = (0.0, -0.5, 0.0, -2.2, 0.0, 1.75, 0.785)  # [rad], a posture that people know
ROUND = np.array([0.0, 0.32, 0.12])  # [m], from the middle of the target's eight to its edge
SPHERE_FROM, SPHERE_TO = 14, 48  # frames
SPHERE, SPHERE_RADIUS = (0.218, -0.327, 0.78), 0.08  # [m], where the elbow would come


def main(picture: str) -> None:
    """Serve the page, lead its target around, and write the picture."""
    page = Page(robot_named(ROBOT), '127.0.0.1', 8100)
    try:
        with browser() as chromium:
            window = opened(chromium, page.address, *WINDOW)
            window.wait_for_timeout(10 * DRAWN)
            frames = list(shots(page, window))
    finally:
        page.close()
    write(frames, Path(picture))


def shots(page: Page, window: BrowserPage) -> Iterator[Image.Image]:
    """Yield a picture of each frame of the second round: it ends as it began."""
    page.session.move_joints(BEGIN)
    page.panel.at_once.value = True
    middle, orientation = page.session.target
    window.mouse.move(250, 300)
    window.mouse.wheel(0, ZOOM)
    for frame in range(2 * FRAMES):
        lead(page, frame % FRAMES, middle, orientation)
        if frame >= FRAMES:
            window.wait_for_timeout(DRAWN)
            yield Image.open(io.BytesIO(window.screenshot())).convert('RGB')


def lead(page: Page, frame: int, middle: Array, orientation: Array) -> None:
    """Lead the target on for the time of a frame, around its middle (3,) [m]."""
    if frame == SPHERE_FROM:
        page.scenery.spheres.resize(SPHERE_RADIUS)
        page.scenery.spheres.put(SPHERE)
    if frame == SPHERE_TO:
        page.asked.ask('no spheres')
    for step in range(STEPS):
        turn = 2 * np.pi * (frame + step / STEPS) / FRAMES
        away = ROUND * [0.0, np.sin(turn), np.sin(2 * turn)]
        page.scenery.move_target(middle + away, orientation)
        page.asked.ask('target')
        page.step(PERIOD)


def write(frames: list[Image.Image], picture: Path) -> None:
    """Write an animated GIF, all frames in the colours of one palette."""
    height = round(WIDTH * frames[0].height / frames[0].width)
    small = [frame.resize((WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    sample = Image.new('RGB', (WIDTH, SAMPLES * height + height))
    for k, colour in enumerate(TEXTS):
        part = height // len(TEXTS)
        sample.paste(
            colour, (0, SAMPLES * height + k * part, WIDTH, SAMPLES * height + (k + 1) * part)
        )
    for k in range(SAMPLES):
        sample.paste(small[k * len(small) // SAMPLES], (0, k * height))
    palette = sample.quantize(COLOURS)
    mapped = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    mapped[0].save(
        picture,
        save_all=True,
        append_images=mapped[1:],
        duration=round(1000 * FRAME_TIME),
        loop=0,
        optimize=True,
    )
    print(f'{picture}: {len(frames)} frames, {picture.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(f'usage: python {Path(__file__).name} PICTURE.gif')
    main(sys.argv[1])
