# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The one compiled call of a request that keeps clear: where to begin, refinement, walk.

Attempts are made in the order in which they were measured to pay (docs/obstacles.md): the seed,
the middle of the joint ranges, the store of postures, the network's heads, more of the store,
restarts.
"""

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.avoidance.body_layout import unpack_body, unpack_walk
from learned_ik.kernels.avoidance.clear_ranking import rank_by_clearance
from learned_ik.kernels.avoidance.sight import look_around
from learned_ik.kernels.avoidance.store import MORE_PROPOSALS, PROPOSALS, nearest_postures
from learned_ik.kernels.avoidance.walk import WalkMemory, walk
from learned_ik.kernels.clearance import BodyArrays, contacts, place
from learned_ik.kernels.compilation import inner_kernel, kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.measures import (
    all_finite,
    clip,
    joint_distance,
    largest_step,
    limit_margin,
    read_target,
    settle_turns,
)
from learned_ik.kernels.packing import (
    EASE,
    JOINTS,
    LARGEST_CHANGE,
    MOTIONS,
    SEED,
    unpack_heads,
    unpack_model,
    unpack_work,
)
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.kernels.refinement import PATIENCE, Workspace, refine, settle_ease
from learned_ik.kernels.search import FOUND, MALFORMED, NOT_FOUND, REFINEMENT_STEPS, ROUNDING
from learned_ik.kernels.starts import (
    chain_of_request,
    ranked_heads,
    restart_at,
    take_best_head,
)

# Places in an answer; the joint positions follow.
CODE, POSITION_ERROR, ORIENTATION_ERROR, SEED_DISTANCE, MARGIN, CLEARANCE, REACHED, ATTEMPTS = (
    range(8)
)
ANSWER = 8

# Groups of attempts, as bits: a benchmark leaves some out to see what they are worth.
MIDDLE, HEADS, STORE, RESTARTS = 1, 2, 4, 8
ALL_GROUPS = MIDDLE | HEADS | STORE | RESTARTS
HEADS_FIRST = 16  # they come before the store
UNRANKED = 32  # heads are ranked by pose alone


@kernel
def find_clear(
    layout: Integers,
    robot: Array,
    weights: Floats,
    counts: Integers,
    measures: Array,
    spheres: Array,
    itself: bool,
    wanted: float,
    postures: Array,
    tips: Array,
    begins: Integers,
    grid: Array,
    points: Array,
    numbers: Array,
    activations: Floats,
    walk_numbers: Array,
    requests: Array,
    answers: Array,
    seeded: bool,
    position_tolerance: float,
    orientation_tolerance: float,
    groups: int,
    walks: bool,
    first: int,
    last: int,
) -> None:
    """Find joint positions that reach poses and keep clear, one pose after the other.

    Attempts are numbered: 0 starts at the seed, 1 in the middle of the joint ranges, then come
    `PROPOSALS` of the store and the network's heads, or first these, the others of
    `MORE_PROPOSALS` of the store, and restarts.

    Args:
        layout: the packed model, as `packing.pack_model` makes it.
        robot: likewise.
        weights: likewise.
        counts: the packed body, as `avoidance_scene.pack_body` makes it.
        measures: likewise.
        spheres: (4, m): x, y, z, radius [m].
        itself: whether the body is kept clear of itself.
        wanted: [m], the least clearance that is good enough.
        postures: of the `avoidance_store.Store`, as the next three; of no rows: no store.
        tips: likewise.
        begins: likewise.
        grid: likewise.
        points: of `avoidance_sight.Sight`.
        numbers: memory, as `packing.Memory` holds it.
        activations: likewise.
        walk_numbers: memory, as `avoidance_scene.walk_numbers` makes it.
        requests: (n, SEED + joints); `packing.py` names the places.
        answers: (n, ANSWER + joints), filled with the best found.
        seeded: whether the seeds count.
        position_tolerance: [m].
        orientation_tolerance: [rad].
        groups: which groups of attempts are made.
        walks: whether what is exact but too near is walked clear.
        first: the first attempt.
        last: the attempt before which to stop.

    """
    chain, network, steps = unpack_model(layout, robot, weights)
    body = unpack_body(counts, measures)
    work, target, start = unpack_work(layout, numbers)
    memory, rows, misses = unpack_walk(layout[JOINTS], layout[MOTIONS], counts, walk_numbers)
    joints = start.shape[0]
    for i in range(requests.shape[0]):
        request, answer = requests[i], answers[i]
        seed, best = request[SEED : SEED + joints], answer[ANSWER : ANSWER + joints]
        wellformed = read_target(request[:EASE], target) and (not seeded or all_finite(seed))
        if not (wellformed and position_tolerance >= 0.0 and orientation_tolerance >= 0.0):
            answer[CODE] = MALFORMED
            continue
        copy_into(work.ease, request[EASE:LARGEST_CHANGE])
        largest_change = request[LARGEST_CHANGE] if seeded else np.inf
        near = chain_of_request(chain, layout, numbers, request, seed, seeded)
        heads = unpack_heads(layout, activations)
        answer[CODE], answer[REACHED], answer[CLEARANCE] = NOT_FOUND, 0.0, -np.inf
        answer[POSITION_ERROR], answer[ORIENTATION_ERROR] = np.inf, np.inf
        attempts, proposals = 0, 0
        for attempt in range(first, last):
            turn = attempt - 2
            head = turn if groups & HEADS_FIRST else turn - PROPOSALS
            proposal = turn if head < 0 else turn - network.heads
            if attempt == 0:
                if not seeded:
                    continue
                copy_into(start, seed)
            elif attempt == 1:
                if groups & MIDDLE == 0:
                    continue
                restart_at(near, steps, 0, start)
            elif 0 <= head < network.heads:
                if groups & HEADS == 0:
                    continue
                if head == 0:
                    look_around(spheres, points, target, heads)
                    heads = ranked_heads(chain, network, layout, activations, target, seed, seeded)
                    if spheres.shape[1] > 0 and groups & UNRANKED == 0:
                        rank_by_clearance(
                            chain, network, body, spheres, wanted, heads, start, work, memory
                        )
                take_best_head(chain, network, heads, start)
            elif proposal < MORE_PROPOSALS:
                if groups & STORE == 0 or postures.shape[0] == 0:
                    continue
                if proposal >= PROPOSALS and answer[CODE] == FOUND:
                    break
                if proposal == 0 or proposal == PROPOSALS:
                    count = PROPOSALS if proposal == 0 else MORE_PROPOSALS
                    proposals = nearest_postures(
                        tips, begins, grid, target, rows[:count], misses[:count]
                    )
                if proposal >= proposals:
                    continue
                copy_into(start, postures[int(rows[proposal])])
            elif groups & RESTARTS == 0 or answer[CODE] == FOUND:
                break
            else:
                restart_at(near, steps, turn - MORE_PROPOSALS - network.heads + 1, start)
            clip(near, start)
            attempts += 1
            try_from(
                near, body, spheres, itself, wanted, target, start, seed, seeded, largest_change,
                position_tolerance, orientation_tolerance, walks, work, memory, answer,
            )  # fmt: skip
            # With a seed, what is reached from the seed itself is taken for the nearest; if
            # nothing is, what the others reach competes.
            if answer[CODE] == FOUND and (not seeded or attempt == 0):
                break
        answer[ORIENTATION_ERROR] = settle_ease(
            chain, target, best, answer[ORIENTATION_ERROR], work
        )
        answer[SEED_DISTANCE] = joint_distance(best, seed) if seeded else np.nan
        answer[MARGIN], answer[ATTEMPTS] = limit_margin(chain, best), attempts


@inner_kernel
def try_from(
    chain: ChainArrays,
    body: BodyArrays,
    spheres: Array,
    itself: bool,
    wanted: float,
    target: Array,
    start: Array,
    seed: Array,
    seeded: bool,
    largest_change: float,
    position_tolerance: float,
    orientation_tolerance: float,
    walks: bool,
    work: Workspace,
    memory: WalkMemory,
    answer: Array,
) -> None:
    """Make one attempt from `start`, and keep it in `answer` if it is the best so far.

    Clear before exact but touching, the nearer to the seed or the clearer before others; exact
    before inexact. Args as `find_clear`, and chain with the limits of this request.
    """
    joints = start.shape[0]
    best = answer[ANSWER : ANSWER + joints]
    position_error, orientation_error, _ = refine(
        chain, target, start, position_tolerance, orientation_tolerance,
        REFINEMENT_STEPS, PATIENCE, work,
    )  # fmt: skip
    reached = position_error <= position_tolerance and orientation_error <= orientation_tolerance
    clearance = -np.inf
    if reached and walks:
        walked = walk(
            chain, body, spheres, itself, target, start, position_tolerance,
            orientation_tolerance, wanted, work, memory,
        )  # fmt: skip
        position_error, orientation_error = walked.position_error, walked.orientation_error
        clearance = walked.clearance
    elif reached:
        place(chain, body, start, work.frames, memory.placement)
        _, clearance = contacts(
            body, memory.placement, spheres, -np.inf, np.inf, itself, memory.contacts
        )
    settle_turns(chain, seed, seeded, start)
    reached = reached and largest_step(start, seed) <= largest_change + ROUNDING
    clear = reached and clearance >= wanted
    if clear:
        better = answer[CODE] != FOUND or (
            seeded and joint_distance(start, seed) < joint_distance(best, seed)
        )
    elif reached:
        better = answer[CODE] != FOUND and (
            answer[REACHED] == 0.0 or clearance > answer[CLEARANCE]
        )
    else:
        squared = position_error**2 + (ANGULAR_WEIGHT * orientation_error) ** 2
        so_far = answer[POSITION_ERROR] ** 2 + (ANGULAR_WEIGHT * answer[ORIENTATION_ERROR]) ** 2
        better = answer[REACHED] == 0.0 and squared < so_far
    if better:
        answer[CODE] = FOUND if clear else NOT_FOUND
        answer[REACHED] = 1.0 if reached else 0.0
        answer[POSITION_ERROR], answer[ORIENTATION_ERROR] = position_error, orientation_error
        answer[CLEARANCE] = clearance
        copy_into(best, start)
