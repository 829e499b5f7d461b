# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The joints on a straight way, from where the arm is, without a jump where there is a way."""

import math
from time import perf_counter
from typing import Any, Literal, NamedTuple

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import number
from learned_ik.robot.description.names import listed
from learned_ik.serving.ik_serving import within_limits
from learned_ik.serving.moveit.cartesian_request import CartesianRequest
from learned_ik.serving.moveit.straight_way import FINE, StraightWay
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.solving.paths.follow import JUMP
from learned_ik.solving.solution import Status

TIMEOUT = 5.0  # [s], of a whole way
LEAST = 0.01  # [s], that is left for following one
FINER = FINE, FINE / 4, FINE / 16  # [m], steps that are tried: beside a singularity joints go far
GENTLE = 0.05  # [rad or m], a step of a joint that makes room on the way
PATIENCE = 0.02  # [s], for the next pose from the one before


class Led(NamedTuple):
    """How far an arm was led."""

    path: Array  # (n, joints) [rad or m], behind the start
    why: str  # it ends early; empty where it does not
    fraction: float  # of the waypoints that are reached
    timed_out: bool = False
    ends_at_jump: bool = False  # of a joint, before a pose that can be reached


def largest_steps(robot: ServedRobot, request: CartesianRequest) -> Array:
    """Return (joints,) [rad or m], the largest step of each joint that is no jump."""
    steps = {}
    for kind in ('revolute', 'prismatic'):
        name = f'{kind}_jump_threshold'
        given = getattr(request, f'{kind}_jump')
        steps[kind] = number(given, name, 'rad or m, 0 or more', lambda j: 0 <= j < math.inf)
    slides = (kind == 'prismatic' for kind in robot.chain.joint_types)
    return np.array([steps['prismatic' if each else 'revolute'] or JUMP for each in slides])


def lead(
    robot: ServedRobot, request: CartesianRequest, way: StraightWay, start: Array,
    options: dict[str, Any], deadline: float,
) -> Led:  # fmt: skip
    """Return the joints on a way, as far as it can be followed from a start.

    Args:
        robot: whose solver is asked.
        request: what is a jump.
        way: of what the solver's poses are for.
        start: (joints,) [rad or m].
        options: what the solver is told of each pose.
        deadline: when to stop, on the clock of `perf_counter` [s].

    """
    steps = largest_steps(robot, request)
    factor = number(
        request.jump_factor, 'jump_threshold', '0, or above 1',
        lambda f: f == 0 or 1 < f < math.inf,
    )  # fmt: skip
    if not len(way.positions):
        return Led(np.empty((0, len(start))), '', 1.0)
    inside = within_limits(robot, start)
    solution = robot.solver.follow(
        way.positions, way.orientations, inside, jump=float(steps.max()),
        timeout=max(deadline - perf_counter(), LEAST), **options,
    )  # fmt: skip
    breaks = np.concatenate([solution.failures, solution.collisions])
    end = int(min(breaks, default=len(solution)))
    path, why = solution.joint_positions[:end], solution.message
    path, why = before_a_jump(start, path, steps, why)
    if len(path) < len(way.positions):  # the best way may be one that begins elsewhere
        preferences: tuple[Literal['nearest', 'middle'], ...] = ('nearest', 'middle')
        for prefer in preferences:
            most = float(steps.max() if prefer == 'nearest' else min(steps.max(), GENTLE))
            other, reason = _on_from(
                robot, way, start, prefer, {**options, 'max_joint_change': most}, deadline
            )
            other, reason = before_a_jump(start, other, steps, reason)
            if len(other) > len(path):
                path, why = other, reason
            if len(path) == len(way.positions):
                break
    cut = False
    if factor and len(path):
        moves = np.abs(np.diff(np.concatenate([start[None], path]), axis=0)).sum(axis=1)
        far = np.nonzero(moves > factor * moves.mean())[0]
        if len(far):
            path, cut = path[: far[0]], True
            why = f'pose {far[0]}: the step before it is above jump_threshold times the mean'
    names = robot.chain.joint_names
    beyond = [name for k, name in enumerate(names) if inside[k] != start[k]]
    if beyond:
        why = f'the start is beyond the limits of {listed(beyond)}; {why}'
    end = len(path)
    is_whole = end == len(way.positions)
    return Led(
        path, '' if is_whole else why, float(way.shares[end]), solution.timed_out,
        not is_whole and end not in breaks and not cut,
    )  # fmt: skip


def before_a_jump(start: Array, path: Array, steps: Array, why: str) -> tuple[Array, str]:
    """Return a path (n, joints) up to its first jump, and why it ends there."""
    moves = np.abs(np.diff(np.concatenate([start[None], path]), axis=0))
    jumps = np.nonzero((moves > steps).any(axis=1))[0]
    if not len(jumps):
        return path, why
    return path[: jumps[0]], f'pose {jumps[0]}: a joint would jump before it' + (
        f'; {why}' if why else ''
    )


def _on_from(
    robot: ServedRobot, way: StraightWay, start: Array, prefer: Literal['nearest', 'middle'],
    options: dict[str, Any], deadline: float,
) -> tuple[Array, str]:  # fmt: skip
    """Return the joints on a way, each found next to those before; and why they end."""
    q, path = within_limits(robot, start), list[Array]()
    for k, (p, o) in enumerate(zip(way.positions, way.orientations, strict=True)):
        if perf_counter() > deadline:
            return _rows(path, start), 'the time was over'
        solution = robot.solver.solve(p, o, q, prefer=prefer, timeout=PATIENCE, **options)
        if solution.status is not Status.SUCCESS:
            return _rows(path, start), f'pose {k}: {solution.message}'
        q = solution.joint_positions
        path.append(q)
    return _rows(path, start), ''


def _rows(path: list[Array], start: Array) -> Array:
    return np.reshape(path, (-1, len(start)))
