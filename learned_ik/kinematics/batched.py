# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Forward kinematics and Jacobian in torch: batched, differentiable, any device and dtype.

The batch is the last dimension inside, so that each elementary operation runs over contiguous
memory, and the gradient is written down (virtual work) instead of recorded step by step.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from learned_ik.errors import InvalidInputError
from learned_ik.robot.chain import KinematicChain


class Frame(NamedTuple):
    """A frame of the chain after the motion about or along its z was made, for a flat batch."""

    axes: torch.Tensor  # (3, 3, batch; row, column), in the base frame
    origin: torch.Tensor  # (3, batch) [m]
    start: torch.Tensor  # (3, batch) [m], its origin before the motion


class BatchedKinematics:
    """The kinematics of one chain on one device, in one dtype."""

    def __init__(
        self,
        chain: KinematicChain,
        device: torch.device | str = 'cpu',
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Copy the chain's constants to `device` as `dtype`."""

        def tensor(values: object, dtype: torch.dtype = dtype) -> torch.Tensor:
            return torch.as_tensor(values, device=device, dtype=dtype)

        self.chain = chain
        self.lower = tensor(chain.lower)  # (joints,) [rad or m]
        self.upper = tensor(chain.upper)  # (joints,) [rad or m]
        self._prismatic = chain.prismatic.tolist()  # (motions,)
        self._is_prismatic = tensor(chain.prismatic, torch.bool)[:, None]  # (motions, 1)
        # Each transform as (4, 3): rows 0 to 2 its axes, row 3 its translation.
        self._transforms = tensor(chain.transforms[:, :3, :].swapaxes(-1, -2)).contiguous()
        self._offset = tensor(chain.offset)[:, None]  # (motions, 1)
        drive = torch.zeros(chain.motion_count, chain.joint_count, dtype=torch.float64)
        drive[torch.arange(chain.motion_count), torch.as_tensor(chain.source)] = torch.as_tensor(
            chain.multiplier
        )
        self._drive = tensor(drive)  # (motions, joints), motion values = drive @ q + offset

    def forward(self, q: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the tip's pose in the base frame (paper, equation 3), differentiable in `q`.

        Args:
            q: (..., joints) [rad or m].

        Returns:
            position (..., 3) [m] and rotation (..., 3, 3).

        Raises:
            InvalidInputError: the last dimension is not the number of joints.

        """
        batch = self._checked(q)
        if batch.requires_grad and torch.is_grad_enabled():
            position, rotation = _ForwardKinematics.apply(batch, self)
        else:
            *_, tip = self.frames(batch)
            position, rotation = tip.origin.T, tip.axes.permute(2, 0, 1)
        return position.reshape(*q.shape[:-1], 3), rotation.reshape(*q.shape[:-1], 3, 3)

    def jacobian(self, q: torch.Tensor) -> torch.Tensor:
        """Return the geometric Jacobian of the tip, in the base frame.

        Args:
            q: (..., joints) [rad or m].

        Returns:
            (..., 6, joints): rows 0 to 2 linear [m per joint unit], rows 3 to 5 angular [rad per
            joint unit].

        Raises:
            InvalidInputError: the last dimension is not the number of joints.

        """
        position, _, origins, axes = self._tip_and_motions(self._checked(q))
        linear = torch.where(
            self._is_prismatic[:, None], axes, _cross(axes, position - origins)
        )  # (motions, 3, batch)
        angular = torch.where(self._is_prismatic[:, None], 0.0, axes)
        motions = torch.cat([linear, angular], dim=1)  # (motions, 6, batch)
        columns = torch.einsum('mcb,mj->bcj', motions, self._drive)
        return columns.reshape(*q.shape[:-1], 6, self.chain.joint_count)

    def joint_origins(self, q: torch.Tensor) -> torch.Tensor:
        """Return where each motion's frame lies: (..., motions, 3) [m], not differentiable."""
        _, _, origins, _ = self._tip_and_motions(self._checked(q.detach()))
        return origins.permute(2, 0, 1).reshape(*q.shape[:-1], self.chain.motion_count, 3)

    def _checked(self, q: torch.Tensor) -> torch.Tensor:
        if q.ndim == 0 or q.shape[-1] != self.chain.joint_count:
            raise InvalidInputError(
                f'q has shape {tuple(q.shape)}; expected (..., {self.chain.joint_count}), '
                f'one value for each of {", ".join(self.chain.joint_names)}'
            )
        return q.reshape(-1, self.chain.joint_count)

    def frames(self, q: torch.Tensor) -> Iterator[Frame]:
        """Go from base to tip once, and yield each motion's frame, then that of the tip.

        This is the one place where torch goes along the chain. What it yields is differentiable
        as autograd records it.

        Args:
            q: (..., joints) [rad or m], of `batch` entries.

        Raises:
            InvalidInputError: the last dimension is not the number of joints.

        """
        values = self._drive @ self._checked(q).T + self._offset  # (motions, batch)
        cosines, sines = torch.cos(values), torch.sin(values)
        first = self._transforms[0]
        R = first[:3].T[:, :, None].expand(3, 3, values.shape[1])
        p = first[3][:, None].expand(3, values.shape[1])
        for i, transform in enumerate(self._transforms[1:]):
            start = p
            x, y, z = R.unbind(1)
            if self._prismatic[i]:
                p = p + z * values[i]
            else:
                c, s = cosines[i], sines[i]
                R = torch.stack([c * x + s * y, c * y - s * x, z], dim=1)
            yield Frame(R, p, start)
            placed = transform @ R  # (3, 4, batch): the next frame's axes, and its displacement
            R, p = placed[:, :3], p + placed[:, 3]
        yield Frame(R, p, p)

    def _tip_and_motions(
        self, q: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return origin and axes of the tip, and of each motion where it is made and its axis.

        Args:
            q: (batch, joints) [rad or m].

        Returns:
            (3, batch) [m], (3, 3, batch; row, column), (motions, 3, batch) [m] and
            (motions, 3, batch).

        """
        *motions, tip = self.frames(q)
        origins = torch.stack([motion.start for motion in motions])
        axes = torch.stack([motion.axes[:, 2] for motion in motions])
        return tip.origin, tip.axes, origins, axes


class _ForwardKinematics(torch.autograd.Function):
    """Forward kinematics whose gradient is the virtual work of a wrench at the tip."""

    @staticmethod
    def forward(
        ctx: Any, q: torch.Tensor, kinematics: BatchedKinematics
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Take q (batch, joints) to position (batch, 3) [m] and rotation (batch, 3, 3)."""
        p, R, origins, axes = kinematics._tip_and_motions(q)
        ctx.save_for_backward(p, R, origins, axes)
        ctx.kinematics = kinematics
        return p.T.contiguous(), R.permute(2, 0, 1).contiguous()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(
        ctx: Any, grad_p: torch.Tensor, grad_R: torch.Tensor
    ) -> tuple[torch.Tensor, None]:
        """Take the loss's slopes in position and rotation to its slopes in q (batch, joints).

        Turning by dq about axis z through origin o moves the tip by z x (p - o) dq and each of
        its axes r by z x r dq; so the slope is z . (moment + (p - o) x force), with the force
        dL/dp and the moment the sum of r x dL/dr over the three axes.
        """
        p, R, origins, axes = ctx.saved_tensors
        kinematics: BatchedKinematics = ctx.kinematics
        force = grad_p.T  # (3, batch)
        moment = _cross(R.transpose(0, 1), grad_R.permute(2, 1, 0)).sum(0)  # (3, batch)
        torque = moment + _cross(p - origins, force.expand_as(origins))  # (motions, 3, batch)
        slope = (axes * torch.where(kinematics._is_prismatic[:, None], force, torque)).sum(1)
        return slope.T @ kinematics._drive, None


def _cross(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the cross product over the second to last dimension: (..., 3, batch)."""
    ax, ay, az = a.unbind(-2)
    bx, by, bz = b.unbind(-2)
    return torch.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], dim=-2)
