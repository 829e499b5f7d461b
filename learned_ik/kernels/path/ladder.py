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
from learned_ik.kernels.measures import joint_distance, settle_turns
from learned_ik.kernels.packing import unpack_model, unpack_work
from learned_ik.kernels.path.branches import is_new, promise
from learned_ik.kernels.path.tracking import TRACKING_STEPS, Demand, holds, track
from learned_ik.kernels.refinement import PATIENCE, Workspace, refine

SPACING = 10  # poses from rung to rung
FRESH = 16  # solutions that a rung gets of its own, at most
KEPT = 16  # ways that go on from a rung, the most promising
PLACES = KEPT + FRESH  # on one rung
NEIGHBOURS = 4  # ways, the nearest, that are tried to be steered to a fresh solution

TRACKED, STEERED = 0, 1  # how a way comes to a node


class Rung(NamedTuple):
    """The nodes of the ladder at one pose."""

    nodes: Array  # (PLACES, joints) [rad or m]
    lengths: Array  # (PLACES,) [rad or m], of the shortest way to each node in joint space
    promises: Array  # (PLACES,)
    parents: Integers  # (PLACES,), the node of the rung before
    manners: Integers  # (PLACES,), TRACKED or STEERED


class Sketch(NamedTuple):
    """Memory of one climb."""

    ends: Array  # (PLACES, joints) [rad or m], where each way from the rung below ends
    distances: Array  # (PLACES,) [rad or m], from those ends to a fresh solution
    way: Array  # (n, joints) [rad or m]
    errors: Array  # (n, 2), position [m] and orientation [rad]


def new_rung(nodes: Array) -> Rung:
    """Return a rung on which ways begin at nodes (up to PLACES, joints) [rad or m], or none."""
    rung = Rung(
        nodes=np.zeros((PLACES, nodes.shape[1])),
        lengths=np.zeros(PLACES),
        promises=np.zeros(PLACES),
        parents=np.zeros(PLACES, np.int64),
        manners=np.full(PLACES, TRACKED, np.int64),
    )
    rung.nodes[: len(nodes)] = nodes
    return rung


def new_sketch(joints: int, poses: int) -> Sketch:
    """Return the memory of a climb."""
    return Sketch(
        ends=np.zeros((PLACES, joints)),
        distances=np.zeros(PLACES),
        way=np.zeros((poses, joints)),
        errors=np.zeros((poses, 2)),
    )


@kernel
def climb(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    targets: Array,
    here: int,
    there: int,
    demand: Demand,
    low: Rung,
    count: int,
    fresh: Array,
    high: Rung,
    sketch: Sketch,
) -> tuple[int, int, int]:
    """Fill the next rung with nodes to which a way leads without a jump.

    Args:
        layout: the packed model, as `packing.pack_model` makes it.
        robot: likewise.
        weights: likewise.
        numbers: memory, as `packing.Memory` holds it.
        targets: (n, 12).
        here: the pose of the rung below.
        there: the pose of the next.
        demand: what is asked of each step.
        low: the rung below.
        count: how many nodes it has.
        fresh: (up to FRESH, joints) [rad or m], solutions of the pose of the next rung; endless
            joints are turned.
        high: the next rung, filled.
        sketch: memory.

    Returns:
        How many nodes the next rung has; the first pose to which no tracked way leads, `there` + 1
        where one does; and the node of the rung below from which a way gets so far.

    """
    chain, _, _ = unpack_model(layout, robot, weights)
    work, between, _ = unpack_work(layout, numbers)
    copy_into(work.ease, demand.ease)
    way, ends = sketch.way, sketch.ends
    found, farthest, best = 0, here, 0
    for node in range(count):
        copy_into(way[here], low.nodes[node])
        end = track(
            chain, targets, here, there + 1, demand, way, sketch.errors, between, work, False
        )
        copy_into(ends[node], way[end - 1])
        if end > farthest:
            farthest, best = end, node
        if end == there + 1 and is_new(way[there], high.nodes, found):
            length = low.lengths[node] + length_of(way, here, there)
            copy_into(high.nodes[found], way[there])
            high.promises[found] = promise(chain, way[there], work)
            high.lengths[found], high.parents[found], high.manners[found] = length, node, TRACKED
            found += 1
    found = keep_most_promising(high, found)
    for k in range(fresh.shape[0]):
        for node in range(count):
            settle_turns(chain, ends[node], True, fresh[k])
            sketch.distances[node] = joint_distance(ends[node], fresh[k])
        for _ in range(min(NEIGHBOURS, count)):
            node = nearest(sketch.distances, count)
            sketch.distances[node] = np.inf
            settle_turns(chain, ends[node], True, fresh[k])
            if not is_new(fresh[k], high.nodes, found):
                break
            copy_into(way[here], low.nodes[node])
            if steer(chain, targets, here, there, fresh[k], demand, way, sketch.errors, work):
                length = low.lengths[node] + length_of(way, here, there)
                copy_into(high.nodes[found], fresh[k])
                high.promises[found] = promise(chain, fresh[k], work)
                high.lengths[found], high.parents[found] = length, node
                high.manners[found] = STEERED
                found += 1
                break
    work.ease[:] = 0.0  # the memory serves others, too
    return found, farthest, best


@kernel
def steer_again(
    layout: Integers,
    robot: Array,
    weights: Floats,
    numbers: Array,
    targets: Array,
    here: int,
    there: int,
    goal: Array,
    demand: Demand,
    path: Array,
    errors: Array,
) -> None:
    """Walk again a way that was found by `steer`; args as there, and as `climb`."""
    chain, _, _ = unpack_model(layout, robot, weights)
    work, _, _ = unpack_work(layout, numbers)
    copy_into(work.ease, demand.ease)
    steer(chain, targets, here, there, goal, demand, path, errors, work)
    work.ease[:] = 0.0


@inner_kernel
def steer(
    chain: ChainArrays,
    targets: Array,
    here: int,
    there: int,
    goal: Array,
    demand: Demand,
    path: Array,
    errors: Array,
    work: Workspace,
) -> bool:
    """Follow the targets and arrive at the goal (joints,); False if that takes a jump.

    Each refinement begins on the straight line from the last answer to the goal.
    """
    for i in range(here + 1, there + 1):
        before, q = path[i - 1], path[i]
        share = 1.0 / (there + 1 - i)
        for j in range(q.shape[0]):
            q[j] = before[j] + share * (goal[j] - before[j])
        errors[i, 0], errors[i, 1], _ = refine(
            chain, targets[i], q, demand.position_tolerance, demand.orientation_tolerance,
            TRACKING_STEPS, PATIENCE, work,
        )  # fmt: skip
        if not holds(demand, errors[i, 0], errors[i, 1], before, q):
            return False
    return True


@inlined_kernel
def keep_most_promising(rung: Rung, count: int) -> int:
    """Bring the KEPT most promising of `count` nodes to the front; return how many they are."""
    for k in range(min(KEPT, count)):
        best = k
        for other in range(k + 1, count):
            if rung.promises[other] > rung.promises[best]:
                best = other
        for j in range(rung.nodes.shape[1]):
            rung.nodes[k, j], rung.nodes[best, j] = rung.nodes[best, j], rung.nodes[k, j]
        rung.lengths[k], rung.lengths[best] = rung.lengths[best], rung.lengths[k]
        rung.promises[k], rung.promises[best] = rung.promises[best], rung.promises[k]
        rung.parents[k], rung.parents[best] = rung.parents[best], rung.parents[k]
        rung.manners[k], rung.manners[best] = rung.manners[best], rung.manners[k]
    return min(KEPT, count)


@inlined_kernel
def nearest(distances: Array, count: int) -> int:
    """Return where the least of the first `count` distances stands."""
    best = 0
    for k in range(1, count):
        if distances[k] < distances[best]:
            best = k
    return best


@inlined_kernel
def length_of(way: Array, here: int, there: int) -> float:
    """Return the length of a piece of a way (n, joints) in joint space [rad or m]."""
    length = 0.0
    for i in range(here, there):
        length += joint_distance(way[i], way[i + 1])
    return length
