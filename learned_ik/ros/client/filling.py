# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked of an `ik_node`, from arrays into the fields of its requests.

Messages are written by their fields alone, so that this module needs no ROS. What does not fit
into a message is refused here, with `InvalidInputError`; what it means, the node judges.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, PerJoint
from learned_ik.checks import choice, flag, mapping, number, numbers, shaped, shortened, text
from learned_ik.errors import InvalidInputError
from learned_ik.notation.pose_forms import read_poses
from learned_ik.ros.messages import fill_duration, fill_pose
from learned_ik.ros.poses.many_messages import packed
from learned_ik.serving.requests_and_answers import Collisions
from learned_ik.solving.preferences import PreferredPosture

# Joint positions [rad or m]: an array in the chain's order, a dictionary by joint name, or
# anything with `name` and `position`, as a `JointState` has them.
Joints = npt.ArrayLike | Mapping[str, float] | Any
Freedom = float | npt.ArrayLike
Axes = Literal['target', 'base']

AXES: tuple[Axes, ...] = ('target', 'base')  # by the constants of OrientationFreedom
LONGEST = 2.0**31 - 1  # [s], of a `Duration`

# What puts joint names into a request, once they are known.
Naming = Callable[[Sequence[str]], None]


def fill_position_and_orientation(
    request: Any, pose: Any, position: Any, orientation: Any, position_only: bool
) -> None:
    """Write one pose; without an orientation only where the position alone is wanted.

    It may have any form that `IkSolver.solve` takes.
    """
    request.position_only = flag(position_only, 'position_only')
    position, turn, is_turned = read_poses(position, orientation, ('position', 'orientation'))
    fill_pose(
        pose,
        _of_shape(position, 'position', (3,)),
        _of_shape(turn if is_turned or position_only else None, 'orientation', (4,)),
    )


def many_poses(positions: Any, orientations: Any, position_only: bool) -> tuple[Array, Array]:
    """Return positions (n, 3) and orientations (n, 4), or (0, 4) where there are none."""
    places, turns, are_turned = read_poses(positions, orientations, ('positions', 'orientations'))
    places = _of_shape(places, 'positions', (None, 3))
    if not are_turned and position_only:
        return places, np.empty((0, 4))
    return places, _of_shape(turns if are_turned else None, 'orientations', (len(places), 4))


def fill_tolerances(request: Any, position: float, orientation: Freedom, axes: Axes) -> None:
    """Write both tolerances: of the orientation one number, (3,), or (3, 2) from where to where.

    Raises:
        InvalidInputError: a tolerance of another shape, or other axes.

    """
    request.position_tolerance = _number(position, 'position_tolerance', 'a number of metres')
    request.freedom.axes = AXES.index(choice(axes, 'tolerance_axes', AXES))
    tolerance = numbers(orientation, 'orientation_tolerance')
    if tolerance.shape == ():
        if np.isposinf(tolerance):
            tolerance = np.full(3, math.inf)
        else:
            request.orientation_tolerance = float(tolerance)
            return
    if tolerance.shape == (3,):
        tolerance = np.stack([-tolerance, tolerance], axis=1)
    if tolerance.shape != (3, 2):
        raise InvalidInputError(
            f'orientation_tolerance has shape {tolerance.shape}; expected a number of radians, '
            '(3,), or (3, 2)'
        )
    for bound, values in zip(('least', 'most'), tolerance.T.tolist(), strict=True):
        vector = getattr(request.freedom, bound)
        vector.x, vector.y, vector.z = values


def fill_collisions(request: Any, avoid_collisions: bool | None) -> None:
    """Write whether to keep clear; None: as the node's parameter says."""
    if avoid_collisions is None:
        request.collisions = int(Collisions.DEFAULT)
    else:
        avoid = flag(avoid_collisions, 'avoid_collisions')
        request.collisions = int(Collisions.AVOID if avoid else Collisions.IGNORE)


def fill_timeout(request: Any, timeout: float) -> None:
    """Write how long to search [s]; 0: as the node's parameter says."""
    accepted = f'seconds, within {LONGEST:g}'
    seconds = number(timeout, 'timeout', accepted, lambda t: -LONGEST <= t <= LONGEST)
    fill_duration(request.timeout, seconds)


def fill_timing(request: Any, jump: float, velocity_scaling: float, acceleration: float) -> None:
    """Write what is a jump [rad or m], and how fast a path is moved along; 0: as the node says."""
    request.jump_threshold = _number(jump, 'jump', 'a number of rad or m')
    request.velocity_scaling = _number(velocity_scaling, 'velocity_scaling', 'a share')
    request.acceleration = _number(acceleration, 'acceleration', 'a number of rad/s² or m/s²')


def fill_farthest(request: Any, max_joint_change: float) -> None:
    """Write how far a joint may go; infinite: any way."""
    change = _number(max_joint_change, 'max_joint_change', 'a number of rad or m')
    request.max_joint_change = 0.0 if math.isinf(change) and change > 0 else change


def fill_preference(
    preference: Any, prefer: Any, posture_weights: PerJoint | Mapping[str, float] | None
) -> list[Naming]:
    """Write which of many solutions is wanted; return what is to be named."""
    if isinstance(prefer, PreferredPosture):
        posture_weights = prefer.weights if posture_weights is None else posture_weights
        prefer = prefer.positions
    if prefer is None or isinstance(prefer, str):
        preference.prefer = prefer or ''
        if posture_weights is not None:
            raise InvalidInputError('posture_weights are given without a posture as prefer')
        return []
    preference.prefer = 'posture'
    weights = posture_weights
    if isinstance(prefer, Mapping) or _is_joint_state(prefer):
        naming = fill_joints(preference.posture, prefer, 'prefer')
        if isinstance(weights, Mapping):
            weights = [weights.get(name, 1.0) for name in preference.posture.name]
        if weights is not None:
            count = len(preference.posture.name)
            preference.weights = packed(_of_shape(weights, 'posture_weights', (count,)))
        return naming
    posture = _of_shape(prefer, 'prefer', (None,))
    given = ~np.isnan(posture)

    def name(names: Sequence[str]) -> None:
        _check_count(posture, names, 'prefer')
        preference.posture.name = [
            name for name, wanted in zip(names, given, strict=False) if wanted
        ]
        preference.posture.position = packed(posture[given])
        if weights is None:
            return
        if isinstance(weights, Mapping):
            each = np.array([float(weights.get(name, 1.0)) for name in preference.posture.name])
        else:
            each = _of_shape(weights, 'posture_weights', posture.shape)[given]
        preference.weights = packed(each)

    return [name]


def fill_joints(message: Any, joints: Any, what: str) -> list[Naming]:
    """Write joint positions into a `JointState`; return what is to be named.

    Raises:
        InvalidInputError: no numbers, not one for each name, or no names and another shape.

    """
    if joints is None:
        return []
    if isinstance(joints, Mapping):
        message.name = [text(name, f'a name in {what}') for name in mapping(joints, what)]
        message.position = packed(_of_shape(list(joints.values()), what, (len(joints),)))
        return []
    if _is_joint_state(joints):
        message.name = list(joints.name)
        message.position = packed(numbers(joints.position, f'{what}.position'))
        return []
    positions = _of_shape(joints, what, (None,))
    message.position = packed(positions)

    def name(names: Sequence[str]) -> None:
        _check_count(positions, names, what)
        message.name = list(names)

    return [name]


def fill_seeds(request: Any, seeds: Any, poses: int) -> list[Naming]:
    """Write seeds for many poses: one for all, or one for each, as arrays or by name."""
    if seeds is None:
        return []
    if _is_joint_state(seeds):
        seeds = dict(zip(seeds.name, seeds.position, strict=False))
    if isinstance(seeds, Mapping):
        request.seed_names = [text(name, 'a name in seeds') for name in seeds]
        columns = [numbers(column, f'seeds[{name!r}]') for name, column in seeds.items()]
        try:
            values = np.stack(np.broadcast_arrays(*columns), axis=-1) if columns else np.empty(0)
        except ValueError as reason:
            raise InvalidInputError(
                f'seeds have shapes {[column.shape for column in columns]}; expected a number '
                f'or ({poses},) for each joint'
            ) from reason
        request.seeds = packed(_one_or_each(values, poses))
        return []
    values = _one_or_each(numbers(seeds, 'seeds'), poses)
    request.seeds = packed(values)

    def name(names: Sequence[str]) -> None:
        _check_count(values, names, 'seeds')
        request.seed_names = list(names)

    return [name]


def _one_or_each(values: Array, poses: int) -> Array:
    if values.ndim not in (1, 2) or (values.ndim == 2 and len(values) != poses):
        raise InvalidInputError(
            f'seeds have shape {values.shape}; expected (joints,) or ({poses}, joints)'
        )
    return values


def _check_count(values: Array, names: Sequence[str], what: str) -> None:
    """Refuse positions for another number of joints; where no names are known, the node does."""
    if names and values.shape[-1] != len(names):
        raise InvalidInputError(
            f'{what} has shape {values.shape}; expected {len(names)} joints: {shortened(names)}'
        )


def _of_shape(values: Any, what: str, shape: tuple[int | None, ...]) -> Array:
    entries = numbers(values, what)
    shaped(np.zeros(entries.shape), what, shape)
    return entries


def _number(value: Any, what: str, expected: str) -> float:
    return number(value, what, expected, lambda _: True)


def _is_joint_state(value: Any) -> bool:
    return hasattr(value, 'name') and hasattr(value, 'position')
