# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The network, evaluated in numba: one pose in, every head's joint positions out, float32.

Weights are stored input by input, so that a layer adds scaled rows instead of taking dot
products: the loop over outputs is one that vectorises.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.compilation import inlined_kernel, kernel
from learned_ik.kinematics.compiled import ChainArrays, copy_into
from learned_ik.model import INPUTS, Network

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

RELU, SILU = 0, 1
BOUNDED, LINEAR, BITERNION = 0, 1, 2
ACTIVATION_CODES = {'relu': RELU, 'silu': SILU}
DECODING_CODES = {'bounded': BOUNDED, 'linear': LINEAR, 'biternion': BITERNION}


class NetworkArrays(NamedTuple):
    """A network as compiled code sees it."""

    weights: Floats  # layer by layer: biases (outputs,), then weights (inputs, outputs)
    widths: Integers  # (layers + 1,)
    activation: int
    decoding: int
    heads: int


def network_arrays(network: Network) -> NetworkArrays:
    """Lay out a network for the kernels."""
    parts = []
    for weight, bias in zip(network.weights, network.biases, strict=True):
        parts += [bias.ravel(), weight.T.ravel()]
    return NetworkArrays(
        weights=np.concatenate(parts).astype(np.float32),
        widths=np.array([INPUTS, *(len(bias) for bias in network.biases)], dtype=np.int64),
        activation=ACTIVATION_CODES[network.activation],
        decoding=DECODING_CODES[network.decoding],
        heads=network.heads,
    )


@kernel
def predict_heads(
    chain: ChainArrays, network: NetworkArrays, target: Array, memory: Floats, answers: Array
) -> None:
    """Fill every head's joint positions for one pose.

    Args:
        chain: the robot.
        network: what was trained for it.
        target: (12,), rotation row by row, position [m].
        memory: (2 * widest layer,).
        answers: (heads, joints) [rad or m], filled; those of a linear or biternion network may
            break the limits.

    """
    layers = network.widths.shape[0] - 1
    widest = memory.shape[0] // 2
    here, there = memory[:widest], memory[widest:]
    for i in range(3):
        here[i] = target[9 + i]
    for i in range(9):
        here[3 + i] = target[i]
    begin = 0
    for layer in range(layers):
        inputs, outputs = network.widths[layer], network.widths[layer + 1]
        end = begin + outputs * (inputs + 1)
        affine(network.weights[begin:end], here[:inputs], there[:outputs])
        begin = end
        if layer < layers - 1:
            activate(network.activation, there[:outputs])
        here, there = there, here
    decode(chain, network, here, answers)


@inlined_kernel
def affine(weights: Floats, x: Floats, y: Floats) -> None:
    """Fill y (outputs,) with bias + x W; four inputs at a time, to touch y less often."""
    outputs, inputs = y.shape[0], x.shape[0]
    copy_into(y, weights[:outputs])
    whole = inputs - inputs % 4
    for i in range(0, whole, 4):
        row = outputs * (i + 1)
        w0 = weights[row : row + outputs]
        w1 = weights[row + outputs : row + 2 * outputs]
        w2 = weights[row + 2 * outputs : row + 3 * outputs]
        w3 = weights[row + 3 * outputs : row + 4 * outputs]
        x0, x1, x2, x3 = x[i], x[i + 1], x[i + 2], x[i + 3]
        for o in range(outputs):
            y[o] += (x0 * w0[o] + x1 * w1[o]) + (x2 * w2[o] + x3 * w3[o])
    for i in range(whole, inputs):
        row = outputs * (i + 1)
        w0, x0 = weights[row : row + outputs], x[i]
        for o in range(outputs):
            y[o] += x0 * w0[o]


@inlined_kernel
def activate(kind: int, x: Floats) -> None:
    """Apply the activation of the hidden layers in place."""
    if kind == SILU:
        half = np.float32(0.5)
        for i in range(x.shape[0]):
            x[i] = x[i] * (half + half * fast_tanh(half * x[i]))
    else:
        for i in range(x.shape[0]):
            x[i] = max(x[i], np.float32(0.0))


@inlined_kernel
def fast_tanh(x: np.float32) -> np.float32:
    """Return tanh(x) to about 1e-7: a rational function, since it vectorises.

    Minimax of degree 13 over 6 on [-7.9, 7.9], beyond which float32 has nothing but 1; the
    coefficients are those of the Eigen library.
    """
    x = min(max(x, np.float32(-7.90531110763549805)), np.float32(7.90531110763549805))
    z = x * x
    p = np.float32(-2.76076847742355e-16)
    p = p * z + np.float32(2.00018790482477e-13)
    p = p * z + np.float32(-8.60467152213735e-11)
    p = p * z + np.float32(5.12229709037114e-08)
    p = p * z + np.float32(1.48572235717979e-05)
    p = p * z + np.float32(6.37261928875436e-04)
    p = p * z + np.float32(4.89352455891786e-03)
    q = np.float32(1.19825839466702e-06)
    q = q * z + np.float32(1.18534705686654e-04)
    q = q * z + np.float32(2.26843463243900e-03)
    q = q * z + np.float32(4.89352518554385e-03)
    return x * p / q


@inlined_kernel
def decode(chain: ChainArrays, network: NetworkArrays, y: Floats, answers: Array) -> None:
    """Turn the last layer's numbers, head by head, into joint positions (heads, joints)."""
    joints = answers.shape[1]
    per_head = joints * (2 if network.decoding == BITERNION else 1)
    if network.decoding == BOUNDED:
        for i in range(network.heads * joints):
            y[i] = fast_tanh(y[i])
    for k in range(network.heads):
        for j in range(joints):
            value = y[k * per_head + j]
            middle = 0.5 * (chain.lower[j] + chain.upper[j])
            half_range = 0.5 * (chain.upper[j] - chain.lower[j])
            if network.decoding == BOUNDED:
                answers[k, j] = middle + half_range * value
            elif network.decoding == LINEAR:
                answers[k, j] = value
            elif chain.slides[j]:
                answers[k, j] = middle + half_range * value
            else:
                answers[k, j] = math.atan2(value, y[k * per_head + joints + j])
