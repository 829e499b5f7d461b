# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How far the tip is from its target: a weighted error of six entries, compiled.

Good at every angle, half turns included; and with axes of the target that count less, or not.
"""

import math
from typing import NamedTuple

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import X, Y, Z

# [m/rad], what a radian of error weighs against a metre, for arms that reach about a metre;
# `ChainArrays.angular_weight` is what it is for an arm.
ANGULAR_WEIGHT = 0.3

# Places in `Goal.free_axes` behind those of x, y, z.
IN_BASE = 3  # 0 where they are the target's axes, 1 where the base link's
ROOM = 4  # 1 where turns within the tolerance of axes that are WIDE count as none
FREEDOM = 5
WIDE = 0.01  # [rad], a tolerance from which on it is room, not a lack of exactness
INNER = 0.995  # [1], share of such a tolerance that is made use of


class Goal(NamedTuple):
    """What a posture has to reach."""

    target: Array  # (12,), rotation row by row, position [m]
    free_axes: Array  # (FREEDOM,), 0 where turns about x, y, z count in full, 1 where not at all
    position_tolerance: float  # [m]
    orientation_tolerance: float  # [rad]


@inlined_kernel
def is_reached(goal: Goal, position_error: float, orientation_error: float) -> bool:
    """Say whether errors [m], [rad] are within a goal's tolerances; NaN is not."""
    return (
        position_error <= goal.position_tolerance
        and orientation_error <= goal.orientation_tolerance
    )


@inlined_kernel
def squared_norm(error: Array, begin: int) -> float:
    """Return the squared length of three entries of a (6,) vector."""
    return error[begin] ** 2 + error[begin + 1] ** 2 + error[begin + 2] ** 2


@inlined_kernel
def pose_error(target: Array, tip: Array, angular_weight: float, error: Array) -> float:
    """Fill the weighted error (6,) from tip to target, both (12,), and return its square [m²].

    Its angular part is the rotation vector of R_target R_tipᵀ times the weight [m/rad].
    """
    error[0] = target[X] - tip[X]
    error[1] = target[Y] - tip[Y]
    error[2] = target[Z] - tip[Z]
    # The columns of both rotations give sine and cosine of the angle between them.
    x = y = z = trace = 0.0
    for c in range(3):
        ax, ay, az = tip[c], tip[3 + c], tip[6 + c]
        bx, by, bz = target[c], target[3 + c], target[6 + c]
        x += ay * bz - az * by
        y += az * bx - ax * bz
        z += ax * by - ay * bx
        trace += ax * bx + ay * by + az * bz
    u = 0.25 * (x * x + y * y + z * z)  # the squared sine of the angle
    cosine = 0.5 * (trace - 1.0)
    if cosine > 0.0 and u < 0.01:
        # The angle over twice its sine, by the series of the arc sine: to 1e-13 here.
        scale = 0.5 + u * (1 / 12 + u * (3 / 80 + u * (5 / 224 + u * (35 / 2304))))
    elif cosine > 0.0 or u > 1e-6:
        sine = math.sqrt(u)
        scale = 0.5 * math.atan2(sine, cosine) / sine
    else:
        angle = angular_weight * math.atan2(math.sqrt(u), cosine)
        half_turn(target, tip, angle, x, y, z, error)
        return squared_norm(error, 0) + squared_norm(error, 3)
    error[3] = angular_weight * scale * x
    error[4] = angular_weight * scale * y
    error[5] = angular_weight * scale * z
    return squared_norm(error, 0) + squared_norm(error, 3)


@inner_kernel
def half_turn(
    target: Array, tip: Array, length: float, x: float, y: float, z: float, error: Array
) -> None:
    """Fill the angular error, of this length, near half a turn: there the sine hides the axis.

    For D = R_target R_tipᵀ, each column of D + Dᵀ - (trace D - 1) I is a multiple of the axis: the
    longest is taken, and the sine (x, y, z) is still good for its sign.
    """
    best, longest = 0, -1.0
    for column in range(3):
        squared = 0.0
        for row in range(3):
            squared += axis_entry(target, tip, row, column) ** 2
        if squared > longest:
            best, longest = column, squared
    ax, ay = axis_entry(target, tip, 0, best), axis_entry(target, tip, 1, best)
    az = axis_entry(target, tip, 2, best)
    scale = length / math.sqrt(longest)
    if ax * x + ay * y + az * z < 0.0:
        scale = -scale
    error[3], error[4], error[5] = scale * ax, scale * ay, scale * az


@inlined_kernel
def axis_entry(target: Array, tip: Array, row: int, column: int) -> float:
    """Return an entry of D + Dᵀ - (trace D - 1) I for D = R_target R_tipᵀ."""
    entry = trace = 0.0
    for k in range(3):
        entry += target[3 * row + k] * tip[3 * column + k]
        entry += target[3 * column + k] * tip[3 * row + k]
        trace += target[k] * tip[k] + target[3 + k] * tip[3 + k] + target[6 + k] * tip[6 + k]
    return entry - (trace - 1.0 if row == column else 0.0)


@inlined_kernel
def has_free_axes(goal: Goal) -> bool:
    """Say whether turns about some axis count less than in full."""
    return goal.free_axes[0] + goal.free_axes[1] + goal.free_axes[2] > 0.0


@inlined_kernel
def wanted_axis(goal: Goal, axis: int) -> tuple[float, float, float]:
    """Return where an axis, of those about which freedom counts, points in the base's frame."""
    if goal.free_axes[IN_BASE] != 0.0:
        return 1.0 if axis == 0 else 0.0, 1.0 if axis == 1 else 0.0, 1.0 if axis == 2 else 0.0
    target = goal.target
    return target[axis], target[3 + axis], target[6 + axis]


@inlined_kernel
def carried_axis(goal: Goal, tip: Array, axis: int) -> tuple[float, float, float]:
    """Return where such an axis points that turns with the tip, and is wanted at the target."""
    if goal.free_axes[IN_BASE] == 0.0:
        return tip[axis], tip[3 + axis], tip[6 + axis]
    row = 3 * axis
    x, y, z = goal.target[row], goal.target[row + 1], goal.target[row + 2]
    return (
        tip[0] * x + tip[1] * y + tip[2] * z,
        tip[3] * x + tip[4] * y + tip[5] * z,
        tip[6] * x + tip[7] * y + tip[8] * z,
    )


@inner_kernel
def free_axes_error(goal: Goal, tip: Array, angular_weight: float, error: Array) -> float:
    """Fill the error (6,) of a goal with free axes, and return its square [m²].

    Its angular part is in the frame whose axes count. With one axis free, the turn that counts is
    the smallest that brings it, as the tip has carried it along, to where it is wanted: the
    rotation vector would mix in the turn about it.
    """
    target = goal.target
    pose_error(target, tip, angular_weight, error)
    free, axis = 0, 0
    for c in range(3):
        if goal.free_axes[c] >= 1.0:
            free, axis = free + 1, c
    if free == 1:
        ax, ay, az = carried_axis(goal, tip, axis)
        bx, by, bz = wanted_axis(goal, axis)
        x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        sine, cosine = math.sqrt(x * x + y * y + z * z), ax * bx + ay * by + az * bz
        if sine > 1e-9:
            scale = math.atan2(sine, cosine) / sine
        elif cosine > 0.0:
            scale = 1.0
        else:  # opposite: half a turn about another of the axes
            scale = math.pi
            x, y, z = wanted_axis(goal, (axis + 1) % 3)
        error[3] = angular_weight * scale * x
        error[4] = angular_weight * scale * y
        error[5] = angular_weight * scale * z
    turn_into_axes(goal, error)
    if goal.free_axes[ROOM] == 0.0:
        for c in range(3):
            error[3 + c] *= 1.0 - goal.free_axes[c]
    else:
        keep_what_is_beyond(goal, angular_weight, error)
    return squared_norm(error, 0) + squared_norm(error, 3)


@inner_kernel
def release_free_axes(goal: Goal, error: Array, angular_weight: float, column: Array) -> None:
    """Turn a column of a Jacobian into the frame that counts, and let go of what is free.

    Args:
        goal: what is to be reached.
        error: (6,), at the same posture, as `free_axes_error` fills it.
        angular_weight: [m/rad].
        column: (6,), changed.

    """
    turn_into_axes(goal, column)
    if goal.free_axes[ROOM] == 0.0:
        for c in range(3):
            column[3 + c] *= 1.0 - goal.free_axes[c]
    else:
        release_within_room(goal, error, angular_weight, column)


@inlined_kernel
def turn_into_axes(goal: Goal, error: Array) -> None:
    """Turn the angular part of an error, or of a column, into the frame whose axes count."""
    if goal.free_axes[IN_BASE] == 0.0:
        target = goal.target
        x, y, z = error[3], error[4], error[5]
        for c in range(3):
            error[3 + c] = target[c] * x + target[3 + c] * y + target[6 + c] * z


@inlined_kernel
def room_about(goal: Goal, axis: int) -> float:
    """Return the tolerance [rad] about an axis, where that is wide; else 0, and where it is free.

    Only where `ROOM` is set.
    """
    share = 1.0 - goal.free_axes[axis]
    if share > 0.0 and goal.orientation_tolerance >= WIDE * share:
        return goal.orientation_tolerance / share
    return 0.0


@inner_kernel
def keep_what_is_beyond(goal: Goal, angular_weight: float, error: Array) -> None:
    """Shorten the angular error to what is beyond the room about wide axes.

    The room is an ellipsoid of the wide tolerances: within, nothing is left; outside, the error
    loses the part that lies within.
    """
    squared = 0.0
    for c in range(3):
        room = room_about(goal, c)
        if room > 0.0:
            squared += (error[3 + c] / (angular_weight * room)) ** 2
    far = math.sqrt(squared)
    share = 1.0 - INNER / far if far > INNER else 0.0
    for c in range(3):
        if room_about(goal, c) > 0.0:
            error[3 + c] *= share
        else:
            error[3 + c] *= 1.0 - goal.free_axes[c]


@inner_kernel
def release_within_room(goal: Goal, error: Array, angular_weight: float, column: Array) -> None:
    """Do to a column, in the frame that counts, what `keep_what_is_beyond` does to an error.

    It is the derivative of that, written in what is left of the error. Args as
    `release_free_axes`.
    """
    squared = along = 0.0
    for c in range(3):
        room = room_about(goal, c)
        if room > 0.0:
            share = error[3 + c] / (angular_weight * room)
            squared += share * share
            along += share * column[3 + c] / (angular_weight * room)
    beyond = math.sqrt(squared)
    is_beyond = beyond > 1e-12
    far = beyond + INNER
    factor = INNER * along / (far * squared) if is_beyond else 0.0
    for c in range(3):
        if room_about(goal, c) == 0.0:
            column[3 + c] *= 1.0 - goal.free_axes[c]
        elif is_beyond:
            column[3 + c] = beyond / far * column[3 + c] + factor * error[3 + c]
        else:
            column[3 + c] = 0.0
