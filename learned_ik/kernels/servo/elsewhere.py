# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How near to a target another posture comes, one start a call, compiled.

For an arm that has come to rest and is not on its target: it has time to look.
"""

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import kernel
from learned_ik.kernels.forward_kinematics import copy_into
from learned_ik.kernels.layout import unpack_arm
from learned_ik.kernels.measures import clip, read_target, turn_towards
from learned_ik.kernels.refinement import PATIENCE, refine
from learned_ik.kernels.servo.servoing import goal_of
from learned_ik.kernels.starts import rank_heads, restart_at, take_best_head

DESCENT_STEPS = 30  # of refinement: the closest posture is often a singular one


@kernel
def try_elsewhere(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    activations: Floats,
    pose: Array,
    asked: Array,
    attempt: int,
    best: Array,
    now: Array,
) -> None:
    """Descend from one more start; attempt 0 descends from all heads of the network.

    Args:
        layout: the packed model; `layout.py` names the places in it.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread, likewise.
        activations: likewise.
        pose: (7,), position [m] and quaternion x y z w.
        asked: (ASKED,), as `servo`.
        attempt: which start, from 0 on.
        best: (1 + joints,), the least weighted error so far [m] and its posture, at first
            infinite; filled where this start is better.
        now: (joints,), where the arm is: whole turns are taken off towards it.

    """
    arm = unpack_arm(layout, robot, weights, numbers, activations)
    chain, start, heads = arm.chain, arm.start, arm.network.heads
    if not read_target(pose, arm.target):
        return
    goal = goal_of(arm.target, asked)
    if attempt == 0 and heads > 0:
        rank_heads(chain, arm.network, arm.target, now, False, arm.heads)
    for _ in range(heads if attempt == 0 else 1):
        if attempt == 0:
            take_best_head(chain, arm.network, arm.heads, start)
        else:
            restart_at(chain, arm.steps, attempt - 1, start)
        turn_towards(chain, now, start)
        clip(chain, start)
        position, orientation = refine(chain, goal, start, DESCENT_STEPS, PATIENCE, arm.work)
        error = np.sqrt(position * position + (chain.angular_weight * orientation) ** 2)
        if error < best[0]:
            best[0] = error
            copy_into(best[1:], start)
