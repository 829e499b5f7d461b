# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Files of xacro: expanded where xacro is installed, told of where it is not."""

import logging
import sys
import types

import pytest

from learned_ik import KinematicChain
from learned_ik.errors import UrdfError
from learned_ik.robot.named import chain_from_file

# As the official file of Universal Robots: its namespace is not the usual one.
ARM = """<?xml version="1.0"?>
<robot xmlns:xacro="http://ros.org/wiki/xacro" name="$(arg name)">
  <xacro:arg name="name" default="two"/>
  <xacro:arg name="tf_prefix" default="left_"/>
  <xacro:include filename="macro.xacro"/>
  <link name="world"/>
  <xacro:two_joints prefix="$(arg tf_prefix)" parent="world">
    <origin xyz="0 0 0.1" rpy="0 0 0"/>
  </xacro:two_joints>
</robot>
"""
MACRO = """<robot xmlns:xacro="http://wiki.ros.org/xacro">
  <xacro:macro name="two_joints" params="prefix parent *origin">
    <link name="${prefix}upper"/><link name="${prefix}lower"/>
    <joint name="${prefix}shoulder" type="revolute">
      <parent link="${parent}"/><child link="${prefix}upper"/>
      <xacro:insert_block name="origin"/><axis xyz="0 1 0"/>
      <limit lower="${-pi / 2}" upper="${pi / 2}" effort="1" velocity="1"/>
    </joint>
    <joint name="${prefix}elbow" type="revolute">
      <parent link="${prefix}upper"/><child link="${prefix}lower"/>
      <origin xyz="0 0 ${0.1 + 0.2}"/><axis xyz="0 1 0"/>
      <limit lower="-1" upper="1" effort="1" velocity="1"/>
    </joint>
  </xacro:macro>
</robot>
"""
PLAIN = """<robot name="plain"><link name="base"/><link name="tip"/>
<joint name="j" type="continuous"><parent link="base"/><child link="tip"/></joint></robot>"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / 'macro.xacro').write_text(MACRO)
    path = tmp_path / 'arm.urdf.xacro'
    path.write_text(ARM)
    return path


@pytest.fixture
def not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, 'xacro', None)


@pytest.fixture
def stand_in(monkeypatch):
    """Let something else do what xacro does, and return what it was asked to expand."""
    asked = []

    def process_file(path, mappings):
        asked.append((path, mappings))
        return types.SimpleNamespace(toxml=lambda: PLAIN)

    module = types.SimpleNamespace(process_file=process_file)
    monkeypatch.setitem(sys.modules, 'xacro', module)
    return asked


def test_xacro_itself_expands_it(file):
    pytest.importorskip('xacro')
    for chain in (KinematicChain.from_urdf(file), chain_from_file(file, 'world', 'left_lower')):
        assert chain.joint_names == ('left_shoulder', 'left_elbow')
        assert chain.forward([0.0, 0.0])[0] == pytest.approx([0.0, 0.0, 0.4])


def test_a_file_is_expanded_wherever_it_is_read(file, stand_in):
    for chain in (KinematicChain.from_urdf(file), chain_from_file(file)):
        assert chain.joint_names == ('j',)
    assert stand_in == [(str(file), {'name': 'two', 'tf_prefix': 'left_'})] * 2


def test_what_has_nothing_of_xacro_is_left_alone(tmp_path, stand_in):
    path = tmp_path / 'plain.urdf'
    path.write_text(PLAIN.replace('<link', '<!-- made by xacro --><link', 1))
    assert KinematicChain.from_urdf(path).joint_names == ('j',)
    assert stand_in == []


def test_a_text_is_never_evaluated(stand_in):
    with pytest.raises(UrdfError, match='was not expanded'):
        KinematicChain.from_urdf(ARM)
    assert stand_in == []


@pytest.mark.parametrize(
    'namespace',
    ['http://ros.org/wiki/xacro', 'http://www.ros.org/wiki/xacro', 'http://www.ros.org/xacro'],
)
@pytest.mark.parametrize('prefix', ['xacro', 'macro'])
def test_where_it_is_not_installed_it_says_how_to_expand_it(
    file, not_installed, namespace, prefix
):
    text = ARM.replace('http://ros.org/wiki/xacro', namespace).replace('xacro:', f'{prefix}:')
    file.write_text(text.replace('xmlns:xacro', f'xmlns:{prefix}'))
    with pytest.raises(UrdfError, match=r'run "xacro FILE > robot.urdf" first') as error:
        KinematicChain.from_urdf(file)
    assert 'pip install xacro' in str(error.value)


def test_what_xacro_cannot_expand_is_read_as_it_is(tmp_path, caplog, monkeypatch):
    def process_file(path, mappings):
        raise NameError('undefined symbol')

    monkeypatch.setitem(sys.modules, 'xacro', types.SimpleNamespace(process_file=process_file))
    path = tmp_path / 'leftover.urdf'
    leftover = '<x:property xmlns:x="http://ros.org/wiki/xacro" name="a" value="1"/></robot>'
    path.write_text(PLAIN.replace('</robot>', leftover))
    with caplog.at_level(logging.WARNING):
        assert KinematicChain.from_urdf(path).joint_names == ('j',)
    assert 'xacro cannot expand' in caplog.text
    assert 'undefined symbol' in caplog.text
