# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How poses go into the network and how joint positions come out (paper, section II-C).

A pose is 12 numbers: position [m], then the rotation matrix row by row, in the base frame. Where
the network takes a seed, the joint positions near which an answer is wanted follow.
"""

import dataclasses
from typing import Any

import numpy as np
import torch

from learned_ik.arrays import Array
from learned_ik.network import angle_stretch, numbers_for_joint
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.chain import KinematicChain

WORKSPACE_SAMPLES = 20_000  # poses that tell how far the workspace extends
ROTATION_SCALE = 1.2  # the entries of a rotation matrix, to about unit variance and more
WITHIN_LIMITS = ('clipped', 'bounded')  # encodings that cannot break a joint limit
THIRD_COLUMN = (5, 8, 11)  # of the rotation matrix, among a pose's 12 numbers


@dataclasses.dataclass(frozen=True, eq=False)
class InputScaling:
    """Pose, and seed where there is one, to network input: scale * x + shift, entry by entry."""

    scale: Array  # (12,) or more, 0 for an entry that the network does not see
    shift: Array  # likewise

    @classmethod
    def for_chain(
        cls,
        chain: KinematicChain,
        inputs: str,
        targets: str = 'pose',
        seed_input: bool = False,
        basis_points: BasisPoints | None = None,
    ) -> 'InputScaling':
        """Return the scaling for a robot's workspace; for one robot always the same.

        Args:
            chain: the robot.
            inputs: 'centred': position to [-1, 1] and all nine entries of R; 'paper': position
                to [0, 1] and the first two columns of R, since they imply the third.
            targets: 'pose', or 'position': the orientation is not shown.
            seed_input: joint positions follow the pose; their limits go to -1 and 1.
            basis_points: their distances follow the pose; what is far goes to 0, what touches
                to 1.

        """
        q = chain.sample(np.random.default_rng(0), WORKSPACE_SAMPLES)
        _, position = chain.forward_matrix(q)
        low, high = position.min(axis=0), position.max(axis=0)  # (3,) [m]
        extent = high - low
        # An arm that moves in a plane has no extent across it: its longest one serves there.
        extent = np.where(extent > 1e-3 * extent.max(), extent, max(extent.max(), 1e-3))
        scale, shift = np.ones(12), np.zeros(12)
        if inputs == 'paper':
            scale[:3], shift[:3] = 1 / extent, -low / extent
            scale[list(THIRD_COLUMN)] = 0
        else:
            scale[:3], shift[:3] = 2 / extent, -(low + high) / extent
            scale[3:] = ROTATION_SCALE
        if targets == 'position':
            scale[3:] = 0
        if seed_input:
            half_range = 0.5 * (chain.upper - chain.lower)
            gain = np.divide(1, half_range, out=np.zeros_like(half_range), where=half_range > 0)
            scale = np.concatenate([scale, gain])
            shift = np.concatenate([shift, -gain * chain.middle])
        if basis_points is not None:
            scale = np.concatenate([scale, np.full(len(basis_points), -1 / basis_points.far)])
            shift = np.concatenate([shift, np.ones(len(basis_points))])
        return cls(scale, shift)


class JointDecoder:
    """Network outputs to joint positions; what each encoding means stands at `network.Network`."""

    def __init__(
        self, chain: KinematicChain, encoding: str, device: torch.device | str = 'cpu'
    ) -> None:
        """Copy the joint limits to `device`."""
        self.encoding = encoding
        self.joints = chain.joint_count
        self.outputs = self.joints * numbers_for_joint(encoding)  # of a head
        self.lower = torch.as_tensor(chain.lower, dtype=torch.float32, device=device)
        self.range = torch.as_tensor(chain.upper - chain.lower, dtype=torch.float32, device=device)
        self.middle = self.lower + 0.5 * self.range
        stretch = angle_stretch(chain)
        self.stretch = torch.as_tensor(stretch, dtype=torch.float32, device=device)
        slides = [kind == 'prismatic' for kind in chain.joint_types]
        self.prismatic = torch.tensor(slides, device=device) if any(slides) else None

    def to(self, dtype: torch.dtype) -> 'JointDecoder':
        """Compute in this dtype from now on; return itself."""
        for name in ('lower', 'range', 'middle', 'stretch'):
            setattr(self, name, getattr(self, name).to(dtype))
        return self

    def __call__(self, y: torch.Tensor) -> torch.Tensor:
        """Return joint positions (..., joints) [rad or m] of outputs y (..., outputs)."""
        if self.encoding == 'bounded':
            return self.middle + 0.5 * self.range * torch.tanh(y)
        if self.encoding == 'linear':
            return y
        sine, cosine = y[..., : self.joints], y[..., self.joints :]
        angle = torch.atan2(sine, cosine)
        if self.encoding == 'clipped':
            return self.middle + _Clipped.apply(self.stretch * angle, 0.5 * self.range)
        if self.prismatic is None:
            return angle
        return torch.where(self.prismatic, self.middle + 0.5 * self.range * sine, angle)

    def joint_loss(self, y: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
        """Return the mean square of outputs' distance from joint positions (paper, II-D).

        Joint positions count in shares of their range, those of a biternion as sine and cosine.

        Args:
            y: (..., outputs).
            q: (..., joints) [rad or m], the ground truth.

        Returns:
            (...).

        """
        extent = self.range.clamp_min(1e-9)
        if self.encoding != 'biternion':
            return ((self(y) - q) / extent).square().mean(-1)
        sine, cosine = torch.sin(q), torch.cos(q)
        if self.prismatic is not None:
            sine = torch.where(self.prismatic, 2 * (q - self.middle) / extent, sine)
            cosine = torch.where(self.prismatic, y[..., self.joints :], cosine)
        return (y - torch.cat([sine, cosine], dim=-1)).square().mean(-1)

    def limit_loss(self, q: torch.Tensor) -> torch.Tensor:
        """Return the mean square of how far joints are outside their limits, in ranges.

        Args:
            q: (..., joints) [rad or m].

        Returns:
            (...), 0 where all joints are within their limits.

        """
        share = (q - self.lower) / self.range.clamp_min(1e-9)
        return (torch.relu(-share) + torch.relu(share - 1)).square().mean(-1)


class _Clipped(torch.autograd.Function):
    """Clipping, through which a slope passes where it leads back inside.

    A joint that the network puts beyond its limit is at the limit, and is free to leave it as
    soon as that makes the pose better. The slope of tanh would fade as it comes near.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, limit: torch.Tensor) -> torch.Tensor:
        """Clip x (..., joints) to +-limit (joints,)."""
        ctx.save_for_backward(x, limit)
        return torch.minimum(torch.maximum(x, -limit), limit)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Stop what would lead further outside: descent goes against the slope."""
        x, limit = ctx.saved_tensors
        outward = (x.abs() > limit) & (slope * x < 0)
        return slope.masked_fill(outward, 0.0), None
