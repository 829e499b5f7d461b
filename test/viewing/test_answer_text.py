# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the page says of an answer."""

import dataclasses
import math
from types import SimpleNamespace

import pytest

from learned_ik import IkSolver, TrackingStatus, resources
from learned_ik.viewing.answer_text import errors, figures, headline, in_colour, solved, table
from learned_ik.viewing.session import Session
from learned_ik.viewing.status_colours import STATUS_COLOURS


@pytest.fixture
def session():
    return Session(IkSolver.load(resources.shipped_file('models/tiago_arm.safetensors')))


def test_every_status_has_a_colour_of_its_own():
    assert set(STATUS_COLOURS) == set(TrackingStatus)
    assert len(set(STATUS_COLOURS.values())) == len(TrackingStatus)


def test_a_solution_is_told_in_the_colour_of_its_success(session):
    assert 'The target is reached' in headline(session)
    assert STATUS_COLOURS[TrackingStatus.ON_TARGET] in headline(session)
    session.move_target([5.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0])
    assert 'The target is not reached' in headline(session)
    assert session.solution.message[:20] in headline(session)
    assert '| margin to joint limits |' in figures(session)


def test_a_step_is_told_with_what_holds_it_back(session):
    position, orientation = session.target
    session.aim(position - [0.2, 0.0, 0.1], orientation)
    for _ in range(5):
        session.follow(0.02)
    told = headline(session)
    assert 'Catching up' in told
    assert 'is too slow' in told
    assert STATUS_COLOURS[TrackingStatus.CATCHING_UP] in told
    assert '| fastest joint |' in figures(session)
    assert f'| arm_2_joint | {session.q[1]:.4f} |' in figures(session)


def test_another_posture_that_reaches_it_is_offered(session):
    position, orientation = session.target
    session.aim(position - [0.2, 0.0, 0.1], orientation)
    session.follow(0.02)
    step = session.step
    fields = {field.name: getattr(step, field.name) for field in dataclasses.fields(step)}
    fields['message'] = step.message
    session.step = SimpleNamespace(**fields | {'clearance': 0.012, 'other_branch': session.q})
    assert "another posture reaches it: tick 'At once'" in headline(session).replace('&#x27;', "'")
    assert '| clearance | 12.0 mm |' in figures(session)
    session.step = SimpleNamespace(**fields | {'clearance': math.inf, 'other_branch': None})
    assert 'another posture' not in headline(session)
    assert 'clearance' not in figures(session)


def test_nothing_of_a_message_is_html():
    told = in_colour('<b>told</b>', reason='<img src=x onerror=alert(1)>')
    assert '<b>' not in told
    assert '<img' not in told
    assert '&lt;img' in told


def test_what_is_not_followed_says_why():
    told = solved('A spiral:', 'followed', False, 'pose 3: out of reach')
    assert 'A spiral: not followed' in told
    assert told.count(STATUS_COLOURS[TrackingStatus.CLOSEST]) == 2  # its dot, and its words
    assert 'pose 3: out of reach' in told
    assert 'why' not in solved('A spiral:', 'followed', True, 'why')


def test_errors_are_told_in_their_units():
    rows = errors(2e-6, math.radians(0.5), 2.5e-3)
    assert rows == {
        'position error': '2 µm', 'orientation error': '0.5°', 'solve time': '2.5 ms',
    }  # fmt: skip
    assert errors(0, 0, 12e-6)['solve time'] == '12 µs'
    assert table(rows).splitlines()[1:3] == ['|---|---|', '| position error | 2 µm |']
