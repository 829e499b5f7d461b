# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One attempt at a request that keeps clear: refine, walk clear, and keep what is better."""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.avoidance.clearance import Obstacles
from learned_ik.kernels.avoidance.walk import WalkMemory, walk
from learned_ik.kernels.compilation import inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.layout import (
    ANSWER,
    CLEARANCE,
    CODE,
    FOUND,
    NOT_FOUND,
    ORIENTATION_ERROR,
    POSITION_ERROR,
    REACHED,
)
from learned_ik.kernels.measures import largest_step, settle_turns
from learned_ik.kernels.pose_error import Goal, is_reached
from learned_ik.kernels.preference.posture import squared_distance
from learned_ik.kernels.refinement import PATIENCE, REFINEMENT_STEPS, Workspace, refine
from learned_ik.kernels.search import ROUNDING


class Seed(NamedTuple):
    """What is to be near to, and how near."""

    joints: Array  # (joints,) [rad or m]
    weights: Array  # (joints,), how much each joint's distance counts
    given: bool  # whether there is a seed at all
    largest_change: float  # [rad or m], of any joint from it


@inner_kernel
def try_from(
    chain: ChainArrays,
    obstacles: Obstacles,
    goal: Goal,
    start: Array,
    about: Seed,
    work: Workspace,
    memory: WalkMemory,
    answer: Array,
) -> None:
    """Make one attempt from `start`, and keep it in `answer` if it is the best so far.

    Clear before exact but touching, the nearer to the seed or the clearer before others; exact
    before inexact. Args as `find_clear`, and chain with the limits of this request.
    """
    best, seed = answer[ANSWER : ANSWER + start.shape[0]], about.joints
    position_error, orientation_error = refine(
        chain, goal, start, REFINEMENT_STEPS, PATIENCE, work
    )
    reached = is_reached(goal, position_error, orientation_error)
    clearance = -np.inf
    if reached:
        walked = walk(chain, obstacles, goal, start, work, memory)
        position_error, orientation_error = walked.position_error, walked.orientation_error
        clearance = walked.clearance
    if settle_turns(chain, seed, about.given, start):
        position_error, orientation_error = refine(chain, goal, start, 0, PATIENCE, work)
        reached = reached and is_reached(goal, position_error, orientation_error)
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
