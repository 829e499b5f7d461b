# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How far the tip may be turned from the wanted orientation: what `orientation_tolerance` says."""

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Booleans
from learned_ik.checks import choice, numbers, shortened
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.path.tracking import ORIENTATION_TOLERANCE, PATH_FREE_AXES
from learned_ik.kernels.pose_error import IN_BASE, WIDE
from learned_ik.notation.pose_forms import read_poses, read_rotations
from learned_ik.rotations import (
    normalized_quaternion,
    quaternion_from_rotation_vector,
    quaternion_product,
)

ToleranceAxes = Literal['target', 'base']
TARGET_AXES: ToleranceAxes = 'target'
BASE_AXES: ToleranceAxes = 'base'
TIGHTER, EDGE = 0.08, 1e-3  # [1], of the tolerances beside room, and of the room itself
TINY = 1e-12  # [rad], in place of a tolerance of 0 where tolerances are compared

# One for all axes, one for each of x, y, z, or from where to where for each (3, 2) [rad].
OrientationTolerance = float | Sequence[float] | Sequence[Sequence[float]] | Array


class Freedom(NamedTuple):
    """How far the tip may be turned, as kernels take it."""

    strictest: float  # [rad], the tolerance that counts: of the axes that are least free
    free_axes: Array  # (5,), as `Goal.free_axes` of `kernels/pose_error.py`
    middle: Array | None = None  # (3,) rotation vector [rad], from the wanted orientation to the
    # middle of intervals, about the axes that count; None: there it is

    @property
    def some_are_free(self) -> bool:
        """Whether turns about some axis count less than in full."""
        return bool(self.free_axes[:3].any())

    @property
    def shortest(self) -> 'float | Freedom':
        """The same as a number [rad], where one says it: `one_pose.solve` takes that quicker."""
        return self if self.some_are_free or self.middle is not None else self.strictest

    def aimed(self, orientations: npt.ArrayLike, what: str = 'orientation') -> npt.ArrayLike:
        """Return what to aim at: the wanted orientations, turned to the middle of the intervals.

        Args:
            orientations: (..., 4) quaternions x y z w.
            what: how an error names them.

        Returns:
            (..., 4); what was given, unchecked, where it is in the middle.

        Raises:
            InvalidInputError: as `normalized_quaternion`.

        """
        if self.middle is None:
            return orientations
        wanted = normalized_quaternion(read_rotations(orientations, what), what)
        turn = quaternion_from_rotation_vector(self.middle)
        if self.free_axes[IN_BASE]:  # about axes of the base
            return quaternion_product(turn, wanted)
        return quaternion_product(wanted, turn)

    def at_the_middle(self) -> 'Freedom':
        """Return the same freedom for orientations that are `aimed` already."""
        return self._replace(middle=None)


def read_freedom(
    tolerance: OrientationTolerance | Freedom, axes: ToleranceAxes, *, has_room: bool = True
) -> Freedom:
    """Return what an orientation tolerance says.

    Args:
        tolerance: [rad], one for all axes, (3,), or (3, 2), from least to most; infinite for a
            free axis. What was read already stays as it is.
        axes: whose axes they are: the target's own, or the base link's.
        has_room: whether what differs from axis to axis and is wide is room to be made use of;
            else the orientation itself is aimed at.

    Raises:
        InvalidInputError: a tolerance that is negative or NaN; an interval without 0, or one that
            is infinite on one side; other axes.

    """
    if isinstance(tolerance, Freedom):
        return tolerance
    in_base = float(choice(axes, 'tolerance_axes', (TARGET_AXES, BASE_AXES)) == BASE_AXES)
    tolerances = numbers(tolerance, 'orientation_tolerance')
    middle, are_intervals = None, tolerances.shape == (3, 2)
    if are_intervals:
        tolerances, middle = _halved(tolerances)
    elif tolerances.shape not in ((), (3,)) or not (tolerances >= 0).all():
        raise InvalidInputError(
            f'orientation_tolerance is {shortened(tolerances.tolist())}; expected one number, '
            'or one for each of x, y, z; each 0 or more, infinite for a free axis; or from least '
            'to most for each, (3, 2)'
        )
    tolerances = np.broadcast_to(tolerances, 3)
    strictest = float(tolerances.min())
    if strictest == math.inf:
        return Freedom(math.pi, np.array([1.0, 1.0, 1.0, in_base, 0.0]), middle)
    if has_room and (are_intervals or strictest != float(tolerances.max())):
        wide = (tolerances >= WIDE) & (tolerances < math.inf)
        if wide.any():
            strictest, shares = _with_room(np.maximum(tolerances, TINY), wide)
            return Freedom(strictest, np.array([*(1 - shares), in_base, 1.0]), middle)
    if are_intervals:
        strictest = max(strictest, TINY)
    # An axis with twice the tolerance counts half: what meets the strictest, meets all.
    shares = max(strictest, TINY) / np.maximum(tolerances, TINY)
    return Freedom(strictest, np.array([*(1 - shares), in_base, 0.0]), middle)


def _with_room(tolerances: Array, wide: Booleans) -> tuple[float, Array]:
    """Return the tolerance that counts [rad] and its shares (3,) of those about each axis.

    What is left of the error then meets that tolerance only in the ellipsoid: see
    `keep_what_is_beyond` of `kernels/pose_error.py`.

    Args:
        tolerances: (3,) [rad], above 0.
        wide: (3,), about which axes there is room.

    """
    tolerances = np.where(wide, tolerances, TIGHTER * tolerances)
    strictest = min(float(tolerances.min()), EDGE * float(tolerances[wide].min()))
    return strictest, strictest / tolerances


def read_targets(
    position: Any,
    orientation: Any,
    tolerance: OrientationTolerance,
    what: tuple[str, str] = ('position', 'orientation'),
) -> tuple[Any, Any, OrientationTolerance]:
    """Return poses of any form as solvers take them, and how far the tip may be turned from them.

    Args:
        position: of one pose, or of many: see `notation/pose_forms.py`.
        orientation: likewise; None where the position has it, or where any will do.
        tolerance: [rad], of the orientation.
        what: how errors name the two.

    Returns:
        position, quaternion x y z w, and the tolerance, infinite where no orientation is wanted.

    Raises:
        InvalidInputError: a matrix is no rigid transform or no rotation.

    """
    position, orientation, has_orientation = read_poses(position, orientation, what)
    return position, orientation, tolerance if has_orientation else math.inf


def demanded_freedom(demand: Array) -> Freedom:
    """Return the freedom that a demand (DEMAND,) of `kernels/path/tracking.py` leaves."""
    return Freedom(float(demand[ORIENTATION_TOLERANCE]), demand[PATH_FREE_AXES:].copy())


def _halved(intervals: Array) -> tuple[Array, Array | None]:
    """Return half widths (3,) of intervals (3, 2), and their middles where those are not all 0.

    An interval of a whole turn or more is an axis that is free.
    """
    least, most = intervals.T
    if not (np.isfinite(least) == np.isfinite(most)).all():
        raise InvalidInputError(
            f'orientation_tolerance is {shortened(intervals.tolist())}; expected intervals that '
            'are infinite on both sides or on neither'
        )
    if not ((least <= 0) & (most >= 0)).all():
        raise InvalidInputError(
            f'orientation_tolerance is {shortened(intervals.tolist())}; expected for each of '
            'x, y, z an interval from 0 or less to 0 or more, in rad'
        )
    is_free = most - least >= 2 * math.pi
    half = np.where(is_free, math.inf, 0.5 * (most - least))
    with np.errstate(invalid='ignore'):
        middle = np.where(is_free, 0.0, 0.5 * (least + most))
    return half, middle if middle.any() else None
