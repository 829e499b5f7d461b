# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is drawn: the wanted and the reached path, and the arm where it stands."""

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.ros.exchange import Defaults, IkRequest, PathRequest
from learned_ik.ros.path_serving import PathServing
from learned_ik.ros.scene import TRAIL, Scene
from learned_ik.ros.serving import IkServing

DEFAULTS = Defaults(1e-6, 1e-6, 0.5)
UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])


@pytest.fixture
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


def answered(serving, chain, q):
    request = IkRequest('', *chain.forward(q))
    return request, serving.answer(request, DEFAULTS)


def test_targets_leave_a_trail_of_what_was_wanted_and_reached(serving, chain):
    scene = Scene()
    postures = chain.sample(np.random.default_rng(0), 5)
    for q in postures:
        scene.note_target(*answered(serving, chain, q))
    picture = scene.picture(serving)
    assert picture.frame == chain.base_link
    np.testing.assert_allclose(picture.wanted, chain.forward(postures)[0])
    np.testing.assert_allclose(picture.reached, picture.wanted, atol=2e-6)
    np.testing.assert_allclose(picture.arm[-1], picture.reached[-1])
    assert 'µm' in picture.text


def test_the_arm_stands_where_its_joints_are_reported(serving, chain):
    serving.remember_joints(chain.joint_names, chain.middle)
    picture = Scene().picture(serving)
    np.testing.assert_allclose(picture.arm[-1], chain.forward(chain.middle)[0])
    assert picture.wanted.shape == picture.reached.shape == (0, 3)


def test_a_miss_is_told_in_words(serving):
    scene = Scene()
    request = IkRequest('', np.array([3.0, 0.0, 0.0]), UPRIGHT)
    scene.note_target(request, serving.answer(request, DEFAULTS))
    picture = scene.picture(serving)
    assert picture.text.startswith('not reached')
    assert picture.arm is None


def test_a_path_replaces_the_trail_and_is_thinned(serving, chain):
    scene = Scene()
    scene.note_target(*answered(serving, chain, chain.middle))
    position, orientation = chain.forward(chain.middle)
    positions = position + np.linspace(0.0, 0.05, 3 * TRAIL)[:, None] * [1.0, 0.0, 0.0]
    request = PathRequest('', positions, np.tile(orientation, (3 * TRAIL, 1)))
    scene.note_path(request, PathServing(serving).answer(request, DEFAULTS))
    picture = scene.picture(serving)
    assert len(picture.wanted) == len(picture.reached) <= TRAIL
    np.testing.assert_allclose(picture.reached, picture.wanted, atol=2e-6)
    assert picture.text.startswith(f'{3 * TRAIL} poses')
    scene.note_target(*answered(serving, chain, chain.middle))
    assert len(scene.picture(serving).wanted) == 1
