# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which arm is served where no model was named."""

import dataclasses

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver, KinematicChain, resources
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.serving.described.arm_choice import chosen_robot
from learned_ik.serving.described.kept_models import kept_path
from learned_ik.serving.described.placeholder import placeholder
from learned_ik.serving.described.wanted_arm import WantedArm
from learned_ik.serving.limits.limits_file import JointEntry
from learned_ik.serving.limits.wanted_limits import WantedLimits
from learned_ik.serving.served_robot import served_robot

FORKED = artificial_arm_urdf(4).replace(
    '</robot>',
    '<link name="finger"/><joint name="finger_joint" type="fixed"><parent link="link_4"/>'
    '<child link="finger"/></joint></robot>',
)
SRDF = (
    '<robot name="r"><group name="arm"><chain base_link="base" tip_link="{tip}"/></group>'
    '<group name="hand"><link name="finger"/></group>{more}</robot>'
)


def text_of(name):
    return resources.shipped_file(f'config/{name}.urdf').read_text(encoding='utf-8')


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_DATA_HOME', str(tmp_path))


@pytest.fixture(scope='module')
def tiago():
    return served_robot(IkSolver.load('tiago_arm'))


def chosen(description, now, calibration=0.01, **arm):
    return chosen_robot(
        description, WantedArm(**arm), now, calibration, WantedLimits(), lambda line: None
    )


def test_tiago_goes_on_with_its_own_model(tiago):
    robot = chosen(text_of('tiago_arm'), tiago)
    assert robot.solver is tiago.solver
    assert robot.mismatch is None
    assert robot.root_link is not None  # it was compared with the description


@pytest.mark.parametrize('name', ['panda', 'ur10', 'artificial7'])
def test_a_robot_for_which_there_is_a_model_is_served_by_it(tiago, name):
    robot = chosen(text_of(name), tiago)
    assert robot.mismatch is None
    assert robot.model is not None
    assert robot.model.name == name


def test_an_arm_without_a_model_is_served_without_a_network(tiago):
    robot = chosen(artificial_arm_urdf(4), tiago)
    assert robot.model is None
    assert robot.mismatch is None
    assert (robot.chain.base_link, robot.chain.tip_link) == ('base', 'tip')
    solution = robot.solver.solve(*robot.chain.forward(np.full(4, 0.2)))
    assert solution.success
    again = chosen(artificial_arm_urdf(4), robot)
    assert again.solver is robot.solver
    assert chosen(text_of('tiago_arm'), robot).model.name == 'tiago_arm'


def test_the_links_that_are_named_count_also_where_a_model_fits_another_arm(tiago):
    robot = chosen(text_of('tiago_arm'), tiago, tip_link='arm_5_link')
    assert robot.model is None
    assert robot.chain.tip_link == 'arm_5_link'
    torso = chosen(
        text_of('tiago_arm'), tiago, base_link='base_footprint', tip_link='arm_tool_link'
    )
    assert torso.model.name == 'tiago_torso'


def test_where_several_models_fit_it_is_not_guessed(tiago):
    robot = chosen(text_of('tiago_dual'), tiago)
    assert 'tiago_dual_left, tiago_dual_right' in robot.mismatch
    assert 'base_link and tip_link' in robot.mismatch
    assert robot.solver is tiago.solver


def test_a_fork_is_refused_with_its_leaves_and_the_parameter(tiago):
    robot = chosen(FORKED, tiago)
    assert 'name one of: finger, tip: by the parameter tip_link' in robot.mismatch
    assert chosen(FORKED, robot, tip_link='finger').mismatch is None


def test_the_group_of_the_srdf_says_which_arm(tiago):
    one = SRDF.format(tip='finger', more='')
    assert chosen(FORKED, tiago, semantic=one).chain.tip_link == 'finger'
    more = '<group name="wrist"><chain base_link="link_2" tip_link="tip"/></group>'
    two = SRDF.format(tip='finger', more=more)
    assert 'arm, wrist' in chosen(FORKED, tiago, semantic=two).mismatch
    wrist = chosen(FORKED, tiago, semantic=two, group='wrist')
    assert (wrist.chain.base_link, wrist.chain.tip_link) == ('link_2', 'tip')
    nowhere = chosen(FORKED, tiago, semantic=two, group='elbow')
    assert "no planning group 'elbow'" in nowhere.mismatch
    waiting = chosen(FORKED, tiago, group='wrist').mismatch
    assert 'waiting for robot_description_semantic' in waiting


def test_what_is_no_description_is_refused_and_the_solver_stays(tiago):
    robot = chosen('no URDF', tiago)
    assert robot.mismatch.startswith('the robot described cannot be served: ')
    assert robot.solver is tiago.solver
    assert robot.description == 'no URDF'


def test_a_model_that_was_kept_is_found_by_the_fingerprint(tiago, untrained):
    chain = KinematicChain.from_urdf(artificial_arm_urdf(4))
    kept = dataclasses.replace(untrained(chain), name='kept')
    kept.save(kept_path(chain))
    robot = chosen(artificial_arm_urdf(4), tiago)
    assert robot.model.name == 'kept'
    kept_path(chain).write_bytes(b'damaged')
    assert chosen(artificial_arm_urdf(4), tiago).model is None


def test_a_network_that_was_trained_further_stays_also_on_a_calibrated_robot(tiago):
    model = IkModel.load('tiago_arm')
    retrained = served_robot(tiago.solver.with_network(model))
    calibrated = text_of('tiago_arm').replace('-0.02 -0.027 -0.222', '-0.02 -0.029 -0.222')
    robot = chosen(calibrated, retrained)
    assert robot.model is model
    assert robot.deviation is not None
    named = chosen(calibrated, retrained, base_link='torso_lift_link', tip_link='arm_tool_link')
    assert named.model is model


def test_the_tool_is_that_of_the_arm_that_comes():
    tool = [0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0]
    waiting = placeholder(WantedArm(tip_link='tip'), tool)
    assert waiting.placeholder
    assert waiting.mismatch == 'waiting for robot_description'
    robot = chosen(artificial_arm_urdf(4), waiting, tip_link='tip')
    assert not robot.placeholder
    assert robot.solver.tool.tolist() == tool


def test_limits_of_other_joints_are_refused(tiago):
    wanted = WantedLimits(path='limits.yaml', entries={'elsewhere': JointEntry()})
    robot = chosen_robot(artificial_arm_urdf(4), WantedArm(), tiago, 0.0, wanted, print)
    assert 'limits.yaml' in robot.mismatch
