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
        of_capsules = np.full((len(body), 1), np.inf)
        of_capsules[body.moving, 0] = to_spheres[row]
        expected = compiled.by_hull(of_capsules, to_itself[row].numpy())
        nearest = of_spheres.reshape(-1, len(spheres)).min(axis=1)
        np.testing.assert_allclose(np.concatenate([nearest, of_pairs]), expected, atol=1e-6)


def test_gradients_of_numba_are_those_of_torch(arm):
    chain, body = arm
    rng = np.random.default_rng(2)
    compiled = CompiledBody(CompiledArm(chain), body)
    batched = BatchedClearance(chain, body, dtype=torch.float64)
    for q in chain.sample(rng, 5):
        spheres = spheres_near(chain, rng)
        of_spheres, of_pairs = compiled.gradients(q, spheres)

        distances = functools.partial(all_distances, batched, torch.tensor(spheres), compiled)
        slopes = torch.autograd.functional.jacobian(distances, torch.tensor(q))
        mine = np.concatenate([of_spheres, of_pairs])[compiled.moves(spheres)]
        np.testing.assert_allclose(mine, slopes.numpy(), atol=1e-4)


def all_distances(batched, spheres, compiled, q):
    """Return what `CompiledBody.distances` does of all that moves, by torch."""
    body, placed = compiled.body, batched.placed(q)
    of_spheres = torch.stack([batched.to_spheres(placed, ball[None]) for ball in spheres], dim=-1)
    of_pairs, hull_of = batched.to_itself(placed), torch.tensor(body.hull_numbers)
    moving, pairs = hull_of[torch.tensor(body.moving)], hull_of[torch.tensor(body.pairs)]
    found = [of_spheres[moving == hull].amin(0) for hull in moving.unique()]
    found += [
        of_pairs[(pairs == pair).all(-1)].amin(0, keepdim=True)
        for pair in torch.tensor(compiled.arrays.hulls.pairs)
    ]
    return torch.cat(found)


def test_torch_knows_where_the_joints_are(arm):
    chain, body = arm
    q = chain.sample(np.random.default_rng(3), 4)
    origins = BatchedClearance(chain, body, dtype=torch.float64).origins(torch.tensor(q))
    position, _ = chain.forward(q)
    np.testing.assert_allclose(origins[:, -1], position, atol=1e-9)
    assert origins.shape == (4, chain.motion_count + 1, 3)
