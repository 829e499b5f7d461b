# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Capsules hold all that they are to hold, and reach no farther than they are to."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from learned_ik.robot.capsules import point_segment_distance
from learned_ik.robot.covering.cover import covering, least_bulge
from learned_ik.robot.covering.triangles import (
    box_triangles,
    cylinder_triangles,
    transformed,
    unheld,
)
from learned_ik.rotations import matrix_from_rpy, transform

BULGE = 0.012  # [m]


def points_on(triangles: np.ndarray, rng: np.random.Generator, count: int) -> np.ndarray:
    """Return points (count, 3) all over triangles, by their areas."""
    a, b, c = triangles.swapaxes(0, 1)
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    k = rng.choice(len(triangles), count, p=areas / areas.sum())
    u, v = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([1 - u, u * (1 - v), u * v], axis=1)
    return np.einsum('ni,nij->nj', weights, triangles[k])


def beyond(points: np.ndarray, capsules) -> np.ndarray:
    """Return how far points lie outside of the capsules (n,) [m]."""
    distances = [point_segment_distance(points, c.a, c.b) - c.radius for c in capsules]
    return np.min(distances, axis=0)


def elbow(rng: np.random.Generator) -> np.ndarray:
    """Return the surface of a box and a cylinder that meet, somewhere in space."""
    size, radius, length = (
        rng.uniform(0.03, 0.2, 3),
        rng.uniform(0.02, 0.07),
        rng.uniform(0.1, 0.4),
    )
    T = transform(matrix_from_rpy(rng.uniform(-3, 3, 3)), rng.uniform(-0.05, 0.05, 3))
    place = transform(matrix_from_rpy(rng.uniform(-3, 3, 3)), rng.uniform(-1, 1, 3))
    shapes = [box_triangles(size), transformed(cylinder_triangles(radius, length), T)]
    return transformed(np.concatenate(shapes), place)


@given(st.integers(0, 10_000))
@example(2524)  # where a piece lies across a seam
@settings(max_examples=5, deadline=None)
def test_every_point_of_the_surface_is_held(seed):
    rng = np.random.default_rng(seed)
    triangles = elbow(rng)
    capsules = covering(triangles, BULGE)
    # Rounding decides how triangles are cut: a smallest piece may lie across a seam, held by two.
    seams = unheld(triangles, capsules).reshape(-1, 3)
    assert len(seams) == 0 or beyond(seams, capsules).max() <= 1e-12
    assert beyond(points_on(triangles, rng, 3000), capsules).max() <= 1e-12


def test_what_the_surface_encloses_is_held():
    size = np.array([0.1, 0.2, 0.3])
    capsules = covering(box_triangles(size), BULGE)
    inside = np.random.default_rng(0).uniform(-0.5, 0.5, (5000, 3)) * size
    assert beyond(inside, capsules).max() < 0.5 * BULGE


@pytest.mark.parametrize('bulge', [0.01, 0.02])
def test_capsules_reach_no_farther_than_they_are_to(bulge):
    """By points on capsules, and their distance from a box or a cylinder in closed form."""
    size, radius, length = np.array([0.08, 0.12, 0.3]), 0.05, 0.3
    rng = np.random.default_rng(0)
    for triangles, outside in (
        (box_triangles(size), lambda p: np.linalg.norm(np.maximum(abs(p) - size / 2, 0), axis=1)),
        (
            cylinder_triangles(radius, length),
            lambda p: np.hypot(
                np.maximum(np.hypot(p[:, 0], p[:, 1]) - radius, 0),
                np.maximum(abs(p[:, 2]) - length / 2, 0),
            ),
        ),
    ):
        capsules = covering(triangles, bulge)
        for capsule in capsules:
            direction = rng.normal(size=(400, 3))
            direction /= np.linalg.norm(direction, axis=1, keepdims=True)
            along = capsule.a + rng.random((400, 1)) * (capsule.b - capsule.a)
            assert outside(along + capsule.radius * direction).max() < 1.5 * bulge
        assert len(capsules) < 60


def test_an_open_tube_is_taken_for_a_full_one():
    tube = cylinder_triangles(0.05, 0.4)
    open_tube = tube[abs(tube[:, :, 2]).min(axis=1) < 0.19]  # without caps
    capsules = covering(tube[:48], BULGE)
    assert len(open_tube) == 0 or len(capsules) < 20
    axis = np.linspace([0, 0, -0.15], [0, 0, 0.15], 50)
    assert beyond(axis, capsules).max() < 0


def test_the_same_triangles_get_the_same_capsules_in_any_unit():
    triangles = elbow(np.random.default_rng(3))
    once, again = covering(triangles, BULGE), covering(triangles, BULGE)
    assert [c.radius for c in once] == [c.radius for c in again]
    for scale in (1e-3, 1e3):  # bounded work, whatever the size
        scaled = covering(triangles * scale, BULGE * scale)
        assert 0.5 * len(once) < len(scaled) < 2 * len(once)
        assert not len(unheld(triangles * scale, scaled))
    assert len(covering(triangles * 1e3, BULGE)) < 500
    assert least_bulge(np.array([1e3, 1e3, 1e3])) > 1


@pytest.mark.parametrize(
    'triangles',
    [
        np.array([[[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0]]], float),
        np.array([[[0, 0, 0], [0.1, 0, 0], [0.2, 0, 0]]], float),
        np.zeros((1, 3, 3)),
    ],
    ids=['flat', 'line', 'point'],
)
def test_what_has_no_volume_is_held_too(triangles):
    capsules = covering(triangles, BULGE)
    assert capsules
    assert not len(unheld(triangles, capsules))
