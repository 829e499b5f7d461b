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
    drag(page, [0.0, 0.0, -0.05])
    page.step()
    assert slider.value == 0.0
    wait_until_it_rests(page)
    assert slider.value == 0.0
    assert not page._asked  # the page set it, and nobody slides
    before = page._session.q.copy()
    slide(page, 0.01)
    assert np.abs(page._session.q - before).max() < 0.02


def test_a_target_that_moves_while_the_slider_does_is_not_missed(page):
    drag(page, [0.0, 0.0, -0.05])
    page._sliders[0].value = 0.3
    page._ask_to_slide(0, types.SimpleNamespace(client='a browser'))
    page.step()
    np.testing.assert_allclose(page._session.target[0], page._target.position)
    assert page._sliders[0].value == 0.0


def test_the_arm_follows_a_target_while_it_is_dragged_and_says_how_it_stands(page):
    before, headlines = page._session.q.copy(), []
    for _ in range(60):
        drag(page, [-0.005, 0.0, -0.005])
        page.step()
        headlines.append(page._headline.content)
        steps = np.abs(page._session.q - before)
        before = page._session.q
        assert steps.max() < 0.25  # at half its speed, in 0.1 s at most
    assert page._session.moving
    assert any('Catching up' in told and '#E69F00' in told for told in headlines)
    wait_until_it_rests(page)
    assert 'The target is reached' in page._headline.content
    assert '#009E73' in page._headline.content
    assert '| position error |' in page._answer.content


def test_a_target_out_of_reach_is_shown_as_the_closest(page):
    page._speed.value = 1.0
    drag(page, [5.0, 0.0, 0.0])
    page.step()
    wait_until_it_rests(page)
    assert 'Closest' in page._headline.content
    assert '#AA3377' in page._headline.content
    assert 'from the target' in page._headline.content
    page._at_once.value = True
    page._ask('at once')
    page.step()
    assert 'not reached' in page._headline.content


def test_at_once_leaves_out_the_way(page):
    page._at_once.value = True
    drag(page, [0.0, 0.0, -0.1])
    page.step()
    assert not page._session.moving
    assert page._session.solution.success
    assert 'The target is reached' in page._headline.content


def test_the_speed_is_taken_over_and_stops_no_spiral(page):
    page._ask('spiral')
    page.step()
    assert 'A spiral of 300 poses: followed' in page._headline.content
    page._speed.value = 0.1
    page._ask('speed')
    page.step()
    assert page._session.speed == 0.1
    assert page._path is not None


def test_an_arm_that_plays_a_spiral_sets_out_from_where_it_is_shown(page):
    page._ask('spiral')
    page.step()
    for _ in range(100):
        page.step()
    shown = page._playing().copy()
    assert np.abs(shown - page._session.q).max() > 0.1
    drag(page, [0.0, 0.0, -0.02])
    page.step()
    assert np.abs(page._session.q - shown).max() < 0.05
    wait_until_it_rests(page)
    assert 'The target is reached' in page._headline.content


def drag(page, way):
    """Move the target by a way (3,) [m], as a user does."""
    page._target.position = np.asarray(page._target.position) + way
    page._ask('target')


def wait_until_it_rests(page):
    """Take steps until the arm has come as far as it comes."""
    for _ in range(3000):
        page._last_step -= 0.02  # as if it were later
        page.step()
        if not page._session.moving:
            return
    pytest.fail('the arm is still moving')


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
