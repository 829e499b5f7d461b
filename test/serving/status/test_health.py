# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the diagnostics say, without ROS."""

from types import SimpleNamespace

import pytest

from learned_ik.serving.requests_and_answers import ErrorCode
from learned_ik.serving.status.health import REMEMBERED, Health, Level

CHAIN = SimpleNamespace(fingerprint='abc', base_link='base', tip_link='tip')
MODEL = SimpleNamespace(name='arm', chain=CHAIN)


def serving(paused=None, refusal=None, model=MODEL, placeholder=False):
    robot = SimpleNamespace(model=model, chain=CHAIN, placeholder=placeholder, awaited=placeholder)
    return SimpleNamespace(robot=robot, model=model, paused=paused, refusal=paused or refusal)


def test_counts_answers_and_tells_the_share_solved():
    health = Health()
    for code in [ErrorCode.SUCCESS] * 3 + [ErrorCode.NO_IK_SOLUTION]:
        health.note_answer(code, 1e-5)
    values = health.report(serving()).values
    assert values['requests'] == '4'
    assert values['solved'] == '75.00 %'
    assert values['model'] == 'arm'
    assert values['fingerprint'] == 'abc'


def test_percentiles_are_those_of_the_last_solve_times():
    health = Health()
    for _ in range(REMEMBERED):
        health.note_answer(ErrorCode.SUCCESS, 1.0)
    for microseconds in range(1, REMEMBERED + 1):
        health.note_answer(ErrorCode.SUCCESS, 1e-6 * microseconds)
    health.note_answer(ErrorCode.INVALID_GOAL_CONSTRAINTS, 0.0)  # the solver was not asked
    values = health.report(serving()).values
    p50, p95, p99 = (float(values[f'solve time p{p} [us]']) for p in (50, 95, 99))
    assert p50 == pytest.approx(REMEMBERED / 2, rel=0.01)
    assert p95 == pytest.approx(REMEMBERED * 0.95, rel=0.01)
    assert p99 == pytest.approx(REMEMBERED * 0.99, rel=0.01)


@pytest.mark.parametrize(
    ('state', 'level', 'words'),
    [
        (None, Level.WARN, 'not configured'),
        (serving(paused='the node is not active'), Level.WARN, 'not active'),
        (serving(refusal='another robot'), Level.ERROR, 'another robot'),
        (serving(), Level.OK, 'serving'),
        (serving(model=None), Level.OK, 'serving without a network'),
        (serving(refusal='waiting', placeholder=True), Level.WARN, 'waiting'),
    ],
)
def test_the_level_says_whether_requests_are_answered(state, level, words):
    report = Health().report(state)
    assert report.level is level
    assert words in report.message


def test_it_says_which_arm_is_served_and_by_what():
    values = Health().report(serving(model=None)).values
    assert values['model'] == 'none'
    assert values['arm'] == 'base → tip'
    assert 'arm' not in Health().report(serving(model=None, placeholder=True)).values


def test_a_fault_is_a_warning_and_counts_as_a_request():
    health = Health()
    health.note_fault()
    report = health.report(serving())
    assert report.level is Level.WARN
    assert report.values['requests'] == '1'
    assert report.values['faults'] == '1'


def test_notes_of_others_are_told_too():
    health = Health()
    health.notes['retraining'] = 'idle'
    assert health.report(None).values['retraining'] == 'idle'
