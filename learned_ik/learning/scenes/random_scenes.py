# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Random scenes for a network that takes the scene as its input: spheres about free postures.

Each pose gets spheres among which the posture that it was made from is free, so that there is an
answer. The network sees them as distances from its basis points.
"""

from typing import Any, NamedTuple

import numpy as np
import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.kinematics.clearance_batched import BatchedClearance, distances_to_spheres
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

COUNTS = (0, 1, 2, 4, 8, 16, 32, 64)  # spheres in a scene; each is as likely
SPARE = 8  # tries more than two for each sphere
GONE = 1e3  # [m], where a sphere lies for which there is no room: out of everyone's sight


class Kind(NamedTuple):
    """A kind of scene."""

    near: float  # share of the spheres that lie near the posture; the others lie anywhere
    radii: tuple[float, float]  # [m]
    gap: tuple[float, float]  # [m], between the posture and those that are near


KINDS = (
    Kind(0.5, (0.05, 0.20), (0.025, 0.045)),
    Kind(1.0, (0.05, 0.20), (0.025, 0.045)),
    Kind(1.0, (0.04, 0.10), (0.003, 0.023)),
)


class Problem(NamedTuple):
    """Poses in scenes of so many spheres each."""

    inputs: torch.Tensor  # (n, 12 + points), as the network takes them
    spheres: torch.Tensor  # (n, m, 4), x y z radius [m]


class RandomScenes:
    """Draws spheres about postures, and says what the network sees of them."""

    def __init__(
        self, clearance: BatchedClearance, points: BasisPoints, generator: torch.Generator
    ) -> None:
        """Prepare for one robot.

        Args:
            clearance: of the robot's body.
            points: of the network.
            generator: on the same device.

        """
        self._clearance = clearance
        self._generator = generator
        device = generator.device

        def tensor(values: Any) -> torch.Tensor:
            return torch.as_tensor(values, dtype=torch.float32, device=device)

        self._world, self._target = tensor(points.world), tensor(points.target)
        self._far = points.far
        chain = clearance.chain
        self._shoulder, self._reach = tensor(chain.transforms[0, :3, 3]), chain.reach
        self._near = tensor([kind.near for kind in KINDS])
        self._radii = tensor([kind.radii for kind in KINDS])
        self._gaps = tensor([kind.gap for kind in KINDS])

    def draw(self, q: torch.Tensor, count: int | None = None) -> torch.Tensor:
        """Return spheres (batch, m, 4), x y z radius [m], about postures q (batch, joints).

        No sphere comes nearer to its posture than the gap of its kind. Where there is no room for
        one, it is gone.

        Args:
            q: (batch, joints) [rad or m].
            count: how many spheres; default: one of `COUNTS` for all of the batch.

        """
        if count is None:
            count = COUNTS[int(self._whole(len(COUNTS), 1)[0])]
        batch, tries = len(q), 2 * count + SPARE  # most lie within the arm, or too near
        if count == 0:
            return q.new_zeros(batch, 0, 4)
        kind = self._whole(len(KINDS), batch)
        low, high = self._radii[kind].unbind(-1)
        radius = low[:, None] + (high - low)[:, None] * self._share(batch, tries)
        low, high = self._gaps[kind].unbind(-1)
        gap = low[:, None] + (high - low)[:, None] * self._share(batch, tries)

        ends = self._clearance.moving_ends(self._clearance.placed(q))  # (batch, capsules, 2, 3)
        body_radii = self._clearance.moving_radii
        capsule = self._whole(ends.shape[1], batch * tries).view(batch, tries)
        a, b = torch.take_along_dim(ends, capsule[:, :, None, None], dim=1).unbind(2)
        direction = torch.randn(batch, tries, 3, generator=self._generator, device=q.device)
        direction = direction / direction.norm(dim=-1, keepdim=True)
        away = body_radii[capsule] + radius + gap
        centre = a + self._share(batch, tries, 1) * (b - a) + away[:, :, None] * direction
        anywhere = self._shoulder + self._reach * (2 * self._share(batch, tries, 3) - 1)
        near = self._share(batch, tries) < self._near[kind][:, None]
        centre = torch.where(near[:, :, None], centre, anywhere)

        spheres = torch.cat([centre, radius[:, :, None]], dim=-1)
        clearance = distances_to_spheres(ends, spheres) - body_radii[:, None]
        fits = clearance.amin(1) >= low[:, None]
        fits &= (centre - self._shoulder).norm(dim=-1) > radius
        fits, first = fits.float().topk(count, dim=1)
        spheres = torch.take_along_dim(spheres, first[:, :, None], dim=1)
        return torch.where(fits[:, :, None] > 0, spheres, spheres.new_tensor([GONE, 0, 0, 0.1]))

    def seen(
        self, position: torch.Tensor, rotation: torch.Tensor, spheres: torch.Tensor
    ) -> torch.Tensor:
        """Return what the network sees, clipped distances (batch, points) [m].

        Args:
            position: (batch, 3) [m], of the poses.
            rotation: (batch, 3, 3), likewise.
            spheres: (batch, m, 4), x y z radius [m].

        """
        about = position[:, None] + self._target @ rotation.mT  # (batch, points, 3)
        points = torch.cat([self._world.expand(len(position), -1, 3), about], dim=1)
        if spheres.shape[1] == 0:
            return points.new_full(points.shape[:2], self._far)
        apart = torch.cdist(points, spheres[:, :, :3]) - spheres[:, None, :, 3]
        return apart.amin(-1).clamp(-self._far, self._far)

    def _share(self, *shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=self._generator, device=self._generator.device)

    def _whole(self, below: int, count: int) -> torch.Tensor:
        generator = self._generator
        return torch.randint(below, (count,), generator=generator, device=generator.device)


def problems(
    chain: KinematicChain,
    body: Body,
    points: BasisPoints,
    count: int,
    seed: int,
    device: torch.device | str = 'cpu',
) -> list[Problem]:
    """Return poses in random scenes, about `count` in all, as many for each of `COUNTS`.

    The same ones for the same seed, whatever the device.
    """
    scenes = RandomScenes(
        BatchedClearance(chain, body), points, torch.Generator().manual_seed(seed)
    )
    rng, kinematics, result = np.random.default_rng(seed), BatchedKinematics(chain), []
    for spheres_each in COUNTS:
        q = torch.as_tensor(chain.sample(rng, -(-count // len(COUNTS))), dtype=torch.float32)
        position, rotation = kinematics.forward(q)
        spheres = scenes.draw(q, spheres_each)
        seen = scenes.seen(position, rotation, spheres)
        inputs = torch.cat([position, rotation.flatten(1), seen], dim=1)
        result.append(Problem(inputs.to(device), spheres.to(device)))
    return result


def blinded(problem: Problem, points: BasisPoints) -> Problem:
    """Return the problem with the network told that nothing is near."""
    inputs = problem.inputs.clone()
    inputs[:, -len(points) :] = points.far
    return Problem(inputs, problem.spheres)
