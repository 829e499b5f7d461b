# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The one compiled call of a request: network, ranking of its heads, refinement, restarts.

Same input, same answer: there is no random number and no clock in here.
"""

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import kernel, spliced_kernel
from learned_ik.kernels.forward_kinematics import copy_into
from learned_ik.kernels.measures import (
    all_finite,
    clip,
    distance_beyond_limits,
    distance_beyond_reach,
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
    ORIENTATION,
    OUTCOME,
    POSITION,
    SEED,
    Outcome,
    unpack_heads,
    unpack_model,
    unpack_work,
)
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.kernels.refinement import PATIENCE, refine, settle_ease
from learned_ik.kernels.starts import (
    chain_of_request,
    ranked_heads,
    restart_at,
    take_best_head,
)

FOUND, NOT_FOUND, MALFORMED = 0, 1, 2  # how a request ended

REFINEMENT_STEPS = 30  # of one attempt; what has not converged by then hardly ever does
GLANCE_STEPS, GLANCE_PATIENCE = 10, 2  # from a seed, where a network knows better places to begin
ATTEMPTS_BEYOND_REACH = 2  # restarts for an honest residual, where nothing can be found
ENOUGH_RESTARTS = 32  # what then is still far from reached cannot be: wrong for 1 pose in 100 000
NEAR_MISS = 0.03  # [m], weighted error from which on more restarts may still help
ROUNDING = 1e-9  # [rad or m], of a joint that goes just as far as it may
NOTHING = np.empty(0)
NOT_GIVEN = False, NOTHING, NOTHING, NOTHING  # arguments of `search` whose requests are complete
POLISHING_STEPS = 400  # for the best near miss: at a singularity, convergence is slow


@spliced_kernel
def find(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    activations: Floats,
    asked: Array,
    seed: Array,
    best: Array,
    seeded: bool,
    position_tolerance: float,
    orientation_tolerance: float,
    first: int,
    last: int,
) -> Outcome:
    """Find joint positions for one pose.

    Attempts are numbered: 0 starts at the seed, then come the network's heads, best first, then
    restarts, the first of them in the middle of the joint ranges. The first that gets there is
    the answer; `choice.choose` looks for a better one. A request names the range of attempts that
    it wants, so that a caller who watches the clock can go on where it stopped.

    Args as `search`, but: asked (SEED,), a request without its seed; seed (joints,); best
    (joints,), filled with the best found.

    Returns:
        An `Outcome`: MALFORMED for a pose or seed that is not finite, a quaternion of length
        zero, or a tolerance that is negative or NaN.

    """
    chain, network, steps = unpack_model(layout, robot, weights)
    work, target, start = unpack_work(layout, numbers)
    heads = unpack_heads(layout, activations)
    wellformed = read_target(asked[:EASE], target) and (not seeded or all_finite(seed))
    if not (wellformed and position_tolerance >= 0.0 and orientation_tolerance >= 0.0):
        return Outcome(MALFORMED, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0)
    copy_into(work.ease, asked[EASE:LARGEST_CHANGE])
    largest_change = asked[LARGEST_CHANGE] if seeded else np.inf
    near = chain_of_request(chain, layout, numbers, asked, seed, seeded)
    beyond = distance_beyond_reach(chain, target, robot[0])
    if beyond > position_tolerance:
        last = min(last, 1 + network.heads + ATTEMPTS_BEYOND_REACH)
    best_squared, best_position_error, best_orientation_error = np.inf, np.inf, np.inf
    refined, found = 0, False
    for attempt in range(first, last):
        if attempt == 0:
            if not seeded:
                continue
            copy_into(start, seed)
        elif attempt <= network.heads:
            if attempt == 1:
                heads = ranked_heads(chain, network, layout, activations, target, seed, seeded)
            take_best_head(chain, network, heads, start)
        elif (
            first == 0  # who goes on from a former call has the evidence, and has judged it
            and attempt > network.heads + ENOUGH_RESTARTS
            and best_squared > NEAR_MISS**2
        ):
            break
        else:
            restart_at(near, steps, attempt - 1 - network.heads, start)
        clip(near, start)
        glance = attempt == 0 and network.heads > 0
        position_error, orientation_error, _ = refine(
            near, target, start, position_tolerance, orientation_tolerance,
            GLANCE_STEPS if glance else REFINEMENT_STEPS,
            GLANCE_PATIENCE if glance else PATIENCE, work,
        )  # fmt: skip
        refined += 1
        settle_turns(near, seed, seeded, start)
        found = (
            position_error <= position_tolerance
            and orientation_error <= orientation_tolerance
            and largest_step(start, seed) <= largest_change + ROUNDING
        )
        squared = position_error**2 + (ANGULAR_WEIGHT * orientation_error) ** 2
        if found or squared < best_squared:
            best_squared = squared
            best_position_error, best_orientation_error = position_error, orientation_error
            copy_into(best, start)
        if found:
            break
        if attempt == network.heads + ENOUGH_RESTARTS and best_squared < NEAR_MISS**2:
            best_position_error, best_orientation_error, _ = refine(
                near, target, best, position_tolerance, orientation_tolerance,
                POLISHING_STEPS, POLISHING_STEPS, work,
            )  # fmt: skip
            settle_turns(near, seed, seeded, best)
            found = (
                best_position_error <= position_tolerance
                and best_orientation_error <= orientation_tolerance
                and largest_step(best, seed) <= largest_change + ROUNDING
            )
            if found:
                break
    best_orientation_error = settle_ease(chain, target, best, best_orientation_error, work)
    return Outcome(
        FOUND if found else NOT_FOUND,
        best_position_error,
        best_orientation_error,
        joint_distance(best, seed) if seeded else np.nan,
        limit_margin(chain, best),
        beyond,
        refined,
        distance_beyond_limits(chain, seed) if seeded else 0.0,
    )


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
    given_seed: Array,
    seeded: bool,
    position_tolerance: float,
    orientation_tolerance: float,
    first: int,
    last: int,
) -> None:
    """Answer n requests, one after the other.

    One request and many go through this same machine code, so that they get the same answer to
    the last bit.

    Args:
        layout: the packed model, as `packing.pack_model` makes it.
        robot: likewise.
        weights: likewise.
        numbers: memory, as `packing.Memory` holds it.
        activations: likewise.
        requests: (n, SEED + joints); `packing.py` names the places.
        answers: (n, OUTCOME + joints), filled: the fields of `Outcome`, then joint positions
            [rad or m].
        given: whether the first request's pose and seed are yet to be taken from what follows:
            copying them here costs nothing, and in Python a microsecond.
        position: (3,) [m]; any other length makes the request malformed.
        orientation: (4,) quaternion x y z w, likewise.
        given_seed: (joints,) [rad or m], likewise.
        seeded: whether the seeds count.
        position_tolerance: [m].
        orientation_tolerance: [rad].
        first: the first attempt; see `find`.
        last: the attempt before which to stop.

    """
    joints = layout[JOINTS]
    if given:
        lengths = position.shape[0] == 3 and orientation.shape[0] == 4
        if not (lengths and (not seeded or given_seed.shape[0] == joints)):
            answers[0, 0] = MALFORMED
            return
        copy_into(requests[0, POSITION:ORIENTATION], position)
        copy_into(requests[0, ORIENTATION:EASE], orientation)
        if seeded:
            copy_into(requests[0, SEED : SEED + joints], given_seed)
    for i in range(requests.shape[0]):
        outcome = find(
            layout, robot, weights, numbers, activations,
            requests[i, :SEED], requests[i, SEED : SEED + joints],
            answers[i, OUTCOME : OUTCOME + joints],
            seeded, position_tolerance, orientation_tolerance, first, last,
        )  # fmt: skip
        answers[i, 0], answers[i, 1], answers[i, 2] = outcome[0], outcome[1], outcome[2]
        answers[i, 3], answers[i, 4], answers[i, 5] = outcome[3], outcome[4], outcome[5]
        answers[i, 6], answers[i, 7] = outcome[6], outcome[7]


@kernel
def predict_many(
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
    chain, network, _ = unpack_model(layout, robot, weights)
    _, target, _ = unpack_work(layout, numbers)
    for i in range(requests.shape[0]):
        if read_target(requests[i, :EASE], target):
            seed = requests[i, SEED:]
            heads = ranked_heads(chain, network, layout, activations, target, seed, seeded)
            take_best_head(chain, network, heads, answers[i, OUTCOME:])
