# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which of a pose's solutions is a good posture: away from limits, agile, near a preferred one.

A redundant arm reaches a pose in a whole family of postures. Terms of the loss that prefer some of
them make one evaluation of the network a global choice, which refinement then keeps. The same
function judges postures that were found in other ways.
"""

import torch

from learned_ik.errors import InvalidInputError
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.training_config import TrainingConfig

SMALLEST_PIVOT = 1e-9  # of the matrix whose determinant is taken: keeps the logarithm finite


class PostureCost:
    """What a posture costs [m]: so much position error is as bad."""

    def __init__(self, kinematics: BatchedKinematics, config: TrainingConfig) -> None:
        """Take weights and preferred posture from the configuration.

        Raises:
            InvalidInputError: the preferred posture has another number of joints than the robot.

        """
        chain, lower = kinematics.chain, kinematics.lower
        self._kinematics = kinematics
        self._weights = (
            config.margin_weight,
            config.manipulability_weight,
            config.preferred_weight,
        )
        self._rows = 6 if config.targets == 'pose' else 3  # of the Jacobian that count
        preferred = chain.middle if config.preferred is None else config.preferred
        if len(preferred) != chain.joint_count:
            raise InvalidInputError(
                f'the preferred posture has {len(preferred)} joint positions; expected '
                f'{chain.joint_count}: {", ".join(chain.joint_names)}'
            )
        self._preferred = torch.as_tensor(preferred, dtype=lower.dtype, device=lower.device)
        self._middle = 0.5 * (kinematics.lower + kinematics.upper)
        half_range = 0.5 * (kinematics.upper - kinematics.lower)
        limited = torch.as_tensor(~chain.continuous, device=lower.device) & (half_range > 0)
        self._per_half_range = torch.where(limited, 1 / half_range.clamp_min(1e-9), 0.0)
        self._half_range = half_range.clamp_min(1e-9)

    def __call__(self, q: torch.Tensor) -> torch.Tensor:
        """Return the weighted sum (...) [m] for joint positions q (..., joints) [rad or m]."""
        terms = (self.limit_closeness, self.singularity_closeness, self.preferred_distance)
        cost = q.new_zeros(q.shape[:-1])
        for weight, term in zip(self._weights, terms, strict=True):
            if weight > 0:
                cost = cost + weight * term(q)
        return cost

    def limit_closeness(self, q: torch.Tensor) -> torch.Tensor:
        """Return the mean square of (q - middle) / half range: 0 in the middle, 1 at all limits.

        After Liégeois, "Automatic supervisory control of the configuration and behavior of
        multibody mechanisms", 1977. A joint that turns without end has no limits.
        """
        return ((q - self._middle) * self._per_half_range).square().mean(-1)

    def singularity_closeness(self, q: torch.Tensor) -> torch.Tensor:
        """Return -ln of Yoshikawa's manipulability, sqrt(det(J J')), by the number of its rows.

        After Yoshikawa, "Manipulability of robotic mechanisms", 1985. For an arm with fewer
        joints than rows it is sqrt(det(J' J)).
        """
        J = self._kinematics.jacobian(q).flatten(0, -3)[:, : self._rows]  # (batch, rows, joints)
        J = J.permute(1, 2, 0)  # (rows, joints, batch)
        J = J if J.shape[0] <= J.shape[1] else J.transpose(0, 1)
        product = torch.einsum('ijb,kjb->ikb', J, J)
        return (-0.5 / len(product) * log_determinant(product)).reshape(q.shape[:-1])

    def preferred_distance(self, q: torch.Tensor) -> torch.Tensor:
        """Return the mean square of (q - preferred) / half range."""
        return ((q - self._preferred) / self._half_range).square().mean(-1)


def log_determinant(matrices: torch.Tensor) -> torch.Tensor:
    """Return ln det (batch,) of symmetric positive matrices (n, n, batch), by elimination.

    The batch comes last, as in forward kinematics: small matrices by the thousand are what
    LAPACK is slow at.
    """
    A, total = matrices, matrices.new_zeros(matrices.shape[-1])
    for _ in range(len(matrices)):
        pivot = A[0, 0].clamp_min(SMALLEST_PIVOT)
        total = total + torch.log(pivot)
        A = A[1:, 1:] - A[1:, :1] * (A[:1, 1:] / pivot)
    return total
