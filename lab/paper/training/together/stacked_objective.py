# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's losses of several networks at once: what `learning/objective.py` is for one.

Networks may differ in encoding and method: they are sorted so that each kind is a slice.
"""

import itertools
from collections.abc import Sequence

import torch

from lab.paper.training.together.stacked_kinematics import StackedKinematics
from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.losses import length_unit

KINDS = (  # encoding and method, in the order of a group's networks
    ('linear', 'unsupervised'),
    ('linear', 'supervised'),
    ('biternion', 'supervised'),
    ('biternion', 'unsupervised'),
)


def kind_of(trial: Trial) -> int:
    """Return the place of a trial's encoding and method among `KINDS`."""
    return KINDS.index((trial.config.encoding, trial.config.method))


class StackedObjective:
    """The loss (networks, batch) of outputs (networks, outputs, batch)."""

    def __init__(self, trials: Sequence[Trial], decoders: Sequence[JointDecoder]) -> None:
        """Take what each network is taught; device and dtype are those of the decoders.

        Args:
            trials: in the order of `KINDS`.
            decoders: of the networks, in the same order.

        """
        lower = decoders[0].lower
        kinds = [kind_of(trial) for trial in trials]
        ends = [0, *itertools.accumulate(kinds.count(kind) for kind in range(len(KINDS)))]
        self._linear = ends[2]  # so many networks, the first ones
        self._supervised = slice(ends[1], ends[3])
        self._kinematics = StackedKinematics([t.chain for t in trials], lower.device, lower.dtype)
        self._joints = decoders[0].joints
        self._prismatic = None
        if decoders[0].prismatic is not None:
            self._prismatic = decoders[0].prismatic[:, None]  # (joints, 1)
        self._lower = torch.stack([d.lower for d in decoders])[:, :, None]  # (n, joints, 1)
        self._range = torch.stack([d.range for d in decoders])[:, :, None]
        self._middle = torch.stack([d.middle for d in decoders])[:, :, None]
        self._extent = self._range.clamp_min(1e-9)

        def column(values: Sequence[float]) -> torch.Tensor:
            return torch.as_tensor(values, dtype=lower.dtype, device=lower.device)[:, None]

        posed = [float(trial.config.method == 'unsupervised') for trial in trials]
        units = [length_unit(trial.chain.reach, 'squared') for trial in trials]
        self._position_weight = column(
            [on / unit**2 / 3 for on, unit in zip(posed, units, strict=True)]
        )  # of sums of squares [1/m²]
        self._rotation_weight = column(
            [on * t.config.orientation_weight / 6 for on, t in zip(posed, trials, strict=True)]
        )
        self._limit_weight = column(
            [
                on * t.config.limit_weight / self._joints
                for on, t in zip(posed, trials, strict=True)
            ]
        )

    def __call__(
        self, y: torch.Tensor, q: torch.Tensor, position: torch.Tensor, rotation: torch.Tensor
    ) -> torch.Tensor:
        """Return the loss (networks, batch).

        Args:
            y: (networks, outputs, batch).
            q: (networks, joints, batch) [rad or m], what the poses were made from.
            position: (networks, 3, batch) [m].
            rotation: (networks, 3, 3, batch).

        """
        answer = self._decoded(y)  # (networks, joints, batch) [rad or m]
        reached, turned = self._kinematics(answer)
        # The rotation counts by its first two columns (paper, section II-D).
        loss = self._position_weight * (reached - position).square().sum(1)
        differences = turned[:, :, :2] - rotation[:, :, :2]
        loss = loss + self._rotation_weight * differences.square().sum((1, 2))
        share = (answer - self._lower) / self._extent
        outside = share - share.clamp(0, 1)
        loss = loss + self._limit_weight * outside.square().sum(1)
        taught = self._supervised
        if taught.start == taught.stop:
            return loss
        joint_loss = self._joint_loss(y[taught], answer[taught], q[taught])
        return torch.cat([loss[: taught.start], joint_loss, loss[taught.stop :]])

    def _decoded(self, y: torch.Tensor) -> torch.Tensor:
        """Return joint positions (networks, joints, batch) [rad or m]."""
        first, joints = self._linear, self._joints
        parts = []
        if first:
            shares = y[:first, :joints]
            parts.append(torch.addcmul(self._lower[:first], shares, self._range[:first]))
        if first < len(y):
            sine, cosine = y[first:, :joints], y[first:, joints : 2 * joints]
            angle = torch.atan2(sine, cosine)
            if self._prismatic is not None:
                slid = self._middle[first:] + 0.5 * self._range[first:] * sine
                angle = torch.where(self._prismatic, slid, angle)
            parts.append(angle)
        return torch.cat(parts)

    def _joint_loss(self, y: torch.Tensor, answer: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
        """Return the loss of the supervised networks, which are taught the joint positions."""
        taught, joints = self._supervised, self._joints
        first = self._linear - taught.start  # so many of them are linear
        extent, middle = self._extent[taught], self._middle[taught]
        linear = ((answer[:first] - q[:first]) / extent[:first]).square().mean(1)
        if first == len(answer):
            return linear
        y, q = y[first:, : 2 * joints], q[first:]
        sine, cosine = torch.sin(q), torch.cos(q)
        if self._prismatic is not None:
            sine = torch.where(self._prismatic, 2 * (q - middle[first:]) / extent[first:], sine)
            cosine = torch.where(self._prismatic, y[:, joints:], cosine)
        return torch.cat([linear, (y - torch.cat([sine, cosine], dim=1)).square().mean(1)])
