# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What requests say beside their poses, turned into options of an `IkSolver`, or refused by name.

Poses, batches and paths say it alike: how exact, which turns are free, which solution is wanted,
how far joints may go, what to keep clear of.
"""

import math
from typing import Any, Protocol

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import number, shortened
from learned_ik.errors import InvalidInputError, SeedError
from learned_ik.robot.description.names import listed
from learned_ik.serving.requests_and_answers import (
    NO_FREEDOM,
    PREFERENCES,
    AskedFreedom,
    AskedPreference,
    Collisions,
    Defaults,
    FreedomAxes,
)
from learned_ik.serving.seeds import Seed
from learned_ik.solving.preferences import Prefer, PreferredPosture

POSTURE = 'posture'
UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])  # in place of an orientation that nobody looks at
AXES_OF = {FreedomAxes.TARGET: 'target', FreedomAxes.BASE: 'base'}  # as `IkSolver` calls them


class HasTolerances(Protocol):
    """What a pose, a batch and a path say of how exact they are to be."""

    @property
    def position_tolerance(self) -> float: ...  # noqa: D102
    @property
    def orientation_tolerance(self) -> float: ...  # noqa: D102
    @property
    def freedom(self) -> AskedFreedom: ...  # noqa: D102
    @property
    def position_only(self) -> bool: ...  # noqa: D102
    @property
    def collisions(self) -> int: ...  # noqa: D102


class HasPreference(HasTolerances, Protocol):
    """What a pose and a batch say besides."""

    @property
    def preference(self) -> AskedPreference: ...  # noqa: D102
    @property
    def max_joint_change(self) -> float: ...  # noqa: D102


def pose_options(
    request: HasPreference, defaults: Defaults, joint_names: tuple[str, ...], seed: Seed
) -> dict[str, Any]:
    """Return what `IkSolver.solve` and `solve_batch` take beside pose, seed and timeout.

    Raises:
        InvalidInputError: as `path_options` and `preferred`; a largest change that is negative.
        SeedError: a largest change, and no seed from which to count.

    """
    options = path_options(request, defaults)
    options['prefer'] = preferred(request.preference, defaults, joint_names)
    if request.max_joint_change != 0:
        options['max_joint_change'] = number(
            request.max_joint_change, 'max_joint_change', '0 or more', lambda change: change >= 0
        )
        if seed.positions is None:
            raise SeedError(
                'max_joint_change needs a seed from which to count; expected one in the request, '
                'or joint_states'
            )
    return options


def path_options(request: HasTolerances, defaults: Defaults) -> dict[str, Any]:
    """Return what `IkSolver.follow` takes beside poses, start, jump and timeout.

    Raises:
        InvalidInputError: freedom or collisions are not as said in the messages.

    """
    return {
        'position_tolerance': request.position_tolerance or defaults.position_tolerance,
        **orientation_options(request, defaults),
        'avoid_collisions': avoids(request.collisions, defaults),
        'min_clearance': defaults.min_clearance,
    }


def orientation_options(request: HasTolerances, defaults: Defaults) -> dict[str, Any]:
    """Return the solver's options of orientation; without freedom, one tolerance [rad].

    Raises:
        InvalidInputError: as `bounds_of`, or the axes are none of `FreedomAxes`.

    """
    tolerance = request.orientation_tolerance or defaults.orientation_tolerance
    if not request.position_only and request.freedom == NO_FREEDOM:
        return {'orientation_tolerance': tolerance}  # whether that makes sense, the solver says
    number(tolerance, 'orientation_tolerance', 'radians, 0 or more', lambda angle: angle >= 0)
    if request.position_only:
        return {'orientation_tolerance': math.inf}
    freedom = request.freedom
    if freedom.axes not in list(FreedomAxes):
        raise InvalidInputError(
            f'freedom.axes is {freedom.axes}; expected '
            f'{", ".join(f"{each.value} ({each.name})" for each in FreedomAxes)}'
        )
    return {
        'orientation_tolerance': bounds_of(freedom, tolerance),
        'tolerance_axes': AXES_OF[FreedomAxes(freedom.axes)],
    }


def bounds_of(freedom: AskedFreedom, tolerance: float) -> Array | float:
    """Return from least to most (3, 2) [rad] for each axis; one number, where no axis has room.

    Raises:
        InvalidInputError: NaN, bounds on the wrong side of 0, or infinite ones on one side alone.

    """
    bounds = np.array([freedom.least, freedom.most], np.float64).T  # (3, 2)
    for axis, (least, most) in zip('xyz', bounds.tolist(), strict=True):
        if not least <= 0:
            raise InvalidInputError(f'freedom.least.{axis} is {least:g}; expected 0 or below')
        if not most >= 0:
            raise InvalidInputError(f'freedom.most.{axis} is {most:g}; expected 0 or above')
        if math.isinf(least) != math.isinf(most):
            raise InvalidInputError(
                f'freedom.least.{axis} is {least:g} and freedom.most.{axis} is {most:g}; expected '
                'both infinite, for an axis that is free, or neither'
            )
    without_room = (bounds == 0).all(axis=1)
    if without_room.all():
        return tolerance
    bounds[without_room] = -tolerance, tolerance
    return bounds


def preferred(asked: AskedPreference, defaults: Defaults, joint_names: tuple[str, ...]) -> Prefer:
    """Return what `prefer` of `IkSolver.solve` is to be.

    Raises:
        InvalidInputError: as said in Preference.msg, or the posture names no joint of the chain.

    """
    word = asked.prefer
    has_posture = bool(asked.names or len(asked.positions) or len(asked.weights))
    if word not in ('', POSTURE, *PREFERENCES):
        raise InvalidInputError(
            f'preference.prefer is {shortened(word)}; expected {listed(PREFERENCES)}, {POSTURE}, '
            'or an empty word'
        )
    if has_posture and word in PREFERENCES:
        raise InvalidInputError(
            f"preference has a posture, and prefer is '{word}'; expected '{POSTURE}' or an empty "
            'word'
        )
    if has_posture or word == POSTURE:
        return posture_of(asked, joint_names)
    word = word or defaults.prefer
    return None if word == 'nearest' else word


def posture_of(asked: AskedPreference, joint_names: tuple[str, ...]) -> PreferredPosture:
    """Return a preferred posture by the names of its joints.

    Raises:
        InvalidInputError: names, positions and weights do not go together, or are none.

    """
    names, positions = list(asked.names), np.asarray(asked.positions, np.float64)
    weights = np.asarray(asked.weights, np.float64)
    if len(names) != len(positions) or len(weights) not in (0, len(names)):
        raise InvalidInputError(
            f'preference.posture has {len(names)} names and {len(positions)} positions, and '
            f'there are {len(weights)} weights; expected one position for each name, and as many '
            'weights or none'
        )
    column = {name: i for i, name in enumerate(names)}
    known = [name for name in joint_names if name in column]
    if not known:
        raise InvalidInputError(
            f'preference.posture names {listed(names) if names else "no joint"}; expected at '
            f'least one of {listed(joint_names)}'
        )
    of_joint = [joint_names.index(name) for name in known]
    given = [column[name] for name in known]
    posture = np.full(len(joint_names), np.nan)
    posture[of_joint] = positions[given]
    for name, joint in zip(known, of_joint, strict=True):
        if not math.isfinite(posture[joint]):
            raise InvalidInputError(
                f"preference.posture: joint '{name}' is {posture[joint]}; expected a finite number"
            )
    if not len(weights):
        return PreferredPosture(posture)
    for name, weight in zip(names, weights.tolist(), strict=True):
        if not 0 < weight < math.inf:
            raise InvalidInputError(
                f'preference.weights: that of {shortened(name)} is {weight:g}; expected a finite '
                'number above 0'
            )
    spread = np.full(len(joint_names), weights[given].min())  # the others move most readily
    spread[of_joint] = weights[given]
    return PreferredPosture(posture, spread)


def avoids(collisions: int, defaults: Defaults) -> bool | None:
    """Return what `IkSolver.solve` is told; None: to avoid as soon as there are obstacles.

    Raises:
        InvalidInputError: the number is none of `Collisions`.

    """
    if collisions not in list(Collisions):
        raise InvalidInputError(
            f'collisions is {collisions}; expected '
            f'{", ".join(f"{each.value} ({each.name})" for each in Collisions)}'
        )
    if collisions == Collisions.DEFAULT:
        return None if defaults.avoid_collisions else False
    return collisions == Collisions.AVOID
