# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser, used as its user would; and what keeps it from opening."""

import os
import re
import shutil
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
MODEL = str(ROOT / 'models' / 'tiago_arm.safetensors')
PATHS = sys.path
BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')


@pytest.fixture(scope='module')
def seen(tmp_path_factory):
    """Return what the browser printed, and its two pictures as arrays (height, width, colours)."""
    pytest.importorskip('viser')
    pytest.importorskip('yourdfpy')
    pytest.importorskip('playwright')
    image = pytest.importorskip('matplotlib.image')
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip('no Chromium is installed')
    pictures = [str(tmp_path_factory.mktemp('page') / name) for name in ('wide.png', 'phone.png')]
    result = subprocess.run(
        [sys.executable, 'scripts/page_picture.py', 'tiago_arm', *pictures],
        cwd=ROOT,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join([str(ROOT), *filter(None, PATHS)])},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout, *map(image.imread, pictures)


def test_the_target_follows_its_controls(seen):
    printed = seen[0]
    pushed = re.findall(r'pushed \((.*), (.*)\) -> \((.*), (.*)\)', printed)
    third, fourth = np.abs(np.diff(np.array(pushed, float).reshape(-1, 2, 2), axis=1))[:, 0].T
    slid, dragged, touched, slid_again, joint = third
    assert min(slid, dragged, slid_again) > 1.0  # [°]
    assert touched < 1.0  # the slider was set back: the next touch is a small step
    assert joint == 0.0
    assert fourth[-1] == pytest.approx(2.0, abs=0.15)  # twenty steps of its slider
    assert 'slider set back to 0' in printed
    for what in ('dragged', 'typed', 'random'):
        assert f'{what}: The target is reached' in printed
    assert 'A spiral of 300 poses: followed' in printed


def test_what_limits_the_arm_is_said(seen):
    assert re.search(r'arm_4_joint: 135.0 ° of -23 to 135 ° at its limit', seen[0])
    assert 'The target is reached: arm_4_joint at the limit' in seen[0]


def test_nothing_moves_under_the_mouse(seen):
    assert 'moved by texts False' in seen[0]
    assert 'moved by a sphere False' in seen[0]
    assert float(re.search(r'clearance (.*) mm', seen[0])[1]) >= 10.0


def test_the_tab_and_the_page_are_the_robots(seen):
    assert 'title learned_ik – tiago_arm' in seen[0]
    assert 'ur10: learned_ik – ur10, The target is reached' in seen[0]
    assert 'artificial.urdf: learned_ik – artificial, The target is reached' in seen[0]
    assert 'none.urdf: learned_ik – artificial, The target is reached' in seen[0]
    assert 'Not taken: the robot description is not well-formed XML' in seen[0]
    assert seen[0].rstrip().endswith('closed')


def test_the_panel_is_as_wide_as_a_phone(seen):
    assert 'panel on a phone 0 to 420 px' in seen[0]


@pytest.mark.parametrize(('number', 'part'), [(1, np.s_[100:700, :850]), (2, np.s_[100:340])])
def test_the_robot_is_drawn(seen, number, part):
    scene = seen[number][part][..., :3]
    greys = (np.ptp(scene, axis=-1) < 0.08) & (scene.mean(axis=-1) < 0.75)
    assert greys.mean() > 0.02  # the robot, and its shadow
    colourful = np.ptp(scene, axis=-1) > 0.3
    assert colourful.sum() > 100  # target and ghosts


@pytest.fixture
def page():
    """Return a page that no browser looks at, of an arm of which only the chain is known."""
    pytest.importorskip('viser')
    from learned_ik import IkSolver
    from learned_ik.viewing.page import Page
    from learned_ik.viewing.viewed_robot import ViewedRobot

    page = Page(ViewedRobot('arm', IkSolver.load(MODEL), None), '127.0.0.1', 8140)
    yield page
    page.close()


def test_the_slider_is_set_back_when_the_target_moves(page):
    (slider,) = page.panel.sliders
    slide(page, 0.6)
    drag(page, [0.0, 0.0, -0.05])
    page.step()
    assert slider.value == 0.0
    wait_until_it_rests(page)
    assert slider.value == 0.0
    assert not page.asked.take()  # the page set it, and nobody slides
    before = page.session.q.copy()
    slide(page, 0.01)
    assert np.abs(page.session.q - before).max() < 0.02


def test_a_target_that_moves_while_the_slider_does_is_not_missed(page):
    drag(page, [0.0, 0.0, -0.05])
    page.panel.sliders[0].value = 0.3
    page.asked.by('slider 0', 0)(types.SimpleNamespace(client='a browser'))
    page.step()
    np.testing.assert_allclose(page.session.target[0], page.scenery.target[0])
    assert page.panel.sliders[0].value == 0.0


def test_the_arm_follows_a_target_while_it_is_dragged_and_says_how_it_stands(page):
    before, headlines = page.session.q.copy(), []
    for _ in range(60):
        drag(page, [-0.005, 0.0, -0.005])
        page.step()
        headlines.append(page.panel.headline.content)
        steps = np.abs(page.session.q - before)
        before = page.session.q
        assert steps.max() < 0.25  # at half its speed, in 0.1 s at most
    assert page.session.moving
    assert any('Catching up' in told and '#E69F00' in told for told in headlines)
    wait_until_it_rests(page)
    assert 'The target is reached' in page.panel.headline.content
    assert '#009E73' in page.panel.headline.content
    assert 'position error' in page.panel.figures.content


def test_a_target_out_of_reach_is_shown_as_the_closest(page):
    page.panel.speed.value = 1.0
    drag(page, [5.0, 0.0, 0.0])
    page.step()
    wait_until_it_rests(page)
    assert 'Closest' in page.panel.headline.content
    assert '#AA3377' in page.panel.headline.content
    assert 'from the target' in page.panel.headline.content
    page.panel.at_once.value = True
    page.asked.ask('at once')
    page.step()
    assert 'not reached' in page.panel.headline.content


def test_a_handle_that_stands_where_it_was_wakes_nothing(page):
    page.asked.ask('target')
    page.step()
    assert not page.session.moving
    page.session.move_target([5.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0])  # the handle is elsewhere
    page.asked.ask('target')
    page.step()
    assert page.session.moving


def test_at_once_leaves_out_the_way(page):
    page.panel.at_once.value = True
    drag(page, [0.0, 0.0, -0.1])
    page.step()
    assert not page.session.moving
    assert page.session.solution.success
    assert 'The target is reached' in page.panel.headline.content


def test_the_speed_is_taken_over_and_stops_no_spiral(page):
    page.asked.ask('spiral')
    page.step()
    assert 'A spiral of 300 poses: followed' in page.panel.headline.content
    page.panel.speed.value = 0.1
    page.asked.ask('speed')
    page.step()
    assert page.session.speed == 0.1
    assert page._path is not None


def test_an_arm_that_plays_a_spiral_sets_out_from_where_it_is_shown(page):
    page.asked.ask('spiral')
    page.step()
    for _ in range(100):
        page.step()
    shown = page._playing().copy()
    assert np.abs(shown - page.session.q).max() > 0.1
    drag(page, [0.0, 0.0, -0.02])
    page.step()
    assert np.abs(page.session.q - shown).max() < 0.05
    wait_until_it_rests(page)
    assert 'The target is reached' in page.panel.headline.content


def drag(page, way):
    """Move the target by a way (3,) [m], as a user does."""
    position, orientation = page.scenery.target
    page.scenery.move_target(position + way, orientation)
    page.asked.ask('target')


def wait_until_it_rests(page):
    """Take steps until the arm has come as far as it comes."""
    deadline = time.monotonic() + 100.0  # [s], far more than it takes
    while time.monotonic() < deadline:
        page.step(0.02)
        if not page.session.moving:
            return
    pytest.fail('the arm is still moving')


def slide(page, value):
    """Move the slider as a user does."""
    page.panel.sliders[0].value = value
    page.asked.by('slider 0', 0)(types.SimpleNamespace(client='a browser'))
    page.step()
    assert page.panel.sliders[0].value == value


def test_a_joint_slider_moves_the_arm_and_the_target(page):
    chain = page.session.solver.chain
    page.panel.joints._sliders[1].value = 30.0
    page.asked.by('joint 1', 1)(types.SimpleNamespace(client='a browser'))
    page.step()
    assert page.session.q[1] == pytest.approx(np.radians(30.0))
    position, orientation = chain.forward(page.session.q)
    np.testing.assert_allclose(page.scenery.target[0], position, atol=1e-6)
    assert abs(page.scenery.target[1] @ orientation) == pytest.approx(1.0)
    np.testing.assert_allclose(page.panel.numbers.pose[0], position, atol=1e-3)
    assert page.session.solution.success


def test_typed_numbers_move_the_target(page):
    page.panel.numbers._position.value = tuple(page.scenery.target[0] - [0.1, 0.0, 0.1])
    page.asked.by('numbers')(types.SimpleNamespace(client='a browser'))
    wanted = page.panel.numbers.pose
    page.step()
    np.testing.assert_allclose(page.session.target[0], wanted[0], atol=1e-6)
    assert page.session.solution.success
    # The numbers stay as they were typed: somebody may be about to type the next one.
    np.testing.assert_array_equal(page.panel.numbers.pose[0], wanted[0])


def test_a_random_pose_is_reached(page):
    for _ in range(5):
        before = page.scenery.target[0]
        page.asked.ask('random')
        page.step()
        assert np.abs(page.scenery.target[0] - before).max() > 1e-3
        assert page.session.solution.success


def test_spheres_are_added_resized_and_removed(page):
    page.asked.ask('sphere')
    page.step()
    page.panel.scene._radius.value = 0.03
    page.asked.ask('sphere size')
    page.step()
    assert page.session.spheres.shape == (1, 4)
    assert page.session.spheres[0, 3] == pytest.approx(0.03)
    page.asked.ask('no spheres')
    page.step()
    assert page.session.spheres.shape == (0, 4)


def test_a_sphere_that_is_not_taken_is_told(page):
    page.asked.ask('sphere')
    page.step()
    page.scenery.spheres._placed[0][0].position = np.zeros(3)
    page.panel.scene._radius.value = 0.5
    page.asked.ask('sphere size')
    page.step()
    wait_until_it_rests(page)
    assert 'Spheres not taken' in page.panel.headline.content
    assert 'swallows the base' in page.panel.headline.content


def test_another_robot_by_name_and_by_file(page):
    pytest.importorskip('yourdfpy')
    from learned_ik.robot.arms import artificial_arm_urdf

    choose(page, 'panda')
    assert page._robot.name == 'panda'
    assert page.session.solver.chain.joint_count == 7
    assert page.session.network_answer() is not None
    upload(page, 'five.urdf', artificial_arm_urdf(5).encode())
    assert page._robot.name == 'five'
    assert page.session.solver.chain.joint_count == 5
    assert page.session.network_answer() is None
    upload(page, '../../own.safetensors', Path(MODEL).read_bytes())
    assert page._robot.name == 'own'
    assert page.session.network_answer() is not None


def test_a_file_that_is_no_robot_leaves_the_one_that_is_shown(page):
    before = page._robot
    upload(page, 'none.urdf', b'<robot')
    assert page._robot is before
    assert 'Not taken' in page.panel.robot._said.content
    upload(page, 'none.safetensors', b'nothing')
    assert page._robot is before


def choose(page, name):
    page.panel.robot._choice.value = name
    page.asked.ask('robot')
    page.step()


def upload(page, name, content):
    page.panel.robot._file = types.SimpleNamespace(
        value=types.SimpleNamespace(name=name, content=content)
    )
    page.asked.ask('file')
    page.step()


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


def test_links_without_a_urdf_are_told():
    result = run('panda', '--tip', 'panda_hand')
    assert result.returncode == 2
    assert '--base and --tip name links of --urdf' in result.stderr


def test_a_urdf_without_an_arm_is_told(tmp_path):
    urdf = tmp_path / 'none.urdf'
    urdf.write_text('<robot name="none"><link name="a"/></robot>')
    result = run('--urdf', str(urdf))
    assert result.returncode == 2
    assert 'Traceback' not in result.stderr
