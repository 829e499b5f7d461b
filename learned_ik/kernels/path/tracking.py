# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From one pose of a path to the next, compiled: each answer is where the next refinement begins.

Deterministic: there is no random number and no clock in here.
"""

import math
from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel, kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.measures import clip, largest_step, read_target
from learned_ik.kernels.packing import unpack_model, unpack_work
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT, pose_error
from learned_ik.kernels.refinement import PATIENCE, Workspace, angle_that_counts, refine

TRACKING_STEPS = 12  # of one refinement; the next pose is near, and two or three are the rule
BRIDGES = (4, 16)  # pieces of a step that one refinement does not take; 1-5 % more starts hold


class Demand(NamedTuple):
    """What is asked of each step along a path."""

    position_tolerance: float  # [m]
    orientation_tolerance: float  # [rad]
    jump: float  # [rad or m], the largest step of one joint from pose to pose
    ease: Array  # (3,), by how much each of the target's axes counts less: 1 frees it


ALL_AXES: Array = np.zeros(3)  # the ease of a target of which every axis counts


@kernel
def read_targets(poses: Array, targets: Array) -> None:
    """Fill targets (n, 12), rotation row by row, position [m], from checked poses (n, 7)."""
    for i in range(poses.shape[0]):
        read_target(poses[i], targets[i])


@kernel
def track_first_that_holds(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    targets: Array,
    begin: int,
    end: int,
    starts: Array,
    demand: Demand,
    trial: Array,
    trial_errors: Array,
    path: Array,
    errors: Array,
    reached: int,
    coasts: bool,
) -> int:
    """Track from one start after the other, until one gets to the end; keep what got farthest.

    Args:
        layout: the packed model, as `packing.pack_model` makes it.
        robot: likewise.
        weights: likewise.
        numbers: memory, as `packing.Memory` holds it.
        targets: (n, 12).
        begin: the first pose.
        end: the pose before which to stop.
        starts: (count, joints) [rad or m], solutions of the first pose, best first.
        demand: what is asked of each step.
        trial: (n, joints), memory.
        trial_errors: (n, 2), memory.
        path: (n, joints) [rad or m], rows from `begin` on become the farthest way.
        errors: (n, 2), likewise: position [m], orientation [rad].
        reached: how far `path` goes already.
        coasts: begin each refinement where the last two steps point, instead of where they ended:
            the redundancy keeps its pace, and so takes other ways, not better ones.

    Returns:
        The pose before which `path` now ends: the first that no start connects.

    """
    chain, _, _ = unpack_model(layout, robot, weights)
    work, between, _ = unpack_work(layout, numbers)
    copy_into(work.ease, demand.ease)
    for k in range(starts.shape[0]):
        q = trial[begin]
        copy_into(q, starts[k])
        trial_errors[begin, 0], trial_errors[begin, 1], _ = refine(
            chain, targets[begin], q, demand.position_tolerance, demand.orientation_tolerance,
            0, PATIENCE, work,
        )  # fmt: skip
        last = track(
            chain, targets, begin, end, demand, trial, trial_errors, between, work, coasts
        )
        if last > reached:
            reached = last
            for i in range(begin, last):
                copy_into(path[i], trial[i])
                copy_into(errors[i], trial_errors[i])
        if reached == end:
            break
    work.ease[:] = 0.0  # the memory serves others, too
    return reached


@kernel
def measure_angles(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    targets: Array,
    path: Array,
    demand: Demand,
    errors: Array,
) -> None:
    """Fill errors[:, 1] with the angles that count [rad]; args as `track_first_that_holds`."""
    chain, _, _ = unpack_model(layout, robot, weights)
    work, _, _ = unpack_work(layout, numbers)
    for i in range(path.shape[0]):
        copy_into(work.ease, demand.ease)
        errors[i, 1] = angle_that_counts(chain, targets[i], path[i], work)
    work.ease[:] = 0.0


@inner_kernel
def track(
    chain: ChainArrays,
    targets: Array,
    begin: int,
    end: int,
    demand: Demand,
    path: Array,
    errors: Array,
    between: Array,
    work: Workspace,
    coasts: bool,
) -> int:
    """Fill path and errors from pose `begin` + 1 on, as far as no joint jumps.

    Args as `track_first_that_holds`, but: path[begin] is a solution, and between (12,) memory.

    Returns:
        The first pose that is not reached without a jump; `end` where there is none.

    """
    for i in range(begin + 1, end):
        q = path[i]
        copy_into(q, path[i - 1])
        if coasts and i > begin + 1:
            for j in range(q.shape[0]):
                q[j] += path[i - 1, j] - path[i - 2, j]
            clip(chain, q)
        position_error, orientation_error, _ = refine(
            chain, targets[i], q, demand.position_tolerance, demand.orientation_tolerance,
            TRACKING_STEPS, PATIENCE, work,
        )  # fmt: skip
        if not holds(demand, position_error, orientation_error, path[i - 1], q):
            for pieces in BRIDGES:
                position_error, orientation_error = cross(
                    chain, targets[i - 1], targets[i], pieces, demand, path[i - 1], q, between,
                    work,
                )  # fmt: skip
                if holds(demand, position_error, orientation_error, path[i - 1], q):
                    break
            else:
                return i
        errors[i, 0], errors[i, 1] = position_error, orientation_error
    return end


@inlined_kernel
def holds(
    demand: Demand, position_error: float, orientation_error: float, before: Array, q: Array
) -> bool:
    """Say whether q (joints,) reaches its pose without a jump from the one before."""
    return (
        position_error <= demand.position_tolerance
        and orientation_error <= demand.orientation_tolerance
        and largest_step(before, q) <= demand.jump
    )


@inner_kernel
def cross(
    chain: ChainArrays,
    here: Array,
    there: Array,
    pieces: int,
    demand: Demand,
    before: Array,
    q: Array,
    between: Array,
    work: Workspace,
) -> tuple[float, float]:
    """Track from one target (12,) to the next by poses in between; fill q (joints,).

    Returns:
        The errors at q: position [m], orientation [rad].

    """
    copy_into(q, before)
    position_error = orientation_error = np.inf
    for piece in range(1, pieces + 1):
        blend(here, there, piece / pieces, between, work.trial_error)
        position_error, orientation_error, _ = refine(
            chain, between if piece < pieces else there, q,
            demand.position_tolerance, demand.orientation_tolerance,
            TRACKING_STEPS, PATIENCE, work,
        )  # fmt: skip
    return position_error, orientation_error


@inlined_kernel
def blend(here: Array, there: Array, share: float, between: Array, turn: Array) -> None:
    """Fill between (12,): straight from one position to the other, by one turn about one axis.

    Args:
        here: (12,), rotation row by row, position [m].
        there: (12,), likewise.
        share: 0 gives here, 1 there.
        between: (12,), filled.
        turn: (6,), memory.

    """
    pose_error(there, here, turn)
    for i in range(3):
        between[9 + i] = here[9 + i] + share * turn[i]
    scale = share / ANGULAR_WEIGHT
    x, y, z = scale * turn[3], scale * turn[4], scale * turn[5]
    angle = math.sqrt(x * x + y * y + z * z)
    # Rodrigues: a + sine b + (1 - cosine) c, for b = axis x a and c = axis x b.
    sine, rest = math.sin(angle), 1.0 - math.cos(angle)
    length = angle if angle > 0.0 else 1.0
    x, y, z = x / length, y / length, z / length
    for column in range(3):
        ax, ay, az = here[column], here[3 + column], here[6 + column]
        bx, by, bz = y * az - z * ay, z * ax - x * az, x * ay - y * ax
        cx, cy, cz = y * bz - z * by, z * bx - x * bz, x * by - y * bx
        between[column] = ax + sine * bx + rest * cx
        between[3 + column] = ay + sine * by + rest * cy
        between[6 + column] = az + sine * bz + rest * cz
