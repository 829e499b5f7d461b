# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Networks of one shape as one: every layer is a batched matrix product over all of them.

Poses come last, as in forward kinematics: every elementary operation runs over contiguous memory.
The weights are arguments, not attributes: `torch.func` takes the slopes.
"""

from collections.abc import Sequence

import torch

from learned_ik.learning.training_network import ACTIVATIONS, PoseNetwork

Weights = dict[str, torch.Tensor]  # by layer; the first dimension is that of the networks


class StackedNetwork:
    """From poses (networks, 12, batch) to outputs (networks, outputs, batch), before decoding.

    A network with fewer outputs than the others has further ones that nobody looks at: their
    weights begin as 0 and get no slope.
    """

    def __init__(self, networks: Sequence[PoseNetwork]) -> None:
        """Take what no step changes from networks that have equal hidden layers and one head.

        Args:
            networks: with batch norms, on one device and in one dtype.

        """
        first = networks[0]
        self._activate = ACTIVATIONS[first.activation]
        self._layers = len(first.hidden)
        self._outputs = [network.decoder.outputs for network in networks]
        self._scale = torch.stack([network.scale for network in networks])[:, :, None]
        self._shift = torch.stack([network.shift for network in networks])[:, :, None]
        self._epsilon = first.batch_norms()[0].eps
        self.momentum = float(first.batch_norms()[0].momentum or 0.0)

    @torch.no_grad()
    def weights_of(self, networks: Sequence[PoseNetwork]) -> tuple[Weights, Weights]:
        """Return copies of what is trained, and of the batch norms' running statistics.

        The biases of hidden layers are in neither: what a bias adds before a batch norm, the norm
        takes away, so that it never gets a slope. It only moves the running mean.
        """
        trained, running = {}, {}
        for i in range(self._layers):
            norms = [network.batch_norms()[i] for network in networks]
            trained[f'weight{i}'] = torch.stack([network.matrices()[i] for network in networks])
            trained[f'gain{i}'] = _columns([norm.weight for norm in norms])
            trained[f'offset{i}'] = _columns([norm.bias for norm in norms])
            running[f'mean{i}'] = _columns(
                [norm.state_dict()['running_mean'] for norm in norms]
            ) - _columns([network.hidden[i].get_parameter('bias') for network in networks])
            running[f'variance{i}'] = _columns(
                [norm.state_dict()['running_var'] for norm in norms]
            )
        most = max(self._outputs)
        trained['head'] = torch.stack([_padded(n.head.weight, most) for n in networks])
        trained['head_bias'] = _columns([_padded(n.head.bias, most) for n in networks])
        return trained, running

    def __call__(self, trained: Weights, poses: torch.Tensor) -> tuple[torch.Tensor, Weights]:
        """Return the outputs, and the statistics of this batch that the running ones follow.

        Each batch norm is over the poses of its own network.
        """
        x = torch.addcmul(self._shift, poses, self._scale)  # (networks, 12, batch)
        seen = {}
        for i in range(self._layers):
            h = torch.bmm(trained[f'weight{i}'], x)  # (networks, width, batch)
            variance, mean = torch.var_mean(h, 2, correction=0, keepdim=True)
            gain = trained[f'gain{i}'] * torch.rsqrt(variance + self._epsilon)
            x = self._activate((h - mean) * gain + trained[f'offset{i}'])
            seen[f'mean{i}'] = mean.detach()
            seen[f'variance{i}'] = variance.detach() * (h.shape[2] / (h.shape[2] - 1))
        return torch.baddbmm(trained['head_bias'], trained['head'], x), seen

    @torch.no_grad()
    def unstack(self, trained: Weights, running: Weights, networks: Sequence[PoseNetwork]) -> None:
        """Write the weights into networks like those that they came from."""
        for n, (network, outputs) in enumerate(zip(networks, self._outputs, strict=True)):
            for i, (matrix, norm) in enumerate(
                zip(network.matrices(), network.batch_norms(), strict=True)
            ):
                bias = network.hidden[i].get_parameter('bias')
                matrix.copy_(trained[f'weight{i}'][n])
                norm.weight.copy_(trained[f'gain{i}'][n, :, 0])
                norm.bias.copy_(trained[f'offset{i}'][n, :, 0])
                norm.get_buffer('running_mean').copy_(running[f'mean{i}'][n, :, 0] + bias)
                norm.get_buffer('running_var').copy_(running[f'variance{i}'][n, :, 0])
            network.head.weight.copy_(trained['head'][n, :outputs])
            network.head.bias.copy_(trained['head_bias'][n, :outputs, 0])


def _columns(rows: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return rows (width,), one for each network, as (networks, width, 1)."""
    return torch.stack(list(rows))[:, :, None].contiguous()


def _padded(tensor: torch.Tensor, rows: int) -> torch.Tensor:
    return torch.cat([tensor, tensor.new_zeros(rows - len(tensor), *tensor.shape[1:])])
