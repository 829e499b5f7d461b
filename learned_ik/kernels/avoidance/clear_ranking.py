# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How clear postures are: of the network's heads, to rank them, and of any, to tell."""

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.avoidance.body_layout import unpack_body, unpack_walk
from learned_ik.kernels.avoidance.clearance import CAPSULE, OTHER, Obstacles, contacts
from learned_ik.kernels.avoidance.placement import place
from learned_ik.kernels.avoidance.walk import WalkMemory
from learned_ik.kernels.compilation import inner_kernel, kernel
from learned_ik.kernels.forward_kinematics import ChainArrays
from learned_ik.kernels.heads.forward_pass import HeadMemory, NetworkArrays
from learned_ik.kernels.layout import unpack_chain, unpack_work
from learned_ik.kernels.refinement import Workspace
from learned_ik.kernels.starts import take_head

CLEARANCE_WEIGHT = 1.0  # [1], of a metre of penetration against one of pose error, among heads
TOUCH = 1e-9  # [m], by which rounding may differ between two ways to the same clearance


@inner_kernel
def rank_by_clearance(
    chain: ChainArrays,
    network: NetworkArrays,
    obstacles: Obstacles,
    heads: HeadMemory,
    q: Array,
    work: Workspace,
    memory: WalkMemory,
) -> None:
    """Add to each head's score what its answer lacks in clearance from spheres, squared [m²].

    q (joints,) is memory.
    """
    wanted = obstacles.wanted
    for k in range(network.heads):
        take_head(chain, network, heads, k, q)
        place(chain, obstacles.body, q, work.frames, memory.placement)
        _, clearance = contacts(
            obstacles.body, memory.placement, obstacles.spheres, -np.inf, wanted, False,
            memory.contacts,
        )  # fmt: skip
        lacking = max(wanted - clearance, 0.0)
        heads.scores[k] += np.float32(CLEARANCE_WEIGHT * lacking * lacking)


@kernel
def measure_clearance(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    body_layout: Integers,
    shapes: Array,
    walk_numbers: Array,
    spheres: Array,
    itself: bool,
    postures: Array,
    clearances: Array,
    nearest: Array,
) -> None:
    """Fill the clearance (n,) [m] of postures (n, joints), and what is nearest.

    Args as `find_clear`; nearest (n, 2): the capsule, and the other one; of a sphere, -1 minus its
    number; NaN where nothing is near.
    """
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    body, memory = unpack_body(body_layout, shapes), unpack_walk(body_layout, walk_numbers)
    for i in range(postures.shape[0]):
        place(chain, body, postures[i], work.frames, memory.placement)
        _, least = contacts(
            body, memory.placement, spheres, -np.inf, np.inf, itself, memory.contacts
        )
        clearances[i] = least
        nearest[i, 0] = nearest[i, 1] = np.nan
        count, _ = contacts(
            body, memory.placement, spheres, least + TOUCH, least + TOUCH, itself, memory.contacts
        )
        if count > 0:
            nearest[i, 0] = memory.contacts[0, CAPSULE]
            nearest[i, 1] = memory.contacts[0, OTHER]
