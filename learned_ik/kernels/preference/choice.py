# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The better answer where there are many: nearest to the seed, or to a posture, compiled.

The network's heads give the branches, the redundancy does the rest: each branch is drawn towards
the posture, and the nearest is taken. Deterministic, as the search before it.
"""

import math

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel, kernel, spliced_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.layout import (
    ANCHOR,
    ANSWER,
    ATTEMPTS,
    CODE,
    FOUND,
    FREE_AXES,
    KEPT,
    LARGEST_CHANGE,
    LIMIT_MARGIN,
    NEAREST,
    NOT_FOUND,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
    SEED,
    SEED_DISTANCE,
    WISH,
    Arm,
    chain_near_seed,
    span,
    unpack_arm,
)
from learned_ik.kernels.measures import (
    clip,
    is_endless,
    joint_distance,
    largest_step,
    limit_margin,
    read_target,
    turn_towards,
    turned_towards,
)
from learned_ik.kernels.pose_error import Goal, has_free_axes, is_reached
from learned_ik.kernels.preference.nearest import FAR, come_nearer
from learned_ik.kernels.preference.posture import Posture, draw_to_posture, squared_distance
from learned_ik.kernels.refinement import (
    PATIENCE,
    REFINEMENT_STEPS,
    orientation_error_at,
    refine,
)
from learned_ik.kernels.search import ROUNDING
from learned_ik.kernels.starts import rank_heads, restart_at, take_best_head

HOPELESS = 4.0  # times the best squared distance: what begins beyond is not drawn
RESTARTS = 8  # starts that are tried beside seed, posture and heads


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
) -> None:
    """Replace answers by better ones, where there are any.

    Args:
        layout: the packed model; `layout.py` names the places in it.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread, likewise.
        activations: likewise.
        requests: (n, SEED + joints).
        answers: (n, ANSWER + joints), as `search` leaves them.
        seeded: whether the seeds count.
        position_tolerance: [m].
        orientation_tolerance: [rad].
        posture: (joints,) [rad or m], to which to be near; NaN where it does not matter.
        joint_weights: (joints,), above 0, how much each joint's distance counts.
        to_seed: be near to the seed instead; then answers that are known to be the nearest stay
            as they are.

    """
    arm = unpack_arm(layout, robot, weights, numbers, activations)
    wanted = Posture(
        numbers[span(layout, ANCHOR)], joint_weights, numbers[span(layout, WISH)],
        numbers[span(layout, KEPT)],
    )  # fmt: skip
    joints = arm.start.shape[0]
    for i in range(requests.shape[0]):
        request, answer = requests[i], answers[i]
        if answer[CODE] != FOUND or (to_seed and answer[NEAREST] == 1.0):
            continue
        goal = Goal(
            arm.target, request[FREE_AXES:LARGEST_CHANGE], position_tolerance,
            orientation_tolerance,
        )  # fmt: skip
        read_target(request[:FREE_AXES], arm.target)
        near = chain_near_seed(layout, numbers, arm.chain, request, seeded)
        copy_into(wanted.joints, request[SEED : SEED + joints] if to_seed else posture)
        choose_one(arm, near, goal, wanted, request, answer, seeded, to_seed)


@spliced_kernel
def choose_one(
    arm: Arm,
    near: ChainArrays,
    goal: Goal,
    wanted: Posture,
    request: Array,
    answer: Array,
    seeded: bool,
    to_seed: bool,
) -> None:
    """Replace one answer (ANSWER + joints,) by the nearest to a posture that can be found.

    Args:
        arm: the model and memory.
        near: its chain, with the limits of this request.
        goal: the target and the tolerances.
        wanted: the posture to be near to.
        request: (SEED + joints,).
        answer: (ANSWER + joints,), a solution.
        seeded: whether the seed counts.
        to_seed: whether the posture is the seed.

    """
    chain, network, heads, work, start = arm.chain, arm.network, arm.heads, arm.work, arm.start
    joints = start.shape[0]
    seed, best = request[SEED : SEED + joints], answer[ANSWER : ANSWER + joints]
    largest_change = request[LARGEST_CHANGE] if seeded else math.inf
    turn_towards(near, wanted.joints, best)
    tries, last = int(answer[ATTEMPTS]), 1 + network.heads + RESTARTS
    if to_seed:
        least, nearest = come_nearer(arm, near, goal, wanted, best)
        if nearest or joint_distance(best, seed) <= FAR:
            last = 0
    else:
        least, nearest = draw_to_posture(near, goal, best, wanted, work), False
    for attempt in range(last):
        if attempt == 0:
            for j in range(joints):
                start[j] = best[j] if math.isnan(wanted.joints[j]) else wanted.joints[j]
        elif attempt <= network.heads:
            if attempt == 1:
                rank_heads(chain, network, goal.target, wanted.joints, True, heads)
            take_best_head(chain, network, heads, start)
        else:
            restart_at(near, arm.steps, attempt - 1 - network.heads, start)
        clip(near, start)
        tries += 1
        position_error, orientation_error = refine(
            near, goal, start, REFINEMENT_STEPS, PATIENCE, work
        )
        if not is_reached(goal, position_error, orientation_error):
            continue
        turn_towards(near, wanted.joints, start)
        if squared_distance(start, wanted.joints, wanted.weights) > HOPELESS * least:
            continue
        distance = draw_to_posture(near, goal, start, wanted, work)
        if turn_home(near, wanted, seed, seeded, start):
            position_error, orientation_error = refine(near, goal, start, 0, PATIENCE, work)
            if not is_reached(goal, position_error, orientation_error):
                continue
        if distance < least and largest_step(start, seed) <= largest_change + ROUNDING:
            least = distance
            copy_into(best, start)
    turn_home(near, wanted, seed, seeded, best)
    position_error, orientation_error = refine(near, goal, best, 0, PATIENCE, work)
    if not is_reached(goal, position_error, orientation_error):  # turns may cost the last digit
        answer[CODE], answer[REACHED] = NOT_FOUND, 0.0
    answer[POSITION_ERROR], answer[ORIENTATION_ERROR] = position_error, orientation_error
    if has_free_axes(goal):
        answer[ORIENTATION_ERROR] = orientation_error_at(chain, goal, best, work)
    if seeded:
        answer[SEED_DISTANCE] = joint_distance(best, seed)
    answer[LIMIT_MARGIN] = limit_margin(chain, best)
    answer[ATTEMPTS] = tries
    answer[NEAREST] = 1.0 if nearest else 0.0


@inlined_kernel
def turn_home(chain: ChainArrays, wanted: Posture, seed: Array, seeded: bool, q: Array) -> bool:
    """Turn joints (joints,) that no posture binds, and endless ones, as `settle_turns` does.

    Joints that turn more than once stay with the posture that they were turned towards.
    """
    turned = False
    for j in range(q.shape[0]):
        bound = not math.isnan(wanted.joints[j])
        if chain.full_turns[j] > 0.0 and (not bound or (seeded and is_endless(chain, j))):
            value = turned_towards(chain, seed[j] if seeded else chain.home[j], j, q[j])
            turned = turned or value != q[j]
            q[j] = value
    return turned
