# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How good a network is on poses that it was not trained on (paper, sections II-B and II-D).

Of the heads' answers to a pose the one counts that forward kinematics finds nearest to it.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from learned_ik.checks import instance
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.folding import FoldedNetwork
from learned_ik.learning.losses import length_unit
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.network import Network
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.chain import KinematicChain

ROTATION_WEIGHT = 0.3  # [m/rad], of orientation against position when heads or networks compete
CHUNK = 10_000  # poses evaluated at once
LIMIT_SLACK = 1e-5  # [rad or m], what rounding to float32 may add to a joint at its limit


def poses_within(
    chain: KinematicChain,
    count: int,
    seed: int,
    device: torch.device | str = 'cpu',
    seed_spread: float | None = None,
    basis_points: BasisPoints | None = None,
) -> torch.Tensor:
    """Return poses (count, 12) that joint positions drawn uniformly within the limits reach.

    numpy's generator draws them, whatever the device: anyone can draw the same ones again.

    Args:
        chain: the robot.
        count: how many.
        seed: of the generator.
        device: where to.
        seed_spread: [rad or m], standard deviation from a pose's own joint positions of those
            that then follow it, (count, 12 + joints): for a network that takes a seed.
        basis_points: of a network that takes the scene: what they see where there is nothing
            follows.

    """
    rng = np.random.default_rng(seed)
    return poses_at(chain, chain.sample(rng, count), rng, device, seed_spread, basis_points)


def poses_at(
    chain: KinematicChain,
    q: npt.NDArray[np.float64],
    rng: np.random.Generator,
    device: torch.device | str = 'cpu',
    seed_spread: float | None = None,
    basis_points: BasisPoints | None = None,
) -> torch.Tensor:
    """Return the poses (n, 12) of joint positions q (n, joints) [rad or m].

    What follows them is drawn by `rng`; all else as for `poses_within`.
    """
    rotation, position = chain.forward_matrix(q)
    parts = [position, rotation.reshape(len(q), 9)]
    if seed_spread is not None:
        near = q + rng.normal(0, seed_spread, q.shape)
        parts.append(np.clip(near, chain.lower, chain.upper))
    if basis_points is not None:
        parts.append(np.full((len(q), len(basis_points)), basis_points.far))
    poses = np.concatenate(parts, axis=1)
    return torch.as_tensor(poses, dtype=torch.float32, device=device)


@dataclasses.dataclass(frozen=True, eq=False)
class Errors:
    """How far a network's best answer to each pose is off."""

    position: torch.Tensor  # (n,) [m]
    orientation: torch.Tensor  # (n,) [rad]
    breaks_limits: torch.Tensor  # (n,), whether a joint is outside its limits
    q: torch.Tensor  # (n, joints) [rad or m], the best answer itself
    rotation_weight: float  # [m/rad], 0 where the orientation was not asked for

    @property
    def score(self) -> float:
        """[m] One number to compare networks by: mean position error + weighted angle."""
        return float((self.position + self.rotation_weight * self.orientation).mean())

    @property
    def means(self) -> tuple[float, float]:
        """Mean position error [m] and mean orientation error [rad]."""
        return float(self.position.mean()), float(self.orientation.mean())

    def row(self) -> dict[str, float]:
        """Return mean, median and p99 of both errors, as a training's curve has them."""
        parts = {'position': self.position, 'orientation': self.orientation}
        return {
            f'{name}_{statistic}': float(f'{value:.4g}')
            for name, errors in parts.items()
            for statistic, value in _statistics(errors).items()
        }

    def summary(self, reach: float) -> dict[str, Any]:
        """Return the paper's metrics, ready for JSON; `reach` [m] makes errors relative."""
        return {
            'poses': len(self.position),
            'position': _statistics(self.position),
            'orientation': _statistics(self.orientation),
            'relative_position_mean': float(self.position.mean()) / max(reach, 1e-9),
            'limits_broken': float(self.breaks_limits.float().mean()),
            'units': {'position': 'm', 'orientation': 'rad'},
        }


@torch.no_grad()
def errors_on(
    poses: torch.Tensor,
    network: Callable[[torch.Tensor], torch.Tensor],
    decode: Callable[[torch.Tensor], torch.Tensor],
    kinematics: BatchedKinematics,
    rotation_weight: float = ROTATION_WEIGHT,
) -> Errors:
    """Return the errors of a network's best heads on poses (n, 12), or with seeds behind them."""
    parts = [
        errors_of(decode(network(chunk)), chunk, kinematics, rotation_weight)
        for chunk in poses.split(CHUNK)
    ]
    return Errors(
        torch.cat([part.position for part in parts]),
        torch.cat([part.orientation for part in parts]),
        torch.cat([part.breaks_limits for part in parts]),
        torch.cat([part.q for part in parts]),
        rotation_weight,
    )


@torch.no_grad()
def errors_of(
    q: torch.Tensor,
    poses: torch.Tensor,
    kinematics: BatchedKinematics,
    rotation_weight: float = ROTATION_WEIGHT,
) -> Errors:
    """Return the errors of the best of several answers to each pose, whoever gave them.

    Args:
        q: (n, answers, joints) [rad or m].
        poses: (n, 12), or with seeds behind them.
        kinematics: of the robot.
        rotation_weight: [m/rad], of orientation against position when answers compete.

    """
    position, rotation = kinematics.forward(q)
    position_difference = position - poses[:, None, :3]  # (n, answers, 3)
    target = poses[:, None, 3:12].unflatten(-1, (3, 3))  # (n, 1, 3, 3)
    # As `distance_loss`, but unsmoothed: the best answer of an arm of a millimetre is as exact.
    angle = (rotation - target).square().sum((-2, -1)).mul(0.5).sqrt()
    loss = position_difference.norm(dim=-1) + rotation_weight * angle
    row, best = torch.arange(len(poses), device=poses.device), loss.argmin(dim=1)
    outside = (q < kinematics.lower - LIMIT_SLACK) | (q > kinematics.upper + LIMIT_SLACK)
    return Errors(
        position_difference[row, best].norm(dim=-1),
        rotation_angle(rotation[row, best], target[:, 0]),
        outside[row, best].any(dim=-1),
        q[row, best],
        rotation_weight,
    )


def evaluate(
    chain: KinematicChain,
    network: Network,
    count: int,
    seed: int,
    device: torch.device | str = 'cpu',
    config: TrainingConfig | None = None,
) -> dict[str, Any]:
    """Return the errors of a model's network on `count` poses, as `Errors.summary` tells them.

    One that takes the scene is told that there is none. `config`, where it is given, says
    whether the orientation counts, and how far seeds are away.
    """
    instance(chain, KinematicChain, 'chain')
    instance(network, Network, 'network')
    config, network = config if config is not None else TrainingConfig(), network.in_the_open()
    seed_spread = config.seed_spread if network.seed_joints else None
    errors = errors_on(
        poses_within(chain, count, seed, device, seed_spread),
        FoldedNetwork(network).to(device),
        JointDecoder(chain, network.decoding, device),
        BatchedKinematics(chain, device),
        score_weight(config, chain),
    )
    return {**errors.summary(chain.reach), 'seed': seed}


def score_weight(config: TrainingConfig, chain: KinematicChain) -> float:
    """[m/rad] What orientation counts when heads or networks of this kind compete."""
    if config.targets != 'pose':
        return 0.0
    return ROTATION_WEIGHT * length_unit(chain.reach, config.loss)


def is_below(means: tuple[float, float], wanted: tuple[float, float] | None) -> bool:
    """Say whether mean errors [m], [rad] are at most those wanted; nothing wanted is never met."""
    return wanted is not None and means[0] <= wanted[0] and means[1] <= wanted[1]


def rotation_angle(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the angle of the rotation R_a R_b⁻¹ (paper, section II-D).

    Args:
        a: (..., 3, 3) rotation matrices.
        b: (..., 3, 3) rotation matrices.

    Returns:
        (...) [rad], 0 to pi.

    """
    difference = a @ b.mT
    skew = difference - difference.mT  # off the diagonal: ± 2 sin(angle) * axis, each twice
    sine = skew.square().sum((-2, -1)).mul(0.5).sqrt()
    return torch.atan2(sine, difference.diagonal(dim1=-2, dim2=-1).sum(-1) - 1.0)


def _statistics(values: torch.Tensor) -> dict[str, float]:
    array = values.cpu().double().numpy()
    return {
        'mean': float(array.mean()),
        'median': float(np.median(array)),
        'p99': float(np.quantile(array, 0.99)),
    }
