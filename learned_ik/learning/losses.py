# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What training makes small: the distance between the pose asked for and the pose reached.

No joint position is a ground truth here: the loss goes through forward kinematics, which lets
the network choose among a pose's solutions (paper, section II-D).
"""

import torch

SMOOTHING = 1e-8  # under the root of a length: its slope stays finite at length 0
SMALLEST_REACH = 1e-9  # [m], of a wrist whose joints turn about one point
# The paper's loss counts in metres for arms of ordinary reach, and for others as for this one [m].
ORDINARY_REACH, PAPER_REACH = (0.3, 5.0), 1.5


def length_unit(reach: float, loss: str = 'distance') -> float:
    """Return the length [m] that counts as one metre for an arm of this reach [m].

    Kinematics has no size: lengths count as shares of the reach, so that an arm learns the same
    whatever its size. The paper's loss, `squared`, counts metres.
    """
    if loss == 'squared':
        least, most = ORDINARY_REACH
        return 1.0 if least <= reach <= most else max(reach, SMALLEST_REACH) / PAPER_REACH
    return max(reach, SMALLEST_REACH)


def distance_loss(
    position_difference: torch.Tensor, rotation_difference: torch.Tensor, rotation_weight: float
) -> torch.Tensor:
    """Return the length of the position error plus the weighted angle of the rotation error.

    The Frobenius norm of R_a - R_b is 2 sqrt(2) sin(angle / 2): over sqrt(2), about the angle.

    Args:
        position_difference: (..., 3) [m].
        rotation_difference: (..., 3, 3), one rotation matrix minus the other.
        rotation_weight: [m/rad].

    Returns:
        (...) [m].

    """
    length = position_difference.square().sum(-1).add(SMOOTHING).sqrt()
    angle = rotation_difference.square().sum((-2, -1)).mul(0.5).add(SMOOTHING).sqrt()
    return length + rotation_weight * angle


def squared_loss(
    position_difference: torch.Tensor, rotation_difference: torch.Tensor, rotation_weight: float
) -> torch.Tensor:
    """Return the paper's loss: mean square of the position and of the rotation's two columns.

    Args and returns as for `distance_loss`, but without a unit.
    """
    position_loss = position_difference.square().mean(-1)
    return position_loss + rotation_weight * rotation_difference[..., :2].square().mean((-2, -1))


POSE_LOSSES = {'distance': distance_loss, 'squared': squared_loss}


def chosen_heads(
    loss: torch.Tensor, with_random: bool, generator: torch.Generator
) -> torch.Tensor:
    """Return which heads a step improves for each pose: the best, and one at random.

    The best head's loss is the minimum over heads. The random head's loss is, on average, the
    mean over heads: it keeps all of them alive at the price of one.

    Args:
        loss: (batch, heads).
        with_random: whether to name the random one too.
        generator: for the random one.

    Returns:
        (batch, 1) or (batch, 2) indices of heads; the best comes first.

    """
    batch, heads = loss.shape
    best = loss.argmin(dim=1, keepdim=True)
    if not with_random:
        return best
    random = torch.randint(heads, (batch, 1), generator=generator, device=loss.device)
    return torch.cat([best, random], dim=1)
