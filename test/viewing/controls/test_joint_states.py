# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which joints hold the arm, and how that is shown."""

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.viewing.controls.joint_gauges import joint_gauges
from learned_ik.viewing.controls.joint_states import HOLD_COLOURS, Hold, joint_states
from learned_ik.viewing.session import Session


@pytest.fixture
def session():
    return Session(IkSolver.load('tiago_torso'))


def test_joints_are_told_in_the_units_that_people_read(session):
    torso, first, *_ = joint_states(session)
    assert (torso.unit, first.unit) == ('mm', '°')
    assert torso.value == pytest.approx(1e3 * session.q[0])
    assert first.value == pytest.approx(np.degrees(session.q[1]))
    assert first.share == pytest.approx(0.62)
    assert {each.hold for each in joint_states(session)} == {Hold.NOTHING}


def test_a_joint_at_its_limit_is_red(session):
    q = session.q.copy()
    q[2], q[4] = session.solver.chain.lower[2], session.solver.chain.upper[4]
    session.move_joints(q)
    states = joint_states(session)
    held = [i for i, each in enumerate(states) if each.hold is Hold.LIMIT]
    assert held == [2, 4]
    told = joint_gauges(states)
    assert told.count(f'background: {HOLD_COLOURS[Hold.LIMIT]}') == 2
    assert f'{states[2].name}: -90.0 ° of -90 to 63 ° at its limit' in told


def test_a_joint_at_its_speed_is_amber_while_the_arm_moves(session):
    session.speed = 0.1
    position, orientation = session.target
    session.aim(position - [0.3, 0.0, 0.2], orientation)
    for _ in range(40):
        session.follow(0.02)
    states = joint_states(session)
    assert any(each.hold is Hold.SPEED for each in states)
    assert f'background: {HOLD_COLOURS[Hold.SPEED]}' in joint_gauges(states)
    session.move_target(position, orientation)
    assert {each.hold for each in joint_states(session)} == {Hold.NOTHING}


def test_colours_are_apart():
    assert len(set(HOLD_COLOURS.values())) == len(Hold)
