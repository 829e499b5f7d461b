# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Spheres appear where there is room."""

from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pytest

pytest.importorskip('viser')

from learned_ik.viewing.scenery.placed_spheres import GREY, RED, PlacedSpheres


@pytest.fixture
def spheres():
    server = MagicMock()
    server.scene.add_transform_controls.side_effect = lambda *_, position, **__: MagicMock(
        position=np.asarray(position)
    )
    server.scene.add_icosphere.side_effect = lambda _, radius, color: SimpleNamespace(
        radius=radius, color=color, remove=lambda: None
    )
    return PlacedSpheres(server, 0.1, lambda: None)


def test_a_sphere_is_put_on_the_side_where_there_is_room(spheres):
    def of_an_arm_to_the_left(sphere):
        return -sphere[1]

    spheres.add([0.5, 0.0, 0.3], of_an_arm_to_the_left)
    np.testing.assert_allclose(spheres.values, [[0.5, -0.2, 0.3, 0.05]])


def test_no_two_are_put_into_each_other(spheres):
    for _ in range(4):
        spheres.add([0.5, 0.0, 0.3], lambda sphere: 1.0)
    middles = spheres.values[:, :3]
    apart = np.linalg.norm(middles[:, None] - middles, axis=-1)[np.triu_indices(4, 1)]
    assert apart.min() > 0.1


def test_all_have_one_radius_and_one_colour_each(spheres):
    spheres.put([0.0, 0.0, 1.0])
    spheres.put([0.0, 0.0, 2.0])
    spheres.resize(0.2)
    assert spheres.values[:, 3].tolist() == [0.2, 0.2]
    spheres.colour(lambda sphere: 1.5 - sphere[2])
    assert [ball.color for _, ball in spheres._placed] == [GREY, RED]
    spheres.clear()
    assert spheres.values.shape == (0, 4)
