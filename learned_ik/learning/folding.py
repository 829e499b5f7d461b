# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From the network in training to the one in a model file, and back.

All that normalises is linear where it stands: input scaling, batch normalisation with its running
statistics, scaling of the outputs to the limits. It is folded into the weights of the nearest
layer, in float64, so that whoever serves the network needs only to know layers.
"""

import numpy as np
import torch
from torch import nn

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.learning.training_network import ACTIVATIONS, PoseNetwork
from learned_ik.network import Network


def folded(network: PoseNetwork) -> Network:
    """Return the network of a model file that gives the same answers as `network` in eval mode."""
    layers = [_arrays(layer) for layer in (*network.hidden, network.head)]
    weight, bias = layers[0]
    layers[0] = (weight * network.scaling.scale, bias + weight @ network.scaling.shift)
    for i, norm in enumerate(network.batch_norms()):
        weight, bias = layers[i]
        gain, offset = _gain_and_offset(norm)
        layers[i] = (gain[:, None] * weight, gain * bias + offset)
    if network.to_limits:
        weight, bias = layers[-1]
        extent, lower = _to_limits(network)
        layers[-1] = (extent[:, None] * weight, extent * bias + lower)
    return Network(
        weights=tuple(weight.astype(np.float32) for weight, _ in layers),
        biases=tuple(bias.astype(np.float32) for _, bias in layers),
        activation=network.activation,
        decoding=network.decoder.encoding,
        heads=network.heads,
        seed_joints=network.seed_joints,
        seed_weight=network.seed_weight,
        scene=network.basis_points,
    )


def unfold_into(network: PoseNetwork, trained: Network) -> None:
    """Give `network` the weights of a trained one, so that training goes on from there.

    One that is to take the scene may begin as one that does not: it makes nothing of it yet.
    Batch normalisation begins as what changes nothing for the statistics that it starts with.

    Raises:
        InvalidInputError: the two have different layers, heads, activation or encoding.

    """
    if network.basis_points is not None and trained.scene is None and not trained.seed_joints:
        trained = trained.with_sight(network.basis_points)
    mine = (network.activation, network.decoder.encoding, network.heads, _shapes(network))
    shapes = [weight.shape for weight in trained.weights]
    theirs = (trained.activation, trained.decoding, trained.heads, shapes)
    if mine != theirs:
        raise InvalidInputError(
            f'cannot start from a network with activation, encoding, heads, layers {theirs}; '
            f'this training wants {mine}'
        )
    layers = [
        (weight.astype(np.float64), bias.astype(np.float64))
        for weight, bias in zip(trained.weights, trained.biases, strict=True)
    ]
    if network.to_limits:
        weight, bias = layers[-1]
        extent, lower = _to_limits(network)
        extent = np.where(extent == 0, np.inf, extent)  # a joint that cannot move
        layers[-1] = (weight / extent[:, None], (bias - lower) / extent)
    for i, norm in enumerate(network.batch_norms()):
        weight, bias = layers[i]
        gain, offset = _gain_and_offset(norm)
        layers[i] = (weight / gain[:, None], (bias - offset) / gain)
    weight, bias = layers[0]
    scale = np.where(network.scaling.scale == 0, np.inf, network.scaling.scale)
    weight = weight / scale
    layers[0] = (weight, bias - weight @ network.scaling.shift)
    network.basis_points = trained.scene
    with torch.no_grad():
        for layer, (weight, bias) in zip((*network.hidden, network.head), layers, strict=True):
            layer.weight.copy_(torch.as_tensor(weight))
            layer.bias.copy_(torch.as_tensor(bias))


class FoldedNetwork(nn.Module):
    """The network of a model file in torch: exactly what is served, for judging it in bulk."""

    def __init__(self, network: Network) -> None:
        """Copy the weights."""
        super().__init__()
        self.heads = network.heads
        self.activation = network.activation
        self.layers = nn.ModuleList()
        for weight, bias in zip(network.weights, network.biases, strict=True):
            layer = nn.Linear(weight.shape[1], weight.shape[0])
            layer.weight.data = torch.tensor(weight)
            layer.bias.data = torch.tensor(bias)
            self.layers.append(layer)

    def forward(self, poses: torch.Tensor) -> torch.Tensor:
        """Return the outputs (batch, heads, outputs) for inputs (batch, 12 or more)."""
        x = poses
        for layer in self.layers[:-1]:
            x = ACTIVATIONS[self.activation](layer(x))
        return self.layers[-1](x).view(len(poses), self.heads, -1)


def _arrays(layer: nn.Linear) -> tuple[Array, Array]:
    weight, bias = layer.weight.detach(), layer.bias.detach()
    return weight.cpu().double().numpy(), bias.cpu().double().numpy()


def _gain_and_offset(norm: nn.BatchNorm1d) -> tuple[Array, Array]:
    """Return a and b of y = a x + b, which batch normalisation is outside training."""
    mean, variance, weight, bias = (
        norm.state_dict()[name].cpu().double().numpy()
        for name in ('running_mean', 'running_var', 'weight', 'bias')
    )
    gain = weight / np.sqrt(variance + norm.eps)
    return gain, bias - gain * mean


def _to_limits(network: PoseNetwork) -> tuple[Array, Array]:
    """Return ranges and lower limits (heads * joints,) [rad or m] of a linear encoding."""
    extent, lower = (
        np.tile(limit.cpu().double().numpy(), network.heads)
        for limit in (network.decoder.range, network.decoder.lower)
    )
    return extent, lower


def _shapes(network: PoseNetwork) -> list[tuple[int, ...]]:
    return [tuple(layer.weight.shape) for layer in (*network.hidden, network.head)]
