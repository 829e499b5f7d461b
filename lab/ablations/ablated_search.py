# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`search_clear` of the product with some of its attempts left out, to see what they are worth.

Only the loop over the attempts is written here a second time: what an attempt does is the
product's own code. With all of them, it finds what the product finds; a test watches over that.
"""

import functools

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.avoidance.attempt import Seed, try_from
from learned_ik.kernels.avoidance.body_layout import (
    STORE_ERRORS,
    STORE_ROWS,
    unpack_obstacles,
    unpack_walk,
)
from learned_ik.kernels.avoidance.clear_ranking import rank_by_clearance
from learned_ik.kernels.avoidance.clear_search import (
    CLEAR_AND_NEAR,
    StoreArrays,
    Surroundings,
    search_clear,
)
from learned_ik.kernels.avoidance.clearance import Obstacles, contacts
from learned_ik.kernels.avoidance.placement import place
from learned_ik.kernels.avoidance.sight import look_around
from learned_ik.kernels.avoidance.store import MORE_PROPOSALS, PROPOSALS, nearest_postures
from learned_ik.kernels.avoidance.walk import WalkMemory
from learned_ik.kernels.compilation import compile_for, inner_kernel, kernel, spliced_kernel
from learned_ik.kernels.entries import ENTRIES, arguments_of
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.layout import (
    ANSWER,
    ATTEMPTS,
    BEYOND_REACH,
    CLEARANCE,
    CODE,
    FOUND,
    FREE_AXES,
    LARGEST_CHANGE,
    LIMIT_MARGIN,
    MALFORMED,
    NEAREST,
    NOT_FOUND,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
    SEED,
    SEED_DISTANCE,
    SEED_OUTSIDE,
    Arm,
    chain_near_seed,
    span,
    unpack_arm,
)
from learned_ik.kernels.measures import (
    clip,
    distance_beyond_limits,
    distance_beyond_reach,
    joint_distance,
    largest_step,
    limit_margin,
    settle_turns,
)
from learned_ik.kernels.pose_error import Goal, has_free_axes, is_reached
from learned_ik.kernels.preference.posture import squared_distance
from learned_ik.kernels.refinement import (
    PATIENCE,
    REFINEMENT_STEPS,
    Workspace,
    orientation_error_at,
    refine,
)
from learned_ik.kernels.search import ROUNDING, read_request, take_given
from learned_ik.kernels.starts import rank_heads, restart_at, take_best_head

# Groups of attempts, as bits.
MIDDLE, HEADS, STORE, RESTARTS = 1, 2, 4, 8
ALL_GROUPS = MIDDLE | HEADS | STORE | RESTARTS
HEADS_FIRST = 16  # they come before the store
UNRANKED = 32  # heads are ranked by pose alone


@functools.cache
def make_ready() -> None:
    """Compile the search for the types of the product's, or load it from disk."""
    result, words = ENTRIES['obstacles'][search_clear]
    compile_for(search_some, result, [*arguments_of(words), 'int64', 'boolean'])


@kernel
def search_some(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    activations: Floats,
    requests: Array,
    answers: Array,
    body_layout: Integers,
    shapes: Array,
    walk_numbers: Array,
    postures: Array,
    tips: Array,
    begins: Integers,
    grid: Array,
    points: Array,
    spheres: Array,
    itself: bool,
    wanted: float,
    given: bool,
    position: Array,
    orientation: Array,
    seed: Array,
    seeded: bool,
    position_tolerance: float,
    orientation_tolerance: float,
    first: int,
    last: int,
    groups: int,
    walks: bool,
) -> None:
    """Find joint positions that reach poses and keep clear, by some of the attempts.

    Attempts are numbered as those of the product, and left out where their group is; heads that
    come first change places with the first look into the store. Args as
    `clear_search.search_clear`, and:

    Args:
        layout: as there, like all up to `last`.
        robot: likewise.
        weights: likewise.
        numbers: likewise.
        activations: likewise.
        requests: (n, SEED + joints).
        answers: (n, ANSWER + joints), filled with the best found.
        body_layout: likewise.
        shapes: likewise.
        walk_numbers: likewise.
        postures: likewise.
        tips: likewise.
        begins: likewise.
        grid: likewise.
        points: likewise.
        spheres: (4, m): x, y, z, radius [m].
        itself: likewise.
        wanted: [m].
        given: likewise.
        position: (3,) [m].
        orientation: (4,) quaternion x y z w.
        seed: (joints,) [rad or m].
        seeded: likewise.
        position_tolerance: [m].
        orientation_tolerance: [rad].
        first: the first attempt.
        last: the attempt before which to stop.
        groups: which groups of attempts are made, and how, as bits.
        walks: whether what is exact but too near is walked clear.

    """
    arm = unpack_arm(layout, robot, weights, numbers, activations)
    surroundings = Surroundings(
        unpack_obstacles(body_layout, shapes, spheres, itself, wanted),
        StoreArrays(
            postures, tips, begins, grid, walk_numbers[span(body_layout, STORE_ROWS)],
            walk_numbers[span(body_layout, STORE_ERRORS)],
        ),
        points,
        unpack_walk(body_layout, walk_numbers),
    )  # fmt: skip
    joints = arm.start.shape[0]
    if given and not take_given(layout, requests[0], position, orientation, seed, seeded):
        answers[0, CODE] = MALFORMED
        return
    for i in range(requests.shape[0]):
        request, answer = requests[i], answers[i]
        goal = Goal(
            arm.target, request[FREE_AXES:LARGEST_CHANGE], position_tolerance,
            orientation_tolerance,
        )  # fmt: skip
        if not read_request(arm, request, seeded, goal):
            answer[CODE] = MALFORMED
            continue
        about = Seed(
            request[SEED : SEED + joints], arm.joint_weights, seeded,
            request[LARGEST_CHANGE] if seeded else np.inf,
        )  # fmt: skip
        near = chain_near_seed(layout, numbers, arm.chain, request, seeded)
        find_by_some(arm, near, surroundings, goal, about, answer, first, last, groups, walks)


@spliced_kernel
def find_by_some(
    arm: Arm,
    near: ChainArrays,
    surroundings: Surroundings,
    goal: Goal,
    about: Seed,
    answer: Array,
    first: int,
    last: int,
    groups: int,
    walks: bool,
) -> None:
    """Find joint positions for one pose that keep clear; args as `search_some`."""
    network, heads, start = arm.network, arm.heads, arm.start
    store, obstacles = surroundings.store, surroundings.obstacles
    best = answer[ANSWER : ANSWER + start.shape[0]]
    answer[CODE], answer[REACHED], answer[CLEARANCE] = NOT_FOUND, 0.0, -np.inf
    answer[POSITION_ERROR], answer[ORIENTATION_ERROR] = np.inf, np.inf
    attempts, proposals = 0, 0
    for attempt in range(first, last):
        turn = attempt - 2
        head = turn if groups & HEADS_FIRST else turn - PROPOSALS
        proposal = turn if head < 0 else turn - network.heads
        if attempt == 0:
            if not about.given:
                continue
            copy_into(start, about.joints)
        elif attempt == 1:
            if groups & MIDDLE == 0:
                continue
            restart_at(near, arm.steps, 0, start)
        elif 0 <= head < network.heads:
            if groups & HEADS == 0:
                continue
            if head == 0:
                look_around(obstacles.spheres, surroundings.points, goal.target, heads)
                rank_heads(arm.chain, network, goal.target, about.joints, about.given, heads)
                if obstacles.spheres.shape[1] > 0 and groups & UNRANKED == 0:
                    rank_by_clearance(
                        arm.chain, network, obstacles, heads, start, arm.work, surroundings.memory
                    )
            take_best_head(arm.chain, network, heads, start)
        elif proposal < MORE_PROPOSALS:
            if groups & STORE == 0 or store.postures.shape[0] == 0:
                continue
            if proposal >= PROPOSALS and answer[CODE] == FOUND:
                break
            if proposal == 0 or proposal == PROPOSALS:
                count = PROPOSALS if proposal == 0 else MORE_PROPOSALS
                proposals = nearest_postures(
                    store.tips, store.begins, store.grid, goal.target, near.angular_weight,
                    store.rows[:count], store.errors[:count],
                )  # fmt: skip
            if proposal >= proposals:
                continue
            copy_into(start, store.postures[int(store.rows[proposal])])
        elif groups & RESTARTS == 0 or answer[CODE] == FOUND:
            break
        else:
            restart_at(near, arm.steps, proposal - MORE_PROPOSALS + 1, start)
        clip(near, start)
        attempts += 1
        if walks:
            try_from(near, obstacles, goal, start, about, arm.work, surroundings.memory, answer)
        else:
            check_from(near, obstacles, goal, start, about, arm.work, surroundings.memory, answer)
        if answer[CODE] == FOUND and (not about.given or attempt == 0):
            break
    if has_free_axes(goal):
        answer[ORIENTATION_ERROR] = orientation_error_at(arm.chain, goal, best, arm.work)
    given = about.given
    answer[SEED_DISTANCE] = joint_distance(best, about.joints) if given else np.nan
    answer[LIMIT_MARGIN] = limit_margin(arm.chain, best)
    answer[BEYOND_REACH] = distance_beyond_reach(arm.chain, goal.target, arm.reach)
    answer[SEED_OUTSIDE] = distance_beyond_limits(arm.chain, about.joints) if given else 0.0
    answer[ATTEMPTS] = attempts
    answer[NEAREST] = 1.0 if about.given and answer[SEED_DISTANCE] <= CLEAR_AND_NEAR else 0.0


@inner_kernel
def check_from(
    chain: ChainArrays,
    obstacles: Obstacles,
    goal: Goal,
    start: Array,
    about: Seed,
    work: Workspace,
    memory: WalkMemory,
    answer: Array,
) -> None:
    """Make one attempt as `clear_search.try_from` does, but take what is reached as it is."""
    best, seed = answer[ANSWER : ANSWER + start.shape[0]], about.joints
    position_error, orientation_error = refine(
        chain, goal, start, REFINEMENT_STEPS, PATIENCE, work
    )
    reached = is_reached(goal, position_error, orientation_error)
    clearance = -np.inf
    if reached:
        place(chain, obstacles.body, start, work.frames, memory.placement)
        _, clearance = contacts(
            obstacles.body, memory.placement, obstacles.spheres, -np.inf, np.inf,
            obstacles.itself, memory.contacts,
        )  # fmt: skip
    settle_turns(chain, seed, about.given, start)
    reached = reached and largest_step(start, seed) <= about.largest_change + ROUNDING
    clear = reached and clearance >= obstacles.wanted
    if clear:
        better = answer[CODE] != FOUND or (
            about.given
            and squared_distance(start, seed, about.weights)
            < squared_distance(best, seed, about.weights)
        )
    elif reached:
        better = answer[CODE] != FOUND and (
            answer[REACHED] == 0.0 or clearance > answer[CLEARANCE]
        )
    else:
        weight = chain.angular_weight
        squared = position_error**2 + (weight * orientation_error) ** 2
        so_far = answer[POSITION_ERROR] ** 2 + (weight * answer[ORIENTATION_ERROR]) ** 2
        better = answer[REACHED] == 0.0 and squared < so_far
    if better:
        answer[CODE] = FOUND if clear else NOT_FOUND
        answer[REACHED] = 1.0 if reached else 0.0
        answer[POSITION_ERROR], answer[ORIENTATION_ERROR] = position_error, orientation_error
        answer[CLEARANCE] = clearance
        copy_into(best, start)
