# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each head of the network proposes for one pose. For looking at; solvers have kernels."""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.model import IkModel
from learned_ik.network import angle_stretch
from learned_ik.rotations import matrix_from_quaternion

NOTHING: Array = np.empty((0, 4))


def head_answers(
    model: IkModel,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    spheres: Array = NOTHING,
    seed: npt.ArrayLike | None = None,
) -> Array:
    """Return the unrefined answers of all heads, (heads, joints) [rad or m].

    Args:
        model: what was trained.
        position: (3,) [m], in the base link's frame.
        orientation: (4,) quaternion x y z w.
        spheres: (n, 4), x y z radius [m], for a network that takes the scene.
        seed: (joints,) [rad or m], for one that takes a seed; default: the middle.

    """
    network, chain = model.network, model.chain
    activation = {'relu': _relu, 'silu': _silu}[network.activation]
    rotation = matrix_from_quaternion(orientation)
    position = np.asarray(position, np.float64)
    x = np.concatenate([position, rotation.ravel()])
    if network.seed_joints:
        seed = chain.middle if seed is None else np.asarray(seed, np.float64)
        x = np.concatenate([x, np.clip(seed, chain.lower, chain.upper)])
    if network.scene is not None:
        x = np.concatenate([x, network.scene.distances(spheres, position, rotation)])
    layers = list(zip(network.weights, network.biases, strict=True))
    for weight, bias in layers[:-1]:
        x = activation(weight @ x + bias)
    weight, bias = layers[-1]
    y = (weight @ x + bias).reshape(network.heads, -1)
    if network.decoding == 'linear':
        return y
    half_range = 0.5 * (chain.upper - chain.lower)
    if network.decoding == 'bounded':
        return chain.middle + half_range * np.tanh(y)
    sines, cosines = np.split(y, 2, axis=-1)
    if network.decoding == 'clipped':
        angles = angle_stretch(chain) * np.arctan2(sines, cosines)
        return chain.middle + np.clip(angles, -half_range, half_range)
    prismatic = np.array([kind == 'prismatic' for kind in chain.joint_types])
    return np.where(prismatic, chain.middle + half_range * sines, np.arctan2(sines, cosines))


def _relu(x: Array) -> Array:
    return np.maximum(x, 0.0)


def _silu(x: Array) -> Array:
    return x / (1.0 + np.exp(-x))
