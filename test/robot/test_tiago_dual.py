# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""config/tiago_dual.urdf against the published description, and the models of both arms."""

from xml.etree import ElementTree

import numpy as np
import pytest

from learned_ik import IkModel, KinematicChain
from learned_ik.robot.named import RobotConfig

ARMS = ('tiago_dual_left', 'tiago_dual_right')
PUBLISHED = 'tiago_description/robots/tiago_dual.urdf'


@pytest.mark.parametrize('name', ARMS)
@pytest.mark.parametrize('soft_limits', [False, True])
def test_moves_like_the_published_robot(real_urdf, name, soft_limits):
    robot = RobotConfig.named(name)
    ours, theirs = (
        KinematicChain.from_urdf(text, robot.base_link, robot.tip_link, soft_limits=soft_limits)
        for text in (robot.urdf.read_text(encoding='utf-8'), real_urdf(PUBLISHED))
    )
    assert ours.difference_from(theirs) is None
    np.testing.assert_allclose(ours.lower, theirs.lower, atol=1e-9)
    np.testing.assert_allclose(ours.upper, theirs.upper, atol=1e-9)
    np.testing.assert_allclose(ours.velocity, theirs.velocity, atol=1e-9)


@pytest.mark.parametrize('name', ARMS)
def test_the_model_is_the_arms(name):
    robot = RobotConfig.named(name)
    model = IkModel.load(robot.model)
    assert model.name == name
    assert model.chain.difference_from(robot.chain()) is None
    assert model.held_out['position']['median'] < 0.01  # [m]


def test_every_link_has_a_shape_and_no_mesh():
    text = RobotConfig.named(ARMS[0]).urdf.read_text(encoding='utf-8')
    for link in ElementTree.fromstring(text).iter('link'):
        shapes = [len(link.findall(f'{kind}/geometry')) for kind in ('visual', 'collision')]
        assert (shapes[0] > 0) == (shapes[1] > 0)
        assert shapes[0] > 0 or link.get('name') == 'base_footprint'
    assert '<mesh' not in text
