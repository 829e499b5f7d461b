# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The one compiled call of a request: network, ranking of its heads, refinement, restarts.

Same input, same answer: there is no random number and no clock in here.
"""

import math

import numpy as np
import numpy.typing as npt

from learned_ik.compilation import inlined_kernel, kernel
from learned_ik.kinematics.compiled import ChainArrays, copy_into, sweep
from learned_ik.solving.forward_pass import predict_heads
from learned_ik.solving.packing import unpack_memory, unpack_model
from learned_ik.solving.refinement import ANGULAR_WEIGHT, Workspace, pose_error, refine

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

# Places in a request.
POSITION, QUATERNION, POSITION_TOLERANCE, ORIENTATION_TOLERANCE = 0, 3, 7, 8
FIRST_ATTEMPT, LAST_ATTEMPT, SEEDED, SEED = 9, 10, 11, 12

# Places in an answer.
POSITION_ERROR, ORIENTATION_ERROR, ATTEMPTS, SEED_DISTANCE, LIMIT_MARGIN = 0, 1, 2, 3, 4
BEYOND_REACH, CONFIGURATION = 5, 7

# What `search` returns.
FOUND, NOT_FOUND, MALFORMED = 0, 1, 2

REFINEMENT_STEPS = 30  # of one attempt; what has not converged by then hardly ever does
ATTEMPTS_BEYOND_REACH = 2  # restarts for an honest residual, where nothing can be found


@kernel
def search(
    layout: Integers,
    robot: Array,
    weights: Floats,
    request: Array,
    numbers: Array,
    activations: Floats,
    answer: Array,
) -> int:
    """Answer one request.

    Attempts are numbered: 0 starts at the seed, then come the network's heads, best first, then
    restarts, the first of them in the middle of the joint ranges. A request names the range of
    attempts that it wants, so that a caller who watches the clock can go on where it stopped.

    Args:
        layout: the packed model, as `packing.pack_model` makes it.
        robot: likewise.
        weights: likewise.
        request: (12 + joints,), what is asked; the places are named above.
        numbers: memory, as `packing.new_memory` makes it.
        activations: likewise.
        answer: (7 + joints,), filled with the best found; the places are named above.

    Returns:
        FOUND, NOT_FOUND, or MALFORMED for a pose or seed that is not finite, a quaternion of
        length zero, or a tolerance that is negative.

    """
    chain, network, steps = unpack_model(layout, robot, weights)
    work, target, heads, scores, best, start = unpack_memory(layout, numbers)
    joints = best.shape[0]
    if not read_target(request, joints, target):
        return MALFORMED
    seeded, seed = request[SEEDED] != 0.0, request[SEED : SEED + joints]
    first, last = int(request[FIRST_ATTEMPT]), int(request[LAST_ATTEMPT])
    answer[BEYOND_REACH] = distance_beyond_reach(chain, target, robot[0])
    if answer[BEYOND_REACH] > request[POSITION_TOLERANCE]:
        last = min(last, 1 + network.heads + ATTEMPTS_BEYOND_REACH)
    best_squared, best_distance = np.inf, np.inf
    refined, found = 0, False
    for attempt in range(first, last):
        if attempt == 0:
            if not seeded:
                continue
            copy_into(start, seed)
        elif attempt <= network.heads:
            if attempt == 1:
                predict_heads(chain, network, target, activations, heads)
                score_heads(chain, target, heads, scores, work)
            head = np.argmin(scores)
            scores[head] = np.inf
            copy_into(start, heads[head])
        elif found:
            break
        else:
            restart_at(chain, steps, attempt - 1 - network.heads, start)
        for j in range(joints):
            start[j] = min(max(start[j], chain.bound_low[j]), chain.bound_high[j])
        position_error, orientation_error, _ = refine(
            chain,
            target,
            start,
            request[POSITION_TOLERANCE],
            request[ORIENTATION_TOLERANCE],
            REFINEMENT_STEPS,
            work,
        )
        refined += 1
        reached = (
            position_error <= request[POSITION_TOLERANCE]
            and orientation_error <= request[ORIENTATION_TOLERANCE]
        )
        settle_turns(chain, seed, seeded, start)
        squared = position_error**2 + (ANGULAR_WEIGHT * orientation_error) ** 2
        distance = joint_distance(start, seed) if seeded else 0.0
        if (reached and (not found or distance < best_distance)) or (
            not found and squared < best_squared
        ):
            best_squared, best_distance = squared, distance
            copy_into(best, start)
            answer[POSITION_ERROR], answer[ORIENTATION_ERROR] = position_error, orientation_error
        found = found or reached
        # Without a seed, the first answer is the network's choice. With one, what is reached from
        # the seed itself is taken for the nearest; if nothing is, all heads compete.
        if found and (not seeded or attempt == 0):
            break
    answer[ATTEMPTS] = refined
    answer[SEED_DISTANCE] = best_distance if seeded else np.nan
    answer[LIMIT_MARGIN] = limit_margin(chain, best)
    copy_into(answer[CONFIGURATION : CONFIGURATION + joints], best)
    return FOUND if found else NOT_FOUND


@kernel
def search_many(
    layout: Integers,
    robot: Array,
    weights: Floats,
    requests: Array,
    numbers: Array,
    activations: Floats,
    answers: Array,
    codes: Integers,
) -> None:
    """Answer n requests, one after the other: (n, 12 + joints) -> (n, 7 + joints), (n,)."""
    for i in range(requests.shape[0]):
        codes[i] = search(layout, robot, weights, requests[i], numbers, activations, answers[i])


@kernel
def predict_best(
    layout: Integers,
    robot: Array,
    weights: Floats,
    requests: Array,
    numbers: Array,
    activations: Floats,
    answers: Array,
    codes: Integers,
) -> None:
    """Fill the best head's joint positions for n requests, without refinement."""
    chain, network, _ = unpack_model(layout, robot, weights)
    work, target, heads, scores, best, _ = unpack_memory(layout, numbers)
    joints = best.shape[0]
    for i in range(requests.shape[0]):
        codes[i] = MALFORMED
        if read_target(requests[i], joints, target):
            predict_heads(chain, network, target, activations, heads)
            score_heads(chain, target, heads, scores, work)
            chosen = answers[i, CONFIGURATION : CONFIGURATION + joints]
            copy_into(chosen, heads[np.argmin(scores)])
            codes[i] = FOUND


@inlined_kernel
def read_target(request: Array, joints: int, target: Array) -> bool:
    """Fill the target (12,) from a request's position and quaternion; False if malformed."""
    total = 0.0
    for i in range(SEED + joints):
        total += request[i]
    x, y = request[QUATERNION], request[QUATERNION + 1]
    z, w = request[QUATERNION + 2], request[QUATERNION + 3]
    length = math.sqrt(x * x + y * y + z * z + w * w)
    # A sum is finite only if all that is summed is: one test for every number.
    if not (math.isfinite(total) and length > 1e-6):
        return False
    if request[POSITION_TOLERANCE] < 0.0 or request[ORIENTATION_TOLERANCE] < 0.0:
        return False
    x, y, z, w = x / length, y / length, z / length, w / length
    target[0], target[1], target[2] = (
        1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
    )  # fmt: skip
    target[3], target[4], target[5] = (
        2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
    )  # fmt: skip
    target[6], target[7], target[8] = (
        2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
    )  # fmt: skip
    target[9], target[10], target[11] = request[0], request[1], request[2]
    return True


@inlined_kernel
def score_heads(
    chain: ChainArrays, target: Array, heads: Array, scores: Array, work: Workspace
) -> None:
    """Fill scores (heads,) with the squared weighted pose error [m²] of each head's answer."""
    for k in range(heads.shape[0]):
        sweep(chain, heads[k], work.frames)
        scores[k] = pose_error(target, work.frames.tip, work.error)


@inlined_kernel
def restart_at(chain: ChainArrays, steps: Array, restart: int, start: Array) -> None:
    """Fill start (joints,) with the restart of this number; number 0 is the middle."""
    for j in range(start.shape[0]):
        share = 0.5 + restart * steps[j]
        share -= math.floor(share)
        start[j] = chain.lower[j] + share * (chain.upper[j] - chain.lower[j])


@inlined_kernel
def settle_turns(chain: ChainArrays, seed: Array, seeded: bool, q: Array) -> None:
    """Turn endless joints by whole turns: nearest to the seed, or into [-pi, pi]."""
    for j in range(q.shape[0]):
        if chain.bound_high[j] == np.inf:
            about = seed[j] if seeded else 0.0
            q[j] -= 2 * math.pi * np.rint((q[j] - about) / (2 * math.pi))


@inlined_kernel
def joint_distance(a: Array, b: Array) -> float:
    """Return the Euclidean distance of two joint vectors [rad or m]."""
    total = 0.0
    for j in range(a.shape[0]):
        total += (a[j] - b[j]) ** 2
    return math.sqrt(total)


@inlined_kernel
def limit_margin(chain: ChainArrays, q: Array) -> float:
    """Return the least distance of any joint to its nearer limit [rad or m]."""
    margin = np.inf
    for j in range(q.shape[0]):
        margin = min(margin, q[j] - chain.bound_low[j], chain.bound_high[j] - q[j])
    return margin


@inlined_kernel
def distance_beyond_reach(chain: ChainArrays, target: Array, reach: float) -> float:
    """Return how far [m] the target lies outside the sphere that holds every pose of the tip."""
    first = chain.transforms[0]
    x, y, z = target[9] - first[9], target[10] - first[10], target[11] - first[11]
    return math.sqrt(x * x + y * y + z * z) - reach
