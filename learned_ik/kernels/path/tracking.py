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
from learned_ik.kernels.forward_kinematics import ChainArrays, X, copy_into
from learned_ik.kernels.layout import TARGET, span, unpack_chain, unpack_work
from learned_ik.kernels.measures import clip, largest_step, read_target
from learned_ik.kernels.pose_error import Goal, is_reached, pose_error
from learned_ik.kernels.refinement import (
    PATIENCE,
    Workspace,
    orientation_error_at,
    refine,
)

TRACKING_STEPS = 12  # of one refinement; the next pose is near, and two or three are the rule
STAY, COAST, COMFORT = 0, 1, 2  # where a refinement begins
DRAWN = 0.25  # [1], of a jump, by which a joint at its limit is drawn away from it
BRIDGES = (4, 16)  # pieces of a step that one refinement does not take; 1-5 % more starts hold

# Places in a demand (DEMAND,), what is asked of each step along a path.
POSITION_TOLERANCE = 0  # [m]
ORIENTATION_TOLERANCE = 1  # [rad]
JUMP = 2  # [rad or m], the largest step of one joint from pose to pose
PATH_FREE_AXES = 3  # (5,), as of a request
DEMAND = 8


class Route(NamedTuple):
    """The poses of a path, and the joints that reach them so far."""

    targets: Array  # (n, 12), rotation row by row, position [m]
    path: Array  # (n, joints) [rad or m]
    errors: Array  # (n, 2), position [m] and orientation [rad]
    between: Array  # (12,), memory for a pose between two of them


@inlined_kernel
def goal_on_path(demand: Array, target: Array) -> Goal:
    """Return what a demand (DEMAND,) asks at one target (12,)."""
    return Goal(
        target, demand[PATH_FREE_AXES:DEMAND], demand[POSITION_TOLERANCE],
        demand[ORIENTATION_TOLERANCE],
    )  # fmt: skip


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
    demand: Array,
    trial: Array,
    trial_errors: Array,
    path: Array,
    errors: Array,
    reached: int,
    manner: int,
) -> int:
    """Track from one start after the other, until one gets to the end; keep what got farthest.

    Args:
        layout: the packed model; `layout.py` names the places in it.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread, likewise.
        targets: (n, 12).
        begin: the first pose.
        end: the pose before which to stop.
        starts: (count, joints) [rad or m], solutions of the first pose, best first.
        demand: (DEMAND,), what is asked of each step.
        trial: (n, joints), memory.
        trial_errors: (n, 2), memory.
        path: (n, joints) [rad or m], rows from `begin` on become the farthest way.
        errors: (n, 2), likewise: position [m], orientation [rad].
        reached: how far `path` goes already.
        manner: where each refinement begins. STAY: where the last ended. COAST: where the last
            two steps point: the redundancy keeps its pace, and so takes other ways, not better
            ones. COMFORT: a little nearer to the middle of the joint ranges, as far as the
            redundancy gives way.

    Returns:
        The pose before which `path` now ends: the first that no start connects.

    """
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    route = Route(targets, trial, trial_errors, numbers[span(layout, TARGET)])
    for k in range(starts.shape[0]):
        q = trial[begin]
        copy_into(q, starts[k])
        goal = goal_on_path(demand, targets[begin])
        trial_errors[begin, 0], trial_errors[begin, 1] = refine(chain, goal, q, 0, PATIENCE, work)
        last = track(chain, route, begin, end, demand, work, manner)
        if last > reached:
            reached = last
            for i in range(begin, last):
                copy_into(path[i], trial[i])
                copy_into(errors[i], trial_errors[i])
        if reached == end:
            break
    return reached


@kernel
def measure_angles(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    targets: Array,
    path: Array,
    demand: Array,
    errors: Array,
) -> None:
    """Fill errors[:, 1] with the angles that count [rad]; args as `track_first_that_holds`."""
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    for i in range(path.shape[0]):
        goal = goal_on_path(demand, targets[i])
        errors[i, 1] = orientation_error_at(chain, goal, path[i], work)


@inner_kernel
def track(
    chain: ChainArrays,
    route: Route,
    begin: int,
    end: int,
    demand: Array,
    work: Workspace,
    manner: int,
) -> int:
    """Fill a route's path and errors from pose `begin` + 1 on, as far as no joint jumps.

    Args as `track_first_that_holds`; the path holds a solution of pose `begin`.

    Returns:
        The first pose that is not reached without a jump; `end` where there is none.

    """
    path = route.path
    for i in range(begin + 1, end):
        q = path[i]
        copy_into(q, path[i - 1])
        if manner == COAST and i > begin + 1:
            for j in range(q.shape[0]):
                q[j] += path[i - 1, j] - path[i - 2, j]
            clip(chain, q)
        elif manner == COMFORT:
            draw_to_middle(chain, DRAWN * demand[JUMP], q)
        goal = goal_on_path(demand, route.targets[i])
        position_error, orientation_error = refine(chain, goal, q, TRACKING_STEPS, PATIENCE, work)
        if not connects(goal, position_error, orientation_error, path[i - 1], q, demand[JUMP]):
            for pieces in BRIDGES:
                position_error, orientation_error = cross(chain, route, i, pieces, demand, work)
                if connects(goal, position_error, orientation_error, path[i - 1], q, demand[JUMP]):
                    break
            else:
                return i
        route.errors[i, 0], route.errors[i, 1] = position_error, orientation_error
    return end


@inlined_kernel
def draw_to_middle(chain: ChainArrays, farthest: float, q: Array) -> None:
    """Bring each joint of q (joints,) nearer to the middle of its range, by `farthest` at most.

    The fuller share of its range a joint has used up, the farther.
    """
    for j in range(q.shape[0]):
        half = 0.5 * (chain.bound_high[j] - chain.bound_low[j])
        if half > 0.0 and half < np.inf:
            away = (q[j] - 0.5 * (chain.bound_high[j] + chain.bound_low[j])) / half
            q[j] -= farthest * away * away * away


@inlined_kernel
def connects(
    goal: Goal,
    position_error: float,
    orientation_error: float,
    before: Array,
    q: Array,
    jump: float,
) -> bool:
    """Say whether q (joints,) reaches its pose without a jump from the one before."""
    reached = is_reached(goal, position_error, orientation_error)
    return reached and largest_step(before, q) <= jump


@inner_kernel
def cross(
    chain: ChainArrays, route: Route, i: int, pieces: int, demand: Array, work: Workspace
) -> tuple[float, float]:
    """Track to pose i from the one before by poses in between; fill row i of the path.

    Returns:
        The errors there: position [m], orientation [rad].

    """
    q, between = route.path[i], route.between
    copy_into(q, route.path[i - 1])
    position_error = orientation_error = np.inf
    for piece in range(1, pieces + 1):
        blend(route.targets[i - 1], route.targets[i], piece / pieces, between, work.trial_error)
        goal = goal_on_path(demand, between if piece < pieces else route.targets[i])
        position_error, orientation_error = refine(chain, goal, q, TRACKING_STEPS, PATIENCE, work)
    return position_error, orientation_error


@inlined_kernel
def blend(first: Array, second: Array, share: float, between: Array, turn: Array) -> None:
    """Fill between (12,): straight from one position to the other, by one turn about one axis.

    Args:
        first: (12,), rotation row by row, position [m].
        second: (12,), likewise.
        share: 0 gives the first, 1 the second.
        between: (12,), filled.
        turn: (6,), memory.

    """
    pose_error(second, first, 1.0, turn)
    for i in range(3):
        between[X + i] = first[X + i] + share * turn[i]
    x, y, z = share * turn[3], share * turn[4], share * turn[5]
    angle = math.sqrt(x * x + y * y + z * z)
    # Rodrigues: a + sine b + (1 - cosine) c, for b = axis x a and c = axis x b.
    sine, rest = math.sin(angle), 1.0 - math.cos(angle)
    length = angle if angle > 0.0 else 1.0
    x, y, z = x / length, y / length, z / length
    for column in range(3):
        ax, ay, az = first[column], first[3 + column], first[6 + column]
        bx, by, bz = y * az - z * ay, z * ax - x * az, x * ay - y * ax
        cx, cy, cz = y * bz - z * by, z * bx - x * bz, x * by - y * bx
        between[column] = ax + sine * bx + rest * cx
        between[3 + column] = ay + sine * by + rest * cy
        between[6 + column] = az + sine * bz + rest * cz
