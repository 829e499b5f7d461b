# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Selective inverse kinematics (paper, reference [7]): an index among the inputs names a solution.

Joint space is divided into clusters. A perceptron is taught joint positions for a pose and the
index of their cluster, so that what it is taught is less ambiguous; asked for a pose, it is asked
with every index.
"""

import torch
from torch import nn
from torch.nn import functional

from lab.methods.supervised_fitting import Fitting, Shares
from learned_ik.robot.chain import KinematicChain

CLUSTERS = 16
ROUNDS = 20  # of k-means
POINTS = 10_000  # joint positions that are clustered
HIDDEN = 100  # neurons of each of three layers, as the paper's network


class SelectiveNetwork(nn.Module):
    """From a scaled pose and an index to joints as shares of their ranges."""

    def __init__(self, joints: int, clusters: int = CLUSTERS) -> None:
        """Draw clusters and first weights, always the same ones."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.register_buffer('centres', k_means(torch.rand(POINTS, joints), clusters))
            self.layers = nn.Sequential(
                nn.Linear(12 + clusters, HIDDEN),
                nn.SiLU(),
                nn.Linear(HIDDEN, HIDDEN),
                nn.SiLU(),
                nn.Linear(HIDDEN, HIDDEN),
                nn.SiLU(),
                nn.Linear(HIDDEN, joints),
            )

    def forward(self, inputs: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        """Return shares (n, joints) for scaled poses (n, 12) and indices (n,)."""
        named = functional.one_hot(index, len(self.centres)).float()
        return self.layers(torch.cat([inputs, named], dim=1))

    def loss(self, inputs: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
        """Return the mean square of the distance from the joints of the poses (batch, joints)."""
        index = torch.cdist(share, self.centres).argmin(dim=1)
        return functional.mse_loss(self(inputs, index), share)


def k_means(points: torch.Tensor, clusters: int) -> torch.Tensor:
    """Return centres (clusters, d) of points (n, d), by Lloyd's algorithm."""
    centres = points[:clusters].clone()
    for _ in range(ROUNDS):
        nearest = torch.cdist(points, centres).argmin(dim=1)
        total = torch.zeros_like(centres).index_add_(0, nearest, points)
        count = torch.bincount(nearest, minlength=clusters)[:, None]
        centres = torch.where(count > 0, total / count.clamp_min(1), centres)
    return centres


def selective(chain: KinematicChain, poses: torch.Tensor, fitting: Fitting) -> torch.Tensor:
    """Fit a network, and return its answers (n, clusters, joints) [rad or m] to poses (n, 12)."""
    shares = Shares(chain)
    network = SelectiveNetwork(chain.joint_count)
    fitting(network, network.loss, chain, 'selective')
    inputs = shares.inputs(poses)
    with torch.no_grad():
        answers = [network(inputs, torch.full((len(poses),), index)) for index in range(CLUSTERS)]
    return shares.joints(torch.stack(answers, dim=1))
