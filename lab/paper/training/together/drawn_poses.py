# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the networks of a group are shown, drawn for many steps at once.

Each network has a generator of its own: its poses are those that it sees when it is trained alone.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.sampling import Sampler

STEPS = 64  # that are drawn at once: so many that the drawing costs little, few enough for caches


class Drawn(NamedTuple):
    """What one step shows to all networks."""

    q: torch.Tensor  # (networks, joints, batch) [rad or m]
    position: torch.Tensor  # (networks, 3, batch) [m]
    rotation: torch.Tensor  # (networks, 3, 3, batch)
    weight: torch.Tensor | None  # (networks, batch), None: all poses count alike


class DrawnPoses:
    """Draws the poses of a group."""

    def __init__(
        self, trials: Sequence[Trial], device: torch.device, dtype: torch.dtype = torch.float32
    ) -> None:
        """Begin where a training of each network alone begins.

        Args:
            trials: with the same joints and batch.
            device: of the generators.
            dtype: of joint positions and poses.

        """
        self._batch = trials[0].config.batch
        self._generators = [
            torch.Generator(device).manual_seed(trial.config.seed) for trial in trials
        ]
        self._kinematics = [BatchedKinematics(trial.chain, device, dtype) for trial in trials]
        self._samplers = [
            Sampler(kinematics, trial.config, generator, STEPS * self._batch)
            for kinematics, trial, generator in zip(
                self._kinematics, trials, self._generators, strict=True
            )
        ]

    def next_steps(self) -> Iterator[Drawn]:
        """Yield what the next `STEPS` steps show."""
        rows: list[list[torch.Tensor]] = []
        for sampler, kinematics in zip(self._samplers, self._kinematics, strict=True):
            q = sampler.draw()  # (steps * batch, joints)
            position, rotation = kinematics.forward(q)
            weight = q.new_ones(len(q))
            if sampler.weighs:  # against each other within a batch
                each = map(sampler.weights, position.split(self._batch))
                weight = torch.cat([of_batch for of_batch in each if of_batch is not None])
            rows.append([q, position, rotation, weight])
        q, position, rotation, weight = (
            self._by_step(torch.stack(parts)) for parts in zip(*rows, strict=True)
        )
        alike = not any(sampler.weighs for sampler in self._samplers)
        for i in range(STEPS):
            yield Drawn(q[i], position[i], rotation[i], None if alike else weight[i])

    def state(self) -> list[torch.Tensor]:
        """Return the states of the generators, as they are between two calls of `next_steps`."""
        return [generator.get_state() for generator in self._generators]

    def restore(self, states: Sequence[Any]) -> None:
        """Go back to states that `state` returned."""
        for generator, state in zip(self._generators, states, strict=True):
            generator.set_state(state)

    def _by_step(self, values: torch.Tensor) -> torch.Tensor:
        """Take (networks, steps * batch, ...) to (steps, networks, ..., batch)."""
        split = values.unflatten(1, (STEPS, self._batch))
        return split.movedim(2, -1).transpose(0, 1).contiguous()
