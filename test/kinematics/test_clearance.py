# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Clearance in numba and torch, against coal, each other, and finite differences."""

import functools

import numpy as np
import pytest
import torch

from learned_ik import KinematicChain
from learned_ik.kernels.clearance_single import CompiledClearance
from learned_ik.kinematics.clearance_batched import BatchedClearance
from learned_ik.robot.body import Body


@pytest.fixture(scope='module', params=['tiago', 'pr2_hand_to_hand', 'artificial'])
def arm(request, real_urdf, artificial) -> tuple[KinematicChain, Body]:
    if request.param == 'artificial':
        chain = artificial(10)
        return chain, Body.from_chain(chain, 0.02)
    if request.param == 'tiago':
        chain = request.getfixturevalue('tiago')
        text = (request.config.rootpath / 'config' / 'tiago_arm.urdf').read_text()
        return chain, Body.from_urdf(text, chain)
    text = real_urdf('pr2_description/urdf/pr2.urdf')  # its meshes are not looked for: segments
    chain = KinematicChain.from_urdf(text, 'r_gripper_tool_frame', 'l_gripper_tool_frame')
    return chain, Body.from_urdf(text, chain)


def spheres_near(chain: KinematicChain, rng: np.random.Generator, count: int = 7) -> np.ndarray:
    centres = rng.uniform(-0.6, 0.6, (count, 3)) * chain.reach
    return np.concatenate([centres, rng.uniform(0.02, 0.3, (count, 1))], axis=1)


def test_capsules_keep_the_distances_that_coal_measures(arm):
    coal = pytest.importorskip('coal')
    chain, body = arm
    rng = np.random.default_rng(0)
    measured = CompiledClearance(chain, body)
    for q in chain.sample(rng, 30):
        spheres = spheres_near(chain, rng)
        of_spheres, of_pairs = measured.distances(q, spheres)
        shapes = [
            (coal.Capsule(radius, float(np.linalg.norm(b - a))), placed_along_z(coal, a, b))
            for (a, b), radius in zip(body.placed(chain, q), body.radii, strict=True)
        ]
        balls = [(coal.Sphere(s[3]), coal.Transform3s(np.eye(3), s[:3])) for s in spheres]
        for capsule, there in zip(shapes, of_spheres, strict=True):
            if np.isfinite(there):
                least = min(coal_distance(coal, capsule, ball) for ball in balls)
                assert there == pytest.approx(least, abs=2e-6)
        for (i, j), there in zip(body.pairs, of_pairs, strict=True):
            assert there == pytest.approx(coal_distance(coal, shapes[i], shapes[j]), abs=2e-6)


@pytest.mark.parametrize('far', [-0.05, 0.0, 0.1])
def test_what_is_far_is_left_out_and_what_is_near_is_told_as_before(arm, far):
    chain, body = arm
    rng = np.random.default_rng(7)
    measured = CompiledClearance(chain, body)
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


def test_torch_and_numba_measure_the_same(arm):
    chain, body = arm
    rng = np.random.default_rng(1)
    q, spheres = chain.sample(rng, 40), spheres_near(chain, rng)
    compiled = CompiledClearance(chain, body)
    batched = BatchedClearance(chain, body, dtype=torch.float64)
    placed = batched.placed(torch.tensor(q))
    to_spheres = batched.to_spheres(placed, torch.tensor(spheres))
    each_its_own = torch.tensor(np.broadcast_to(spheres, (len(q), *spheres.shape)).copy())
    torch.testing.assert_close(batched.to_spheres(placed, each_its_own), to_spheres)
    to_itself = batched.to_itself(placed)
    for row, q_row in enumerate(q):
        of_spheres, of_pairs = compiled.distances(q_row, spheres)
        np.testing.assert_allclose(to_spheres[row], of_spheres[body.moving], atol=1e-6)
        assert (of_spheres[~body.moving] == np.inf).all()
        np.testing.assert_allclose(to_itself[row], of_pairs, atol=1e-6)


def test_gradients_are_those_of_torch_and_of_finite_differences(arm):
    chain, body = arm
    rng = np.random.default_rng(2)
    compiled = CompiledClearance(chain, body)
    batched = BatchedClearance(chain, body, dtype=torch.float64)
    for q in chain.sample(rng, 5):
        spheres = spheres_near(chain, rng)
        of_spheres, of_pairs = compiled.gradients(q, spheres)

        distances = functools.partial(all_distances, batched, torch.tensor(spheres))
        slopes = torch.autograd.functional.jacobian(distances, torch.tensor(q))
        mine = np.concatenate([of_spheres[body.moving], of_pairs])
        np.testing.assert_allclose(mine, slopes.numpy(), atol=1e-4)
        step = 1e-6
        ahead, behind = (
            np.concatenate(compiled.distances(q + sign * step * np.eye(len(q))[0], spheres))
            for sign in (1, -1)
        )
        moves = np.concatenate([body.moving, np.ones(len(body.pairs), bool)])
        numeric = (ahead[moves] - behind[moves]) / (2 * step)
        np.testing.assert_allclose(mine[:, 0], numeric, atol=1e-3)


def all_distances(batched, spheres, q):
    placed = batched.placed(q)
    return torch.cat([batched.to_spheres(placed, spheres), batched.to_itself(placed)])


def test_torch_knows_where_the_joints_are(arm):
    chain, body = arm
    q = chain.sample(np.random.default_rng(3), 4)
    origins = BatchedClearance(chain, body, dtype=torch.float64).origins(torch.tensor(q))
    position, _ = chain.forward(q)
    np.testing.assert_allclose(origins[:, -1], position, atol=1e-9)
    assert origins.shape == (4, chain.motion_count + 1, 3)


def test_without_spheres_nothing_is_near(arm):
    chain, body = arm
    of_spheres, of_pairs = CompiledClearance(chain, body).distances(chain.middle, np.empty((0, 4)))
    assert (of_spheres == np.inf).all()
    assert np.isfinite(of_pairs).all()
