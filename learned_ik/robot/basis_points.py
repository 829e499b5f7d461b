# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`BasisPoints`: how a network is told of obstacles, by distances from points that stay the same.

A set of spheres, few or many and in any order, becomes a vector of one length: from each point
the distance to the nearest surface (Prokudin, Lassner and Romero, "Efficient Learning on Point
Clouds with Basis Point Sets", ICCV 2019, arXiv:1908.09186).
"""

import dataclasses

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import number, shaped
from learned_ik.errors import InvalidInputError
from learned_ik.robot.chain import KinematicChain

WORLD_POINTS = 96  # all over where the arm can be
TARGET_POINTS = 32  # about the pose that is asked for
MOST_POINTS = 4096  # of either kind
FARTHEST = 1e6  # [m]
FAR = 1 / 3  # of the arm's reach: obstacles farther from a point are out of its sight
ABOUT_TARGET = 1 / 4  # of the arm's reach: the radius of the ball of points about the target
ROOT = 1.2207440846057596  # of x^4 = x + 1


@dataclasses.dataclass(frozen=True, eq=False)
class BasisPoints:
    """Points in the base frame, points that go with the target, and how far they see."""

    world: Array  # (n, 3) [m], in the base frame
    target: Array  # (m, 3) [m], in the frame of the pose that is asked for
    far: float  # [m]: distances are clipped to -far and far

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` for points or a distance that cannot be."""
        for name in ('world', 'target'):
            points = shaped(getattr(self, name), f'{name} basis points', (None, 3))
            if len(points) > MOST_POINTS or (np.abs(points) > FARTHEST).any():
                raise InvalidInputError(
                    f'{len(points)} {name} basis points, up to {np.abs(points).max():g} m; '
                    f'expected {MOST_POINTS} at most, within {FARTHEST:g} m'
                )
            object.__setattr__(self, name, points)
        far = number(
            self.far, 'far', f'metres, above 0 up to {FARTHEST:g}', lambda f: 0 < f <= FARTHEST
        )
        object.__setattr__(self, 'far', far)

    @classmethod
    def for_chain(cls, chain: KinematicChain) -> 'BasisPoints':
        """Return the points for a robot; for one robot always the same."""
        shoulder = chain.transforms[0, :3, 3]
        reach = chain.reach - float(np.linalg.norm(shoulder))  # [m], from the first motion
        ball = spread_in_ball(WORLD_POINTS)
        return cls(
            world=shoulder + reach * ball,
            target=ABOUT_TARGET * reach * spread_in_ball(TARGET_POINTS),
            far=FAR * reach,
        )

    def __len__(self) -> int:
        """Return how many distances there are."""
        return len(self.world) + len(self.target)

    def world_distances(self, spheres: Array) -> Array:
        """Return what the world's points see of spheres (k, 4) [m]: distances (n,) [m]."""
        return self._seen_from(self.world, spheres)

    def distances(self, spheres: Array, position: Array, rotation: Array) -> Array:
        """Return all that is seen of spheres (k, 4) [m] with a pose to reach: (n + m,) [m].

        Args:
            spheres: x y z radius [m], in the base frame.
            position: (3,) [m], of the pose.
            rotation: (3, 3), likewise.

        """
        about = position + self.target @ rotation.T
        return self._seen_from(np.concatenate([self.world, about]), spheres)

    def _seen_from(self, points: Array, spheres: Array) -> Array:
        """Return clipped distances (n,) [m] of points (n, 3) to the nearest surface."""
        if len(spheres) == 0:
            return np.full(len(points), self.far)
        apart = np.linalg.norm(points[:, None] - spheres[:, :3], axis=-1) - spheres[:, 3]
        return np.clip(apart.min(axis=1), -self.far, self.far)


def spread_in_ball(count: int) -> Array:
    """Return points (count, 3) that fill the unit ball evenly, without chance.

    A sequence of powers of the root of x^4 = x + 1 fills the cube about it (Roberts, "The
    Unreasonable Effectiveness of Quasirandom Sequences", 2018).
    """
    steps = ROOT ** -np.arange(1.0, 4.0)
    cube = 2 * np.mod(0.5 + np.arange(4 * count + 8)[:, None] * steps, 1) - 1
    return cube[np.linalg.norm(cube, axis=1) <= 1][:count]
