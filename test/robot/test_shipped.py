# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The robots of config/, beside those that they describe. TIAGo has a test of its own."""

from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel, KinematicChain
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.named import RobotConfig

CONFIG = Path(__file__).parents[2] / 'config'
NAMES = sorted(path.stem for path in CONFIG.glob('*.yaml'))
PUBLISHED = {
    'panda': 'panda_description/urdf/panda.urdf',
    'ur10': 'ur_description/urdf/ur10_robot.urdf',
}
EXACT = 1e-9  # [m], [rad] and the unit of the limits


@pytest.mark.parametrize('name', PUBLISHED)
def test_ours_moves_like_the_published_robot(name, real_urdf):
    config = RobotConfig.named(name)
    ours = config.chain()
    theirs = KinematicChain.from_urdf(
        real_urdf(PUBLISHED[name]), config.base_link, config.tip_link
    )
    assert ours.difference_from(theirs) is None
    assert theirs.difference_from(ours) is None
    np.testing.assert_allclose(ours.velocity, theirs.velocity, atol=EXACT)
    q = theirs.sample(np.random.default_rng(0), 1000)
    for mine, published in zip(ours.forward_matrix(q), theirs.forward_matrix(q), strict=True):
        np.testing.assert_allclose(mine, published, atol=EXACT)


@pytest.mark.parametrize('joints', [7, 10, 20])
def test_the_artificial_arms_are_what_our_code_writes(joints):
    ours = RobotConfig.named(f'artificial{joints}').chain()
    assert ours.fingerprint == KinematicChain.from_urdf(artificial_arm_urdf(joints)).fingerprint


@pytest.mark.parametrize('name', NAMES)
def test_every_robot_has_a_model_that_says_how_it_was_made(name, caplog):
    config = RobotConfig.named(name)
    assert config.name == name
    model = IkModel.load(config.model)
    assert model.chain.difference_from(config.chain()) is None
    assert not caplog.records  # nothing of it is suspicious
    assert model.body is not None
    assert f'--robot {name} ' in model.training['command']
    assert '--samples' in model.training['command']  # what alone makes it again
    assert model.held_out['limits_broken'] == 0
    assert model.held_out['position']['mean'] < 0.01


def test_the_models_are_small_together():
    folder = CONFIG.parent / 'models'
    assert sum(path.stat().st_size for path in folder.glob('*.safetensors')) < 10e6
