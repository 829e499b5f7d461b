# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from learned_ik.errors import UrdfError
from learned_ik.robot.description.markup import root_element, without_declaration


def test_lines_are_those_of_the_text_whatever_comes_first():
    for before in ('', '\n\n', '<?xml version="1.0"\n encoding="ascii"?>\n', '\ufeff<?xml ?>\n\n'):
        root = root_element(f'{before}<a>\n<b/></a>', 'the text')
        assert root.sourceline == 1 + before.count('\n')
        assert root[0].sourceline == root.sourceline + 1


def test_the_declaration_goes_and_nothing_else():
    assert without_declaration('<?xml version="1.0"?><a><?pi?></a>') == '<a><?pi?></a>'
    assert without_declaration('<a/>') == '<a/>'


@pytest.mark.parametrize(
    'text',
    [
        '<a b:c="1"/>',
        '<b:a/>',
        '<a xmlns:b=""><b:c/></a>',
        '<a xmlns:b="no address"><b:c/></a>',
        '<a><!-- - -- - --></a>',
    ],
)
def test_what_the_parsers_of_ros_do_not_mind_is_read(text):
    assert root_element(text, 'the text') is not None


@pytest.mark.parametrize(
    'text',
    [
        '<a><b></a>',
        '<a/><a/>',
        '<a b="1" b="2"/>',
        '<a b="&c;"/>',
        '<a b="1 & 2"/>',
        '<a b=1/>',
        '<a><c:b></a>',
        '<a>\x00</a>',
        '<a>\ud800</a>',
        'a',
        '<a>' * 5000,
    ],
)
def test_what_may_mean_two_things_is_refused(text):
    with pytest.raises(UrdfError, match='the text is not well-formed XML'):
        root_element(text, 'the text')


@pytest.mark.parametrize('huge', [False, True])
def test_entities_are_refused_before_they_grow(huge):
    levels = ''.join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    for bomb in (
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{levels}]><a b="&l11;"/>',
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{levels}]><a>&l11;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ):
        with pytest.raises(UrdfError, match=r'document type|not well-formed'):
            root_element(bomb, 'the text', huge=huge)
