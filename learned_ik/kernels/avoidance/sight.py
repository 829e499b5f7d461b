# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a network that takes the scene is shown of it: distances from its points about the target.

Those of the points in the world are the same for every request: `solving/avoidance.py` folds them
into the first layer's biases when obstacles are set.
"""

import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import X, Y, Z
from learned_ik.kernels.heads.forward_pass import HeadMemory


@inlined_kernel
def look_around(spheres: Array, points: Array, target: Array, heads: HeadMemory) -> None:
    """Fill the network's inputs behind the pose: what is seen about a target (12,).

    Args:
        spheres: (4, n): x, y, z, radius [m].
        points: (4, points), x y z [m] in the target's frame, and how far they see [m]; none for a
            network that takes no scene.
        target: (12,), rotation row by row, position [m].
        heads: whose `input` is filled, and whose `outputs` serve as memory.

    """
    count = points.shape[1]
    seen = heads.input.beside[:count]
    x, y, z = (
        heads.outputs[:count], heads.outputs[count : 2 * count],
        heads.outputs[2 * count : 3 * count],
    )  # fmt: skip
    for i in range(count):
        px, py, pz = points[0, i], points[1, i], points[2, i]
        x[i] = target[X] + target[0] * px + target[1] * py + target[2] * pz
        y[i] = target[Y] + target[3] * px + target[4] * py + target[5] * pz
        z[i] = target[Z] + target[6] * px + target[7] * py + target[8] * pz
        seen[i] = points[3, i]
    for s in range(spheres.shape[1]):
        cx, cy = np.float32(spheres[0, s]), np.float32(spheres[1, s])
        cz, radius = np.float32(spheres[2, s]), np.float32(spheres[3, s])
        for i in range(count):
            dx, dy, dz = x[i] - cx, y[i] - cy, z[i] - cz
            seen[i] = min(seen[i], math.sqrt(dx * dx + dy * dy + dz * dz) - radius)
    for i in range(count):
        seen[i] = max(seen[i], np.float32(-points[3, i]))
