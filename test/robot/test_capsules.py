# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learned_ik.robot.capsules import (
    Capsule,
    fitted_capsule,
    point_segment_distance,
    segment_distance,
)

seeds = st.integers(0, 10_000)


@given(seeds, st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_a_fitted_capsule_holds_its_points(seed, count):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 3)) * rng.uniform(0.01, 1, 3) + rng.normal(size=3)
    capsule = fitted_capsule(points)
    distance = point_segment_distance(points, capsule.a, capsule.b)
    assert (distance <= capsule.radius).all()


def test_a_fitted_capsule_of_a_capsule_is_hardly_larger():
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(4000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    ends = np.array([[0.1, 0.2, 0.3], [0.4, -0.1, 0.5]])
    points = (ends[:, None] + 0.06 * directions).reshape(-1, 3)
    true = Capsule(*ends, 0.06)
    assert true.volume * 0.97 < fitted_capsule(points).volume < true.volume * 1.06


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_the_distance_of_segments_is_the_least_between_their_points(seed):
    rng = np.random.default_rng(seed)
    a, b, c, d = rng.normal(size=(4, 3))
    if seed % 3 == 0:
        d = c + (b - a) * rng.normal()  # parallel
    if seed % 5 == 0:
        b = a  # a point
    share = np.linspace(0, 1, 201)[:, None]
    sampled = np.linalg.norm((a + share * (b - a))[:, None] - (c + share * (d - c)), axis=-1)
    exact = segment_distance(a, b, c, d)
    assert exact <= sampled.min() + 1e-12
    assert exact >= sampled.min() - 0.03


def test_a_capsule_holds_what_lies_wholly_inside():
    outer = Capsule(np.zeros(3), np.array([0, 0, 1.0]), 0.2)
    assert outer.holds(Capsule(np.array([0, 0, 0.1]), np.array([0, 0.05, 0.9]), 0.1))
    assert not outer.holds(Capsule(np.array([0, 0, 0.1]), np.array([0, 0.15, 0.9]), 0.1))
    assert outer.moved(np.eye(4)).volume == pytest.approx(outer.volume)
