# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The network, evaluated in numba: one pose in, every head's joint positions out, float32.

Laid out for vector instructions: weights are stored input by input, so that a layer adds scaled
rows instead of taking dot products; the last layer gives joint by joint all heads side by side;
and every row begins at a multiple of 64 bytes.
"""

import math
from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import SLIDES, ChainArrays, X, copy_into

RELU, SILU = 0, 1
CLIPPED, BOUNDED, LINEAR, BITERNION = range(4)

POSE_INPUTS = 12  # of the network: rotation row by row, position [m]
LANES = 8  # heads that one vector instruction takes at once


class NetworkArrays(NamedTuple):
    """A network as compiled code sees it; widths and heads are padded with zeros."""

    weights: Floats  # layer by layer: biases (outputs,), then weights (inputs, outputs)
    widths: Integers  # (layers + 1,), the inputs, then multiples of 16
    activation: int
    decoding: int
    heads: int  # those that count
    lanes: int  # heads with padding, a multiple of LANES; 0 without a network
    seed_joints: int  # joint positions that follow the pose: none, or all
    seed_weight: float  # [m/rad], of their distance where heads are ranked
    lower: Array  # (joints,) [rad or m], of the ranges that it was trained in, which its answers
    upper: Array  # are parts of


class NetworkInput(NamedTuple):
    """What the network takes, in its order; views of the first layer's inputs."""

    position: Floats  # (3,) [m]
    rotation: Floats  # (9,), row by row
    beside: Floats  # the seed [rad or m], or distances [m] from obstacles; then what is not used


class HeadMemory(NamedTuple):
    """What evaluating and ranking the heads needs, and gives."""

    input: NetworkInput
    inputs: Floats  # (widest layer,), of a layer: of the first one, `input`
    outputs: Floats  # (widest layer,), of a layer
    answers: Floats  # (joints, lanes) [rad or m]
    trigonometry: Floats  # (3, motions, LANES)
    poses: Floats  # (12 * LANES,), of the tips
    scores: Floats  # (lanes,), squared weighted pose errors [m²], and what else counts


@inner_kernel
def predict_heads(
    chain: ChainArrays, network: NetworkArrays, target: Array, heads: HeadMemory
) -> None:
    """Fill every head's joint positions for one pose.

    What the network takes beside the pose stands in `heads.input` already. Answers of a linear or
    biternion network may break the limits, those of heads that are padding mean nothing.

    Args:
        chain: the robot.
        network: what was trained for it.
        target: (12,), rotation row by row, position [m].
        heads: memory, whose `answers` are filled.

    """
    x, y = heads.inputs, heads.outputs
    copy_into(heads.input.position, target[X:])
    copy_into(heads.input.rotation, target[:X])
    begin, layers = 0, network.widths.shape[0] - 1
    for layer in range(layers):
        inputs, outputs = network.widths[layer], network.widths[layer + 1]
        end = begin + outputs * (inputs + 1)
        affine(network.weights[begin:end], x[:inputs], y[:outputs])
        begin = end
        if layer < layers - 1:
            activate(network.activation, y[:outputs])
        x, y = y, x
    decode(chain, network, x, heads.answers)


@inlined_kernel
def affine(weights: Floats, x: Floats, y: Floats) -> None:
    """Fill y (outputs,) with bias + x W; eight inputs at a time, to touch y less often."""
    outputs, inputs = y.shape[0], x.shape[0]
    for o in range(outputs):
        y[o] = weights[o]
    whole = inputs - inputs % 8
    for i in range(0, whole, 8):
        row = outputs * (i + 1)
        w0 = weights[row : row + outputs]
        w1 = weights[row + outputs : row + 2 * outputs]
        w2 = weights[row + 2 * outputs : row + 3 * outputs]
        w3 = weights[row + 3 * outputs : row + 4 * outputs]
        w4 = weights[row + 4 * outputs : row + 5 * outputs]
        w5 = weights[row + 5 * outputs : row + 6 * outputs]
        w6 = weights[row + 6 * outputs : row + 7 * outputs]
        w7 = weights[row + 7 * outputs : row + 8 * outputs]
        x0, x1, x2, x3 = x[i], x[i + 1], x[i + 2], x[i + 3]
        x4, x5, x6, x7 = x[i + 4], x[i + 5], x[i + 6], x[i + 7]
        for o in range(outputs):
            first = (x0 * w0[o] + x1 * w1[o]) + (x2 * w2[o] + x3 * w3[o])
            second = (x4 * w4[o] + x5 * w5[o]) + (x6 * w6[o] + x7 * w7[o])
            y[o] += first + second
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
def fast_atan2(y: np.float32, x: np.float32) -> np.float32:
    """Return atan2(y, x) to about 3e-7, without a branch, so that it vectorises; 0 at the origin.

    The odd polynomial of degree 15 is the minimax fit of atan on [0, 1], made for this purpose.
    """
    across, along = abs(y), abs(x)
    a = min(across, along) / max(max(across, along), np.float32(1e-30))
    z = a * a
    p = np.float32(-0.004054541857)
    p = p * z + np.float32(0.02186286581)
    p = p * z + np.float32(-0.05591219339)
    p = p * z + np.float32(0.09642187516)
    p = p * z + np.float32(-0.1390862570)
    p = p * z + np.float32(0.1994656488)
    p = p * z + np.float32(-0.3332986072)
    p = p * z + np.float32(0.9999993356)
    angle = p * a
    angle = np.float32(0.5 * math.pi) - angle if across > along else angle
    angle = np.float32(math.pi) - angle if x < np.float32(0.0) else angle
    return -angle if y < np.float32(0.0) else angle


@inlined_kernel
def decode(chain: ChainArrays, network: NetworkArrays, y: Floats, answers: Floats) -> None:
    """Turn the last layer's numbers (numbers * lanes,) into joint positions (joints, lanes)."""
    joints, lanes = answers.shape
    decoding = network.decoding
    for j in range(joints):
        row = y[j * lanes : (j + 1) * lanes]
        answer = answers[j]
        middle = np.float32(0.5 * (network.lower[j] + network.upper[j]))
        half_range = np.float32(0.5 * (network.upper[j] - network.lower[j]))
        if decoding == CLIPPED:
            stretch = max(half_range / np.float32(math.pi), np.float32(1.0))
            if chain.kinds[j] == SLIDES:
                stretch = half_range / np.float32(0.5 * math.pi)
            cosines = y[(joints + j) * lanes : (joints + j + 1) * lanes]
            for k in range(lanes):
                angle = stretch * fast_atan2(row[k], cosines[k])
                answer[k] = middle + min(max(angle, -half_range), half_range)
        elif decoding == BOUNDED:
            for k in range(lanes):
                answer[k] = middle + half_range * fast_tanh(row[k])
        elif decoding == LINEAR:
            for k in range(lanes):
                answer[k] = row[k]
        elif chain.kinds[j] == SLIDES:
            for k in range(lanes):
                answer[k] = middle + half_range * row[k]
        else:
            cosines = y[(joints + j) * lanes : (joints + j + 1) * lanes]
            for k in range(lanes):
                answer[k] = math.atan2(row[k], cosines[k])
