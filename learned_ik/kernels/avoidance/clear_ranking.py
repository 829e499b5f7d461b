# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How clear postures are: of the network's heads, to rank them, and of any, to tell."""

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.avoidance.body_layout import unpack_body, unpack_walk
from learned_ik.kernels.avoidance.walk import WalkMemory
from learned_ik.kernels.clearance import BodyArrays, contacts, place
from learned_ik.kernels.compilation import inner_kernel, kernel
from learned_ik.kernels.forward_kinematics import ChainArrays
from learned_ik.kernels.forward_pass import NetworkArrays
from learned_ik.kernels.packing import JOINTS, MOTIONS, HeadMemory, unpack_model, unpack_work
from learned_ik.kernels.refinement import Workspace
from learned_ik.kernels.starts import take_head

CLEARANCE_WEIGHT = 1.0  # [1], of a metre of penetration against one of pose error, among heads
TOUCH = 1e-9  # [m], by which rounding may differ between two ways to the same clearance


@inner_kernel
def rank_by_clearance(
    chain: ChainArrays,
    network: NetworkArrays,
    body: BodyArrays,
    spheres: Array,
    wanted: float,
    heads: HeadMemory,
    q: Array,
    work: Workspace,
    memory: WalkMemory,
) -> None:
    """Add to each head's score what its answer lacks in clearance from obstacles, squared [m²].

    q (joints,) is memory.
    """
    for k in range(network.heads):
        take_head(chain, network, heads, k, q)
        place(chain, body, q, work.frames, memory.placement)
        _, clearance = contacts(
            body, memory.placement, spheres, -np.inf, wanted, False, memory.contacts
        )
        lacking = max(wanted - clearance, 0.0)
        heads.scores[k] += np.float32(CLEARANCE_WEIGHT * lacking * lacking)


@kernel
def measure_clearance(
    layout: Integers,
    robot: Array,
    weights: Floats,
    counts: Integers,
    measures: Array,
    spheres: Array,
    itself: bool,
    numbers: Array,
    walk_numbers: Array,
    postures: Array,
    clearances: Array,
    culprits: Array,
) -> None:
    """Fill the clearance (n,) [m] of postures (n, joints), and what is nearest.

    Args as `find_clear`; culprits (n, 2): the capsule, and the other one; of a sphere, -1 minus
    its number.
    """
    chain, _, _ = unpack_model(layout, robot, weights)
    body = unpack_body(counts, measures)
    work, _, _ = unpack_work(layout, numbers)
    memory, _, _ = unpack_walk(layout[JOINTS], layout[MOTIONS], counts, walk_numbers)
    for i in range(postures.shape[0]):
        place(chain, body, postures[i], work.frames, memory.placement)
        _, least = contacts(
            body, memory.placement, spheres, -np.inf, np.inf, itself, memory.contacts
        )
        clearances[i] = least
        culprits[i, 0] = culprits[i, 1] = np.nan
        count, _ = contacts(
            body, memory.placement, spheres, least + TOUCH, least + TOUCH, itself, memory.contacts
        )
        if count > 0:
            contact = memory.contacts[0]
            culprits[i, 0], culprits[i, 1] = contact[1], contact[2]
            if contact[2] < 0.0:
                for s in range(spheres.shape[1]):
                    if spheres[0, s] == contact[6] and spheres[1, s] == contact[7]:
                        culprits[i, 1] = -1.0 - s
                        break
