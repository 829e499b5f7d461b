# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The program that a tracker solves in a frame: the least error within what joints may, compiled.

Of all postures in which the joints can come to rest, the one that makes the weighted squares of
the tip's error least is wanted. How far it is from an easy step towards a posture where the
joints have room counts a little: that steers the redundancy, and the arm's way where the target
is out of reach. Differential inverse kinematics solves such a program once a frame (Kanoun,
Lamiraux and Wieber, "Kinematic Control of Redundant Manipulators", DOI 10.1109/TRO.2011.2142450).
"""

import math

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import copy_into
from learned_ik.kernels.normal_equations import damped_solution
from learned_ik.kernels.pose_error import squared_norm
from learned_ik.kernels.refinement import Workspace
from learned_ik.kernels.servo.bounded_motion import (
    BOX_HIGH,
    BOX_LOW,
    COMFORT,
    COMFORT_WEIGHT,
    EASY,
    FASTEST,
    HIGH,
    KEPT,
    LOW,
    POSTURE,
    SLOWEST,
    SPEED,
    TRIAL,
    WISH,
    Joints,
    rest,
)

COMFORT_RATE = 2.0  # [1/s], share of the way to more room that a second would take
COMFORT_COUNTS = 2e-4  # [m²/rad²], what a joint's distance from its easy step counts
ROUNDS = 12  # of one program; two or three are the rule


@inlined_kernel
def wish_for_room(joints: Joints) -> None:
    """Fill WISH (joints,), from where the arm is: an easy step to where the joints have room."""
    state, limits, period = joints.state, joints.limits, joints.period
    for j in range(state.shape[1]):
        wish, most = 0.0, EASY * limits[SPEED, j] * period
        if not math.isnan(limits[COMFORT, j]):
            wish = min(COMFORT_RATE * period, 1.0) * (limits[COMFORT, j] - state[POSTURE, j])
        state[WISH, j] = min(max(wish, -most), most)


@inlined_kernel
def fill_box(joints: Joints) -> None:
    """Fill the box (joints,) twice [rad or m] of where the joints can come to rest."""
    state, limits = joints.state, joints.limits
    for j in range(state.shape[1]):
        q, low, high = state[POSTURE, j], limits[LOW, j], limits[HIGH, j]
        low, high = min(low, q), max(high, q)
        state[BOX_LOW, j] = min(max(q + rest(joints, j, state[SLOWEST, j]), low), high)
        state[BOX_HIGH, j] = max(min(q + rest(joints, j, state[FASTEST, j]), high), low)


@inlined_kernel
def is_in_box(joints: Joints, q: Array) -> bool:
    """Say whether q (joints,) lies in the box."""
    for j in range(q.shape[0]):
        if not joints.state[BOX_LOW, j] <= q[j] <= joints.state[BOX_HIGH, j]:
            return False
    return True


@inlined_kernel
def discomfort(joints: Joints, q: Array) -> float:
    """Return what the distance of q (joints,) from the easy step counts [m²]."""
    state, total = joints.state, 0.0
    for j in range(q.shape[0]):
        away = q[j] - state[POSTURE, j] - state[WISH, j]
        total += joints.limits[COMFORT_WEIGHT, j] * away * away
    return COMFORT_COUNTS * total


@inlined_kernel
def solve_program(joints: Joints, damping: float, work: Workspace) -> float:
    """Fill TRIAL with what is best in the box, as far as the Jacobian at KEPT tells.

    The least of |error - J (trial - kept)|² + COMFORT_COUNTS |trial - wish|² + damping
    |trial - kept|². A joint that would leave the box is held at its side, and let go again where
    its gradient leads inwards (primal-dual active set; Hintermueller, Ito and Kunisch, DOI
    10.1137/S1052623401383558).

    Args:
        joints: with the box, WISH and KEPT.
        damping: [m²/rad²].
        work: with error and columns.

    Returns:
        The objective there, as far as the Jacobian tells.

    """
    state, weights = joints.state, joints.limits[COMFORT_WEIGHT]
    low, high, kept, trial = state[BOX_LOW], state[BOX_HIGH], state[KEPT], state[TRIAL]
    columns, held, rest_of, centre = work.columns, work.held, work.rest, work.step
    total = COMFORT_COUNTS + damping
    share = COMFORT_COUNTS / total
    for j in range(kept.shape[0]):
        held[j] = 0.0
        centre[j] = share * (state[POSTURE, j] + state[WISH, j]) + (1.0 - share) * kept[j]
    for _ in range(ROUNDS):
        copy_into(rest_of, work.error)
        for j in range(kept.shape[0]):
            at = trial[j] if held[j] != 0.0 else centre[j]
            done = math.sqrt(weights[j]) * (at - kept[j])
            for r in range(6):
                rest_of[r] -= columns[j, r] * done
        damped_solution(columns, held, total, rest_of, work.dual)
        changed = False
        for j in range(kept.shape[0]):
            pull = 0.0
            for r in range(6):
                pull += columns[j, r] * work.dual[r]
            free = centre[j] + pull / math.sqrt(weights[j])
            if held[j] != 0.0:
                if low[j] < free < high[j] or (free <= low[j]) != (trial[j] == low[j]):
                    held[j], changed = 0.0, True
            elif free > high[j]:
                trial[j], held[j], changed = high[j], 1.0, True
            elif free < low[j]:
                trial[j], held[j], changed = low[j], 1.0, True
            else:
                trial[j] = free
        if not changed:
            break
    copy_into(rest_of, work.error)
    for j in range(kept.shape[0]):
        trial[j] = min(max(trial[j], low[j]), high[j])
        done = math.sqrt(weights[j]) * (trial[j] - kept[j])
        for r in range(6):
            rest_of[r] -= columns[j, r] * done
    return squared_norm(rest_of, 0) + squared_norm(rest_of, 3) + discomfort(joints, trial)
