# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every "why not": what is wrong with a request, and why the best found is no solution."""

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Posture
from learned_ik.checks import check_range, numbers
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.layout import (
    ATTEMPTS,
    BEYOND_REACH,
    ORIENTATION_ERROR,
    POSITION_ERROR,
)
from learned_ik.kernels.measures import FARTHEST, FARTHEST_JOINT
from learned_ik.notation.readable import readable_angle, readable_length
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import normalized_quaternion
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.engine import Engine
from learned_ik.solving.packing import Memory, chain_arrays
from learned_ik.solving.request import Request
from learned_ik.solving.restarts import reaches_position
from learned_ik.solving.solution import Status

# How many times its reach a position is beyond an arm, where it is probably in millimetres.
MILLIMETRES = 20.0, 1100.0


def explain_request(
    chain: KinematicChain,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    seed: Posture | None,
    tolerances: tuple[float, float],
) -> NoReturn:
    """Raise `InvalidInputError` for the first thing that is wrong with a single request.

    It is called for requests that are known to be wrong: good ones need not wait for it.
    """
    position = numbers(position, 'position')
    if position.shape != (3,):
        raise InvalidInputError(
            f'position has shape {position.shape}; expected (3,), metres, or a '
            'transform (4, 4) without an orientation beside it'
        )
    if not np.isfinite(position).all():
        raise InvalidInputError(f'position {position.tolist()} is not finite')
    check_range(position, FARTHEST, 'position', 'm')
    orientation = numbers(orientation, 'orientation')
    if orientation.shape != (4,):
        raise InvalidInputError(
            f'orientation has shape {orientation.shape}; expected (4,), a quaternion x y z w, or '
            'a rotation (3, 3)'
        )
    normalized_quaternion(orientation)
    if seed is not None:
        values = chain.checked_joints(seed, 'seed')
        if values.ndim != 1:
            raise InvalidInputError(
                f'seed has shape {values.shape}; expected ({chain.joint_count},)'
            )
        check_range(values, FARTHEST_JOINT, 'seed', 'rad or m')
    raise InvalidInputError(
        f'tolerances are {tolerances[0]} m and {tolerances[1]} rad; expected numbers, 0 or more'
    )


def with_moved_seed(chain: KinematicChain, seed: Array, message: str) -> str:
    """Return a message that begins with which joints of a seed lay outside their limits."""
    arrays = chain_arrays(chain)
    moved = [
        f'{name} from {value:.4g} to {min(max(value, low), high):.4g}'
        for name, value, low, high in zip(
            chain.joint_names, seed, arrays.bound_low, arrays.bound_high, strict=True
        )
        if not low <= value <= high
    ]
    told = f'the seed lies outside the limits and was moved to them, {", ".join(moved)}'
    return f'{told}: {message}' if message else told


def with_widened_limits(chain: KinematicChain, q: Array) -> str:
    """Return a message that says which joints of an answer are left beyond their limits."""
    arrays = chain_arrays(chain)
    beyond = np.maximum(arrays.bound_low - q, q - arrays.bound_high)
    left = [
        f'{name} is left {by:.3g} beyond its limit'
        for name, by in zip(chain.joint_names, beyond, strict=True)
        if by > 0
    ]
    told = 'the seed lies outside the limits, which were widened to it for this request'
    return f'{told}: {", ".join(left)}' if left else told


def why_not_reached(engine: Engine, memory: Memory, request: Request, status: Status) -> str:
    """Say in one sentence why the answer in memory is no solution.

    Args:
        engine: which has searched.
        memory: with the request in it, and the best found.
        request: of one row, in memory.
        status: TIMED_OUT or NO_SOLUTION.

    """
    chain, answer, q = engine.chain, memory.answer, memory.solution.copy()
    near_seed = bool(np.isfinite(memory.options).all())  # joints were to stay near the seed
    at_limits = at_their_limits(chain.joint_names, q, chain.lower, chain.upper)
    # The position alone may be reached anywhere, which says nothing of what is near the seed.
    position_alone = not near_seed and reaches_position(engine, memory, request, q)
    compared = int(answer[ATTEMPTS])
    if status is Status.TIMED_OUT:  # then the others were only asked whether they are solutions
        compared = min(compared, engine.first_look - (0 if request.seeded else 1))
    told = _sentence(status, answer.tolist(), compared, position_alone, at_limits, near_seed)
    in_millimetres = MILLIMETRES[0] < answer[BEYOND_REACH] / chain.reach < MILLIMETRES[1]
    return f'{told}; are these millimetres? Positions are in metres' if in_millimetres else told


def at_their_limits(names: Sequence[str], q: Array, lower: Array, upper: Array) -> str:
    """Return which joints, all (joints,) [rad or m], are at their limits, to end a sentence."""
    held = [
        name
        for name, value, low, high in zip(names, q, lower, upper, strict=True)
        if low < high and (value <= low or value >= high)
    ]
    if not held:
        return ''
    limits = 'its limit' if len(held) == 1 else 'their limits'
    return f', with {", ".join(held)} at {limits}'


def _sentence(
    status: Status,
    answer: Sequence[float],
    compared: int,
    position_alone: bool,
    at_limits: str,
    near_seed: bool,
) -> str:
    tries = 'the only try' if compared == 1 else f'the nearest of {compared} tries'
    residual = (
        f'{tries} misses it by {readable_length(answer[POSITION_ERROR])} and '
        f'{readable_angle(answer[ORIENTATION_ERROR])}{at_limits}'
    )
    if status is Status.TIMED_OUT:
        near = ' near enough to the seed' if near_seed else ''
        alone = ', the position alone can be reached' if position_alone else ''
        return (
            f'not found{near} in {answer[ATTEMPTS]:.0f} tries{alone}, '
            f'and the time was over before the search was: {residual}'
        )
    if answer[BEYOND_REACH] > 0:
        beyond = f'{readable_length(answer[BEYOND_REACH])} beyond the stretched arm'
        return f'the pose is out of reach, {beyond}: {residual}'
    if near_seed:
        return f'not found near enough to the seed: {residual}'
    if position_alone:
        return f'not found, the position alone can be reached: {residual}'
    return f'out of reach, no joint positions within the limits reach the pose: {residual}'


def why_not_clear(engine: Engine, memory: Memory, scene: Scene) -> str:
    """Say in one sentence what the answer in memory, which reaches its pose, is too near to."""
    attempts = memory.answer[ATTEMPTS]
    closest = engine.avoidance.closest(memory, scene, memory.solution)
    return (
        f'the pose can be reached, but nothing found in {attempts:.0f} attempts keeps '
        f'clear{by_clearance(scene)}: at the best, {closest}'
    )


def by_clearance(scene: Scene) -> str:
    """Return how clear of it a scene wants the arm, as a part of a sentence."""
    return f' by {readable_length(scene.wanted)}' if scene.wanted > 0 else ''
