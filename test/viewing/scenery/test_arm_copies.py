# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Copies of an arm are drawn where its frames are."""

from unittest.mock import MagicMock

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.rotations import quaternion_from_matrix

pytest.importorskip('trimesh')

from learned_ik.viewing.scenery.arm_copies import ArmCopies
from learned_ik.viewing.scenery.link_shapes import slim


@pytest.fixture
def chain():
    return IkSolver.load('panda').chain


@pytest.fixture
def copies(chain):
    server = MagicMock()
    server.scene.add_batched_meshes_simple.side_effect = lambda *_, **__: MagicMock(visible=False)
    return ArmCopies(
        server, '/arms', chain, slim(chain, 0.02), colour=(0, 0, 0), opacity=0.5, most=3
    )


def test_each_posture_is_drawn_and_what_is_to_spare_has_no_size(chain, copies):
    postures = chain.sample(np.random.default_rng(0), 2)
    copies.show(postures)
    rotations, origins = chain.frames(postures)
    for k in copies.frames:
        handle = copies._handles[k]
        assert handle.visible
        assert handle.batched_scales.tolist() == [1, 1, 0]
        np.testing.assert_allclose(handle.batched_positions[:2], origins[:, k], atol=1e-6)
        wxyz = np.roll(quaternion_from_matrix(rotations[:, k]), 1, axis=-1)
        np.testing.assert_allclose(handle.batched_wxyzs[:2], wxyz, atol=1e-6)


def test_only_so_many_are_drawn_and_only_the_frames_that_are_wanted(chain, copies):
    copies.show(chain.sample(np.random.default_rng(0), 5), frames={2, 3})
    assert [k for k in copies.frames if copies._handles[k].visible] == [2, 3]
    assert copies._handles[2].batched_positions.shape == (3, 3)


def test_no_posture_hides_all(chain, copies):
    copies.show([chain.middle])
    copies.show([])
    assert not any(handle.visible for handle in copies._handles.values())
