# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
from unittest.mock import MagicMock

import pytest

from learned_ik import KinematicChain
from learned_ik.robot.arms import artificial_arm_urdf

pytest.importorskip('viser')
pytest.importorskip('yourdfpy')

from learned_ik.viewing.scenery.drawn_robot import DrawnLine, DrawnRobot, drawn


def test_a_robot_that_cannot_be_drawn_is_a_line_and_a_warning(tmp_path, caplog):
    sound, broken = tmp_path / 'sound.urdf', tmp_path / 'broken.urdf'
    bare = tmp_path / 'bare.urdf'
    bare.write_text(artificial_arm_urdf(3))
    ball = '<visual><geometry><sphere radius="0.1"/></geometry></visual>'
    sound.write_text(
        artificial_arm_urdf(3).replace('<link name="base"/>', f'<link name="base">{ball}</link>')
    )
    # A plate that the chain does not need, with an axis that yourdfpy cannot read.
    plate = (
        '<link name="plate"/><joint name="side" type="fixed"><parent link="base"/>'
        '<child link="plate"/><axis xyz="0 up 0"/></joint></robot>'
    )
    broken.write_text(artificial_arm_urdf(3).replace('</robot>', plate))
    chain = KinematicChain.from_urdf(broken, 'base', 'tip')
    assert isinstance(drawn(MagicMock(), chain, None), DrawnLine)
    assert isinstance(drawn(MagicMock(), chain, sound), DrawnRobot)
    assert isinstance(drawn(MagicMock(), chain, bare), DrawnLine)  # nothing to be seen of it
    assert not caplog.records
    assert isinstance(drawn(MagicMock(), chain, broken), DrawnLine)
    assert f"the robot of '{broken}' cannot be drawn" in caplog.text
