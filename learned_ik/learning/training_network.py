# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The network while it is trained: a multilayer perceptron with several heads.

How it becomes the network of a model file, and back, is in `folding.py`.
"""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from learned_ik.learning.encoding import InputScaling, JointDecoder
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.chain import KinematicChain

HEAD_WEIGHT_SCALE = 0.5  # of torch's usual first weights: answers begin near the heads' biases
# Standard deviation of heads' first biases, so that they differ.
HEAD_BIAS_SPREAD = {'clipped': 0.5, 'bounded': 0.7}

ACTIVATIONS = {'silu': functional.silu, 'relu': functional.relu}


class PoseNetwork(nn.Module):
    """From poses (batch, 12), with seeds or distances behind them where the network takes any.

    Its outputs are (batch, heads, outputs).
    """

    scale: torch.Tensor  # (12 or more,), buffers of the module
    shift: torch.Tensor

    def __init__(
        self, chain: KinematicChain, config: TrainingConfig, device: torch.device | str = 'cpu'
    ) -> None:
        """Draw the first weights, the same ones from `config.seed` on every device."""
        super().__init__()
        self.decoder = JointDecoder(chain, config.encoding, device)
        self.basis_points = BasisPoints.for_chain(chain) if config.scene_conditioned else None
        self.scaling = InputScaling.for_chain(
            chain, config.inputs, config.targets, config.seed_input, self.basis_points
        )
        self.heads = config.heads
        self.activation = config.activation
        self.seed_joints = chain.joint_count if config.seed_input else 0
        self.seed_weight = config.seed_weight if config.seed_input else 0.0
        widths = (len(self.scaling.scale), *config.hidden)
        with torch.random.fork_rng(devices=[]):  # leave torch's own generator as it was
            torch.manual_seed(config.seed)
            self.hidden = nn.ModuleList(
                nn.Linear(inputs, outputs) for inputs, outputs in pairwise(widths)
            )
            self.norms = nn.ModuleList(
                nn.BatchNorm1d(width) for width in config.hidden if config.batch_norm
            )
            self.head = nn.Linear(widths[-1], config.heads * self.decoder.outputs)
            if config.encoding in HEAD_BIAS_SPREAD:
                with torch.no_grad():
                    self.head.weight.mul_(HEAD_WEIGHT_SCALE)
                    self.head.bias.normal_(0, HEAD_BIAS_SPREAD[config.encoding])
        self.register_buffer('scale', torch.as_tensor(self.scaling.scale, dtype=torch.float32))
        self.register_buffer('shift', torch.as_tensor(self.scaling.shift, dtype=torch.float32))
        # Linear outputs are 0 and 1 at the limits (paper, section II-C).
        self.to_limits = config.encoding == 'linear'
        self.to(device)

    def matrices(self) -> list[torch.Tensor]:
        """Return the weights of the hidden layers, each (width, inputs)."""
        return [layer.weight for layer in self.hidden if isinstance(layer, nn.Linear)]

    def batch_norms(self) -> list[nn.BatchNorm1d]:
        """Return the normalisations of the hidden layers, in their order, if there are any."""
        return [norm for norm in self.norms if isinstance(norm, nn.BatchNorm1d)]

    def forward(self, poses: torch.Tensor) -> torch.Tensor:
        """Return the outputs (batch, heads, outputs) for inputs (batch, 12 or more)."""
        activate = ACTIVATIONS[self.activation]
        x = torch.addcmul(self.shift, poses, self.scale)  # (batch, 12 or more)
        for i, layer in enumerate(self.hidden):
            x = layer(x)  # (batch, width)
            if self.norms:
                x = self.norms[i](x)
            x = activate(x)
        y = self.head(x).view(len(poses), self.heads, self.decoder.outputs)
        return torch.addcmul(self.decoder.lower, y, self.decoder.range) if self.to_limits else y
