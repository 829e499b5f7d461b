# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Clearance in torch, against that in numba."""

import functools

import numpy as np
import torch
from compiled_arm import CompiledArm, CompiledBody, spheres_near

from learned_ik.kinematics.clearance_batched import BatchedClearance


def test_torch_and_numba_measure_the_same(arm):
    chain, body = arm
    rng = np.random.default_rng(1)
    q, spheres = chain.sample(rng, 40), spheres_near(chain, rng)
    compiled = CompiledBody(CompiledArm(chain), body)
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


def test_gradients_of_numba_are_those_of_torch(arm):
    chain, body = arm
    rng = np.random.default_rng(2)
    compiled = CompiledBody(CompiledArm(chain), body)
    batched = BatchedClearance(chain, body, dtype=torch.float64)
    for q in chain.sample(rng, 5):
        spheres = spheres_near(chain, rng)
        of_spheres, of_pairs = compiled.gradients(q, spheres)

        distances = functools.partial(all_distances, batched, torch.tensor(spheres))
        slopes = torch.autograd.functional.jacobian(distances, torch.tensor(q))
        mine = np.concatenate([of_spheres[body.moving], of_pairs])
        np.testing.assert_allclose(mine, slopes.numpy(), atol=1e-4)


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
