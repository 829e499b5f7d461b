# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each head of the network proposes for one pose. For looking at; solvers have kernels."""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.model import IkModel
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
    rotation = matrix_from_quaternion(orientation)
    position = np.asarray(position, np.float64)
    parts = [position, rotation.ravel()]
    if network.seed_joints:
        seed = chain.middle if seed is None else np.asarray(seed, np.float64)
        parts.append(np.clip(seed, chain.lower, chain.upper))
    if network.scene is not None:
        parts.append(network.scene.distances(spheres, position, rotation))
    return network.evaluate(chain, np.concatenate(parts))
