# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Clearance in torch: batched and differentiable, capsules to spheres and to each other.

As in `batched.py` the batch is the last dimension inside. `Placed` holds where a batch of bodies
lies, so that several questions share one forward pass.
"""

from typing import NamedTuple

import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

SMOOTHING = 1e-12  # [m²], under the root of a distance: its slope stays finite at distance 0


MOST_DISTANCES = 2**24  # between segments and spheres at once: some 300 MB with what they take
AT_ONCE = 64  # sets of spheres: what comes in between then fits into the cache


class Placed(NamedTuple):
    """Where the capsules of a flat batch of bodies lie."""

    ends: torch.Tensor  # (capsules, 2, 3, n) [m], in the base frame
    batch: tuple[int, ...]  # the shape of the batch, of n entries

    def shaped(self, values: torch.Tensor) -> torch.Tensor:
        """Return values (m, n) as (batch, m)."""
        return values.T.reshape(*self.batch, len(values))


class BatchedClearance:
    """The clearance of one body on one device, in one dtype."""

    def __init__(
        self,
        chain: KinematicChain,
        body: Body,
        device: torch.device | str = 'cpu',
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Copy the constants of chain and body to `device` as `dtype`."""

        def tensor(values: object, dtype: torch.dtype = dtype) -> torch.Tensor:
            return torch.as_tensor(values, device=device, dtype=dtype)

        self.chain = chain
        self._kinematics = BatchedKinematics(chain, device, dtype)
        self._frames = tensor(body.frames, torch.long)  # (capsules,)
        self._ends = tensor(body.ends)  # (capsules, 2, 3)
        self._radii = tensor(body.radii)[:, None]  # (capsules, 1)
        self._moving = tensor(body.moving.nonzero()[0], torch.long)
        self._pairs = tensor(body.pairs, torch.long)  # (pairs, 2)

    def origins(self, q: torch.Tensor) -> torch.Tensor:
        """Return where the joints and the tip lie, (..., motions + 1, 3) [m] (paper, eq. 3).

        Args:
            q: (..., joints) [rad or m].

        """
        origins = torch.stack([frame.origin for frame in self._kinematics.frames(q)])
        return origins.permute(2, 0, 1).reshape(*q.shape[:-1], len(origins), 3)

    def placed(self, q: torch.Tensor) -> Placed:
        """Place the capsules for joint positions (..., joints) [rad or m]."""
        rotations, origins = self._frame_poses(q)
        # (capsules, column, row, n): each end is a sum of columns
        columns = rotations.transpose(1, 2)[self._frames]
        turned = torch.bmm(self._ends, columns.flatten(2))  # (capsules, 2, 3 n)
        ends = turned.unflatten(2, (3, -1)) + origins[self._frames][:, None]
        return Placed(ends, tuple(q.shape[:-1]))

    def moving_ends(self, placed: Placed) -> torch.Tensor:
        """Return the ends of the capsules that move, (..., moving, 2, 3) [m]."""
        ends = placed.ends[self._moving].permute(3, 0, 1, 2)
        return ends.reshape(*placed.batch, len(self._moving), 2, 3)

    @property
    def moving_radii(self) -> torch.Tensor:
        """(moving,) [m], the radii of the capsules that move."""
        return self._radii[self._moving, 0]

    def to_spheres(self, placed: Placed, spheres: torch.Tensor) -> torch.Tensor:
        """Return each moving capsule's distance to its nearest sphere, (..., moving) [m].

        Args:
            placed: where the body lies.
            spheres: (m, 4), or (batch, m, 4) with other ones for each entry of the batch's first
                dimension: x y z radius [m].

        """
        ends = self.moving_ends(placed)
        sets = spheres if spheres.ndim > 2 else spheres[None]
        if sets.shape[1] == 0:
            return ends.new_full(ends.shape[:-2], torch.inf)
        flat = ends.reshape(len(sets), -1, 2, 3)  # (sets, n, 2, 3)
        # The slope is that of the nearest sphere alone: finding it needs none.
        with torch.no_grad():
            nearest = torch.cat(
                [
                    nearest_spheres(few, theirs)
                    for few, theirs in zip(flat.split(AT_ONCE), sets.split(AT_ONCE), strict=True)
                ]
            )
        nearest = torch.take_along_dim(sets, nearest[:, :, None], dim=1)  # (sets, n, 4)
        a, along = flat[:, :, 0], flat[:, :, 1] - flat[:, :, 0]
        apart = nearest[:, :, :3] - a
        squared = along.square().sum(-1).clamp_min(1e-18)
        share = ((apart * along).sum(-1) / squared).clamp(0, 1)[:, :, None]
        length = (apart - share * along).square().sum(-1).add(SMOOTHING).sqrt()
        return (length - nearest[:, :, 3]).view(ends.shape[:-2]) - self.moving_radii

    def to_itself(self, placed: Placed) -> torch.Tensor:
        """Return each pair's distance, (..., pairs) [m]."""
        i, j = self._pairs.unbind(-1)
        first, second = placed.ends[i], placed.ends[j]  # (pairs, 2, 3, n)
        distance = _segment_distance(first[:, 0], first[:, 1], second[:, 0], second[:, 1])
        return placed.shaped(distance - self._radii[i] - self._radii[j])

    def _frame_poses(self, q: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return rotations (motions + 1, 3, 3, n; row, column) and origins (motions + 1, 3, n)."""
        *frames, _ = self._kinematics.frames(q)
        n = frames[0].origin.shape[1]
        base = torch.eye(3, dtype=q.dtype, device=q.device)[:, :, None].expand(3, 3, n)
        rotations = torch.stack([base, *(frame.axes for frame in frames)])
        return rotations, torch.stack([q.new_zeros(3, n), *(frame.origin for frame in frames)])


def nearest_spheres(ends: torch.Tensor, spheres: torch.Tensor) -> torch.Tensor:
    """Return which sphere is nearest to each segment, (batch, n); args as `distances_to_spheres`.

    So many segments at once as bound the memory that is needed.
    """
    few = max(1, MOST_DISTANCES // (len(spheres) * spheres.shape[1]))
    return torch.cat(
        [distances_to_spheres(part, spheres).argmin(-1) for part in ends.split(few, dim=1)], dim=1
    )


def distances_to_spheres(ends: torch.Tensor, spheres: torch.Tensor) -> torch.Tensor:
    """Return the distances (batch, n, m) [m] of segments from the surfaces of spheres.

    By matrix products, which makes light work of many, good to a few micrometres.

    Args:
        ends: (batch, n, 2, 3) [m], of the segments.
        spheres: (batch, m, 4), x y z radius [m].

    """
    a, along = ends[:, :, 0], ends[:, :, 1] - ends[:, :, 0]
    centres = spheres[:, :, :3]
    length = along.square().sum(-1)[:, :, None].clamp_min(1e-18)  # squared [m²]
    onto = along @ centres.mT - (along * a).sum(-1)[:, :, None]
    share = (onto / length).clamp_(0, 1)
    squared = (share * length - 2 * onto) * share  # |c - a - s u|² - |c - a|²
    squared += a.square().sum(-1)[:, :, None]
    squared += centres.square().sum(-1)[:, None, :]
    squared -= 2 * (a @ centres.mT)
    return squared.clamp_min_(0).sqrt_() - spheres[:, None, :, 3]


def _length(vector: torch.Tensor) -> torch.Tensor:
    """Return the length over the second to last dimension: (..., 3, n) to (..., n)."""
    return vector.square().sum(-2).add(SMOOTHING).sqrt()


def _segment_distance(
    a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor
) -> torch.Tensor:
    """Return the distance (m, n) of segments a-b and c-d, (m, 3, n) each.

    The shares at which the nearest points lie need no slope: moving along a segment to its
    nearest point changes the distance only to second order.
    """
    with torch.no_grad():
        u, v, w = b - a, d - c, a - c
        uu, vv = u.square().sum(1), v.square().sum(1)
        uv, uw, vw = (u * v).sum(1), (u * w).sum(1), (v * w).sum(1)
        cross = uu * vv - uv * uv
        apart = cross > 1e-9 * uu * vv
        s = torch.where(apart, (uv * vw - uw * vv) / torch.where(apart, cross, 1.0), 0.0)
        t = (uv * s.clamp(0, 1) + vw) / vv.clamp_min(1e-18)
        t = t.clamp(0, 1)
        s = ((uv * t - uw) / uu.clamp_min(1e-18)).clamp(0, 1)
    return _length(a + s[:, None] * (b - a) - c - t[:, None] * (d - c))
