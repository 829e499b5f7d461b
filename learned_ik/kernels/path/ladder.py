# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A ladder graph over a path: where no single start leads through, many ways at once do, compiled.

Every tenth pose is a rung. On each stand the ways that have come so far, and fresh solutions,
which those ways are steered to where that takes no jump (a redundant arm so changes its posture
on the way). Of the ways that get to the last rung, the shortest in joint space is taken.
"""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel, kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into
from learned_ik.kernels.layout import TARGET, span, unpack_chain, unpack_work
from learned_ik.kernels.measures import joint_distance, settle_turns
from learned_ik.kernels.path.branches import dexterity, is_new
from learned_ik.kernels.path.tracking import (
    JUMP,
    STAY,
    TRACKING_STEPS,
    Route,
    connects,
    goal_on_path,
    track,
)
from learned_ik.kernels.refinement import PATIENCE, Workspace, refine

SPACING = 10  # poses from rung to rung
FRESH = 16  # solutions that a rung gets of its own, at most
KEPT_WAYS = 16  # ways that go on from a rung, the most dexterous
RUNG = KEPT_WAYS + FRESH  # places on one rung
NEIGHBOURS = 4  # ways, the nearest, that are tried to be steered to a fresh solution

TRACKED, STEERED = 0, 1  # how a way comes to a node


class Rung(NamedTuple):
    """The nodes of the ladder at one pose."""

    nodes: Array  # (RUNG, joints) [rad or m]
    lengths: Array  # (RUNG,) [rad or m], of the shortest way to each node in joint space
    dexterities: Array  # (RUNG,)
    parents: Integers  # (RUNG,), the node of the rung before
    manners: Integers  # (RUNG,), TRACKED or STEERED


@kernel
def climb(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    targets: Array,
    low: int,
    high: int,
    demand: Array,
    low_nodes: Array,
    low_lengths: Array,
    count: int,
    fresh: Array,
    nodes: Array,
    lengths: Array,
    dexterities: Array,
    parents: Integers,
    manners: Integers,
    ends: Array,
    distances: Array,
    path: Array,
    errors: Array,
    outcome: Integers,
) -> None:
    """Fill the next rung with nodes to which a way leads without a jump.

    Args:
        layout: the packed model; `layout.py` names the places in it.
        robot: likewise.
        weights: likewise.
        numbers: memory of one thread, likewise.
        targets: (n, 12).
        low: the pose of the rung below.
        high: the pose of the next.
        demand: (tracking.DEMAND,), what is asked of each step.
        low_nodes: (RUNG, joints) [rad or m], of the rung below.
        low_lengths: (RUNG,) [rad or m], likewise.
        count: how many nodes it has.
        fresh: (up to FRESH, joints) [rad or m], solutions of the pose of the next rung; endless
            joints are turned.
        nodes: of the next rung, filled; see `Rung` for this and the next four.
        lengths: likewise.
        dexterities: likewise.
        parents: likewise.
        manners: likewise.
        ends: (RUNG, joints), memory: where each way from the rung below ends.
        distances: (RUNG,), memory: from those ends to a fresh solution.
        path: (n, joints), memory.
        errors: (n, 2), memory.
        outcome: (3,), filled: how many nodes the next rung has; the first pose to which no
            tracked way leads, `high` + 1 where one does; and the node of the rung below from
            which a way gets so far.

    """
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    route = Route(targets, path, errors, numbers[span(layout, TARGET)])
    rung = Rung(nodes, lengths, dexterities, parents, manners)
    found, farthest, best = 0, low, 0
    for node in range(count):
        copy_into(path[low], low_nodes[node])
        end = track(chain, route, low, high + 1, demand, work, STAY)
        copy_into(ends[node], path[end - 1])
        if end > farthest:
            farthest, best = end, node
        if end == high + 1 and is_new(path[high], nodes, found):
            copy_into(nodes[found], path[high])
            dexterities[found] = dexterity(chain, path[high], work)
            lengths[found] = low_lengths[node] + length_of(path, low, high)
            parents[found], manners[found] = node, TRACKED
            found += 1
    found = keep_most_dexterous(rung, found)
    for k in range(fresh.shape[0]):
        for node in range(count):
            settle_turns(chain, ends[node], True, fresh[k])
            distances[node] = joint_distance(ends[node], fresh[k])
        for _ in range(min(NEIGHBOURS, count)):
            node = nearest(distances, count)
            distances[node] = np.inf
            settle_turns(chain, ends[node], True, fresh[k])
            if not is_new(fresh[k], nodes, found):
                break
            copy_into(path[low], low_nodes[node])
            if steer(chain, route, low, high, fresh[k], demand, work):
                copy_into(nodes[found], fresh[k])
                dexterities[found] = dexterity(chain, fresh[k], work)
                lengths[found] = low_lengths[node] + length_of(path, low, high)
                parents[found], manners[found] = node, STEERED
                found += 1
                break
    outcome[0], outcome[1], outcome[2] = found, farthest, best


@kernel
def steer_again(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    targets: Array,
    low: int,
    high: int,
    goal: Array,
    demand: Array,
    path: Array,
    errors: Array,
) -> None:
    """Walk again a way that was found by `steer`; args as there, and as `climb`."""
    chain, work = unpack_chain(layout, robot), unpack_work(layout, numbers)
    route = Route(targets, path, errors, numbers[span(layout, TARGET)])
    steer(chain, route, low, high, goal, demand, work)


@inner_kernel
def steer(
    chain: ChainArrays,
    route: Route,
    low: int,
    high: int,
    arrival: Array,
    demand: Array,
    work: Workspace,
) -> bool:
    """Follow the targets and arrive at a posture (joints,); False if that takes a jump.

    Each refinement begins on the straight line from the last answer to the arrival.
    """
    path, errors = route.path, route.errors
    for i in range(low + 1, high + 1):
        before, q = path[i - 1], path[i]
        share = 1.0 / (high + 1 - i)
        for j in range(q.shape[0]):
            q[j] = before[j] + share * (arrival[j] - before[j])
        goal = goal_on_path(demand, route.targets[i])
        errors[i, 0], errors[i, 1] = refine(chain, goal, q, TRACKING_STEPS, PATIENCE, work)
        if not connects(goal, errors[i, 0], errors[i, 1], before, q, demand[JUMP]):
            return False
    return True


@inlined_kernel
def keep_most_dexterous(rung: Rung, count: int) -> int:
    """Bring the KEPT_WAYS most dexterous of `count` nodes to the front; return how many."""
    for k in range(min(KEPT_WAYS, count)):
        best = k
        for other in range(k + 1, count):
            if rung.dexterities[other] > rung.dexterities[best]:
                best = other
        for j in range(rung.nodes.shape[1]):
            rung.nodes[k, j], rung.nodes[best, j] = rung.nodes[best, j], rung.nodes[k, j]
        swap(rung.lengths, k, best)
        swap(rung.dexterities, k, best)
        swap(rung.parents, k, best)
        swap(rung.manners, k, best)
    return min(KEPT_WAYS, count)


@inlined_kernel
def swap(values: Array, a: int, b: int) -> None:
    """Let two entries change places."""
    values[a], values[b] = values[b], values[a]


@inlined_kernel
def nearest(distances: Array, count: int) -> int:
    """Return where the least of the first `count` distances stands."""
    best = 0
    for k in range(1, count):
        if distances[k] < distances[best]:
            best = k
    return best


@inlined_kernel
def length_of(path: Array, first: int, last: int) -> float:
    """Return the length of a piece of a path (n, joints) in joint space [rad or m]."""
    length = 0.0
    for i in range(first, last):
        length += joint_distance(path[i], path[i + 1])
    return length
