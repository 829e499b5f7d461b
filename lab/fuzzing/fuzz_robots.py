# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The arms that are asked: six with a network, eleven made up, from 1 mm to 1 km of reach."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lab.pinocchio_judge import Judge, Poses
from lab.robots import Robot, robot_named
from learned_ik.errors import ConfigurationError
from learned_ik.resources import shipped_files
from learned_ik.robot.chain import KinematicChain

TRAINED = ('tiago', 'panda', 'ur10', 'artificial7', 'artificial10', 'artificial20')
AXES = ('0 0 1', '0 1 0', '0 0 1', '0 1 0', '0 0 1', '0 1 0', '1 0 0')
Mimic = tuple[int, float, float]  # the joint that is followed, multiplier, offset


def arm_urdf(
    kinds: Sequence[str],
    size: float = 1.0,
    limits: Sequence[tuple[float, float]] | None = None,
    mimic: Mapping[int, Mimic] | None = None,
) -> str:
    """Return the URDF of a serial arm, from `base` to the last link.

    Args:
        kinds: of the joints: 'revolute', 'continuous' or 'prismatic'.
        size: [m], of a link, about.
        limits: [rad or m], of each joint.
        mimic: by the joint that follows.

    """
    lines = ['<robot name="arm"><link name="base"/>']
    parent = 'base'
    for i, kind in enumerate(kinds):
        low, high = (-2.8, 2.8) if kind != 'prismatic' else (-0.2 * size, 0.6 * size)
        if limits is not None:
            low, high = limits[i]
        lines.append(
            f'<link name="link_{i}"/><joint name="joint_{i}" type="{kind}">'
            f'<parent link="{parent}"/><child link="link_{i}"/>'
            f'<origin xyz="{0.1 * size * (i % 2)} 0 {size}" rpy="0 {0.1 * (i % 3)} 0.2"/>'
            f'<axis xyz="{AXES[i % len(AXES)]}"/>'
        )
        if kind != 'continuous':
            lines.append(f'<limit lower="{low}" upper="{high}" effort="1" velocity="1"/>')
        if mimic and i in mimic:
            leader, multiplier, offset = mimic[i]
            lines.append(
                f'<mimic joint="joint_{leader}" multiplier="{multiplier}" offset="{offset}"/>'
            )
        lines.append('</joint>')
        parent = f'link_{i}'
    return ''.join([*lines, '</robot>'])


FOLLOWERS: dict[int, Mimic] = {3: (1, 0.5, 0.1), 5: (4, -1.0, 0.0)}
R, C, P = 'revolute', 'continuous', 'prismatic'
MADE_UP: dict[str, Callable[[], str]] = {
    'one joint': lambda: arm_urdf([R]),
    'two joints': lambda: arm_urdf([R, R]),
    'one slider': lambda: arm_urdf([P]),
    'endless': lambda: arm_urdf([C] * 6, 0.15),
    'half endless': lambda: arm_urdf([C, R, C, R, C, R, C], 0.15),
    'gantry': lambda: arm_urdf([P, P, P, R, R, R], 0.2),
    'mimic': lambda: arm_urdf([R] * 7, 0.15, mimic=FOLLOWERS),
    'locked': lambda: arm_urdf(
        [R] * 6, 0.15, limits=[(-2, 2), (0.5, 0.5), (-2, 2), (-1e-9, 1e-9), (-2, 2), (-2, 2)]
    ),
    'many turns': lambda: arm_urdf([R] * 6, 0.15, limits=[(-100, 100)] * 6),
    'a millimetre': lambda: arm_urdf([R] * 7, 1e-3 / 7),
    'a kilometre': lambda: arm_urdf([R] * 7, 1e3 / 7),
}
NAMES = (*TRAINED, *MADE_UP)


class MimicJudge(Judge):
    """A judge of arms with mimic joints, which Pinocchio reads as joints of their own."""

    def __init__(self, chain: KinematicChain, urdf: str, mimic: Mapping[int, Mimic]) -> None:
        """Read the URDF; `mimic` says which joints follow which."""
        count = chain.motion_count
        names = [f'joint_{i}' for i in range(count)]
        super().__init__(urdf, chain.base_link, chain.tip_link, names)
        follows = [mimic.get(i, (i, 1.0, 0.0)) for i in range(count)]
        self._leaders = [chain.joint_names.index(f'joint_{leader}') for leader, _, _ in follows]
        self._factors = np.array([factor for _, factor, _ in follows])
        self._offsets = np.array([offset for _, _, offset in follows])

    def poses(self, q: np.ndarray) -> Poses:
        """Return the poses of the tip for actuated joints q (n, joints) [rad or m]."""
        return super().poses(self._all(q))

    def within_limits(self, q: np.ndarray) -> np.ndarray:
        """Return (n,), whether all joints, those that follow too, are within their limits."""
        return super().within_limits(self._all(q))

    def _all(self, q: np.ndarray) -> np.ndarray:
        return q[:, self._leaders] * self._factors + self._offsets


def robot_to_fuzz(name: str) -> Robot:
    """Return one of `NAMES`, ready to be asked.

    Raises:
        ConfigurationError: there is no such robot.

    """
    if name in TRAINED:
        return robot_named(name, shipped_files('models', '.safetensors'))
    if name not in MADE_UP:
        raise ConfigurationError(f"no robot '{name}' to fuzz; there are: {', '.join(NAMES)}")
    urdf = MADE_UP[name]()
    chain = KinematicChain.from_urdf(urdf)
    if name == 'mimic':
        return Robot(name, chain, MimicJudge(chain, urdf, FOLLOWERS), None, None)
    judge = Judge(urdf, chain.base_link, chain.tip_link, chain.joint_names)
    return Robot(name, chain, judge, None, None)


def rounding(chain: KinematicChain, q: np.ndarray) -> float:
    """Return the slack [rad] that rounding takes in joints q (joints,) [rad or m].

    A sine of a joint at x radians is good to eps x, and each of the joints adds its own.
    """
    largest = max(1.0, float(np.abs(q).max()))
    return 16 * chain.motion_count * math.ulp(1.0) * largest


def all_robots() -> list[str]:
    """Return the names of all robots, the trained ones between the made-up ones."""
    turns = itertools.zip_longest(TRAINED, MADE_UP)
    return [name for pair in turns for name in pair if name is not None]
