# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of links hold what they should."""

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.robot.skeleton import joint_origins

pytest.importorskip('trimesh')

from learned_ik.viewing.scenery.link_shapes import capsules, hulls, slim


@pytest.fixture(scope='module')
def body():
    return IkSolver.load('panda').body


def test_a_hull_holds_its_capsules_up_to_its_roundness(body):
    shapes = hulls(body, 0.005)
    assert set(shapes) == set(body.frames[body.moving].tolist())
    for frame, mesh in shapes.items():
        ends = body.ends[body.frames == frame]
        radii = body.radii[body.frames == frame]
        for direction in np.random.default_rng(0).normal(size=(20, 3)):
            direction /= np.linalg.norm(direction)
            farthest = ((ends @ direction).max(axis=1) + radii).max()
            assert 0 <= (mesh.vertices @ direction).max() - farthest + 0.002 <= 0.0075


def test_capsules_are_where_the_body_has_them(body):
    for frame, mesh in capsules(body).items():
        ends = body.ends[body.frames == frame]
        radii = body.radii[body.frames == frame]
        low = (ends - radii[:, None, None]).min(axis=(0, 1))
        high = (ends + radii[:, None, None]).max(axis=(0, 1))
        np.testing.assert_allclose(mesh.bounds, [low, high], atol=0.02)
        assert (mesh.bounds[0] > low - 1e-6).all()
        assert (mesh.bounds[1] < high + 1e-6).all()


def test_rods_lead_from_joint_to_joint():
    chain = IkSolver.load('panda').chain
    q = chain.middle + 0.1
    rotations, origins = chain.frames(q)
    wanted = joint_origins(chain, q)
    rods = slim(chain, 0.02)
    assert list(rods) == list(range(1, chain.motion_count + 1))
    for k, rod in rods.items():
        ends = origins[k] + rod.vertices @ rotations[k].T
        for point in (wanted[k], wanted[k + 1]):
            assert np.linalg.norm(ends - point, axis=1).min() < 0.011
