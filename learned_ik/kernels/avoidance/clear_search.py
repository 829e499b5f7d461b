# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The one compiled call of a request that keeps clear: where to begin, refinement, walk.

Attempts are made in the order in which they were measured to pay (docs/obstacles.md): the seed,
the middle of the joint ranges, the store of postures, the network's heads, more of the store,
restarts.
"""

from typing import NamedTuple

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
from learned_ik.kernels.avoidance.clearance import Obstacles
from learned_ik.kernels.avoidance.sight import look_around
from learned_ik.kernels.avoidance.store import MORE_PROPOSALS, PROPOSALS, nearest_postures
from learned_ik.kernels.avoidance.walk import WalkMemory
from learned_ik.kernels.compilation import kernel, spliced_kernel
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
    limit_margin,
    read_target,
)
from learned_ik.kernels.pose_error import Goal, has_free_axes
from learned_ik.kernels.refinement import orientation_error_at
from learned_ik.kernels.search import read_request, take_given
from learned_ik.kernels.starts import rank_heads, restart_at, take_best_head

CLEAR_AND_NEAR = 0.5  # [rad or m], distance from its seed within which nothing nearer is sought


class StoreArrays(NamedTuple):
    """The store of postures, and memory for what is proposed out of it."""

    postures: Array  # (stored, joints) [rad or m]; of no rows: no store
    tips: Array  # (stored, 12)
    begins: Integers  # (cells + 1,)
    grid: Array  # (GRID,)
    rows: Array  # (MORE_PROPOSALS,), numbers of postures (as floats: one memory serves all)
    errors: Array  # (MORE_PROPOSALS,) [m²]


class Surroundings(NamedTuple):
    """What there is about the arm, and what is known of it."""

    obstacles: Obstacles
    store: StoreArrays
    points: Array  # (4, points), of the network's sight
    memory: WalkMemory


@kernel
def search_clear(
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
) -> None:
    """Find joint positions that reach poses and keep clear, one pose after the other.

    Attempts are numbered: 0 starts at the seed, 1 in the middle of the joint ranges, then come
    `PROPOSALS` of the store, the network's heads, the others of `MORE_PROPOSALS` of the store, and
    restarts. Args as `search.search`, and:

    Args:
        layout: the packed model, of a network for these spheres.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread.
        activations: likewise.
        requests: (n, SEED + joints).
        answers: (n, ANSWER + joints), filled with the best found.
        body_layout: the packed body; `body_layout.py` names the places in it.
        shapes: likewise.
        walk_numbers: memory of one thread, likewise.
        postures: of the store, as the next three; see `StoreArrays`.
        tips: likewise.
        begins: likewise.
        grid: likewise.
        points: of the network's sight; see `sight.look_around`.
        spheres: (4, m): x, y, z, radius [m].
        itself: whether the body is kept clear of itself.
        wanted: [m], the least clearance that is good enough.
        given: whether the first request's pose and seed are yet to be taken from what follows.
        position: (3,) [m].
        orientation: (4,) quaternion x y z w.
        seed: (joints,) [rad or m].
        seeded: whether the seeds count.
        position_tolerance: [m].
        orientation_tolerance: [rad].
        first: the first attempt.
        last: the attempt before which to stop.

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
        find_clear(arm, near, surroundings, goal, about, answer, first, last)


@spliced_kernel
def find_clear(
    arm: Arm,
    near: ChainArrays,
    surroundings: Surroundings,
    goal: Goal,
    about: Seed,
    answer: Array,
    first: int,
    last: int,
) -> None:
    """Find joint positions for one pose that keep clear.

    Args:
        arm: the model and memory.
        near: its chain, with the limits of this request.
        surroundings: what to keep clear of.
        goal: the target and the tolerances.
        about: the seed.
        answer: (ANSWER + joints,), filled with the best found.
        first: the first attempt; see `search_clear`.
        last: the attempt before which to stop.

    """
    network, heads, start = arm.network, arm.heads, arm.start
    store, spheres = surroundings.store, surroundings.obstacles.spheres
    best = answer[ANSWER : ANSWER + start.shape[0]]
    answer[CODE], answer[REACHED], answer[CLEARANCE] = NOT_FOUND, 0.0, -np.inf
    answer[POSITION_ERROR], answer[ORIENTATION_ERROR] = np.inf, np.inf
    attempts, proposals = 0, 0
    for attempt in range(first, last):
        head = attempt - 2 - PROPOSALS
        proposal = attempt - 2 if head < 0 else attempt - 2 - network.heads
        if attempt == 0:
            if not about.given:
                continue
            copy_into(start, about.joints)
        elif attempt == 1:
            restart_at(near, arm.steps, 0, start)
        elif 0 <= head < network.heads:
            if head == 0 or attempt == first:
                look_around(spheres, surroundings.points, goal.target, heads)
                rank_heads(arm.chain, network, goal.target, about.joints, about.given, heads)
                if spheres.shape[1] > 0:
                    rank_by_clearance(
                        arm.chain, network, surroundings.obstacles, heads, start, arm.work,
                        surroundings.memory,
                    )  # fmt: skip
                for _ in range(head):  # taken by the call before
                    take_best_head(arm.chain, network, heads, start)
            take_best_head(arm.chain, network, heads, start)
        elif proposal < MORE_PROPOSALS:
            if store.postures.shape[0] == 0:
                continue
            if proposal >= PROPOSALS and answer[CODE] == FOUND:
                break
            if proposal == 0 or proposal == PROPOSALS or attempt == first:
                count = PROPOSALS if proposal < PROPOSALS else MORE_PROPOSALS
                proposals = nearest_postures(
                    store.tips, store.begins, store.grid, goal.target, near.angular_weight,
                    store.rows[:count], store.errors[:count],
                )  # fmt: skip
            if proposal >= proposals:
                continue
            copy_into(start, store.postures[int(store.rows[proposal])])
        elif answer[CODE] == FOUND:
            break
        else:
            restart_at(near, arm.steps, proposal - MORE_PROPOSALS + 1, start)
        clip(near, start)
        attempts += 1
        try_from(
            near, surroundings.obstacles, goal, start, about, arm.work, surroundings.memory, answer
        )
        # With a seed, what is reached from the seed itself is taken for the nearest; if nothing
        # is, what the others reach competes.
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
    answer[NEAREST] = 1.0 if given and answer[SEED_DISTANCE] <= CLEAR_AND_NEAR else 0.0


@kernel
def predict_clear(
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
    points: Array,
    spheres: Array,
) -> None:
    """Fill the answers of the heads best by pose and clearance; args as `search_clear`."""
    arm = unpack_arm(layout, robot, weights, numbers, activations)
    obstacles = unpack_obstacles(body_layout, shapes, spheres, False, 0.0)
    memory = unpack_walk(body_layout, walk_numbers)
    for i in range(requests.shape[0]):
        if read_target(requests[i, :FREE_AXES], arm.target):
            look_around(spheres, points, arm.target, arm.heads)
            rank_heads(arm.chain, arm.network, arm.target, arm.start, False, arm.heads)
            rank_by_clearance(
                arm.chain, arm.network, obstacles, arm.heads, arm.start, arm.work, memory
            )
            take_best_head(arm.chain, arm.network, arm.heads, answers[i, ANSWER:])
