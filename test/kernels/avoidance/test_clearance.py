# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Clearance in numba, against coal and finite differences."""

import numpy as np
import pytest
from compiled_arm import CompiledArm, CompiledBody, spheres_near


def test_capsules_keep_the_distances_that_coal_measures(arm):
    coal = pytest.importorskip('coal')
    chain, body = arm
    rng = np.random.default_rng(0)
    measured = CompiledBody(CompiledArm(chain), body)
    for q in chain.sample(rng, 10):
        spheres = spheres_near(chain, rng)
        of_spheres, of_pairs = measured.distances(q, spheres)
        shapes = [
            (coal.Capsule(radius, float(np.linalg.norm(b - a))), placed_along_z(coal, a, b))
            for (a, b), radius in zip(body.placed(chain, q), body.radii, strict=True)
        ]
        balls = [(coal.Sphere(s[3]), coal.Transform3s(np.eye(3), s[:3])) for s in spheres]
        of_capsules = np.full((len(shapes), len(balls)), np.inf)
        for c in np.nonzero(body.moving)[0]:
            of_capsules[c] = [coal_distance(coal, shapes[c], ball) for ball in balls]
        of_all_pairs = np.array([coal_distance(coal, shapes[i], shapes[j]) for i, j in body.pairs])
        expected = measured.by_hull(of_capsules, of_all_pairs)
        np.testing.assert_allclose(np.concatenate([of_spheres, of_pairs]), expected, atol=2e-6)


@pytest.mark.parametrize('far', [-0.05, 0.0, 0.1])
def test_what_is_far_is_left_out_and_what_is_near_is_told_as_before(arm, far):
    chain, body = arm
    rng = np.random.default_rng(7)
    measured = CompiledBody(CompiledArm(chain), body)
    found = 0
    for q in chain.sample(rng, 30):
        spheres = spheres_near(chain, rng, 150)  # more than are taken at once
        spheres[:, 3] *= 0.3
        for every, near in zip(
            measured.distances(q, spheres), measured.distances(q, spheres, far), strict=True
        ):
            is_near = every < far
            found += is_near.sum()
            np.testing.assert_allclose(near[is_near], every[is_near], rtol=0, atol=1e-12)
            assert np.isinf(near[~is_near]).all()
    assert found > 0


def placed_along_z(coal, a, b):
    """Return coal's transform of a capsule from a to b: its own lies along z, about its middle."""
    from learned_ik.rotations import rotation_to_axis

    length = np.linalg.norm(b - a)
    R = rotation_to_axis((b - a) / length) if length > 1e-12 else np.eye(3)
    return coal.Transform3s(R, 0.5 * (a + b))


def coal_distance(coal, first, second) -> float:
    result = coal.DistanceResult()
    request = coal.DistanceRequest()
    request.enable_signed_distance = True
    return coal.distance(first[0], first[1], second[0], second[1], request, result)


def test_without_spheres_nothing_is_near(arm):
    chain, body = arm
    of_spheres, of_pairs = CompiledBody(CompiledArm(chain), body).distances(
        chain.middle, np.empty((0, 4))
    )
    assert (of_spheres == np.inf).all()
    assert np.isfinite(of_pairs).all()


def test_gradients_are_those_of_finite_differences(arm):
    chain, body = arm
    rng = np.random.default_rng(2)
    compiled = CompiledBody(CompiledArm(chain), body)
    for q in chain.sample(rng, 5):
        spheres = spheres_near(chain, rng)
        of_spheres, of_pairs = compiled.gradients(q, spheres)
        moves = compiled.moves(spheres)
        mine = np.concatenate([of_spheres, of_pairs])[moves]
        step = 1e-6
        ahead, behind = (
            np.concatenate(compiled.distances(q + sign * step * np.eye(len(q))[0], spheres))
            for sign in (1, -1)
        )
        numeric = (ahead[moves] - behind[moves]) / (2 * step)
        np.testing.assert_allclose(mine[:, 0], numeric, atol=1e-3)
