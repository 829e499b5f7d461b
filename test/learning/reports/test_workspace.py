# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from learned_ik.learning.reports.evaluation import poses_within  # noqa: E402
from learned_ik.learning.reports.workspace import WorkspaceGrid  # noqa: E402


def test_rare_places_weigh_more_and_the_mean_is_about_one(tiago):
    grid = WorkspaceGrid(tiago)
    position = poses_within(tiago, 20_000, seed=3)[:, :3]
    flat, steep = grid.weights(position, 0.0), grid.weights(position, 1.0)
    torch.testing.assert_close(flat, torch.ones(20_000))
    assert 0.5 < float(steep.mean()) <= 1.0
    distance = position - position.mean(dim=0)
    far = distance.norm(dim=1) > distance.norm(dim=1).quantile(0.99)
    assert steep[far].mean() > 2 * steep.mean()
    assert steep.max() <= 10


def test_weights_make_the_workspace_even(tiago):
    grid = WorkspaceGrid(tiago)
    position = poses_within(tiago, 50_000, seed=3)[:, :3].double().numpy()
    weights = grid.weights(torch.as_tensor(position, dtype=torch.float32), 0.7).numpy()

    def unevenness(weights):
        counts, _ = np.histogramdd(position, 8, weights=weights)
        inside = counts[counts > 0]
        return inside.std() / inside.mean()

    assert unevenness(weights) < 0.75 * unevenness(np.ones(50_000))


def test_poses_drawn_from_it_are_even_poses(tiago):
    generator = torch.Generator().manual_seed(0)
    poses = WorkspaceGrid(tiago).draw(20_000, generator)
    rotation = poses[:, 3:].unflatten(1, (3, 3))
    eye = torch.eye(3).expand(20_000, 3, 3)
    torch.testing.assert_close(rotation @ rotation.mT, eye, atol=1e-5, rtol=0)
    assert (torch.linalg.det(rotation) > 0.99).all()
    assert rotation.mean(dim=0).abs().max() < 0.03
    sampled = poses_within(tiago, 20_000, seed=1)[:, :3]
    assert (poses[:, :3].amin(0) >= sampled.amin(0) - 0.15).all()
    counts = [np.histogramdd(x.numpy(), 6)[0] for x in (poses[:, :3], sampled)]
    spread = [count[count > 0].std() / count[count > 0].mean() for count in counts]
    assert spread[0] < spread[1]
