# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser, used as its user would; and what keeps it from opening."""

import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
MODEL = str(ROOT / 'models' / 'tiago_arm.safetensors')
BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')


@pytest.fixture(scope='module')
def seen(tmp_path_factory):
    """Return what the browser printed, and its picture as an array (height, width, colours)."""
    pytest.importorskip('viser')
    pytest.importorskip('yourdfpy')
    pytest.importorskip('playwright')
    image = pytest.importorskip('matplotlib.image')
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip('no Chromium is installed')
    picture = tmp_path_factory.mktemp('page') / 'page.png'
    result = subprocess.run(
        [sys.executable, 'scripts/page_picture.py', MODEL, str(picture)],
        cwd=ROOT,
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout, image.imread(picture)


def test_the_controls_do_what_they_say(seen):
    printed, _ = seen
    assert 'The target is reached' in printed
    assert 'A spiral of 300 poses: followed' in printed
    moved = [line for line in printed.splitlines() if '->' in line]
    assert [line.split()[0] for line in moved] == [
        'arm_3_joint',
        'arm_4_joint',
        *2 * ['arm_3_joint'],
    ]
    rows = [[float(row.split()[-1]) for row in line.split('->')] for line in moved]
    slid, dragged, touched, slid_again = (abs(after - before) for before, after in rows)
    assert min(slid, dragged, slid_again) > 0.05
    assert 0 < touched < 0.02  # the slider was set back: the next touch is a small step
    assert 'dragged: The target is reached' in printed
    assert 'slider set back to 0' in printed
    (clear,) = (line for line in printed.splitlines() if line.startswith('clearance'))
    assert float(clear.split()[1]) >= 10.0  # [mm]
    assert printed.rstrip().endswith('closed')


def test_the_robot_and_its_path_are_drawn(seen):
    _, picture = seen
    scene = picture[100:700, :800, :3]
    greys = (np.ptp(scene, axis=-1) < 0.08) & (scene.mean(axis=-1) < 0.75)
    assert greys.mean() > 0.02  # the robot, and its shadow
    colourful = np.ptp(scene, axis=-1) > 0.3
    assert colourful.sum() > 100  # target and path


@pytest.fixture
def page():
    """Return a page that no browser looks at, of an arm of which only the chain is known."""
    pytest.importorskip('viser')
    from learned_ik import IkSolver
    from learned_ik.viewing.page import Page
    from learned_ik.viewing.session import Session

    page = Page(Session(IkSolver.load(MODEL)), None, '127.0.0.1', 8140)
    yield page
    page.close()


def test_the_slider_is_set_back_when_the_target_moves(page):
    (slider,) = page._sliders
    slide(page, 0.6)
    page._target.position = np.asarray(page._target.position) - [0.0, 0.0, 0.05]
    page._ask('target')
    page.step()
    assert slider.value == 0.0
    assert not page._asked  # the page set it, and nobody slides
    before = page._session.q.copy()
    slide(page, 0.01)
    assert np.abs(page._session.q - before).max() < 0.02


def test_a_target_that_moves_while_the_slider_does_is_not_missed(page):
    page._target.position = np.asarray(page._target.position) - [0.0, 0.0, 0.05]
    page._ask('target')
    page._sliders[0].value = 0.3
    page._ask_to_slide(0, types.SimpleNamespace(client='a browser'))
    page.step()
    np.testing.assert_allclose(page._session.target[0], page._target.position)
    assert page._sliders[0].value == 0.0


def slide(page, value):
    """Move the slider as a user does."""
    page._sliders[0].value = value
    page._ask_to_slide(0, types.SimpleNamespace(client='a browser'))
    page.step()
    assert page._sliders[0].value == value


def run(*arguments):
    return subprocess.run(
        [sys.executable, '-m', 'learned_ik', 'view', *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_another_robots_urdf_is_refused(tmp_path, artificial):
    from learned_ik.robot.arms import artificial_arm_urdf

    urdf = tmp_path / 'other.urdf'
    urdf.write_text(artificial_arm_urdf(7))
    result = run(MODEL, '--urdf', str(urdf))
    assert result.returncode == 2
    assert 'torso_lift_link' in result.stderr


def test_a_missing_model_is_told():
    result = run('/nowhere.safetensors')
    assert result.returncode == 2
    assert 'does not exist' in result.stderr
    assert 'Traceback' not in result.stderr
