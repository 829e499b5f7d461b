# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A tracker's step among things to keep clear of: it slides along them, and can always stop.

Each contact c at distance d bounds how fast it may close: ∇d·dq >= -share (d - wanted), velocity
dampers (Faverjon and Tournassoud, "A local based approach for path planning of manipulators with a
high number of degrees of freedom", ICRA 1987). Of all steps that all
bounds allow, the one nearest to the step that was chosen is taken, in the metric JᵀJ + damping: to
leave the tip's way costs, to move in the null space hardly does. The quadratic program is solved
by Hildreth's method, dual coordinate ascent.

Then the arm's way to rest after the step is looked at. Where it comes too near to something, the
step gives way to braking: that way was looked at before.
"""

import math
from typing import NamedTuple

from learned_ik.arrays import Array
from learned_ik.kernels.avoidance.clearance import (
    DISTANCE,
    OTHER,
    Obstacles,
    contact_gradient,
    contacts,
)
from learned_ik.kernels.avoidance.placement import place
from learned_ik.kernels.avoidance.walk import WalkMemory
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, copy_into, jacobian_columns
from learned_ik.kernels.normal_equations import damped_solution
from learned_ik.kernels.pose_error import Goal, has_free_axes, release_free_axes
from learned_ik.kernels.refinement import Workspace
from learned_ik.kernels.servo.bounded_motion import (
    ACCELERATION,
    BRAKED,
    CHOSEN,
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
    braked,
)

MOST_CONTACTS = 32  # that bound a step; the look at the way to rest sees all
RESERVE = 2e-3  # [m], more than the wanted clearance, for what lies between two looks
NEAR = 0.05  # [m], beyond the wanted clearance, where contacts begin to bound the step,
NEAR_AT_SPEED, NEAREST_TO_COUNT = 0.5, 0.2  # [m/s], [m], and more where braking takes long
CLOSING = 0.5  # [1], of the distance to the wanted clearance that one step may close at most
RETREAT = 0.05  # [m/s], at which a body that is too near to something leaves
NULL_SPACE = 1e-3  # [1], over angular weight², damping of the metric: what a null motion costs
SWEEPS = 30  # over all bounds, at most
SETTLED = 1e-7  # [rad or m], of a step, below which a sweep changes nothing
LOOKS = 12  # at the way to rest, after the first
LOOK_EVERY = (
    0.02  # [s], in which a tip at 1 m/s moves so far that a dip between two looks is small
)
HALVINGS = 3  # of a step, before it gives way to braking altogether


class Around(NamedTuple):
    """What there is about the arm, and memory."""

    obstacles: Obstacles
    speeds: Array  # (n,) [m/s], of the spheres
    grown: Array  # (4, n), memory: the spheres, with all the places where they may be later
    responses: Array  # (MOST_CONTACTS + joints, joints), memory
    memory: WalkMemory


@inlined_kernel
def anything_moves(around: Around) -> bool:
    """Say whether a sphere moves."""
    for s in range(around.speeds.shape[0]):
        if around.speeds[s] > 0.0:
            return True
    return False


@inner_kernel
def turn_aside(
    chain: ChainArrays, goal: Goal, joints: Joints, around: Around, work: Workspace
) -> bool:
    """Change CHOSEN to velocities that keep clear; say whether that took a change.

    Args:
        chain: the robot.
        goal: where the tip is bound.
        joints: with the velocities that were chosen, and their bounds.
        around: what to keep clear of.
        work: memory.

    """
    state, obstacles, memory = joints.state, around.obstacles, around.memory
    slowness = time_to_rest(joints)
    margin = obstacles.wanted + RESERVE + min(NEAR + NEAR_AT_SPEED * slowness, NEAREST_TO_COUNT)
    place(chain, obstacles.body, state[POSTURE], work.frames, memory.placement)
    count, clearance = contacts(
        obstacles.body, memory.placement, obstacles.spheres, margin, margin, obstacles.itself,
        memory.contacts,
    )  # fmt: skip
    held = False
    if count > 0:
        jacobian_columns(chain, work.frames, chain.angular_weight, work.columns)
        if has_free_axes(goal):
            for j in range(work.columns.shape[0]):
                release_free_axes(goal, work.error, chain.angular_weight, work.columns[j])
        held = slide(chain, joints, around, count, slowness, work)
    floor = min(obstacles.wanted + RESERVE, clearance)
    chosen, best, tried = state[CHOSEN], state[KEPT], state[WISH]
    moves = anything_moves(around)
    for j in range(chosen.shape[0]):
        state[BRAKED, j] = braked(joints, j)
    clearest, share = -math.inf, 1.0
    for halving in range(HALVINGS + 1):
        for j in range(chosen.shape[0]):
            tried[j] = state[BRAKED, j] + share * (chosen[j] - state[BRAKED, j])
        least = clearance_until_rest(chain, joints, tried, around, floor, work)
        # Where nothing is as good as asked for, braking is known to be safe; but out of the way
        # of what comes nearer, anything that helps is better.
        if least > clearest or (share == 0.0 and not moves and least < floor):
            clearest = least
            copy_into(best, tried)
        if least >= floor:
            break
        held = True
        share = 0.0 if halving + 1 == HALVINGS else 0.5 * share
    copy_into(chosen, best)
    return held


@inlined_kernel
def time_to_rest(joints: Joints) -> float:
    """Return how long the slowest joint takes from its speed to rest [s]."""
    longest = 0.0
    for j in range(joints.state.shape[1]):
        longest = max(longest, joints.limits[SPEED, j] / joints.limits[ACCELERATION, j])
    return longest


@inlined_kernel
def slide(
    chain: ChainArrays,
    joints: Joints,
    around: Around,
    count: int,
    slowness: float,
    work: Workspace,
) -> bool:
    """Bring the velocities that were chosen within what contacts allow; say whether they changed.

    Args:
        chain: the robot.
        joints: with the velocities.
        around: with `count` contacts and the frames of the posture.
        count: how many there are.
        slowness: [s], see `time_to_rest`.
        work: with the Jacobian of the posture.

    """
    state, period, memory = joints.state, joints.period, around.memory
    q, chosen, step, dual = state[POSTURE], state[CHOSEN], state[TRIAL], state[WISH]
    n = q.shape[0]
    slopes, responses = memory.slopes, around.responses
    damping = NULL_SPACE * chain.angular_weight * chain.angular_weight
    wanted = around.obstacles.wanted + RESERVE
    share = min(CLOSING, period / max(slowness, 1e-9))
    for j in range(n):
        step[j] = period * chosen[j]
        dual[j] = 0.0
    taken, pressed = 0, False
    for k in range(count):
        if taken == MOST_CONTACTS:
            break
        contact, slope = memory.contacts[k], slopes[taken]
        contact_gradient(chain, around.obstacles.body, work.frames, contact, slope)
        room = contact[DISTANCE] - wanted
        least = -share * room if room > 0.0 else min(-room, RETREAT * period)
        if contact[OTHER] < 0:
            least += around.speeds[int(-1 - contact[OTHER])] * period
        closes = along(slope, step)
        if closes > least + 0.5 * max(room, 0.0):  # far from bounding anything
            continue
        pressed = pressed or closes < least
        # The first places of a contact are not needed any more: they keep bound and dual.
        memory.contacts[taken, BOUND], memory.contacts[taken, PRESSURE] = least, 0.0
        respond(slope, damping, work, responses[taken])
        taken += 1
    if not pressed:
        return False
    for j in range(n):
        unit = memory.push
        for i in range(n):
            unit[i] = 1.0 if i == j else 0.0
        respond(unit, damping, work, responses[MOST_CONTACTS + j])
    for _ in range(SWEEPS):
        largest = 0.0
        for k in range(taken):
            stiffness = along(slopes[k], responses[k])
            if stiffness < 1e-12:
                continue
            value, pressure = along(slopes[k], step), memory.contacts[k, PRESSURE]
            free = value - pressure * stiffness
            change = (max(free, memory.contacts[k, BOUND]) - value) / stiffness
            memory.contacts[k, PRESSURE] = pressure + change
            largest = max(largest, add(step, change, responses[k]))
        for j in range(n):
            response = responses[MOST_CONTACTS + j]
            free = step[j] - dual[j] * response[j]
            low, high = period * state[SLOWEST, j], period * state[FASTEST, j]
            change = (min(max(free, low), high) - step[j]) / response[j]
            dual[j] += change
            largest = max(largest, add(step, change, response))
        if largest < SETTLED:
            break
    for j in range(n):
        chosen[j] = min(max(step[j] / period, state[SLOWEST, j]), state[FASTEST, j])
    return True


BOUND, PRESSURE = 0, 1  # places in a contact, once its slope is known


@inlined_kernel
def respond(force: Array, damping: float, work: Workspace, response: Array) -> None:
    """Fill damping H⁻¹ force: (I - Jᵀ (J Jᵀ + damping)⁻¹ J) force, all (joints,)."""
    columns, moved, dual, held = work.columns, work.rest, work.dual, work.held
    moved[:] = 0.0
    for j in range(force.shape[0]):
        held[j] = 0.0
        for r in range(6):
            moved[r] += columns[j, r] * force[j]
    damped_solution(columns, held, damping, moved, dual)
    for j in range(force.shape[0]):
        value = force[j]
        for r in range(6):
            value -= columns[j, r] * dual[r]
        response[j] = value


@inlined_kernel
def along(a: Array, b: Array) -> float:
    """Return the product of two vectors (joints,)."""
    total = 0.0
    for j in range(b.shape[0]):
        total += a[j] * b[j]
    return total


@inlined_kernel
def add(step: Array, change: float, response: Array) -> float:
    """Add a multiple of a response (joints,) to a step; return the largest entry that it had."""
    largest = 0.0
    for j in range(step.shape[0]):
        step[j] += change * response[j]
        largest = max(largest, abs(change * response[j]))
    return largest


@inner_kernel
def clearance_until_rest(
    chain: ChainArrays,
    joints: Joints,
    velocities: Array,
    around: Around,
    floor: float,
    work: Workspace,
) -> float:
    """Return the least clearance [m], up to `floor`, of a step and of braking after it.

    Spheres that move count everywhere they may have come to by then. Velocities (joints,) [1/s].
    """
    state, limits, period = joints.state, joints.limits, joints.period
    q, trial, obstacles, memory = state[POSTURE], state[TRIAL], around.obstacles, around.memory
    longest, moves = 0.0, anything_moves(around)
    for j in range(q.shape[0]):
        longest = max(longest, abs(velocities[j]) / limits[ACCELERATION, j])
    looks = min(LOOKS, math.ceil(longest / LOOK_EVERY))
    least, spheres = floor, obstacles.spheres
    for look in range(looks + 1):
        time = longest * look / max(looks, 1)
        for j in range(q.shape[0]):
            v, a = velocities[j], limits[ACCELERATION, j]
            till = min(time, abs(v) / a)
            way = abs(v) * till
            if till > 0.0:
                way -= 0.5 * a * till * till
            to = q[j] + v * period + (way if v > 0.0 else -way)
            low, high = min(limits[LOW, j], q[j]), max(limits[HIGH, j], q[j])
            trial[j] = min(max(to, low), high)
        if moves:
            spheres = around.grown
            for s in range(spheres.shape[1]):
                for k in range(3):
                    spheres[k, s] = obstacles.spheres[k, s]
                reach = around.speeds[s] * (period + time)
                spheres[3, s] = obstacles.spheres[3, s] + reach
        place(chain, obstacles.body, trial, work.frames, memory.placement)
        _, found = contacts(
            obstacles.body, memory.placement, spheres, -math.inf, least, obstacles.itself,
            memory.contacts,
        )  # fmt: skip
        least = min(least, found)
        if least < floor and not moves:
            break
    return least
