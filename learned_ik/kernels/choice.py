# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The better answer where there are many: nearest to the seed, or to a posture, compiled.

The network's heads give the branches, the redundancy does the rest: each branch is drawn towards
the posture, and the nearest is taken. Deterministic, as the search before it.
"""

import math

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import kernel
from learned_ik.kernels.forward_kinematics import copy_into
from learned_ik.kernels.measures import (
    clip,
    joint_distance,
    largest_step,
    limit_margin,
    read_target,
    settle_turns,
    turn_towards,
)
from learned_ik.kernels.packing import (
    EASE,
    JOINTS,
    LARGEST_CHANGE,
    SEED,
    unpack_heads,
    unpack_model,
    unpack_posture,
    unpack_work,
)
from learned_ik.kernels.posture import draw, squared_distance
from learned_ik.kernels.refinement import PATIENCE, refine, settle_ease
from learned_ik.kernels.search import FOUND, OUTCOME, REFINEMENT_STEPS, ROUNDING
from learned_ik.kernels.starts import (
    chain_of_request,
    ranked_heads,
    restart_at,
    take_best_head,
)

NEAR = 0.5  # [rad or m], distance from its seed within which an answer is taken for the nearest
FAR = 1.0  # [rad or m], likewise, once it has been drawn to the seed; beyond, others are tried
HOPELESS = 4.0  # times the best squared distance: what begins beyond is not drawn


@kernel
def choose(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    activations: Floats,
    requests: Array,
    answers: Array,
    seeded: bool,
    position_tolerance: float,
    orientation_tolerance: float,
    posture: Array,
    joint_weights: Array,
    to_seed: bool,
    restarts: int,
) -> None:
    """Replace answers by better ones, where there are any.

    Args:
        layout: the packed model, as `packing.pack_model` makes it.
        robot: likewise.
        weights: likewise.
        numbers: memory, as `packing.Memory` holds it.
        activations: likewise.
        requests: (n, SEED + joints); `packing.py` names the places.
        answers: (n, OUTCOME + joints), as `search` leaves them.
        seeded: whether the seeds count.
        position_tolerance: [m].
        orientation_tolerance: [rad].
        posture: (joints,) [rad or m], to which to be near; NaN where it does not matter.
        joint_weights: (joints,), above 0, how much each joint's distance counts.
        to_seed: be near to the seed instead; then answers closer than `NEAR` stay as they are,
            and where drawing alone gets within `FAR`, that will do.
        restarts: how many starts to try beside seed, posture and heads.

    """
    chain, network, steps = unpack_model(layout, robot, weights)
    work, target, start = unpack_work(layout, numbers)
    anchor, wish, kept = unpack_posture(layout, numbers)
    heads = unpack_heads(layout, activations)
    joints = layout[JOINTS]
    for i in range(requests.shape[0]):
        if answers[i, 0] != FOUND or (to_seed and answers[i, 3] <= NEAR):
            continue
        asked, seed = requests[i, :SEED], requests[i, SEED : SEED + joints]
        best = answers[i, OUTCOME : OUTCOME + joints]
        read_target(asked[:EASE], target)
        copy_into(work.ease, asked[EASE:LARGEST_CHANGE])
        largest_change = asked[LARGEST_CHANGE] if seeded else np.inf
        near = chain_of_request(chain, layout, numbers, asked, seed, seeded)
        copy_into(anchor, seed if to_seed else posture)
        turn_towards(near, anchor, best)
        least = draw(
            near, target, best, anchor, joint_weights, position_tolerance, orientation_tolerance,
            wish, kept, work,
        )  # fmt: skip
        tries, last = int(answers[i, 6]), 1 + network.heads + restarts
        if to_seed and joint_distance(best, seed) <= FAR:
            last = 0
        for attempt in range(last):
            if attempt == 0:
                for j in range(joints):
                    start[j] = best[j] if math.isnan(anchor[j]) else anchor[j]
            elif attempt <= network.heads:
                if attempt == 1:
                    heads = ranked_heads(chain, network, layout, activations, target, anchor, True)
                take_best_head(chain, network, heads, start)
            else:
                restart_at(near, steps, attempt - 1 - network.heads, start)
            clip(near, start)
            tries += 1
            position_error, orientation_error, _ = refine(
                near, target, start, position_tolerance, orientation_tolerance,
                REFINEMENT_STEPS, PATIENCE, work,
            )  # fmt: skip
            if not (
                position_error <= position_tolerance and orientation_error <= orientation_tolerance
            ):
                continue
            turn_towards(near, anchor, start)
            if squared_distance(start, anchor, joint_weights) > HOPELESS * least:
                continue
            distance = draw(
                near, target, start, anchor, joint_weights,
                position_tolerance, orientation_tolerance, wish, kept, work,
            )  # fmt: skip
            if seeded:
                settle_turns(near, seed, True, start)
            if distance < least and largest_step(start, seed) <= largest_change + ROUNDING:
                least = distance
                copy_into(best, start)
        settle_turns(near, seed, seeded, best)
        answers[i, 1], orientation_error, _ = refine(
            near, target, best, position_tolerance, orientation_tolerance, 0, PATIENCE, work
        )
        answers[i, 2] = settle_ease(chain, target, best, orientation_error, work)
        if seeded:
            answers[i, 3] = joint_distance(best, seed)
        answers[i, 4] = limit_margin(chain, best)
        answers[i, 6] = tries
