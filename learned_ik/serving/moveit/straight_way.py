# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`StraightWay`: poses on straight lines between waypoints, as close together as was asked for."""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import normalized_quaternion
from learned_ik.serving.requests_and_answers import MOST_POSES

ROTATION_OF_STEP = 3.5  # [rad/m], that MoveIt lets a step turn, for each metre that it may go
FINE = 0.01  # [m]: a longer step is filled, so that a jump can be told from a motion


class StraightWay(NamedTuple):
    """What lies behind the start, each pose a step from the one before; n of them."""

    positions: Array  # (n, 3) [m]
    orientations: Array  # (n, 4) x y z w
    shares: Array  # (n + 1,), of the waypoints that are behind one, from the start on


def straight_way(
    positions: Array, orientations: Array, max_step: float, fine: float = FINE
) -> StraightWay:
    """Return the way from the first pose to the last one: straight, turned by slerp.

    Each way from pose to pose counts as much as another, however long it is.

    Args:
        positions: (n + 1, 3) [m], the start and n waypoints.
        orientations: (n + 1, 4) x y z w, of any length but zero.
        max_step: [m], above 0, how far apart poses may be; they turn by 3.5 rad for each metre.
        fine: [m], how far apart they are at the most where there is room for so many.

    Raises:
        InvalidInputError: it would have more than `MOST_POSES` poses.

    """
    quaternions = normalized_quaternion(orientations)
    flips = np.sign(np.einsum('ij,ij->i', quaternions[1:], quaternions[:-1]))
    quaternions[1:] *= np.cumprod(np.where(flips < 0, -1.0, 1.0))[:, None]  # the shorter turn
    lengths = np.linalg.norm(np.diff(positions, axis=0), axis=1)  # [m]
    angles = 2 * _between(quaternions[:-1], quaternions[1:])  # [rad]
    counts = _counts(lengths, angles, min(max_step, fine))
    if counts.sum() > MOST_POSES:
        counts = _counts(lengths, angles, max_step)
    if not counts.sum() <= MOST_POSES:
        raise InvalidInputError(
            f'the way of {lengths.sum():.4g} m and {angles.sum():.4g} rad has {counts.sum():.4g} '
            f'poses at a max_step of {max_step:g} m; expected at most {MOST_POSES}: larger steps, '
            'or the way in parts, each from the end of the one before'
        )
    parts_p, parts_q, shares = [], [], [float((np.cumsum(counts) == 0).sum())]
    for k, count in enumerate(counts.astype(int)):
        t = np.arange(1, count + 1)[:, None] / max(count, 1)
        parts_p.append(positions[k] + t * (positions[k + 1] - positions[k]))
        parts_q.append(_slerp(quaternions[k], quaternions[k + 1], t))
        shares += (k + t[:, 0]).tolist()
    total = max(len(counts), 1)
    shares[-1] = float(total)  # what stands still at the end is reached with what is before it
    return StraightWay(np.concatenate(parts_p), np.concatenate(parts_q), np.array(shares) / total)


def _counts(lengths: Array, angles: Array, step: float) -> Array:
    """Return into how many steps each way (n,) is divided; 0 where it leads nowhere."""
    with np.errstate(over='ignore'):
        steps = np.maximum(lengths / step, angles / (ROTATION_OF_STEP * step))
    return np.where((lengths > 0) | (angles > 1e-9), np.floor(steps) + 1, 0.0)


def _between(a: Array, b: Array) -> Array:
    """Return the angles (n,) [rad] between unit quaternions (n, 4) as vectors."""
    return 2 * np.arctan2(np.linalg.norm(b - a, axis=-1), np.linalg.norm(b + a, axis=-1))


def _slerp(a: Array, b: Array, t: Array) -> Array:
    """Return the orientations (n, 4) at shares t (n, 1) of the turn from a to b, each (4,)."""
    angle = float(_between(a, b))
    if angle < 1e-6:
        mixed = (1 - t) * a + t * b
        return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True)
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
