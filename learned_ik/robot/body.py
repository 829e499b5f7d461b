# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Body`: the arm as capsules that move with its joints, and which of them may touch."""

import dataclasses
import logging
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Integers
from learned_ik.checks import entries, instance, number
from learned_ik.errors import InvalidInputError
from learned_ik.robot.attachment import attached_capsules
from learned_ik.robot.capsules import BULGE, Capsule, PlacedCapsule, capsule_around
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.checking.body_checks import FARTHEST, checked_body
from learned_ik.robot.parsing import urdf_text
from learned_ik.robot.touching import (
    POSTURES,
    SEGMENT,
    disabled_pairs,
    joined_links,
    touching_pairs,
)

log = logging.getLogger(__name__)


LINK_RADIUS = 0.05  # [m], of a link whose shape is not known


@dataclasses.dataclass(frozen=True, eq=False)
class Body:
    """Capsules on a chain. They hold the links' shapes: what keeps clear of them, keeps clear.

    Frame k lies where k motions of the chain have been made: frame 0 is the base link's, frame k
    that of motion k - 1 after it, whose z is the motion's axis.
    """

    links: tuple[str, ...]  # of each capsule
    frames: Integers  # (capsules,)
    ends: Array  # (capsules, 2, 3) [m], in the capsule's frame
    radii: Array  # (capsules,) [m]
    pairs: Integers  # (pairs, 2), capsules that may touch each other

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` for a field that cannot be."""
        given = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name, value in checked_body(given).items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_urdf(
        cls,
        urdf: str | os.PathLike[str],
        chain: KinematicChain,
        *,
        srdf: str | None = None,
        link_radius: float = LINK_RADIUS,
        bulge: float = BULGE,
        folders: Sequence[str | Path] = (),
        known: 'Body | None' = None,
    ) -> 'Body':
        """Build the body of a chain's robot from its collision geometry.

        Links off the chain are carried by the link that they hang on; joints between them stand
        at 0, or at the limit nearest to it. A moving part of the chain without any geometry gets
        the segment between its joint's origin and the next one's.

        Args:
            urdf: the text of the URDF that the chain was built from, or its file.
            chain: the chain.
            srdf: the text of an SRDF, whose `disable_collisions` are heeded.
            link_radius: [m], of links that have no geometry.
            bulge: [m], how far capsules may reach beyond the geometry of what moves.
            folders: where packages of meshes may lie.
            known: a body of the same chain: its capsules stand for links that have no geometry,
                or some that cannot be read. It is returned itself where the capsules are its own.

        Raises:
            UrdfError: the URDF or SRDF cannot be read.
            InvalidInputError: `link_radius` or `bulge` is not above 0.

        """
        instance(chain, KinematicChain, 'chain')
        bulge = number(bulge, 'bulge', 'metres, above 0', lambda b: 0 < b < np.inf)
        urdf = urdf_text(urdf)
        there = [Path(folder) for folder in folders]
        leave_out = () if known is None else known.links
        placed = attached_capsules(urdf, chain, there, bulge, leave_out)
        placed = _without_hidden(placed) + _of_other_links(known, placed)
        placed += segments(chain, link_radius, without={each.frame for each in placed})
        apart = joined_links(urdf) | (disabled_pairs(srdf) if srdf is not None else set())
        return cls._of(placed, chain, apart, bulge, known)

    @classmethod
    def from_chain(cls, chain: KinematicChain, link_radius: float = LINK_RADIUS) -> 'Body':
        """Build a body of nothing but the segments between joint origins.

        Raises:
            InvalidInputError: `link_radius` is not above 0.

        """
        return cls._of(segments(chain, link_radius, without=set()), chain, set(), 0.0)

    @classmethod
    def _of(
        cls,
        placed: Sequence[PlacedCapsule],
        chain: KinematicChain,
        apart: set[frozenset[str]],
        bulge: float,
        known: 'Body | None' = None,
    ) -> 'Body':
        """Return the body of these capsules, without the pairs of links that stay apart."""
        placed = sorted(placed, key=lambda each: (each.frame, each.link))
        ends = [[each.capsule.a, each.capsule.b] for each in placed]
        body = cls(
            links=tuple(each.link for each in placed),
            frames=np.array([each.frame for each in placed], np.int64),
            ends=np.array(ends, np.float64).reshape(-1, 2, 3),
            radii=np.array([each.capsule.radius for each in placed], np.float64),
            pairs=np.empty((0, 2), np.int64),
        )
        if known is not None and body.is_like(known):
            return known
        postures = body.placed(chain, chain.sample(np.random.default_rng(0), POSTURES))
        return dataclasses.replace(body, pairs=touching_pairs(placed, postures, apart, bulge))

    def is_like(self, other: 'Body') -> bool:
        """Say whether another body has the same capsules."""
        mine, theirs = (
            (each.links, each.frames.tolist(), each.ends.round(9).tolist(), each.radii.tolist())
            for each in (self, other)
        )
        return mine == theirs

    def __len__(self) -> int:
        return len(self.links)

    @property
    def moving(self) -> npt.NDArray[np.bool_]:
        """(capsules,), whether a capsule moves: only these are kept clear of obstacles."""
        return self.frames > 0

    @property
    def hull_numbers(self) -> Integers:
        """(capsules,), from 0 on: the same for what one frame carries, or a link that stands."""
        names = [
            (frame, link if frame == 0 else '')
            for frame, link in zip(self.frames.tolist(), self.links, strict=True)
        ]
        changes = [k > 0 and names[k] != names[k - 1] for k in range(len(names))]
        return np.cumsum(changes, dtype=np.int64)

    @cached_property
    def hulls(self) -> list[Capsule]:
        """A capsule around those of each of the `hull_numbers`, in their frame."""
        capsules = [
            Capsule(a, b, float(r)) for (a, b), r in zip(self.ends, self.radii, strict=True)
        ]
        numbers = self.hull_numbers
        return [
            capsule_around([capsules[k] for k in np.flatnonzero(numbers == number)])
            for number in range(int(numbers.max(initial=-1)) + 1)
        ]

    def placed(self, chain: KinematicChain, q: npt.ArrayLike) -> Array:
        """Return where the capsules' ends lie, (..., capsules, 2, 3) [m], in the base frame.

        Args:
            chain: the robot.
            q: (..., joints) [rad or m].

        """
        self.check_on(chain)
        R, p = chain.frames(q)
        R, p = R[..., self.frames, :, :], p[..., self.frames, :]
        return p[..., None, :] + np.einsum('...cij,cej->...cei', R, self.ends)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and strings, ready for JSON; `from_dict` reads them back."""
        return {
            'links': list(self.links),
            'frames': self.frames.tolist(),
            'ends': self.ends.tolist(),
            'radii': self.radii.tolist(),
            'pairs': self.pairs.tolist(),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], chain: KinematicChain) -> 'Body':
        """Build the body that `to_dict` described.

        Raises:
            InvalidInputError: fields are missing, malformed, or not of this chain.

        """
        given = entries(fields, [field.name for field in dataclasses.fields(cls)], 'the body')
        if given['links'] == []:  # JSON has no shape for arrays without entries
            given['ends'] = np.empty((0, 2, 3))
        if given['pairs'] == []:
            given['pairs'] = np.empty((0, 2))
        body = cls(**given)
        body.check_on(chain)
        return body

    def check_on(self, chain: KinematicChain) -> None:
        """Raise `InvalidInputError` unless a chain has the frames that carry the capsules."""
        instance(chain, KinematicChain, 'chain')
        if (self.frames > chain.motion_count).any():
            raise InvalidInputError(
                f'the body has capsules on frame {self.frames.max()}; expected 0 up to '
                f'{chain.motion_count}, as the chain has'
            )


def segments(chain: KinematicChain, link_radius: float, without: set[int]) -> list[PlacedCapsule]:
    """Return a capsule from each joint's origin to the next, but for the frames in `without`.

    Raises:
        InvalidInputError: the radius [m] is not above 0.

    """
    instance(chain, KinematicChain, 'chain')
    link_radius = number(
        link_radius, 'link_radius', f'metres, above 0 up to {FARTHEST:g}',
        lambda r: 0 < r <= FARTHEST,
    )  # fmt: skip
    placed = []
    for frame in range(1, chain.motion_count + 1):
        end = chain.transforms[frame][:3, 3]
        # Where two origins coincide, the neighbours' ends are there already.
        if frame not in without and np.linalg.norm(end) > 1e-6:
            name = f'{chain.joint_names[chain.source[frame - 1]]}{SEGMENT}'
            placed.append(PlacedCapsule(name, frame, Capsule(np.zeros(3), end, link_radius)))
    return placed


def _of_other_links(known: Body | None, placed: Sequence[PlacedCapsule]) -> list[PlacedCapsule]:
    """Return a body's capsules on links that have none here; segments are made anew."""
    if known is None:
        return []
    covered = {each.link for each in placed}
    rows = zip(known.links, known.frames.tolist(), known.ends, known.radii.tolist(), strict=True)
    return [
        PlacedCapsule(link, frame, Capsule(a, b, radius))
        for link, frame, (a, b), radius in rows
        if link not in covered and not link.endswith(SEGMENT)
    ]


def _without_hidden(placed: Sequence[PlacedCapsule]) -> list[PlacedCapsule]:
    """Leave out each capsule that another one of its frame holds wholly."""
    kept: list[PlacedCapsule] = []
    for each in sorted(placed, key=lambda each: -each.capsule.volume):
        if not any(
            other.frame == each.frame and other.capsule.holds(each.capsule) for other in kept
        ):
            kept.append(each)
    return kept
