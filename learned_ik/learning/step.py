# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One step of training, to be read from top to bottom: draw, answer, judge, improve."""

from collections.abc import Callable

import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.losses import chosen_heads
from learned_ik.learning.objective import Examples, Objective
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.scenes.random_scenes import RandomScenes
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.learning.training_network import PoseNetwork

Network = Callable[[torch.Tensor], torch.Tensor]


class TrainingStep:
    """Improves a network by one batch at a time."""

    def __init__(
        self,
        network: PoseNetwork,
        trained: Network,
        kinematics: BatchedKinematics,
        objective: Objective,
        sampler: Sampler,
        config: TrainingConfig,
        generator: torch.Generator,
        scenes: RandomScenes | None = None,
    ) -> None:
        """Tie together what takes part.

        Args:
            network: what is trained.
            trained: the same, as it is called in a step: several processes share their gradients.
            kinematics: of the robot.
            objective: what is made small.
            sampler: draws the batches.
            config: how to train.
            generator: for the choice of heads.
            scenes: where the network takes the scene.

        """
        self._network, self._trained = network, trained
        self._kinematics = kinematics
        self._sampler = sampler
        self._heads = config.heads
        self._seeded = config.seed_input
        self._generator = generator
        self._objective = objective
        self._scenes = scenes

    def __call__(
        self,
        optimizers: list[torch.optim.Optimizer],
        mean_weight: float | torch.Tensor,
        hard: float | torch.Tensor = 1.0,
    ) -> None:
        """Take the step.

        Args:
            optimizers: of the network's weights, with their learning rates set.
            mean_weight: of all heads' mean against the best head.
            hard: how many of the hard examples are shown, 0 to 1.

        """
        # Draw poses that can be reached: those of joint positions within the limits. A share of
        # them may be pushed out of reach.
        q = self._sampler.draw(self._proposal, hard)  # (batch, joints) [rad or m]
        position, rotation = self._kinematics.forward(q)  # (batch, 3) [m], (batch, 3, 3)
        seed = self._sampler.seeds_near(q) if self._seeded else None
        spheres = seen = None
        if self._scenes is not None:  # in which the posture just drawn is free
            spheres = self._scenes.draw(q)
            seen = self._scenes.seen(position, rotation, spheres)
        weights = self._sampler.weights(position)
        position = self._sampler.push_out(position)
        examples = Examples(q, position, rotation, seed, spheres, seen)
        y = self._trained(examples.inputs)  # (batch, heads, outputs)

        # Choose the heads to improve; only through these the gradient goes.
        if self._heads > 1:
            with torch.no_grad():
                loss = self._objective(y, examples)
                with_random = isinstance(mean_weight, torch.Tensor) or mean_weight > 0
                chosen = chosen_heads(loss, with_random, self._generator)
            y = torch.take_along_dim(y, chosen[:, :, None], dim=1)

        # The loss of each pose's best head, and some of a random one's.
        loss = self._objective(y, examples)  # (batch, 1 or 2)
        self._sampler.keep_hardest(q, loss[:, 0].detach())
        if weights is not None:
            loss = loss * weights[:, None]
        total = loss[:, 0].mean() + mean_weight * loss[:, 1:].mean(dim=0).sum()

        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        total.backward()
        for optimizer in optimizers:
            optimizer.step()

    @torch.no_grad()
    def _proposal(self, poses: torch.Tensor) -> torch.Tensor:
        """Return a random head's joint positions (n, joints) for poses (n, 12)."""
        if self._seeded:
            q = self._sampler.fresh(len(poses))
            poses = torch.cat([poses, q], dim=1)
        y = self._network.eval()(poses)  # (n, heads, outputs)
        self._network.train()
        head = torch.randint(
            self._heads, (len(y), 1, 1), generator=self._generator, device=y.device
        )
        return self._network.decoder(torch.take_along_dim(y, head, dim=1))[:, 0]
