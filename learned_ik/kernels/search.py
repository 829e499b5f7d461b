# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The one compiled call of a request: network, ranking of its heads, refinement, restarts.

Same input, same answer: there is no random number and no clock in here.
"""

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel, kernel, spliced_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.layout import (
    ANSWER,
    ATTEMPTS,
    BEYOND_REACH,
    CLEARANCE,
    CODE,
    FOUND,
    FREE_AXES,
    JOINTS,
    LARGEST_CHANGE,
    LIMIT_MARGIN,
    MALFORMED,
    NEAREST,
    NOT_FOUND,
    ORIENTATION,
    ORIENTATION_ERROR,
    POSITION,
    POSITION_ERROR,
    REACHED,
    SEED,
    SEED_DISTANCE,
    SEED_OUTSIDE,
    Arm,
    chain_near_seed,
    unpack_arm,
)
from learned_ik.kernels.measures import (
    FARTHEST_JOINT,
    clip,
    distance_beyond_limits,
    distance_beyond_reach,
    joint_distance,
    largest_step,
    limit_margin,
    read_target,
    settle_turns,
    within,
)
from learned_ik.kernels.pose_error import Goal, has_free_axes, is_reached
from learned_ik.kernels.preference.nearest import is_nearest
from learned_ik.kernels.refinement import (
    PATIENCE,
    REFINEMENT_STEPS,
    orientation_error_at,
    refine,
)
from learned_ik.kernels.starts import rank_heads, restart_at, take_best_head

GLANCE_STEPS, GLANCE_PATIENCE = 10, 2  # from a seed, where a network knows better places to begin
ATTEMPTS_BEYOND_REACH = 2  # restarts for an honest residual, where nothing can be found
ENOUGH_RESTARTS = 32  # what then is still far from reached cannot be: wrong for 1 pose in 100 000
NEARLY_REACHED = 0.1  # [rad], error up to which the best that there is may yet become exact
ROUNDING = 1e-9  # [rad or m], of a joint that goes just as far as it may
POLISHING_STEPS = 400  # for the best that is nearly there: at a singularity, convergence is slow


@kernel
def search(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    activations: Floats,
    requests: Array,
    answers: Array,
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
    """Answer n requests, one after the other.

    One request and many go through this same machine code, so that they get the same answer to
    the last bit.

    Attempts are numbered: 0 starts at the seed, then come the network's heads, best first, then
    restarts, the first of them in the middle of the joint ranges. The first that gets there is
    the answer; `choice.choose` looks for a better one. A call names the range of attempts that
    it wants, so that a caller who watches the clock can go on where it stopped.

    Args:
        layout: the packed model; `layout.py` names the places in it.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread, likewise.
        activations: likewise.
        requests: (n, SEED + joints).
        answers: (n, ANSWER + joints), filled; MALFORMED for a pose or seed that is not finite or
            out of range, a quaternion of length zero, or a tolerance that is negative or NaN.
        given: whether the first request's pose and seed are yet to be taken from what follows:
            copying them here costs nothing, and in Python a microsecond.
        position: (3,) [m]; any other length makes the request malformed.
        orientation: (4,) quaternion x y z w, likewise.
        seed: (joints,) [rad or m], likewise.
        seeded: whether the seeds count.
        position_tolerance: [m].
        orientation_tolerance: [rad].
        first: the first attempt.
        last: the attempt before which to stop.

    """
    arm = unpack_arm(layout, robot, weights, numbers, activations)
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
        near = chain_near_seed(layout, numbers, arm.chain, request, seeded)
        find(arm, near, goal, request, answer, seeded, first, last)


@inlined_kernel
def take_given(
    layout: Integers,
    request: Array,
    position: Array,
    orientation: Array,
    seed: Array,
    seeded: bool,
) -> bool:
    """Copy pose and seed into a request; False where a length is wrong. Args as `search`."""
    joints = layout[JOINTS]
    lengths = position.shape[0] == 3 and orientation.shape[0] == 4
    if not (lengths and (not seeded or seed.shape[0] == joints)):
        return False
    copy_into(request[POSITION:ORIENTATION], position)
    copy_into(request[ORIENTATION:FREE_AXES], orientation)
    if seeded:
        copy_into(request[SEED : SEED + joints], seed)
    return True


@spliced_kernel
def read_request(arm: Arm, request: Array, seeded: bool, goal: Goal) -> bool:
    """Fill the target of a request (SEED + joints,); False where the request is malformed."""
    wellformed = read_target(request[:FREE_AXES], arm.target)
    wellformed = wellformed and (not seeded or within(request[SEED:], FARTHEST_JOINT))
    return wellformed and goal.position_tolerance >= 0.0 and goal.orientation_tolerance >= 0.0


@spliced_kernel
def find(
    arm: Arm,
    near: ChainArrays,
    goal: Goal,
    request: Array,
    answer: Array,
    seeded: bool,
    first: int,
    last: int,
) -> None:
    """Find joint positions for one pose.

    Args:
        arm: the model and memory.
        near: its chain, with the limits of this request.
        goal: the target and the tolerances.
        request: (SEED + joints,).
        answer: (ANSWER + joints,), filled with the best found.
        seeded: whether the seed counts.
        first: the first attempt; see `search`.
        last: the attempt before which to stop.

    """
    chain, network, heads, work, start = arm.chain, arm.network, arm.heads, arm.work, arm.start
    joints = start.shape[0]
    seed, best = request[SEED : SEED + joints], answer[ANSWER : ANSWER + joints]
    largest_change = request[LARGEST_CHANGE] if seeded else np.inf
    beyond = distance_beyond_reach(chain, goal.target, arm.reach)
    if beyond > goal.position_tolerance:
        last = min(last, 1 + network.heads + ATTEMPTS_BEYOND_REACH)
    best_squared, best_position_error, best_orientation_error = np.inf, np.inf, np.inf
    weight = chain.angular_weight
    enough_squared = (NEARLY_REACHED * weight) ** 2
    refined, found, best_turned, nearest = 0, False, False, False
    for attempt in range(first, last):
        if attempt == 0:
            if not seeded:
                continue
            copy_into(start, seed)
        elif attempt <= network.heads:
            if attempt == 1:
                rank_heads(chain, network, goal.target, seed, seeded, heads)
            take_best_head(chain, network, heads, start)
        elif (
            first == 0  # who goes on from a former call has the evidence, and has judged it
            and attempt > network.heads + ENOUGH_RESTARTS
            and best_squared > enough_squared
        ):
            break
        else:
            restart_at(near, arm.steps, attempt - 1 - network.heads, start)
        clip(near, start)
        if attempt > 0:  # then it seldom has to be turned afterwards, and measured again
            settle_turns(near, seed, seeded, start)
        glance = attempt == 0 and network.heads > 0
        position_error, orientation_error = refine(
            near, goal, start, GLANCE_STEPS if glance else REFINEMENT_STEPS,
            GLANCE_PATIENCE if glance else PATIENCE, work,
        )  # fmt: skip
        refined += 1
        turned = settle_turns(near, seed, seeded, start)
        found = (
            is_reached(goal, position_error, orientation_error)
            and largest_step(start, seed) <= largest_change + ROUNDING
        )
        squared = position_error**2 + (weight * orientation_error) ** 2
        if found or squared < best_squared:
            best_squared = squared
            best_position_error, best_orientation_error = position_error, orientation_error
            best_turned = turned
            copy_into(best, start)
        if found:
            if attempt == 0:
                nearest = not turned and is_nearest(
                    near, goal, seed, arm.joint_weights, best, arm.reach, False, work
                )
            break
        if attempt == network.heads + ENOUGH_RESTARTS and best_squared < enough_squared:
            best_position_error, best_orientation_error = refine(
                near, goal, best, POLISHING_STEPS, POLISHING_STEPS, work
            )
            best_turned = settle_turns(near, seed, seeded, best) or best_turned
            found = (
                is_reached(goal, best_position_error, best_orientation_error)
                and largest_step(best, seed) <= largest_change + ROUNDING
            )
            if found:
                break
    if best_turned:  # what is returned is what counts
        best_position_error, best_orientation_error = refine(near, goal, best, 0, PATIENCE, work)
        found = found and is_reached(goal, best_position_error, best_orientation_error)
    if best_squared == np.inf:  # nothing was finite: then nothing of a former request is left
        restart_at(near, arm.steps, 0, best)
    if has_free_axes(goal):
        best_orientation_error = orientation_error_at(chain, goal, best, work)
    answer[CODE] = FOUND if found else NOT_FOUND
    answer[POSITION_ERROR] = best_position_error
    answer[ORIENTATION_ERROR] = best_orientation_error
    answer[SEED_DISTANCE] = joint_distance(best, seed) if seeded else np.nan
    answer[LIMIT_MARGIN] = limit_margin(chain, best)
    answer[CLEARANCE] = np.inf
    answer[REACHED] = 1.0 if found else 0.0
    answer[BEYOND_REACH] = beyond
    answer[SEED_OUTSIDE] = distance_beyond_limits(chain, seed) if seeded else 0.0
    answer[ATTEMPTS] = refined
    answer[NEAREST] = 1.0 if nearest else 0.0


@kernel
def predict(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    activations: Floats,
    requests: Array,
    answers: Array,
    seeded: bool,
) -> None:
    """Fill the best head's joint positions, without refinement; args as `search`."""
    arm = unpack_arm(layout, robot, weights, numbers, activations)
    for i in range(requests.shape[0]):
        if read_target(requests[i, :FREE_AXES], arm.target):
            rank_heads(arm.chain, arm.network, arm.target, requests[i, SEED:], seeded, arm.heads)
            take_best_head(arm.chain, arm.network, arm.heads, answers[i, ANSWER:])
