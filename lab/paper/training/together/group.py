# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Networks that are trained together: which may be, and one step of all of them.

At a batch of 100, a step of one small network is mostly the cost of starting operations. A step
of many as one batch starts each operation once, and torch's compiler leaves few of them. The
slopes of one network do not depend on another, nor does Adam: each gets the weights that it would
get alone, but for rounding.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch

from lab.paper.training.together.drawn_poses import Drawn, DrawnPoses
from lab.paper.training.together.fusion import fused
from lab.paper.training.together.stacked_network import StackedNetwork, Weights
from lab.paper.training.together.stacked_objective import KINDS, StackedObjective, kind_of
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.training_config import PAPER
from learned_ik.learning.training_network import PoseNetwork

# What networks of a group have in common, and what all of them must be to be trained here.
SHARED = ('samples', 'device', 'hidden', 'batch', 'learning_rate', 'warm_up')
REQUIRED = (
    *('minutes', 'until_error', 'heads', 'activation', 'batch_norm', 'seed_input', 'optimizer'),
    *('scene_conditioned', 'loss', 'mean_weight', 'hard_share', 'bootstrap_share', 'cycles'),
    *('beyond_share', 'margin_weight', 'manipulability_weight', 'preferred_weight'),
)
BETAS, EPSILON = (0.9, 0.999), 1e-8  # of Adam, torch's defaults


def shape_of(trial: Trial) -> tuple[object, ...] | None:
    """Return what a trial has in common with those it can be trained with; None: with none."""
    config, chain = trial.config, trial.chain
    paper_like = all(getattr(config, field) == getattr(PAPER, field) for field in REQUIRED)
    if trial.scene is not None or not paper_like or config.samples is None:
        return None
    if (config.encoding, config.method) not in KINDS:
        return None
    joints = (chain.joint_count, tuple(chain.joint_types), tuple(chain.prismatic.tolist()))
    return (*joints, *(getattr(config, field) for field in SHARED))


def groups_of(trials: Sequence[Trial]) -> list[list[Trial]]:
    """Return the trials that can be trained together, two or more a group, sorted by kind."""
    groups: dict[tuple[object, ...], list[Trial]] = {}
    for trial in trials:
        shape = shape_of(trial)
        if shape is not None:
            groups.setdefault(shape, []).append(trial)
    return [sorted(group, key=kind_of) for group in groups.values() if len(group) > 1]


class Group:
    """Networks in training, and all that a step takes."""

    def __init__(
        self, trials: Sequence[Trial], dtype: torch.dtype = torch.float32, compiled: bool = False
    ) -> None:
        """Draw the first weights, those that each network has alone.

        Args:
            trials: a group of `groups_of`.
            dtype: of everything.
            compiled: whether torch's compiler makes a few loops of a step: that takes a minute.

        """
        device = torch.device(trials[0].config.device)
        self.networks = [
            PoseNetwork(trial.chain, trial.config, device).to(dtype) for trial in trials
        ]
        decoders = [network.decoder.to(dtype) for network in self.networks]
        self._drawn = DrawnPoses(trials, device, dtype)
        self._network = StackedNetwork(self.networks)
        self._objective = StackedObjective(trials, decoders)
        self._trained, self._running = self._network.weights_of(self.networks)
        self._first = {name: torch.zeros_like(w) for name, w in self._trained.items()}
        self._second = {name: torch.zeros_like(w) for name, w in self._trained.items()}
        self._step = fused(self._improve) if compiled else self._improve
        self.steps = 0

    def train(self, rates: Iterable[float]) -> None:
        """Take a step at each of these learning rates, at most `STEPS` of them.

        What is drawn beyond is forgotten: give fewer only at the end.
        """
        rates = list(rates)
        numbers = [
            (rate / (1 - BETAS[0] ** step), 1 / math.sqrt(1 - BETAS[1] ** step))
            for step, rate in enumerate(rates, start=self.steps + 1)
        ]
        some = self._trained['head']
        scales = torch.tensor(numbers, dtype=some.dtype, device=some.device)
        for drawn, scale in zip(self._drawn.next_steps(), scales.unbind(), strict=False):
            self._step(
                self._trained, self._running, self._first, self._second, drawn, *scale.unbind()
            )
        self.steps += len(rates)

    def _improve(
        self,
        trained: Weights,
        running: Weights,
        first: Weights,
        second: Weights,
        drawn: Drawn,
        step_size: torch.Tensor,
        root_scale: torch.Tensor,
    ) -> None:
        """Improve every network by one batch of its own: one step of Adam.

        Args:
            trained: the weights.
            running: the statistics of the batch norms.
            first: the mean slopes, Adam's first moment.
            second: the mean squares of slopes, Adam's second moment.
            drawn: the batches.
            step_size: (), the learning rate over the bias of the first moment.
            root_scale: (), one over the root of the bias of the second moment.

        """
        slopes, seen = torch.func.grad(self._loss, has_aux=True)(trained, drawn)
        for name, value in seen.items():
            running[name].lerp_(value, self._network.momentum)
        for name, slope in slopes.items():
            mean = first[name].lerp_(slope, 1 - BETAS[0])
            square = second[name].mul_(BETAS[1]).addcmul_(slope, slope, value=1 - BETAS[1])
            trained[name].sub_(step_size * mean / (square.sqrt() * root_scale + EPSILON))

    def _loss(self, trained: Weights, drawn: Drawn) -> tuple[torch.Tensor, Weights]:
        poses = torch.cat([drawn.position, drawn.rotation.flatten(1, 2)], dim=1)
        y, seen = self._network(trained, poses)  # (networks, outputs, batch)
        loss = self._objective(y, drawn.q, drawn.position, drawn.rotation)  # (networks, batch)
        if drawn.weight is not None:
            loss = loss * drawn.weight
        return loss.mean(1).sum(), seen  # each network's mean, and nothing that mixes them

    def unstack(self) -> list[PoseNetwork]:
        """Return the networks with their present weights."""
        self._network.unstack(self._trained, self._running, self.networks)
        return self.networks

    def state(self) -> dict[str, Any]:
        """Return what changes from step to step."""
        return {
            'steps': self.steps,
            'weights': [self._trained, self._running, self._first, self._second],
            'generators': self._drawn.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state that `state` returned."""
        mine = (self._trained, self._running, self._first, self._second)
        for tensors, saved in zip(mine, state['weights'], strict=True):
            for name, tensor in tensors.items():
                tensor.copy_(saved[name])
        self._drawn.restore(state['generators'])
        self.steps = state['steps']
