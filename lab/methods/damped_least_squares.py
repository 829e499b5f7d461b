# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Damped least squares from mid-range (paper, reference [1]): the textbook's, all poses at once.

dq = Jᵀ (J Jᵀ + λ² I)⁻¹ e with a constant λ, joints kept within their limits, no restarts.
"""

import torch

from learned_ik.kinematics.batched import BatchedKinematics

STEPS = 100
DAMPING = 0.05  # λ, where lengths in m and angles in rad count alike
LARGEST_STEP = 0.5  # [rad or m], of any joint


@torch.no_grad()
def damped_least_squares(
    kinematics: BatchedKinematics, poses: torch.Tensor, steps: int = STEPS
) -> torch.Tensor:
    """Return joint positions (n, 1, joints) [rad or m] for poses (n, 12)."""
    middle = 0.5 * (kinematics.lower + kinematics.upper)
    q = middle.expand(len(poses), -1)  # (n, joints)
    damping = DAMPING**2 * torch.eye(6, device=poses.device)
    target = poses[:, 3:12].unflatten(-1, (3, 3))
    for _ in range(steps):
        position, rotation = kinematics.forward(q)
        turn = rotation_vector(target @ rotation.mT)
        error = torch.cat([poses[:, :3] - position, turn], dim=1)  # (n, 6) [m, rad]
        J = kinematics.jacobian(q)  # (n, 6, joints)
        dq = (J.mT @ torch.linalg.solve(J @ J.mT + damping, error[..., None]))[..., 0]
        dq = dq * (LARGEST_STEP / dq.abs().amax(1, keepdim=True).clamp_min(LARGEST_STEP))
        q = torch.minimum(torch.maximum(q + dq, kinematics.lower), kinematics.upper)
    return q[:, None]


def rotation_vector(rotation: torch.Tensor) -> torch.Tensor:
    """Return axis times angle (n, 3) [rad] of rotation matrices (n, 3, 3); near π the axis fails.

    That does no harm here: the step is then small, and the next one sees another rotation.
    """
    skew = 0.5 * (rotation - rotation.mT)
    axis = torch.stack([skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]], dim=1)  # sin(angle) * axis
    sine = axis.norm(dim=1, keepdim=True)
    cosine = 0.5 * (rotation.diagonal(dim1=-2, dim2=-1).sum(-1, keepdim=True) - 1)
    return axis * (torch.atan2(sine, cosine) / sine.clamp_min(1e-9))
