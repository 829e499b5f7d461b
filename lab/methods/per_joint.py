# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A sequence of networks, one for each joint (paper, reference [5]), here as mixture densities.

The network of a joint is shown the pose and all joints before it, and says how its own is
distributed: a mixture of Gaussians. Joints are drawn one after the other, several times for each
pose. All networks are evaluated at once: their weights are stacked, and what one must not see is
masked.
"""

import math
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from lab.methods.supervised_fitting import Fitting, Shares
from learned_ik.robot.chain import KinematicChain

HIDDEN = 64  # neurons of each of two layers
COMPONENTS = 8  # of each mixture
DRAWS = 16  # candidates for each pose
SHARPEST = 0.01  # least standard deviation, as a share of a joint's range


class PerJointNetworks(nn.Module):
    """From a scaled pose and the joints before to the distribution of each joint."""

    def __init__(self, joints: int) -> None:
        """Draw the first weights, always the same ones."""
        super().__init__()
        widths = (12 + joints, HIDDEN, HIDDEN, 3 * COMPONENTS)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.weights = nn.ParameterList(
                nn.Parameter(torch.randn(joints, a, b) / math.sqrt(a)) for a, b in pairwise(widths)
            )
            spread = torch.rand(joints, 1, COMPONENTS)  # components begin all over the range
        self.biases = nn.ParameterList(
            nn.Parameter(torch.zeros(joints, 1, width)) for width in widths[1:]
        )
        self.biases[-1].data[..., COMPONENTS : 2 * COMPONENTS] = spread
        # (joints, 1, 12 + joints): joint i sees the pose and the joints before it.
        before = torch.tril(torch.ones(joints, joints), -1)
        self.register_buffer('mask', torch.cat([torch.ones(joints, 12), before], 1)[:, None])

    def forward(
        self, inputs: torch.Tensor, share: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return log weights, means and standard deviations (joints, n, COMPONENTS).

        Args:
            inputs: (n, 12), scaled poses.
            share: (n, joints), of which the network of a joint sees those before it.

        """
        x = torch.cat([inputs, share], dim=1) * self.mask  # (joints, n, 12 + joints)
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = torch.baddbmm(bias, x, weight)
            if i < len(self.weights) - 1:
                x = functional.silu(x)
        logit, mean, spread = x.split(COMPONENTS, dim=-1)
        return logit.log_softmax(-1), mean, SHARPEST + functional.softplus(spread - 2)

    def loss(self, inputs: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
        """Return the mean negative log likelihood of the joints of the poses (batch, joints)."""
        log_weight, mean, spread = self(inputs, share)
        away = (share.T[..., None] - mean) / spread
        return -torch.logsumexp(log_weight - 0.5 * away.square() - spread.log(), -1).mean()

    @torch.no_grad()
    def draw(self, inputs: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Return one joint after the other (n, joints), as shares of their ranges."""
        share = inputs.new_zeros(len(inputs), len(self.mask))
        for joint in range(len(self.mask)):
            log_weight, mean, _ = (part[joint] for part in self(inputs, share))
            chosen = torch.multinomial(log_weight.exp(), 1, generator=generator)
            share[:, joint] = mean.gather(1, chosen)[:, 0].clamp(0, 1)
        return share


def per_joint(chain: KinematicChain, poses: torch.Tensor, fitting: Fitting) -> torch.Tensor:
    """Fit the networks, and return answers (n, DRAWS, joints) [rad or m] to poses (n, 12)."""
    shares = Shares(chain)
    networks = PerJointNetworks(chain.joint_count)
    fitting(networks, networks.loss, chain, 'per_joint')
    generator = torch.Generator().manual_seed(1)
    inputs = shares.inputs(poses)
    drawn = [networks.draw(inputs, generator) for _ in range(DRAWS)]
    return shares.joints(torch.stack(drawn, dim=1))
