# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`KinematicChain`: all that forward kinematics needs to know of a robot, and nothing else.

A chain is a row of constant transforms with one motion between each two. The frames are laid so
that every motion is about or along its own z axis, which makes one short loop of every forward
kinematics. How a URDF becomes a chain is in `urdf.py`.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from learned_ik.arrays import Array, Booleans, Integers, PerJoint, Postures, Transform
from learned_ik.checks import (
    entries,
    flag,
    instance,
    number,
    numbers,
    shortened,
    text,
    texts,
    whole,
)
from learned_ik.errors import InvalidInputError, JointLimitError, UrdfError
from learned_ik.robot import comparison
from learned_ik.robot.checking.chain_checks import checked_fields, rigid
from learned_ik.robot.description.advice import reach_advice
from learned_ik.robot.description.full_turns import turns_until_whole
from learned_ik.robot.description.names import listed
from learned_ik.robot.parsing import urdf_text
from learned_ik.robot.urdf import chain_fields
from learned_ik.rotations import quaternion_from_matrix

log = logging.getLogger(__name__)
MOST_SAMPLES = 100_000_000  # postures of one call


@dataclasses.dataclass(frozen=True, eq=False)
class KinematicChain:
    """The joints from a base link to a tip link. Fixed joints are part of the transforms.

    A *motion* is one moving joint of the URDF. Each motion follows one actuated joint. A mimic
    joint is a motion, too: motion value = multiplier * q[source] + offset.
    """

    base_link: str  # link at which the arm begins
    tip_link: str  # link at which it ends
    joint_names: tuple[str, ...]  # actuated joints, from base to tip
    joint_types: tuple[str, ...]  # 'revolute', 'continuous' or 'prismatic', one for each joint
    lower: Array  # (joints,) [rad or m]; for an endless joint minus half of its full turns
    upper: Array  # (joints,) [rad or m]; for an endless joint half of its full turns
    velocity: Array  # (joints,) [rad/s or m/s]; infinite if the URDF gives none
    transforms: Array  # (motions + 1, 4, 4), before each motion; the last one ends at the tip
    prismatic: Booleans  # (motions,), whether it slides along z; otherwise it turns about z
    source: Integers  # (motions,), the actuated joint that drives it
    multiplier: Array  # (motions,), 1 except for mimic joints
    offset: Array  # (motions,) [rad or m], 0 except for mimic joints
    base_frames: Mapping[str, Array] = dataclasses.field(default_factory=dict)
    # links rigidly tied to the base: name -> (4, 4), T_base_link

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` for a field that cannot be; see `chain_checks`."""
        given = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name, value in checked_fields(given).items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_urdf(
        cls,
        urdf: str | os.PathLike[str],
        base_link: str | None = None,
        tip_link: str | None = None,
        *,
        soft_limits: bool = False,
    ) -> KinematicChain:
        """Build the chain between two links of a robot description.

        Args:
            urdf: the text of the URDF, as on `/robot_description`, or its file.
            base_link: link at which the chain begins; default: the root of the tree.
            tip_link: link at which it ends; default: the only leaf. Base and tip may be anywhere
                in the tree; joints on the way up the tree are traversed backwards.
            soft_limits: use the limits of `safety_controller`, where a joint has one.

        The log warns of suspicious values: limits in degrees, lengths in millimetres, xacro that
        was not expanded.

        Raises:
            UrdfError: or one of its subclasses. The message says what is wrong and what to do.

        """
        flag(soft_limits, 'soft_limits', UrdfError)
        for name, link in (('base_link', base_link), ('tip_link', tip_link)):
            if link is not None:
                text(link, name, UrdfError)
        fields, advice = chain_fields(urdf_text(urdf), base_link, tip_link, soft_limits)
        chain = cls(**fields)
        for line in advice + reach_advice(chain.reach):
            log.warning('%s', line)
        return chain

    @property
    def joint_count(self) -> int:
        """The number of actuated joints."""
        return len(self.joint_names)

    @property
    def motion_count(self) -> int:
        """The number of moving joints: the actuated ones and those that mimic them."""
        return len(self.source)

    @property
    def middle(self) -> Array:
        """(joints,) [rad or m], the middle of each joint's range."""
        return 0.5 * (self.lower + self.upper)

    @property
    def continuous(self) -> Booleans:
        """(joints,), whether a joint is endless."""
        return np.array([kind == 'continuous' for kind in self.joint_types])

    @functools.cached_property
    def full_turns(self) -> Array:
        """(joints,) [rad], the smallest turn of each joint that leads to the same pose again.

        One turn, or more if joints mimic it by a fraction: each of them has to make whole turns.
        Infinite for joints that slide, or that a sliding joint mimics, or if no number is enough.
        """
        turns = np.array([np.inf if kind == 'prismatic' else 1.0 for kind in self.joint_types])
        for k in range(self.joint_count):
            driven = self.source == k
            if self.prismatic[driven].any():
                turns[k] = np.inf
            elif np.isfinite(turns[k]):
                turns[k] = turns_until_whole(self.multiplier[driven])
        return 2 * np.pi * turns

    @functools.cached_property
    def reach(self) -> float:
        """[m], a bound on the distance of the tip from the base (the paper's "maximum range")."""
        travel = np.maximum(np.abs(self.lower), np.abs(self.upper))[self.source]
        travel = np.abs(self.multiplier) * travel + np.abs(self.offset)  # (motions,)
        lengths = np.linalg.norm(self.transforms[:, :3, 3], axis=-1)  # from the base on
        return float(lengths.sum() + travel[self.prismatic].sum())

    def forward(self, q: Postures) -> tuple[Array, Array]:
        """Return the pose of the tip link in the base link's frame (paper, equations 3 and 4).

        Args:
            q: (..., joints) [rad or m], joint positions in the order of `joint_names`.

        Returns:
            position (..., 3) [m] and orientation (..., 4), a unit quaternion x y z w.

        Raises:
            InvalidInputError: wrong number of joints, or entries that are not finite.

        """
        R, p = self.forward_matrix(q)
        return p, quaternion_from_matrix(R)

    def forward_matrix(self, q: Postures) -> tuple[Array, Array]:
        """Return rotation (..., 3, 3) and position (..., 3) [m] of the tip; as `forward`."""
        for R, p in self._sweep(self.checked_joints(q)):  # noqa: B007
            pass
        return R, p

    def frames(self, q: Postures) -> tuple[Array, Array]:
        """Return all frames from base to tip, in the base link's frame; as `forward`.

        Args:
            q: (..., joints) [rad or m].

        Returns:
            rotations (..., motions + 2, 3, 3) and origins (..., motions + 2, 3) [m]: those of the
            base link, of each motion (z is its axis), and of the tip.

        """
        rotations, origins = zip(*self._sweep(self.checked_joints(q)), strict=True)
        return np.stack(rotations, axis=-3), np.stack(origins, axis=-2)

    def _sweep(self, q: Array) -> Iterator[tuple[Array, Array]]:
        """Go from base to tip: yield rotation and origin of each frame that `frames` returns."""
        values = self.multiplier * q[..., self.source] + self.offset  # (..., motions)
        R = np.broadcast_to(np.eye(3), (*q.shape[:-1], 3, 3))
        p = np.zeros((*q.shape[:-1], 3))
        yield R, p
        for i, T in enumerate(self.transforms):
            p = p + R @ T[:3, 3]
            R = R @ T[:3, :3]
            if i < self.motion_count:
                value = values[..., i, None]
                x, y, z = R[..., 0], R[..., 1], R[..., 2]  # the frame's axes, in the base
                if self.prismatic[i]:
                    p = p + z * value
                else:
                    c, s = np.cos(value), np.sin(value)
                    R = np.stack([c * x + s * y, c * y - s * x, z], axis=-1)
            yield R, p

    def checked_joints(self, q: Postures, what: str = 'q') -> Array:
        """Return `q` as float64, by name or in order.

        Raises:
            InvalidInputError: a wrong shape, NaN or infinity, or a joint that has no value.

        """
        values = self.in_order(q, what) if isinstance(q, Mapping) else numbers(q, what)
        if values.ndim == 0 or values.shape[-1] != self.joint_count:
            raise InvalidInputError(
                f'{what} has shape {values.shape}; expected (..., {self.joint_count}), '
                f'one value for each of {listed(self.joint_names)}'
            )
        if not np.isfinite(values).all():
            raise InvalidInputError(
                f'{what} contains values that are not finite: {shortened(values.tolist())}'
            )
        return values

    def in_order(
        self, values: Mapping[str, float], what: str = 'q', missing: float | None = None
    ) -> Array:
        """Return values by the names of their joints as (joints,).

        Args:
            values: of each joint by its name.
            what: how an error names them.
            missing: the value of a joint that is not named. None: each has to be named, and
                joints of other parts of the robot may be named beside them.

        Raises:
            InvalidInputError: a joint has no value, or one that is no number; a name is none of
                the arm's where some may be missing.

        """
        left = [name for name in self.joint_names if name not in values]
        unknown = [str(name) for name in values if name not in self.joint_names]
        if left and missing is None:
            nearest = difflib.get_close_matches(left[0], unknown, 1)
            hint = f': {shortened(nearest[0])} is no joint of this arm' if nearest else ''
            raise InvalidInputError(
                f'{what} has no value for {listed(left)}; expected one for each of '
                f'{listed(self.joint_names)}{hint}'
            )
        if unknown and missing is not None:
            raise InvalidInputError(
                f'{what} names {listed(unknown)}; expected some of {listed(self.joint_names)}'
            )
        row = [values.get(name, missing) for name in self.joint_names]
        return numbers(row, what)

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return (count, joints) [rad or m], uniform within the limits (paper, section II-B)."""
        instance(rng, np.random.Generator, 'rng')
        count = whole(
            count, 'count', f'a whole number, 0 up to {MOST_SAMPLES}',
            lambda n: 0 <= n <= MOST_SAMPLES,
        )  # fmt: skip
        # Adding 0.0 makes 0.0 of -0.0, with which [0.0, -0.0] would be no range to numpy.
        return rng.uniform(self.lower + 0.0, self.upper + 0.0, size=(count, self.joint_count))

    def with_limits(self, lower: PerJoint, upper: PerJoint) -> KinematicChain:
        """Return the same chain with other joint limits, (joints,) [rad or m].

        Raises:
            JointLimitError: a limit is not finite, or a lower one above its upper one.

        """
        lower, upper = self._per_joint(lower, 'lower'), self._per_joint(upper, 'upper')
        for name, low, high in zip(self.joint_names, lower, upper, strict=True):
            if not (np.isfinite(low) and np.isfinite(high) and low <= high):
                raise JointLimitError(
                    f'joint {shortened(name)}: limits [{low}, {high}]; expected finite, '
                    'lower <= upper'
                )
        # A continuous joint that is given less than a full turn no longer is one.
        kinds = tuple(
            'revolute' if kind == 'continuous' and high - low < 2 * np.pi - 1e-9 else kind
            for kind, low, high in zip(self.joint_types, lower, upper, strict=True)
        )
        return dataclasses.replace(self, lower=lower, upper=upper, joint_types=kinds)

    def _per_joint(self, values: PerJoint, what: str) -> Array:
        """Return (joints,), one value spread out."""
        array = numbers(values, what, JointLimitError)
        if array.shape not in ((), (1,), self.lower.shape):
            raise JointLimitError(
                f'{what} has shape {array.shape}; expected ({self.joint_count},)'
            )
        return np.array(np.broadcast_to(array, self.lower.shape))

    def with_scaled_limits(self, fraction: float) -> KinematicChain:
        """Return the chain with every range scaled about its middle (paper, section III-B).

        Raises:
            InvalidInputError: the fraction is no number, 0 up to 1000.

        """
        fraction = number(fraction, 'fraction', '0 up to 1000', lambda share: 0 <= share <= 1000)
        half_range = 0.5 * fraction * (self.upper - self.lower)
        return self.with_limits(self.middle - half_range, self.middle + half_range)

    def with_tool(self, tool: Transform) -> KinematicChain:
        """Return the chain that ends at a tool behind the tip.

        Args:
            tool: (4, 4), T_tip_tool.

        Raises:
            InvalidInputError: it is no rigid transform.

        """
        transforms = self.transforms.copy()
        transforms[-1] = transforms[-1] @ rigid(tool, 'tool', (4, 4))
        return dataclasses.replace(self, transforms=transforms)

    @functools.cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits of everything that matters to kinematics; meshes do not.

        Chains with equal fingerprints have the same joints and limits, and move alike.
        """
        matter = self.to_dict()
        del matter['base_frames'], matter['velocity']
        canonical = json.dumps(_rounded(matter), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def difference_from(
        self,
        robot: KinematicChain,
        calibration: float = 0.0,
        *,
        names: tuple[str, str] = comparison.NAMES,
    ) -> str | None:
        """Return the first difference between this chain and a robot, in words, or None.

        Args:
            robot: another chain.
            calibration: [m], the largest distance of the two tips that counts as calibration.
            names: names of this chain and of the other in the answer.

        """
        instance(robot, KinematicChain, 'robot')
        calibration = number(calibration, 'calibration', 'metres, 0 or more', lambda c: c >= 0)
        if len(texts(names, 'names')) != 2:
            raise InvalidInputError(f'names are {shortened(names)}; expected two')
        return comparison.difference(self, robot, calibration, names)

    def deviation_from(self, robot: KinematicChain) -> tuple[float, float]:
        """Return the largest distance of the two tips in any posture, [m] and [rad]."""
        instance(robot, KinematicChain, 'robot')
        return comparison.deviation(self, robot)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and strings, ready for JSON; `from_dict` reads them back."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        fields['base_frames'] = {name: T.tolist() for name, T in self.base_frames.items()}
        # JSON has no infinity: None is "no limit".
        fields['velocity'] = [v if np.isfinite(v) else None for v in self.velocity.tolist()]
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in fields.items()}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> KinematicChain:
        """Build the chain that `to_dict` described.

        Raises:
            InvalidInputError: a field is missing, unknown, or not what a chain has.

        """
        names = [field.name for field in dataclasses.fields(cls)]
        given = entries(fields, names, 'the chain')
        velocity = given['velocity']
        if isinstance(velocity, list):
            given['velocity'] = [np.inf if v is None else v for v in velocity]
        return cls(**given)


def _rounded(value: Any) -> Any:
    """Round floats to 1e-9, so that the last bit of a cosine does not change a fingerprint."""
    if isinstance(value, float):
        return round(value, 9) + 0.0  # + 0.0 turns -0.0 into 0.0
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return value
