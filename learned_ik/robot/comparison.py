# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a chain is that of a robot, the same one measured more closely, or another's."""

from typing import Any, Protocol

import numpy as np

from learned_ik.arrays import Array, Booleans, Integers
from learned_ik.rotations import rotation_angle

NAMES = ('the model', 'the robot')  # how a difference calls the two, where nobody says otherwise
# Two robots whose frames differ by less are the same robot: well under what anyone can machine,
# well above what rounding in a URDF's printed digits leaves.
TRANSFORM_TOLERANCE = 1e-6  # [m] and [rad]
CALIBRATION_ANGLE = 0.02  # [rad], between the tips of a robot and of the same one calibrated
DEVIATION_SAMPLES = 1000  # postures in which tips are compared


class _Chain(Protocol):
    """What is compared of a `KinematicChain`, which this file need not know."""

    # fmt: off
    @property
    def base_link(self) -> str: ...
    @property
    def tip_link(self) -> str: ...
    @property
    def joint_names(self) -> tuple[str, ...]: ...
    @property
    def joint_types(self) -> tuple[str, ...]: ...
    @property
    def lower(self) -> Array: ...
    @property
    def upper(self) -> Array: ...
    @property
    def transforms(self) -> Array: ...
    @property
    def prismatic(self) -> Booleans: ...
    @property
    def source(self) -> Integers: ...
    @property
    def multiplier(self) -> Array: ...
    @property
    def offset(self) -> Array: ...
    def sample(self, rng: np.random.Generator, count: int) -> Array: ...
    def forward_matrix(self, q: Array) -> tuple[Array, Array]: ...
    # fmt: on


def difference(
    chain: _Chain, robot: _Chain, calibration: float = 0.0, names: tuple[str, str] = NAMES
) -> str | None:
    """Say the first way in which a chain does not fit a robot, or None where it fits.

    The chain's limits may be narrower than the robot's: an answer then is still one that it can
    take.

    Args:
        chain: what answers are made for.
        robot: what they are to be taken by.
        calibration: [m], how far apart the tips may be, in any posture, of the same robot
            measured more closely; their orientations may differ by 0.02 rad then. 0: each
            joint is placed alike.
        names: what the answer calls the two.

    """
    first, second = names
    for what in ('base_link', 'tip_link', 'joint_names', 'joint_types'):
        mine, theirs = getattr(chain, what), getattr(robot, what)
        if mine != theirs:
            both = f'{_plain(mine)} of {first}, {_plain(theirs)} of {second}'
            return f'{what.replace("_", " ")}: {both}'
    for what in ('prismatic', 'source', 'multiplier', 'offset'):
        mine, theirs = getattr(chain, what), getattr(robot, what)
        if mine.shape != theirs.shape or not np.allclose(mine, theirs, atol=1e-9):
            return (
                f'{what} of the mimic joints: {mine.tolist()} of {first}, '
                f'{theirs.tolist()} of {second}'
            )
    misplaced = _misplaced(chain, robot)
    if misplaced is not None:
        if calibration == 0:
            return misplaced
        distance, angle = deviation(chain, robot)
        if distance > calibration or angle > CALIBRATION_ANGLE:
            return (
                f'{misplaced}; tips up to {1e3 * distance:.2f} mm and '
                f'{np.degrees(angle):.2f} deg apart, expected at most '
                f'{1e3 * calibration:.2f} mm and {np.degrees(CALIBRATION_ANGLE):.2f} deg of '
                'a calibrated robot'
            )
    return _limits_beyond(chain, robot, names)


def deviation(chain: _Chain, robot: _Chain) -> tuple[float, float]:
    """Return how far apart the tips of two chains with the same joints are, at the most.

    Position [m] and angle [rad], the largest of many postures all over the first one's limits.
    """
    q = chain.sample(np.random.default_rng(0), DEVIATION_SAMPLES)
    (R, p), (R_robot, p_robot) = chain.forward_matrix(q), robot.forward_matrix(q)
    distance = np.linalg.norm(p - p_robot, axis=-1).max()
    return float(distance), float(np.max(rotation_angle(R, R_robot)))


def _misplaced(chain: _Chain, robot: _Chain) -> str | None:
    """Say the first joint that stands elsewhere behind its predecessor, or None."""
    ends = [*(f"joint '{chain.joint_names[k]}'" for k in chain.source), f"'{chain.tip_link}'"]
    for end, mine, theirs in zip(ends, chain.transforms, robot.transforms, strict=True):
        distance = float(np.linalg.norm(mine[:3, 3] - theirs[:3, 3]))
        angle = float(rotation_angle(mine[:3, :3], theirs[:3, :3]))
        if max(distance, angle) > TRANSFORM_TOLERANCE:
            return (
                f'{end} is placed differently behind its predecessor: '
                f'by {1e3 * distance:.3f} mm and {np.degrees(angle):.3f} deg'
            )
    return None


def _limits_beyond(chain: _Chain, robot: _Chain, names: tuple[str, str]) -> str | None:
    """Say the first joint that goes further in the chain than in the robot, or None."""
    for k, name in enumerate(chain.joint_names):
        slack = TRANSFORM_TOLERANCE
        if chain.lower[k] < robot.lower[k] - slack or chain.upper[k] > robot.upper[k] + slack:
            mine = f'[{chain.lower[k]:.4f}, {chain.upper[k]:.4f}] of {names[0]}'
            theirs = f'[{robot.lower[k]:.4f}, {robot.upper[k]:.4f}] of {names[1]}'
            return f"limits of joint '{name}': {mine}, {theirs}"
    return None


def _plain(value: Any) -> str:
    return ', '.join(value) if isinstance(value, tuple) else f"'{value}'"
