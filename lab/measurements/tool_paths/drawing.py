# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Paths of a bent torch that a UR10 carries, drawn at random, and whether joints lead it."""

from collections.abc import Iterator

import numpy as np

from learned_ik import IkSolver
from learned_ik.arrays import Array
from learned_ik.rotations import (
    matrix_from_quaternion,
    quaternion_from_matrix,
    quaternion_from_rotation_vector,
    rotation_to_axis,
)

KINDS = 'circle', 'line', 'raster', 'around', 'reach'
CONE = np.radians(15.0)
FREEDOMS = {
    'yaw': [1e-6, 1e-6, np.inf],
    'cone': [[-CONE, CONE], [-CONE, CONE], [-np.inf, np.inf]],
}
JUMP = 0.2  # [rad], of a joint from pose to pose
REACH = 1.25  # [m], about the shoulder
# A torch: 0.15 m along the flange's axis, then bent by 45 degrees and 0.1 m long.
BENT = rotation_to_axis([np.cos(np.pi / 4), 0.0, np.sin(np.pi / 4)])
TOOL = np.array([0.15, 0.0, 0.0, *quaternion_from_matrix(BENT)])
TOOL[:3] += 0.1 * BENT[:, 2]


def is_led(
    solver: IkSolver, q: Array, positions: Array, orientations: Array, freedom: str
) -> bool:
    """Judge joints (n, 6) by forward kinematics in numpy: reached, within limits, no jump."""
    chain = solver.chain
    reached, turned = chain.forward(q)
    wanted_axis = matrix_from_quaternion(orientations)[..., 2]
    axis = matrix_from_quaternion(turned)[..., 2]
    lean = np.arctan2(
        np.linalg.norm(np.cross(wanted_axis, axis), axis=1), (wanted_axis * axis).sum(axis=1)
    )
    return bool(
        np.linalg.norm(reached - positions, axis=1).max() < 2e-6
        and lean.max() < (2e-6 if freedom == 'yaw' else CONE)
        and (q >= chain.lower).all()
        and (q <= chain.upper).all()
        and np.abs(np.diff(q, axis=0)).max() <= JUMP
    )


def drawn(kind: str, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return positions (n, 3) [m] and orientations (n, 4) of one path of a tool."""
    s = np.linspace(0, 1, count)
    if kind == 'around':
        return around_the_base(s, rng)
    plane = rotation_to_axis(direction(rng))  # its z axis is the surface's normal
    radius = rng.uniform(1.0, REACH) if kind == 'reach' else rng.uniform(0.45, 0.95)
    towards = direction(rng)
    towards[2] = abs(towards[2]) * 0.7
    centre = np.array([0.0, 0.0, 0.13]) + radius * towards / np.linalg.norm(towards)
    if kind in ('circle', 'reach'):
        turns = rng.uniform(0.5, 3.0)
        angle = 2 * np.pi * turns * s
        local = rng.uniform(0.05, 0.25) * np.stack([np.cos(angle), np.sin(angle), 0 * s], axis=1)
    elif kind == 'line':
        local = rng.uniform(0.3, 0.9) * np.stack([s - 0.5, 0 * s, 0 * s], axis=1)
    else:
        local = raster(s, rng.integers(3, 8), *rng.uniform(0.15, 0.4, 2))
    normals = np.tile(plane[:, 2], (count, 1))
    if rng.random() < 0.5:  # a curved surface: the tool leans over it
        normals = turned_about(plane[:, 0], rng.uniform(-1.5, 1.5) * (s - 0.5), normals)
    return centre + local @ plane.T, aimed(-normals, rng)


def around_the_base(s: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a circle about the base's axis, the tool down, or towards the axis, or away."""
    angle = 2 * np.pi * (rng.uniform(0, 1) + rng.choice([-1, 1]) * rng.uniform(0.5, 1.9) * s)
    radius, height = rng.uniform(0.4, 1.1), rng.uniform(-0.1, 0.7)
    outward = np.stack([np.cos(angle), np.sin(angle), 0 * s], axis=1)
    down = np.array([0.0, 0.0, -1.0])
    share = rng.uniform(-1, 1)
    axis = share * outward + (1 - abs(share)) * down
    positions = radius * outward + [0.0, 0.0, height]
    return positions, aimed(axis / np.linalg.norm(axis, axis=1, keepdims=True), rng)


def raster(s: Array, rows: int, width: float, height: float) -> Array:
    """Return (n, 3) [m], there and back in rows over a rectangle, in its plane."""
    along = s * rows
    row = np.minimum(along.astype(int), rows - 1)
    x = along - row
    x = np.where(row % 2 == 0, x, 1 - x) - 0.5
    # The last tenth of each row goes over to the next.
    over = row + np.clip((along - row - 0.9) / 0.1, 0, 1)
    return np.stack([width * x, height * (over / rows - 0.5), 0 * s], axis=1)


def direction(rng: np.random.Generator) -> Array:
    """Return a unit vector, any alike."""
    vector = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def turned_about(axis: Array, angles: Array, vectors: Array) -> Array:
    """Return vectors (n, 3), each turned about one axis (3,) by its angle (n,) [rad]."""
    R = matrix_from_quaternion(quaternion_from_rotation_vector(angles[:, None] * axis))
    return np.einsum('nij,nj->ni', R, vectors)


def aimed(axes: Array, rng: np.random.Generator) -> Array:
    """Return orientations (n, 4) whose z axes are given (n, 3), at some yaw."""
    yaw = rng.uniform(0, 2 * np.pi)
    twist = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1.0]])
    return quaternion_from_matrix(np.array(list(_frames(axes))) @ twist)


def _frames(axes: Array) -> Iterator[Array]:
    """Yield rotations with these z axes, each turned as little as can be from the one before."""
    R = rotation_to_axis(axes[0])
    for axis in axes:
        x = R[:, 0] - (R[:, 0] @ axis) * axis
        x /= np.linalg.norm(x)
        R = np.stack([x, np.cross(axis, x), axis], axis=1)
        yield R
