# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How a network does in a scene: each pose by the head that costs least, scene included."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.losses import distance_loss
from learned_ik.learning.reports.evaluation import poses_at
from learned_ik.learning.scenes.random_scenes import Problem, blinded, problems
from learned_ik.learning.scenes.scene_loss import SceneLoss
from learned_ik.learning.training_config import HELD_OUT_SEED
from learned_ik.learning.training_network import PoseNetwork
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.chain import KinematicChain

CHUNK = 2_000  # poses evaluated at once
ROTATION_WEIGHT = 0.3  # [m/rad], of orientation against position when heads compete


@torch.no_grad()
def errors_in_scene(
    loss: SceneLoss,
    poses: torch.Tensor,
    network: Callable[[torch.Tensor], torch.Tensor],
    decode: Callable[[torch.Tensor], torch.Tensor],
    kinematics: BatchedKinematics,
    rotation_weight: float = ROTATION_WEIGHT,
    spheres: torch.Tensor | None = None,
) -> dict[str, Any]:
    """Return how a network does in a scene, each pose by its best head, scene included.

    Args:
        loss: of the scene.
        poses: (n, 12), or with more behind them that the network takes.
        network: poses to outputs.
        decode: outputs to joint positions.
        kinematics: the robot's.
        rotation_weight: [m/rad], 0 where the orientation was not asked for.
        spheres: (n, m, 4), other ones for each pose, in place of the scene's; x y z radius [m].

    Returns:
        `score` [m], mean of pose error + 0.3 m/rad * angle + loss of the scene; `colliding`, the
        share of answers that touch; means of `position` [m] and `orientation` [rad] errors.

    """
    scores, positions, angles, clearances = [], [], [], []
    every = [None] if spheres is None else spheres.split(CHUNK)
    for chunk, around in zip(poses.split(CHUNK), itertools.cycle(every)):
        q = decode(network(chunk))  # (batch, heads, joints)
        position, rotation = kinematics.forward(q)
        off = position - chunk[:, None, :3]
        twist = rotation - chunk[:, None, 3:12].unflatten(-1, (3, 3))
        total = distance_loss(off, twist, rotation_weight) + loss(q, spheres=around)
        best = total.argmin(dim=1)
        row = torch.arange(len(chunk), device=chunk.device)
        scores.append(total[row, best])
        positions.append(off[row, best].norm(dim=-1))
        sine = twist[row, best].square().sum((-2, -1)).div(8).sqrt().clamp(max=1)
        angles.append(2 * torch.asin(sine))
        clearances.append(loss.clearances(q[row, best], around))
    clearance = torch.cat(clearances)
    return {
        'poses': len(poses),
        'score': float(torch.cat(scores).mean()),
        'position_mean': float(torch.cat(positions).mean()),
        'orientation_mean': float(torch.cat(angles).mean()),
        'colliding': float((clearance < 0).float().mean()),
        'units': {'position': 'm', 'orientation': 'rad'},
    }


def errors_in_random_scenes(
    loss: SceneLoss,
    sets: list[Problem],
    network: Callable[[torch.Tensor], torch.Tensor],
    decode: Callable[[torch.Tensor], torch.Tensor],
    kinematics: BatchedKinematics,
    rotation_weight: float = ROTATION_WEIGHT,
) -> dict[str, Any]:
    """Return what `errors_in_scene` does, over sets of problems as large as each other."""
    results = [
        errors_in_scene(loss, poses, network, decode, kinematics, rotation_weight, spheres)
        for poses, spheres in sets
    ]
    numbers = ('score', 'position_mean', 'orientation_mean', 'colliding')
    means = {name: sum(result[name] for result in results) / len(results) for name in numbers}
    return {**results[0], **means, 'poses': sum(result['poses'] for result in results)}


def errors_seeing_and_blind(
    loss: SceneLoss,
    points: BasisPoints,
    network: PoseNetwork,
    kinematics: BatchedKinematics,
    count: int,
    rotation_weight: float = ROTATION_WEIGHT,
) -> dict[str, Any]:
    """Return what `errors_in_scene` does in `count` random scenes.

    In `blind`, the same of the network when the scene is not shown.
    """
    device = kinematics.lower.device
    chain, body = kinematics.chain, loss.body
    sets = problems(chain, body, points, count, HELD_OUT_SEED, device)
    unseen = [blinded(problem, points) for problem in sets]
    seeing, blind = (
        errors_in_random_scenes(loss, each, network, network.decoder, kinematics, rotation_weight)
        for each in (sets, unseen)
    )
    return {**seeing, 'blind': blind}


def poses_in_the_open(
    chain: KinematicChain,
    loss: SceneLoss,
    count: int,
    seed: int,
    seed_spread: float | None = None,
) -> torch.Tensor:
    """Return poses (n, 12) of postures that are free of collision; at most `count`.

    These can be reached without touching anything: so many of those of `poses_within` as there
    are, with what follows them for a network that takes a seed.
    """
    rng = np.random.default_rng(seed)
    q = chain.sample(rng, count)
    poses = poses_at(chain, q, rng, seed_spread=seed_spread)
    free = np.concatenate(
        [
            (loss.clearances(chunk) > 0).cpu().numpy()
            for chunk in torch.as_tensor(q, dtype=torch.float32).split(CHUNK)
        ]
    )
    return poses[torch.as_tensor(free)]
