# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What an SRDF says of the ends of an arm."""

import pytest

from learned_ik.errors import UrdfError
from learned_ik.serving.described.planning_groups import planning_groups


def test_groups_that_are_one_chain_are_found_and_no_others():
    srdf = """<?xml version="1.0"?>
    <robot name="r">
      <group name="arm"><chain base_link="base" tip_link="tip"/></group>
      <group name="both">
        <chain base_link="a" tip_link="b"/><chain base_link="c" tip_link="d"/>
      </group>
      <group name="hand"><link name="finger"/></group>
      <group name="half"><chain base_link="base"/></group>
      <group><chain base_link="base" tip_link="tip"/></group>
    </robot>"""
    assert planning_groups(srdf) == {'arm': ('base', 'tip')}


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('<mujoco/>', 'an SRDF begins with <robot'),
        ('no XML', 'not well-formed'),
        ('<!DOCTYPE a><robot/>', 'document type'),
    ],
)
def test_what_is_none_is_refused(text, words):
    with pytest.raises(UrdfError, match=words):
        planning_groups(text)
