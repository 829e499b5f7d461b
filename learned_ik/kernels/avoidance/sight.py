# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a network that takes the scene is shown of it: distances from its basis points.

Those of the points in the world are the same for every request: they are folded into the first
layer's biases when obstacles are set. Those of the points about the target are inputs.
"""

import math

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.avoidance.body_layout import unpack_body, unpack_walk
from learned_ik.kernels.avoidance.clear_ranking import rank_by_clearance
from learned_ik.kernels.compilation import inlined_kernel, kernel
from learned_ik.kernels.forward_pass import aligned
from learned_ik.kernels.measures import read_target
from learned_ik.kernels.packing import (
    EASE,
    JOINTS,
    MOTIONS,
    HeadMemory,
    PackedModel,
    pack_model,
    unpack_heads,
    unpack_model,
    unpack_work,
)
from learned_ik.kernels.search import OUTCOME
from learned_ik.kernels.starts import ranked_heads, take_best_head
from learned_ik.network import INPUTS, Network
from learned_ik.robot.chain import KinematicChain


class Sight:
    """A network for one set of obstacles after the other; one that takes a pose alone is blind."""

    def __init__(
        self, chain: KinematicChain, packed: PackedModel, network: Network | None
    ) -> None:
        """Pack the network for a world without obstacles; a blind one is `packed` already."""
        self._network = network if network is not None and network.scene is not None else None
        self._packed = packed
        self._points = np.zeros((4, 0))
        if self._network is not None:
            scene = self._network.scene
            self._packed = pack_model(chain, self._network.in_world(np.empty((0, 4))))
            self._points = np.vstack([scene.target.T, np.full(len(scene.target), scene.far)])
        self._last: tuple[Array | None, PackedModel] = (None, self._packed)

    @property
    def sees(self) -> bool:
        """Whether the network takes the scene."""
        return self._network is not None

    @property
    def points(self) -> Array:
        """(4, points), x y z [m] in the target's frame, and how far they see [m]."""
        return self._points

    def packed_for(self, spheres: Array) -> PackedModel:
        """Return the network for obstacles (4, n) [m]; the last ones are remembered."""
        known, packed = self._last
        if self._network is not None and known is not spheres:
            bias = self._network.in_world(spheres.T).biases[0]
            weights = aligned(self._packed.weights)
            weights[: len(bias)] = bias
            packed = self._packed._replace(weights=weights)
            self._last = spheres, packed
        return packed


@inlined_kernel
def look_around(spheres: Array, points: Array, target: Array, heads: HeadMemory) -> None:
    """Fill the network's inputs behind the pose: what is seen about a target (12,).

    Args:
        spheres: (4, n): x, y, z, radius [m].
        points: of `Sight`; none for a network that is blind.
        target: (12,), rotation row by row, position [m].
        heads: whose `here` is filled, and whose `there` serves as memory.

    """
    count = points.shape[1]
    seen = heads.here[INPUTS : INPUTS + count]
    x, y, z = (
        heads.there[:count], heads.there[count : 2 * count], heads.there[2 * count : 3 * count],
    )  # fmt: skip
    for i in range(count):
        px, py, pz = points[0, i], points[1, i], points[2, i]
        x[i] = target[9] + target[0] * px + target[1] * py + target[2] * pz
        y[i] = target[10] + target[3] * px + target[4] * py + target[5] * pz
        z[i] = target[11] + target[6] * px + target[7] * py + target[8] * pz
        seen[i] = points[3, i]
    for s in range(spheres.shape[1]):
        cx, cy = np.float32(spheres[0, s]), np.float32(spheres[1, s])
        cz, radius = np.float32(spheres[2, s]), np.float32(spheres[3, s])
        for i in range(count):
            dx, dy, dz = x[i] - cx, y[i] - cy, z[i] - cz
            seen[i] = min(seen[i], math.sqrt(dx * dx + dy * dy + dz * dz) - radius)
    for i in range(count):
        seen[i] = max(seen[i], np.float32(-points[3, i]))


@kernel
def predict_in_scene(
    layout: Integers,
    robot: Array,
    weights: Floats,
    counts: Integers,
    measures: Array,
    spheres: Array,
    points: Array,
    numbers: Array,
    activations: Floats,
    walk_numbers: Array,
    requests: Array,
    answers: Array,
) -> None:
    """Fill the answers of the heads that are best by pose and clearance; args as `find_clear`.

    Answers (n, OUTCOME + joints), as `search.predict_many` has them.
    """
    chain, network, _ = unpack_model(layout, robot, weights)
    body = unpack_body(counts, measures)
    work, target, start = unpack_work(layout, numbers)
    memory, _, _ = unpack_walk(layout[JOINTS], layout[MOTIONS], counts, walk_numbers)
    for i in range(requests.shape[0]):
        if read_target(requests[i, :EASE], target):
            look_around(spheres, points, target, unpack_heads(layout, activations))
            heads = ranked_heads(chain, network, layout, activations, target, start, False)
            rank_by_clearance(chain, network, body, spheres, 0.0, heads, start, work, memory)
            take_best_head(chain, network, heads, answers[i, OUTCOME:])
