# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A tracker's way to another branch, straight in the joints, compiled.

All joints take the same time, so that they arrive together.
"""

from learned_ik.kernels.compilation import inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays
from learned_ik.kernels.measures import clip, largest_step
from learned_ik.kernels.pose_error import Goal
from learned_ik.kernels.refinement import PATIENCE, Workspace, refine
from learned_ik.kernels.servo.bounded_motion import (
    BOX_HIGH,
    BOX_LOW,
    FOLLOWING,
    HIGH,
    LOW,
    OTHER,
    POSTURE,
    Joints,
    choose_velocities,
)

ABOUT = 0.5  # [rad or m], how far the posture there may move on with its target in one period
REFINEMENT_STEPS = 10
ARRIVED = 0.02  # [rad or m], from there, where the arm has come to the other branch


@inner_kernel
def cross(chain: ChainArrays, goal: Goal, joints: Joints, work: Workspace) -> bool:
    """Fill CHOSEN with velocities that lead to OTHER; False where the arm has come there.

    Args:
        chain: the robot.
        goal: what the posture there has to reach.
        joints: with SLOWEST, FASTEST and OTHER, which is moved on.
        work: memory.

    """
    state, limits = joints.state, joints.limits
    q, other = state[POSTURE], state[OTHER]
    if largest_step(q, other) < ARRIVED:
        return False
    low, high = state[BOX_LOW], state[BOX_HIGH]
    for j in range(q.shape[0]):
        low[j] = max(limits[LOW, j], other[j] - ABOUT)
        high[j] = min(limits[HIGH, j], other[j] + ABOUT)
        state[FOLLOWING, j] = 0.0
    box = ChainArrays(
        chain.transforms, chain.coupling, chain.structure, low, high, low, high, chain.kinds,
        chain.full_turns, q, chain.strides, chain.angular_weight,
    )  # fmt: skip
    clip(box, other)
    refine(box, goal, other, REFINEMENT_STEPS, PATIENCE, work)
    choose_velocities(joints, other, True)
    return True
