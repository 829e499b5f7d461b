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
    assert 'margin to joint limits' in figures(session, None, None)


def test_a_step_is_told_with_what_holds_it_back(session):
    position, orientation = session.target
    session.aim(position - [0.2, 0.0, 0.1], orientation)
    for _ in range(5):
        session.follow(0.02)
    told = headline(session)
    assert 'Catching up' in told
    assert 'is too slow' in told
    assert STATUS_COLOURS[TrackingStatus.CATCHING_UP] in told
    assert 'fastest joint' in figures(session, None, None)


def test_another_posture_that_reaches_it_is_offered(session):
    position, orientation = session.target
    session.aim(position - [0.2, 0.0, 0.1], orientation)
    session.follow(0.02)
    step = session.step
    fields = {field.name: getattr(step, field.name) for field in dataclasses.fields(step)}
    fields['message'] = step.message
    session.step = SimpleNamespace(**fields | {'clearance': 0.012, 'other_branch': session.q})
    assert "another posture reaches it: tick 'At once'" in headline(session).replace('&#x27;', "'")
    assert '12.0 mm' in figures(session, None, None)
    session.step = SimpleNamespace(**fields | {'clearance': math.inf, 'other_branch': None})
    assert 'another posture' not in headline(session)
    assert ' mm</td>' not in figures(session, None, None).partition('clearance')[2]


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


def test_errors_are_told_in_their_units():
    rows = errors(2e-6, math.radians(0.5), 2.5e-3)
    assert rows == {
        'position error': '2 µm', 'orientation error': '0.5°', 'solve time': '2.5 ms',
    }  # fmt: skip
    assert errors(2e-10, 1e-9, 12e-6) == {
        'position error': '< 1 µm', 'orientation error': '< 0.0001°', 'solve time': '12 µs',
    }  # fmt: skip
    assert errors(0.349e-3, 0.5, 1)['position error'] == '349 µm'
    assert errors(1.05, 0.5, 1) == {
        'position error': '1.05 m', 'orientation error': '29°', 'solve time': '1000.0 ms',
    }  # fmt: skip


def test_a_table_means_nothing_but_its_names():
    told = table({'<b>': 'a & b'})
    assert '<b>' not in told
    assert 'a &amp; b' in told


def test_every_answer_has_as_many_figures(session):
    at_rest = figures(session, None, None)
    network, others = session.network_answer(), session.other_solutions()
    assert figures(session, network, others).count('<tr>') == at_rest.count('<tr>')
    position, orientation = session.target
    session.aim(position - [0.2, 0.0, 0.1], orientation)
    session.follow(0.02)
    assert figures(session, network, others).count('<tr>') == at_rest.count('<tr>')
    session.place_spheres([[*position, 0.05]])
    session.move_target(position, orientation)
    assert figures(session, network, others).count('<tr>') == at_rest.count('<tr>')


def test_the_networks_error_and_the_others_are_told(session):
    network, others = session.network_answer(), session.other_solutions()
    told = figures(session, network, others)
    assert f'{len(others.postures)} in ' in told
    assert f'{1e6 * network.position_error:.0f} µm' in told


def test_a_joint_at_its_limit_is_named(session):
    q = session.q.copy()
    q[3] = session.solver.chain.upper[3]
    session.move_joints(q)
    assert 'reached</strong>: arm_4_joint at the limit' in headline(session)


def test_an_arm_that_is_moved_into_a_sphere_touches_it(session):
    session.place_spheres([[*session.target[0], 0.1]])
    session.move_joints(session.q)
    assert 'touches' in headline(session)
