# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""config/tiago_arm.urdf against the published description of TIAGo."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from learned_ik import KinematicChain

CONFIG = Path(__file__).parents[2] / 'config'
OURS = (CONFIG / 'tiago_arm.urdf').read_text(encoding='utf-8')

EXACT = 1e-9  # [m], [rad] and the unit of the limits


@pytest.fixture(scope='module')
def published() -> str:
    """Return the URDF text that the PyPI package example-robot-data brings."""
    cmeel = pytest.importorskip('cmeel')
    for folder in cmeel.__path__:
        share = Path(folder).parent / 'cmeel.prefix' / 'share' / 'example-robot-data'
        for path in share.glob('robots/tiago_description/robots/tiago.urdf'):
            return path.read_text(encoding='utf-8')
    pytest.skip('example-robot-data is not installed')


@pytest.mark.parametrize('base_link', ['torso_lift_link', 'base_footprint'])
@pytest.mark.parametrize('soft_limits', [False, True])
def test_moves_like_the_published_robot(published, base_link, soft_limits):
    ours, theirs = (
        KinematicChain.from_urdf(text, base_link, 'arm_tool_link', soft_limits=soft_limits)
        for text in (OURS, published)
    )
    assert ours.joint_names == theirs.joint_names
    assert ours.joint_types == theirs.joint_types
    np.testing.assert_allclose(ours.lower, theirs.lower, atol=EXACT)
    np.testing.assert_allclose(ours.upper, theirs.upper, atol=EXACT)
    np.testing.assert_allclose(ours.velocity, theirs.velocity, atol=EXACT)
    q = theirs.sample(np.random.default_rng(0), 1000)
    for mine, published_pose in zip(ours.forward_matrix(q), theirs.forward_matrix(q), strict=True):
        np.testing.assert_allclose(mine, published_pose, atol=EXACT)
    assert ours.difference_from(theirs) is None


def test_efforts_are_the_published_ones(published):
    theirs = _efforts(published)
    assert _efforts(OURS).items() <= theirs.items()
    assert len(_efforts(OURS)) == 8  # torso and seven arm joints


def test_the_tool_is_the_only_leaf():
    assert KinematicChain.from_urdf(OURS).tip_link == 'arm_tool_link'


def test_has_a_shape_for_every_link_but_the_footprint():
    for link in ElementTree.fromstring(OURS).iter('link'):
        shapes = [len(link.findall(f'{kind}/geometry')) for kind in ('visual', 'collision')]
        assert (shapes[0] > 0) == (shapes[1] > 0)
        assert shapes[0] > 0 or link.get('name') == 'base_footprint'
    assert '<mesh' not in OURS


def _efforts(urdf: str) -> dict[str, float]:
    """Return the effort limit of each joint that has one [N m, N for a prismatic joint]."""
    return {
        joint.get('name', ''): float(limit.get('effort', 'nan'))
        for joint in ElementTree.fromstring(urdf).findall('joint')
        for limit in joint.findall('limit')
    }
