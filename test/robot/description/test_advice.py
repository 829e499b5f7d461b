# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import logging
import math

import pytest

from learned_ik import KinematicChain
from learned_ik.errors import JointLimitError

LIMIT = '<limit lower="-2" upper="2"/>'


def chain(first: str, second: str = LIMIT, kind: str = 'revolute', xyz: str = '0.4 0 0'):
    """Return the chain of two joints, by what they have inside."""
    return KinematicChain.from_urdf(
        '<robot name="r"><link name="a"/><link name="b"/><link name="tip"/>'
        f'<joint name="one" type="{kind}"><parent link="a"/><child link="b"/>{first}</joint>'
        '<joint name="two" type="revolute"><parent link="b"/><child link="tip"/>'
        f'<origin xyz="{xyz}"/><axis xyz="0 0 1"/>{second}</joint></robot>'
    )


@pytest.fixture
def said(caplog):
    """Return a function to the warnings so far."""
    caplog.set_level(logging.INFO)
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_sound_robot_is_read_without_a_word(said):
    chain(f'<limit lower="{-4 * math.pi}" upper="{4 * math.pi}"/>')
    chain('', kind='continuous')
    assert said() == []


def test_limits_that_may_be_in_degrees_are_questioned_in_one_line(said):
    limit = '<limit lower="-180" upper="180"/>'
    assert chain(limit, limit).upper.tolist() == [180, 180]
    (line,) = said()
    assert line.startswith("limits of 57 turns, joint 'one' and 1 more: in degrees?")


def test_turns_are_counted_from_where_the_joint_stands_at_zero(said):
    chain('<limit lower="99" upper="100"/>')
    assert said() == ["limits of 16 turns, joint 'one': in degrees? A URDF has radians"]


@pytest.mark.parametrize('bound', ['1e3', '1e4', '1e16', '1e308', 'inf'])
def test_limits_that_mean_none_make_a_joint_continuous(said, bound):
    read = chain(f'<limit lower="-{bound}" upper="{bound}"/>')
    assert read.joint_types == ('continuous', 'revolute')
    assert read.upper.tolist() == [math.pi, 2]
    assert said() == ["limits of 1000 rad and more, joint 'one': taken as continuous"]


@pytest.mark.parametrize(('lower', 'upper'), [('0', '1e16'), ('-1e16', '0'), ('-inf', '900')])
def test_limits_without_an_end_on_one_side_are_refused(lower, upper):
    with pytest.raises(JointLimitError, match=r"joint 'one': limits .* at most 1e"):
        chain(f'<limit lower="{lower}" upper="{upper}"/>')


def test_a_joint_without_a_range_is_held_still(said):
    read = chain('<limit lower="0" upper="-0.0"/>')
    assert [math.copysign(1, x) for x in (read.lower[0], read.upper[0])] == [1, 1]
    assert said() == ["held still, joint 'one': both limits are the same"]


def test_a_leader_whose_follower_leaves_it_one_value_is_held_still_by_name(said):
    zero_up = '<limit lower="0" upper="0.8"/>'
    read = chain(zero_up, f'{zero_up}<mimic joint="one" multiplier="-1"/>')
    assert [math.copysign(1, x) for x in (read.lower[0], read.upper[0])] == [1, 1]
    (line,) = said()
    assert line.startswith("held still at 0, joint 'one': 'two' mimics it")


def test_ranges_that_meet_but_for_rounding_meet(said):
    read = chain(
        '<limit lower="0.3" upper="1"/>',
        '<limit lower="0" upper="0.03"/><mimic joint="one" multiplier="0.1"/>',
    )
    assert read.lower[0] == read.upper[0] == pytest.approx(0.3)
    assert "held still at 0.3, joint 'one': 'two' mimics it" in said()[0]


def test_a_leader_without_limits_has_those_of_its_followers():
    read = chain('', '<limit lower="0" upper="0.5"/><mimic joint="one" multiplier="0.01"/>',
                 kind='continuous')  # fmt: skip
    assert read.joint_types == ('revolute',)
    assert (read.lower[0], read.upper[0]) == (0, pytest.approx(50))
    endless = chain('', '<limit lower="-1e16" upper="1e16"/><mimic joint="one"/>', 'continuous')
    assert endless.joint_types == ('continuous',)
    with pytest.raises(JointLimitError, match="'two' lets 'one' go from 0 to 5e"):
        chain('', '<limit lower="0" upper="0.5"/><mimic joint="one" multiplier="1e-9"/>',
              kind='continuous')  # fmt: skip


def test_lengths_and_angles_in_other_units_are_questioned(said):
    chain(LIMIT, xyz='400 0 0')
    assert said() == ['reaches 400 m: is the URDF in millimetres? It should be in metres']
    chain(f'<origin rpy="0 0 90"/>{LIMIT}')
    assert said()[1:] == ["rpy of many turns, joint 'one': in degrees?"]


def test_an_arm_that_is_taken_from_its_tip_is_questioned(said):
    urdf = (
        '<robot name="r"><link name="a"/><link name="b"/><link name="c"/>'
        f'<joint name="one" type="revolute"><parent link="a"/><child link="b"/>{LIMIT}</joint>'
        f'<joint name="two" type="revolute"><parent link="a"/><child link="c"/>{LIMIT}</joint>'
        '</robot>'
    )
    KinematicChain.from_urdf(urdf, 'a', 'b')
    KinematicChain.from_urdf(urdf, 'b', 'c')  # from one arm to the other
    assert said() == []
    KinematicChain.from_urdf(urdf, 'b', 'a')
    (line,) = said()
    assert line.startswith("base link 'b' hangs on tip link 'a': base_link and tip_link look swap")
