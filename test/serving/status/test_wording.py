# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as some

from learned_ik.robot.description.names import listed, printable
from learned_ik.serving.status.wording import LONGEST_TEXT, named, one_line


@given(some.text(some.characters(exclude_categories=())))
def test_whatever_is_told_is_one_printable_line(text):
    for told in (named(text), one_line(text), printable(text), listed([text] * 50)):
        assert told.isprintable()
        told.encode('utf-8')


def test_an_ordinary_name_is_told_as_it_is():
    assert named('arm_7_link') == "'arm_7_link'"
    assert one_line('10 µm, 3° → fine') == '10 µm, 3° → fine'


@pytest.mark.parametrize('tell', [named, one_line, lambda text: listed([text] * 1000)])
def test_what_is_long_is_told_in_short(tell):
    assert len(tell('a' * 10_000_000)) < 3000


def test_of_a_long_message_beginning_and_end_are_kept():
    told = one_line('frame ' + 'a' * LONGEST_TEXT + ' is unknown; expected base')
    assert told.startswith('frame aaa')
    assert told.endswith('expected base')


def test_line_breaks_and_colours_are_escaped():
    assert named('a\nb\x1b[31m') == "'a\\nb\\x1b[31m'"
