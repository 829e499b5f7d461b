# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import pytest

from learned_ik.errors import UrdfError
from learned_ik.robot.parsing import parse_urdf, urdf_text

LINKS = '<link name="a"/><link name="b"/>'
JOINT = '<joint name="j" type="fixed"><parent link="a"/><child link="b"/></joint>'


def test_nothing_is_printed_about_tags_that_kinematics_does_not_need(capfd):
    robot = parse_urdf(
        '<?xml version="1.0" encoding="utf-8"?><!-- a robot -->'
        '<robot name="r" xmlns:other="http://example.org">'
        '<link name="a"><visual><nonsense/></visual><unknown/></link><link name="b"/>'
        '<joint name="j" type="fixed" odd="1"><parent link="a"/><child link="b"/><strange/>'
        '<dynamics/></joint><gazebo><plugin/></gazebo><transmission/><other:thing/></robot>'
    )
    assert list(robot.link_map) == ['a', 'b']
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize(
    ('text', 'complaint'),
    [
        ('', 'is empty'),
        ('   \n', 'is empty'),
        ('robot', 'not well-formed XML'),
        (f'<robot name="r">{LINKS}{JOINT}', 'not well-formed XML'),
        ('<sdf/>', 'root element is <sdf>'),
        ('<robot name="r"/>', 'not form one tree'),
        (f'<robot name="r">{LINKS}</robot>', 'not form one tree: 2 of 2 links'),
        (f'<robot name="r">{LINKS}{JOINT}{JOINT}</robot>', "joint 'j' is defined more than once"),
        (f'<robot name="r">{LINKS}{LINKS}{JOINT}</robot>', "link 'a' is defined more than once"),
        (f'<robot name="r"><link name="a"/>{JOINT}</robot>', "child link 'b' does not exist"),
        (
            f'<robot name="r">{LINKS}{JOINT}'
            '<joint name="k" type="fixed"><parent link="a"/><child link="b"/></joint></robot>',
            "link 'b' is the child of two joints, 'j' and 'k'",
        ),
        (
            '<robot name="r"><link name="root"/><link name="a"/><link name="b"/>'
            '<joint name="j" type="fixed"><parent link="a"/><child link="b"/></joint>'
            '<joint name="k" type="fixed"><parent link="b"/><child link="a"/></joint></robot>',
            'part of a loop',
        ),
        (
            '<robot name="r" xmlns:xacro="http://www.ros.org/wiki/xacro">'
            '<xacro:include filename="arm.xacro"/></robot>',
            'xacro:include> was not expanded',
        ),
        (
            '<!DOCTYPE robot [<!ENTITY a "aaaa">]><robot name="r"><link name="&a;"/></robot>',
            'document type declaration',
        ),
        ('<!DOCTYPE robot SYSTEM "file:///etc/passwd"><robot name="r"/>', 'document type'),
        (
            f'<robot>\n{LINKS}<joint name="j" type="fixed"/></robot>',
            "line 2: joint 'j' has no <parent",
        ),
        (f'\n\n<robot>{LINKS}<joint type="fixed"/></robot>', "line 3: a joint is called ''"),
        (f'<robot>{LINKS}<a b="1" b="2"/></robot>', 'not well-formed XML'),
        (f'<robot>{LINKS}{JOINT}</robot><robot/>', 'not well-formed XML'),
        (f'<robot>{LINKS}{JOINT}&amp;&nbsp;</robot>', 'not well-formed XML'),
        ('<robot>' + 10_000_000 * ' ', 'has 10000007 characters; expected 10000000 at most'),
    ],
)
def test_each_broken_description_gets_its_own_complaint(text, complaint):
    with pytest.raises(UrdfError, match=complaint):
        parse_urdf(text)


def test_an_entity_bomb_is_refused_at_once():
    levels = ''.join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    bomb = f'<!DOCTYPE robot [<!ENTITY l0 "ha">{levels}]><robot name="r"><a b="&l11;"/></robot>'
    with pytest.raises(UrdfError):
        parse_urdf(bomb)


def test_bytes_are_not_text():
    with pytest.raises(UrdfError, match='is a bytes; expected text'):
        parse_urdf(b'<robot name="r"/>')


class TestTextOrPath:
    def test_text_is_itself(self):
        for text in ('<robot/>', '', 'no robot at all'):
            assert urdf_text(text) == text

    def test_a_path_is_read(self, tmp_path):
        for name in ('arm.urdf', 'arm'):
            path = tmp_path / name
            path.write_text('<robot/>')
            assert urdf_text(path) == urdf_text(str(path)) == '<robot/>'

    @pytest.mark.parametrize('name', ['arm.urdf', 'arm.xml', 'arm.urdf.xacro'])
    def test_a_file_that_is_not_there_is_named(self, tmp_path, name):
        for path in (tmp_path / name, str(tmp_path / name)):
            with pytest.raises(UrdfError, match=f"{name}' does not exist"):
                urdf_text(path)

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path):
        with pytest.raises(UrdfError, match=f"'{tmp_path}' cannot be read"):
            urdf_text(tmp_path)
        (tmp_path / 'binary.urdf').write_bytes(b'\xff\xfe')
        with pytest.raises(UrdfError, match=r"binary.urdf' cannot be read"):
            urdf_text(tmp_path / 'binary.urdf')

    def test_anything_else_is_refused(self):
        with pytest.raises(UrdfError, match=r'is a bytes; expected text \(str\) or a path'):
            urdf_text(b'<robot/>')

    def test_a_file_in_the_encoding_that_it_declares(self, tmp_path):
        path = tmp_path / 'arm.urdf'
        text = '<?xml version="1.0" encoding="iso-8859-1"?>\n<robot name="Größe"/>'
        path.write_bytes(text.encode('iso-8859-1'))
        assert urdf_text(path) == text
        path.write_bytes(text.replace('iso-8859-1', 'no-such').encode('iso-8859-1'))
        with pytest.raises(UrdfError, match='cannot be read'):
            urdf_text(path)

    def test_a_file_without_an_end_is_not_read_to_it(self):
        with pytest.raises(UrdfError, match="'/dev/zero' cannot be read: it has more than 1000"):
            urdf_text('/dev/zero')
