# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
from learned_ik.robot.description.names import listed, shown


def test_names_are_shown_as_they_are_short_and_on_one_line():
    assert shown('arm_1_joint') == 'arm_1_joint'
    assert shown('Gelenk ü') == 'Gelenk ü'
    assert shown('a\n[INFO] forged\x1b[0m') == r'a\n[INFO] forged\x1b[0m'
    long = shown('head' + 'x' * 100_000 + 'tail')
    assert len(long) < 200
    assert long.startswith('headx')
    assert long.endswith('xtail (100008 characters)')


def test_no_more_names_are_listed_than_a_message_can_hold():
    assert listed(['a', 'b']) == 'a, b'
    many = listed(f'link_{i}' for i in range(10_000))
    assert many.startswith('link_0, link_1, ')
    assert many.endswith(' more')
    assert len(many) < 2100
    assert listed(['x' * 5000, 'y']).endswith('xxx (5000 characters), y')
