# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Clearance in torch: batched and differentiable, capsules to spheres and to each other."""

import torch

from learned_ik.errors import InvalidInputError
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

SMOOTHING = 1e-12  # [m²], under the root of a distance: its slope stays finite at distance 0


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
        self._transforms = tensor(chain.transforms)  # (motions + 1, 4, 4)
        self._multiplier, self._offset = tensor(chain.multiplier), tensor(chain.offset)
        self._source = tensor(chain.source, torch.long)
        self._prismatic = chain.prismatic.tolist()
        self._frames = tensor(body.frames, torch.long)  # (capsules,)
        self._ends, self._radii = tensor(body.ends), tensor(body.radii)
        self._pairs = tensor(body.pairs, torch.long)  # (pairs, 2)
        self._moving = tensor(body.frames > 0, torch.bool)

    def origins(self, q: torch.Tensor) -> torch.Tensor:
        """Return where the joints and the tip lie, (..., motions + 1, 3) [m] (paper, eq. 3).

        Args:
            q: (..., joints) [rad or m].

        """
        R, p = self._poses(q)
        tip = p[..., -1, :] + (R[..., -1, :, :] @ self._transforms[-1, :3, 3])
        return torch.cat([p[..., 1:, :], tip[..., None, :]], dim=-2)

    def placed(self, q: torch.Tensor) -> torch.Tensor:
        """Return the capsules' ends, (..., capsules, 2, 3) [m], in the base frame."""
        R, p = self._poses(q)
        R, p = R[..., self._frames, :, :], p[..., self._frames, :]
        return p[..., None, :] + torch.einsum('...cij,cej->...cei', R, self._ends)

    def to_spheres(self, q: torch.Tensor, spheres: torch.Tensor) -> torch.Tensor:
        """Return each capsule's distance to its nearest sphere, (..., capsules) [m].

        Args:
            q: (..., joints) [rad or m].
            spheres: (n, 4) or (..., n, 4), x y z radius [m], one or more.

        Infinite for capsules that never move.
        """
        return self._to_spheres(self.placed(q), spheres)

    def to_itself(self, q: torch.Tensor) -> torch.Tensor:
        """Return each pair's distance, (..., pairs) [m]."""
        return self._to_itself(self.placed(q))

    def distances(
        self, q: torch.Tensor, spheres: torch.Tensor | None
    ) -> tuple[torch.Tensor | None, torch.Tensor]:
        """Return `to_spheres`, None without spheres, and `to_itself`, for one forward pass."""
        placed = self.placed(q)
        to_spheres = None if spheres is None else self._to_spheres(placed, spheres)
        return to_spheres, self._to_itself(placed)

    def _to_spheres(self, placed: torch.Tensor, spheres: torch.Tensor) -> torch.Tensor:
        a, b = placed[..., None, 0, :], placed[..., None, 1, :]  # (..., capsules, 1, 3)
        centre, radius = spheres[..., None, :, :3], spheres[..., None, :, 3]
        distance = _point_segment(centre, a, b) - radius  # (..., capsules, n)
        nearest = distance.amin(-1) - self._radii
        return torch.where(self._moving, nearest, torch.inf)

    def _to_itself(self, placed: torch.Tensor) -> torch.Tensor:
        i, j = self._pairs.unbind(-1)
        first, second = placed[..., i, :, :], placed[..., j, :, :]
        distance = _segment_segment(*first.unbind(-2), *second.unbind(-2))
        return distance - self._radii[i] - self._radii[j]

    def _poses(self, q: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return rotations (..., motions + 1, 3, 3) and origins (..., motions + 1, 3) [m]."""
        if q.ndim == 0 or q.shape[-1] != self.chain.joint_count:
            raise InvalidInputError(
                f'q has shape {tuple(q.shape)}; expected (..., {self.chain.joint_count})'
            )
        values = self._multiplier * q[..., self._source] + self._offset  # (..., motions)
        cosines, sines = torch.cos(values), torch.sin(values)
        R = torch.eye(3, dtype=q.dtype, device=q.device).expand(*q.shape[:-1], 3, 3)
        p = q.new_zeros(*q.shape[:-1], 3)
        rotations, origins = [R], [p]
        for i, T in enumerate(self._transforms[:-1]):
            p = p + (R @ T[:3, 3])
            x, y, z = (R @ T[:3, :3]).unbind(-1)
            if self._prismatic[i]:
                p = p + z * values[..., i, None]
            else:
                c, s = cosines[..., i, None], sines[..., i, None]
                x, y = c * x + s * y, c * y - s * x
            R = torch.stack([x, y, z], dim=-1)
            rotations.append(R)
            origins.append(p)
        return torch.stack(rotations, dim=-3), torch.stack(origins, dim=-2)


def _length(vector: torch.Tensor) -> torch.Tensor:
    return vector.square().sum(-1).add(SMOOTHING).sqrt()


def _point_segment(point: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    along = b - a
    squared = along.square().sum(-1).clamp_min(1e-18)
    share = (((point - a) * along).sum(-1) / squared).clamp(0, 1)
    return _length(point - a - share[..., None] * along)


def _segment_segment(
    a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor
) -> torch.Tensor:
    """Return the distance of segments a-b and c-d, (..., 3) each.

    The shares at which the nearest points lie need no slope: moving along a segment to its
    nearest point changes the distance only to second order.
    """
    with torch.no_grad():
        u, v, w = b - a, d - c, a - c
        uu, vv = u.square().sum(-1), v.square().sum(-1)
        uv, uw, vw = (u * v).sum(-1), (u * w).sum(-1), (v * w).sum(-1)
        cross = uu * vv - uv * uv
        s = torch.where(cross > 1e-9 * uu * vv, (uv * vw - uw * vv) / cross, 0.0).clamp(0, 1)
        t = torch.where(vv > 1e-18, (uv * s + vw) / vv, 0.0)
        t = t.nan_to_num(0.0).clamp(0, 1)
        s = torch.where(uu > 1e-18, (uv * t - uw) / uu, 0.0).nan_to_num(0.0).clamp(0, 1)
    return _length(a + s[..., None] * (b - a) - c - t[..., None] * (d - c))
