# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Robots to look at: by name, by model file, by URDF."""

import pytest

from learned_ik import resources
from learned_ik.errors import AmbiguousTipError, ConfigurationError, RobotMismatchError
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.viewing.viewed_robot import names, robot_named, robot_of_model, robot_of_urdf

PANDA = resources.shipped_file('config/panda.urdf')


def test_every_robot_that_comes_with_the_package_has_a_name():
    assert {'panda', 'tiago_arm', 'ur10'} <= set(names())


def test_a_named_robot_has_its_network_its_body_and_its_urdf():
    robot = robot_named('panda')
    assert robot.name == 'panda'
    assert robot.solver.model is not None
    assert robot.solver.body is robot.solver.model.body
    assert robot.urdf == PANDA
    with pytest.raises(ConfigurationError, match=r"no robot 'pandas'; there are: .*panda"):
        robot_named('pandas')


def test_a_model_finds_the_urdf_that_comes_with_the_package():
    path = resources.shipped_file('models/panda.safetensors')
    assert robot_of_model(path).urdf == PANDA
    assert robot_of_model(path, PANDA).solver.body is not None


def test_a_model_and_another_robots_urdf_are_refused(tmp_path):
    other = tmp_path / 'other.urdf'
    other.write_text(artificial_arm_urdf(7).replace('joint_7', 'another'))
    with pytest.raises(RobotMismatchError, match="model 'artificial7' was trained for another"):
        robot_of_model(resources.shipped_file('models/artificial7.safetensors'), other)


def test_a_urdf_needs_no_model(tmp_path):
    path = tmp_path / 'five.urdf'
    path.write_text(artificial_arm_urdf(5))
    robot = robot_of_urdf(path)
    assert (robot.name, robot.urdf, robot.solver.model) == ('five', path, None)
    assert robot.solver.chain.joint_count == 5
    assert robot_of_urdf(path, 'link_1', 'link_4').solver.chain.joint_count == 3


def test_of_several_tips_one_has_to_be_named():
    with pytest.raises(AmbiguousTipError):
        robot_of_urdf(resources.shipped_file('config/tiago_dual.urdf'))
