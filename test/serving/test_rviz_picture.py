# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is drawn: the wanted and the reached path, and the arm where it stands."""

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.path_serving import PathServing
from learned_ik.serving.requests_and_answers import Defaults, IkRequest, PathRequest
from learned_ik.serving.rviz_picture import TRAIL, TargetHistory

DEFAULTS = Defaults(1e-6, 1e-6, 0.5)
UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])


@pytest.fixture
def serving(chain, untrained):
    return IkServing(IkSolver(untrained(chain)))


def answered(serving, chain, q):
    request = IkRequest('', *chain.forward(q))
    return request, serving.answer(request, DEFAULTS)


def test_targets_leave_a_trail_of_what_was_wanted_and_reached(serving, chain):
    history = TargetHistory()
    postures = chain.sample(np.random.default_rng(0), 5)
    for q in postures:
        history.note_target(*answered(serving, chain, q))
    picture = history.picture(serving)
    assert picture.frame == chain.base_link
    np.testing.assert_allclose(picture.wanted, chain.forward(postures)[0])
    np.testing.assert_allclose(picture.reached, picture.wanted, atol=2e-6)
    np.testing.assert_allclose(picture.arm[-1], picture.reached[-1])
    assert 'µm' in picture.text


def test_the_arm_stands_where_its_joints_are_reported(serving, chain):
    serving.remember_joints(chain.joint_names, chain.middle)
    picture = TargetHistory().picture(serving)
    np.testing.assert_allclose(picture.arm[-1], chain.forward(chain.middle)[0])
    assert picture.wanted.shape == picture.reached.shape == (0, 3)


def test_a_miss_is_told_in_words(serving):
    history = TargetHistory()
    request = IkRequest('', np.array([3.0, 0.0, 0.0]), UPRIGHT)
    history.note_target(request, serving.answer(request, DEFAULTS))
    picture = history.picture(serving)
    assert picture.text.startswith('not reached')
    assert picture.arm is None


def test_a_path_replaces_the_trail_and_is_thinned(serving, chain):
    history = TargetHistory()
    history.note_target(*answered(serving, chain, chain.middle))
    position, orientation = chain.forward(chain.middle)
    positions = position + np.linspace(0.0, 0.05, 3 * TRAIL)[:, None] * [1.0, 0.0, 0.0]
    request = PathRequest('', positions, np.tile(orientation, (3 * TRAIL, 1)))
    history.note_path(request, PathServing(serving).answer(request, DEFAULTS))
    picture = history.picture(serving)
    assert len(picture.wanted) == len(picture.reached) <= TRAIL
    np.testing.assert_allclose(picture.reached, picture.wanted, atol=2e-6)
    assert picture.text.startswith(f'{3 * TRAIL} poses')
    history.note_target(*answered(serving, chain, chain.middle))
    assert len(history.picture(serving).wanted) == 1
