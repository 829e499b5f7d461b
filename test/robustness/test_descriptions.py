# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Descriptions as they are in the wild: what does not matter cannot fail, what does is named."""

import copy
import random
import time

import numpy as np
import pytest
from lxml import etree

from learned_ik import KinematicChain
from learned_ik.errors import UrdfError
from learned_ik.robot.attachment import link_frames
from learned_ik.robot.parsing import parse_urdf
from learned_ik.robot.shapes import collision_capsules

ARM = """<robot name="arm">
  <link name="base"><collision><geometry><box size="0.3 0.2 0.1"/></geometry></collision></link>
  <link name="a"/><link name="b"/><link name="c"/><link name="tip"/><link name="plate"/>
  <joint name="shoulder" type="revolute"><parent link="base"/><child link="a"/>
    <origin xyz="0 0 0.3" rpy="0 0.2 0"/><axis xyz="0 0 1"/>
    <limit lower="-2" upper="2" effort="1" velocity="1"/>
    <safety_controller k_velocity="1" soft_lower_limit="-1" soft_upper_limit="1"/></joint>
  <joint name="elbow" type="continuous"><parent link="a"/><child link="b"/>
    <origin xyz="0.4 0 0"/><axis xyz="0 1 0"/></joint>
  <joint name="slide" type="prismatic"><parent link="b"/><child link="c"/>
    <axis xyz="1 0 0"/><limit lower="0" upper="0.2" effort="1" velocity="1"/></joint>
  <joint name="finger" type="revolute"><parent link="c"/><child link="tip"/>
    <origin xyz="0.1 0 0"/><axis xyz="0 1 0"/><limit lower="-2" upper="2"/>
    <mimic joint="shoulder" multiplier="-0.5" offset="0.1"/></joint>
  <joint name="side" type="fixed"><parent link="base"/><child link="plate"/></joint>
</robot>
"""
TEXTS = (
    *('', ' ', '0', '-0.0', 'x', '1 2', '0, 1, 0', '0 0 0', '1e308', '-1e308', '1e400', 'nan'),
    *('inf', '-inf', '${x}', '$(arg y)', '1_0', '٣', 'base', 'shoulder', 'tip', '1e-320', '180'),
    *('\n', 'a\nb', 'x' * 100_000, '1 ' * 50_000, 'floating', 'fixed', 'prismatic', '😀'),
)
TAGS = ('link', 'joint', 'axis', 'mimic', 'robot', 'limit', 'xacro', '{http://xacro}if', 'origin')


def read(text: str) -> KinematicChain | None:
    """Read a description by every entry; None where one of our errors refuses it."""
    chain, refusals = None, []
    for links in ((), ('base', 'tip'), ('tip', 'plate')):
        try:
            chain = KinematicChain.from_urdf(text, *links)
        except UrdfError as error:
            refusals.append(str(error))
            continue
        for field in (chain.lower, chain.upper, chain.transforms, chain.multiplier, chain.offset):
            assert np.isfinite(field).all()
        assert (chain.lower <= chain.upper).all()
        R, p = chain.forward_matrix(chain.sample(np.random.default_rng(0), 1)[0])
        assert np.isfinite(p).all()
        np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)
        for capsules in collision_capsules(text).values():
            assert all(np.isfinite(c.radius) and c.radius > 0 for c in capsules)
        link_frames(parse_urdf(text), chain)
    assert all(len(said) < 2000 and '\n' not in said for said in refusals)
    return chain


def mutated(root: etree._Element, dice: random.Random) -> None:
    """Change one thing in a description."""
    element = dice.choice(list(root.iter('*')))
    attributes = [(e, key) for e in root.iter('*') for key in e.keys()]
    match dice.randrange(6):
        case 0 | 1 | 2 if attributes:
            where, key = dice.choice(attributes)
            try:
                where.set(key, dice.choice(TEXTS))
            except ValueError:  # what XML cannot hold
                del where.attrib[key]
        case 3 if attributes:
            where, key = dice.choice(attributes)
            del where.attrib[key]
        case 4 if element is not root:
            element.getparent().append(copy.deepcopy(element))
        case 5 if element is not root:
            element.tag = dice.choice(TAGS)
        case _ if element is not root:
            element.getparent().remove(element)


def test_every_mutation_is_a_chain_or_an_error_of_ours(capfd):
    dice, read_at_all = random.Random(0), 0
    for _ in range(400):
        root = etree.fromstring(ARM)
        for _ in range(dice.choice((1, 1, 2, 5))):
            mutated(root, dice)
        read_at_all += read(etree.tostring(root, encoding='unicode')) is not None
    assert read_at_all > 50
    assert capfd.readouterr() == ('', '')


def test_every_damaged_text_is_a_chain_or_an_error_of_ours(capfd):
    dice = random.Random(1)
    for _ in range(300):
        text = list(ARM)
        for _ in range(dice.choice((1, 3))):
            place = dice.randrange(len(text))
            match dice.randrange(3):
                case 0:
                    text[place] = dice.choice('<>&"\'/=! \0\ud800ü0')
                case 1:
                    del text[place : place + dice.choice((1, 30))]
                case 2:
                    text[place:place] = text[place : place + 200]
        read(''.join(text))
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        ('type="fixed"><', 'type="fixed"><axis xzy="0 0 1"/><'),
        ('type="fixed"><', 'type="fixed"><axis>0 0 1</axis><'),
        ('type="fixed"><', 'type="fixed"><limit lower="x"/><mimic/><dynamics friction="much"/><'),
        ('type="fixed"><parent link="base"/>', 'type="odd"><parent link="base"/>'),
        ('child link="plate"/>', 'child link="plate"/><origin xyz="1e308 x"/>'),
        ('effort="1" velocity="1"/>\n', 'effort="strong" velocity="1" odd="1"/>\n'),
        ('<axis xyz="0 0 1"/>', '<axis xyz="0 0 1"/><axis xyz="0 x"/>'),
        ('k_velocity="1"', 'k_velocity="fast"'),
        ('soft_lower_limit="-1"', 'soft_lower_limit="low"'),
        ('<robot name="arm">', '<robot xmlns="http://example.org">'),
        ('<robot name="arm">', '<robot xmlns="http://www.ros.org/wiki/xacro">'),
        ('<axis xyz="0 0 1"/>', '<axis xyz="0 0 1"/><xacro:property name="w" value="1"/>'),
        ('<robot name="arm">', '<robot name="arm" sensor:x="1"><sensor:y/><!-- a -- b -->'),
        ('<robot name="arm">', '<robot name="arm" xmlns:s=""><s:y/>'),
        ('<robot name="arm">', '<?xml version="1.1" encoding="latin-1"?>\n<robot name="arm">'),
        ('size="0.3 0.2 0.1"', 'size="0 0 0"'),
        ('size="0.3 0.2 0.1"', 'size="0.3 nan 0.1"'),
        ('size="0.3 0.2 0.1"', 'size="-1 1e308 1"'),
        ('size="0.3 0.2 0.1"', ''),
        ('<geometry>', '<origin rpy="0 0"/><geometry>'),
        ('<geometry><box size="0.3 0.2 0.1"/>', '<geometry><mesh filename="x" scale="0 0 1e9"/>'),
        ('<geometry><box size="0.3 0.2 0.1"/>', '<geometry><torus/>'),
        ('<robot name="arm">', '<robot><xacro:property name="w" value="1"/>'),
        ('<robot name="arm">', '<robot xmlns:x="http://a.org/Xacro"><x:gazebo_macro/>'),
        ('<link name="plate"/>', '<link name="plate"><visual><xacro:grey/></visual></link>'),
        ('</robot>', '<gazebo><xacro:sensor parent="tip"/></gazebo></robot>'),
        ('</robot>', '<xacro:sensor parent="tip"/></robot>'),
    ],
)
def test_what_the_chain_does_not_need_cannot_make_it_fail(old, new):
    assert old in ARM
    expected = KinematicChain.from_urdf(ARM, 'base', 'tip').fingerprint
    text = ARM.replace(old, new, 1)
    assert KinematicChain.from_urdf(text, 'base', 'tip').fingerprint == expected
    collision_capsules(text)


@pytest.mark.parametrize(
    ('old', 'new', 'complaint'),
    [
        ('<axis xyz="0 0 1"/>', '<axis/>', "line 5: joint 'shoulder': axis has no xyz="),
        ('<axis xyz="0 0 1"/>', '<axis>0 0 1</axis>', "line 5: joint 'shoulder': axis has no"),
        ('<axis xyz="0 0 1"/>', '<axis xzy="0 0 1"/>', 'only xzy="0 0 1"; expected 3 numbers'),
        ('xyz="0 0 1"', 'xyz="0 1"', "line 5: joint 'shoulder': axis is '0 1'; expected 3"),
        ('xyz="0 0 1"', 'xyz="0, 0, 1"', "line 5: joint 'shoulder': axis is '0, 0, 1'"),
        ('xyz="0 0 1"', 'xyz="0 0 nan"', "line 5: joint 'shoulder': axis"),
        ('xyz="0 0 0.3"', 'xyz="0 0 1e308"', "'shoulder': origin xyz is .*at most 1e"),
        ('xyz="0 0 0.3"', 'xyz="0 0 1e7"', "'shoulder': origin xyz is '0 0 1e7'"),
        ('rpy="0 0.2 0"', 'rpy="0 1e308 0"', "'shoulder': origin rpy"),
        ('xyz="0 0 0.3"', 'xyz="0 0 ${h}"', "'shoulder'.*xacro that was not expanded"),
        ('lower="-2"', 'lower="-1e12"', "line 4: joint 'shoulder': limits .*at most 1e"),
        ('upper="0.2"', 'upper="1e12"', r"joint 'slide': limits .*at most 1e\+06$"),
        ('lower="-2"', 'lower="low"', "line 6: joint 'shoulder': <limit> lower is 'low'"),
        ('multiplier="-0.5"', 'multiplier="1e308"', "joint 'finger': mimic multiplier is"),
        ('offset="0.1"', 'offset="nan"', "joint 'finger': mimic offset is 'nan'"),
        ('-0.5" offset="0.1"', '0" offset="3"', "joint 'finger' mimics 'shoulder', but no"),
        ('mimic joint="shoulder"', 'mimic', "joint 'finger' mimics '', which does not exist"),
        ('type="prismatic"', 'type="odd"', "line 10: joint 'slide' is odd, which one number"),
        ('<parent link="a"/>', '<xacro:ends/><parent link="a"/>', "'elbow' is not complete"),
        (
            '"slide"',
            '"${p}slide"',
            'in it, xacro that was not expanded: run "xacro FILE > robot.urdf"',
        ),
        ('"slide"', f'"{"s" * 100_000}"', r'line 10: a joint is called .*\(100000 characters\)'),
    ],
)
def test_what_the_chain_needs_is_named_with_joint_and_line(old, new, complaint):
    assert old in ARM
    with pytest.raises(UrdfError, match=complaint) as caught:
        KinematicChain.from_urdf(ARM.replace(old, new, 1), 'base', 'tip')
    assert len(str(caught.value)) < 600


def test_lines_that_libxml2_does_not_count_are_not_told():
    text = ARM.replace('<axis xyz="0 0 1"/>', '<axis/>')
    for before, line in ((1000, 'line 1005: '), (70_000, 'line 65535 or later: ')):
        with pytest.raises(UrdfError, match=f"{line}joint 'shoulder'"):
            KinematicChain.from_urdf('\n' * before + text.lstrip(), 'base', 'tip')


@pytest.mark.parametrize(
    'address',
    [
        'http://www.ros.org/wiki/xacro',
        'http://wiki.ros.org/xacro',
        'http://www.ros.org/xacro',
        'https://example.org/XACRO#1',
        None,
    ],
)
def test_what_was_never_expanded_is_told_so_whatever_its_namespace(address):
    name = 'xacro' if address is None else 'm'
    space = '' if address is None else f' xmlns:m="{address}"'
    for content in (
        f'<{name}:macro name="arm"><link name="a"/></{name}:macro>',
        f'<link name="world"/><{name}:my_arm parent="world"/>',
        f'<{name}:include filename="arm.xacro"/><link name="world"/>',
    ):
        for links in ((), ('base_link', 'tool0')):
            with pytest.raises(
                UrdfError, match=r'xacro:.* was not expanded; run "xacro FILE > robot.urdf"'
            ):
                KinematicChain.from_urdf(f'<robot{space}>{content}</robot>', *links)


def test_an_arm_that_may_go_on_behind_a_macro_is_questioned(caplog):
    text = ARM.replace('<link name="plate"/>', '').replace(
        ARM[ARM.index('  <joint name="side"') :], '<xacro:hand parent="tip"/></robot>'
    )
    with pytest.raises(UrdfError, match=r"may go on behind 'tip'.*<xacro:hand> was not expanded"):
        KinematicChain.from_urdf(text)
    assert KinematicChain.from_urdf(text, 'base', 'tip').joint_count == 3
    (record,) = caplog.records
    assert '<xacro:hand> ignored: it was not expanded' in record.getMessage()


def long_chain(links: int) -> str:
    """Return an arm of which each link is fixed to the one before, but for one."""
    return _robot(links, lambda i: i - 1, 'fixed').replace('fixed', 'revolute', 1)


def star(links: int) -> str:
    """Return a base to which all links are fixed, but for one."""
    return _robot(links, lambda i: 0, 'fixed').replace('fixed', 'continuous', 1)


def followers(links: int) -> str:
    """Return a base with fingers, each of which mimics the one before."""
    mimic = '<mimic joint="j{}" multiplier="-1"/>'
    return _robot(links, lambda i: 0, 'continuous', mimic)


def _robot(links, parent, kind, more=''):
    parts = ['<link name="l0"/>']
    for i in range(1, links):
        parts.append(
            f'<link name="l{i}"/><joint name="j{i}" type="{kind}"><parent link="l{parent(i)}"/>'
            f'<child link="l{i}"/><limit lower="-1" upper="1"/><axis xyz="0 0 1"/>'
            f'{more.format(i - 1) if i > 1 else ""}</joint>'
        )
    return f'<robot name="r">{"".join(parts)}</robot>'


def test_a_chain_of_too_many_joints_and_one_that_is_too_long_are_refused():
    with pytest.raises(UrdfError, match=r"1001 joints move between .*'l1001'; expected 1000"):
        KinematicChain.from_urdf(_robot(1002, lambda i: i - 1, 'continuous'))
    far = long_chain(5).replace('<axis', '<origin xyz="6e5 0 0"/><axis')
    with pytest.raises(UrdfError, match=r'two joints .* are 1.8e\+06 m apart; expected 1e\+06'):
        KinematicChain.from_urdf(far)
    far = star(3).replace('<axis', '<origin xyz="6e5 0 0"/><axis')
    assert sorted(KinematicChain.from_urdf(far, 'l2', 'l1').base_frames) == ['l0', 'l2']


@pytest.mark.parametrize('robot', [long_chain, star, followers])
def test_reading_costs_linear_time(robot):
    """Eight times the links take eight times as long: well below the 64 of a quadratic cost."""

    def seconds(links):
        text, best = robot(links), np.inf
        tip = 'l1' if robot is star else f'l{links - 1}'
        for _ in range(3):
            began = time.process_time()
            chain = KinematicChain.from_urdf(text, 'l0', tip)
            link_frames(parse_urdf(text), chain)
            best = min(best, time.process_time() - began)
        return best

    seconds(100)
    assert seconds(2400) < 25 * seconds(300)
