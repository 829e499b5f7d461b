# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How many distinct solutions of a pose the heads of a network lead to."""

from collections.abc import Callable

import torch

from learned_ik.kinematics.batched import BatchedKinematics

DISTINCT = 0.3  # [rad or m], by which at least one joint of two distinct solutions differs
STEPS = 20  # of refinement
POSITION_TOLERANCE = 1e-4  # [m], within which a refined answer is a solution
ORIENTATION_TOLERANCE = 1e-3  # [rad]
ROTATION_WEIGHT = 0.3  # [m/rad], of orientation against position in a step
DAMPING = 1e-2  # share of the squared error that is added to the diagonal
LARGEST_STEP = 0.5  # [rad or m], of one joint


@torch.no_grad()
def refined(
    q: torch.Tensor, poses: torch.Tensor, kinematics: BatchedKinematics
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return q after some steps of damped least squares, and which of them are solutions.

    A plain method in batches, good enough to see where an answer leads; what serves requests is
    in `learned_ik/solving/`.

    Args:
        q: (n, joints) [rad or m].
        poses: (n, 12), of each q the one wanted.
        kinematics: of the robot, in float64.

    """
    weight = q.new_tensor([1.0] * 3 + [ROTATION_WEIGHT] * 3)
    eye = torch.eye(6, dtype=q.dtype, device=q.device)
    target, wanted = poses[:, :3], poses[:, 3:12].unflatten(-1, (3, 3))
    for step in range(STEPS + 1):
        position, rotation = kinematics.forward(q)
        turn = _rotation_vector(wanted @ rotation.mT)  # (n, 3) [rad], in the base frame
        error = torch.cat([target - position, turn], dim=-1)
        if step == STEPS:
            break
        J = weight[:, None] * kinematics.jacobian(q)  # (n, 6, joints)
        e = weight * error
        damping = DAMPING * e.square().sum(-1)[:, None, None] + 1e-9
        moved = J.mT @ torch.linalg.solve(J @ J.mT + damping * eye, e[:, :, None])
        q = q + moved[..., 0].clamp(-LARGEST_STEP, LARGEST_STEP)
        q = torch.minimum(torch.maximum(q, kinematics.lower), kinematics.upper)
    lengths = error.unflatten(-1, (2, 3)).norm(dim=-1)  # (n, 2) [m], [rad]
    return q, (lengths < lengths.new_tensor([POSITION_TOLERANCE, ORIENTATION_TOLERANCE])).all(-1)


def distinct_solutions(
    poses: torch.Tensor,
    network: Callable[[torch.Tensor], torch.Tensor],
    decode: Callable[[torch.Tensor], torch.Tensor],
    kinematics: BatchedKinematics,
) -> torch.Tensor:
    """Return how many distinct solutions (n,) the heads' answers to poses (n, 12) lead to.

    Args:
        poses: as the network takes them, (n, 12), or with seeds behind them.
        network: from poses to outputs.
        decode: from outputs to joint positions.
        kinematics: of the robot, in float64.

    """
    with torch.no_grad():
        q = decode(network(poses)).double()  # (n, heads, joints)
    count, heads, joints = q.shape
    every = poses.double().repeat_interleave(heads, dim=0)
    q, solved = refined(q.reshape(-1, joints), every, kinematics)
    q, solved = q.view(count, heads, joints), solved.view(count, heads)
    turns = torch.as_tensor(kinematics.chain.continuous, device=q.device)
    new = solved.clone()
    for k in range(1, heads):
        apart = (q[:, k, None] - q[:, :k]).abs()  # (n, k, joints)
        apart = torch.where(
            turns, torch.remainder(apart + torch.pi, 2 * torch.pi) - torch.pi, apart
        )
        alike = (apart.abs().amax(-1) <= DISTINCT) & new[:, :k]
        new[:, k] &= ~alike.any(-1)
    return new.sum(-1)


def _rotation_vector(R: torch.Tensor) -> torch.Tensor:
    """Return axis times angle (..., 3) [rad] of rotation matrices (..., 3, 3)."""
    twice_sine = torch.stack(
        [R[..., 2, 1] - R[..., 1, 2], R[..., 0, 2] - R[..., 2, 0], R[..., 1, 0] - R[..., 0, 1]],
        dim=-1,
    )
    sine = 0.5 * twice_sine.norm(dim=-1)
    cosine = 0.5 * (R.diagonal(dim1=-2, dim2=-1).sum(-1) - 1)
    angle = torch.atan2(sine, cosine)
    return 0.5 * twice_sine * (angle / sine.clamp_min(1e-12))[..., None].clamp_max(1e6)
