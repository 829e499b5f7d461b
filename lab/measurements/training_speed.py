# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How near a training step is to what the network alone costs.

    python -m lab.measurements.training_speed --robot tiago --json speed.json

Three kinds of steps take turns: ours; the same with forward kinematics as one writes it first
(4 x 4 matrices, gradient recorded by autograd); the network alone, with the same optimisers and a
trivial loss in place of forward kinematics, samples and choice of heads: the arithmetic limit. A
fourth adds to that the forward kinematics of a step, with its backward, and nothing else.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from lab.robots import ROBOTS, robot_named
from learned_ik import KinematicChain, TrainingConfig
from learned_ik.files import write_atomically
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.objective import Objective
from learned_ik.learning.optimizers import optimizers_for
from learned_ik.learning.reports.evaluation import poses_within
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.step import TrainingStep
from learned_ik.learning.training_config import preset
from learned_ik.learning.training_network import PoseNetwork

STEPS = 20  # in each turn
LABELS = {
    'ours': 'ours: analytic gradient',
    'eager': 'forward kinematics recorded by autograd',
    'kinematics': 'the network and forward kinematics, trivial loss',
    'network': 'the network alone, trivial loss',
}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robot', default='tiago', choices=ROBOTS)
    parser.add_argument('--preset', default='default')
    parser.add_argument('--batch', type=int, help="default: the preset's")
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--turns', type=int, default=10)
    parser.add_argument('--json', type=Path, help='file for the results')
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    config = preset(options.preset)
    batch = options.batch or config.batch
    chain = robot_named(options.robot).chain
    device = torch.device(options.device)
    steps = {
        'ours': ours(chain, config, batch, device, BatchedKinematics(chain, device)),
        'eager': ours(chain, config, batch, device, EagerKinematics(chain, device)),
        'kinematics': network_alone(chain, config, batch, device, kinematics=True),
        'network': network_alone(chain, config, batch, device),
    }
    times = {name: [] for name in steps}
    for turn in range(options.turns + 1):
        for name, step in steps.items():
            began = time.perf_counter()
            for _ in range(STEPS):
                step()
            if device.type == 'cuda':
                torch.cuda.synchronize(device)
            if turn:  # the first one warms up
                times[name].append((time.perf_counter() - began) / STEPS)
    rates = {name: batch / float(np.median(values)) for name, values in times.items()}
    added = {name: rates['network'] / rate - 1 for name, rate in rates.items()}
    print(f'| {options.robot}, batch {batch}, {options.threads} threads | samples/s | added |')
    print('|---|---|---|')
    for name, rate in rates.items():
        print(f'| {LABELS[name]} | {1e-3 * rate:.1f}k | {100 * added[name]:+.0f} % |')
    if options.json:
        result = {'rates': rates, 'added': added, 'batch': batch, 'threads': options.threads}
        write_atomically(options.json, f'{json.dumps(result, indent=1)}\n'.encode(), 'result')
    return 0


def ours(
    chain: KinematicChain,
    config: TrainingConfig,
    batch: int,
    device: torch.device,
    kinematics: BatchedKinematics,
) -> Callable[[], None]:
    """Return a function that takes a step of training."""
    generator = torch.Generator(device).manual_seed(0)
    network = PoseNetwork(chain, config, device)
    sampler = Sampler(kinematics, config, generator, batch)
    objective = Objective(kinematics, network.decoder, config)
    step = TrainingStep(network, network, kinematics, objective, sampler, config, generator)
    optimizers = optimizers_for(network, config)
    return lambda: step(optimizers, config.mean_weight)


def network_alone(
    chain: KinematicChain,
    config: TrainingConfig,
    batch: int,
    device: torch.device,
    kinematics: bool = False,
) -> Callable[[], None]:
    """Return a function that takes a step of the same network with a trivial loss.

    With `kinematics`, forward kinematics is evaluated as often as in a step: for the samples, for
    every head, and once more, with its gradient, for those heads that are improved.
    """
    network = PoseNetwork(chain, config, device)
    optimizers = optimizers_for(network, config)
    poses = poses_within(chain, batch, 0, device)
    forward = BatchedKinematics(chain, device).forward
    q = torch.as_tensor(chain.sample(np.random.default_rng(0), batch), dtype=torch.float32)
    q, improved = q.to(device), 1 if config.heads == 1 else 2

    def step() -> None:
        y = network(poses)
        loss = y.square().mean()
        if kinematics:
            forward(q)
            if config.heads > 1:
                with torch.no_grad():
                    forward(y[..., : chain.joint_count])
            position, rotation = forward(y[:, :improved, : chain.joint_count])
            loss = loss + position.sum() + rotation.sum()
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()

    return step


class EagerKinematics(BatchedKinematics):
    """Forward kinematics as a product of 4 x 4 matrices, its gradient recorded step by step."""

    def __init__(self, chain: KinematicChain, device: torch.device) -> None:
        """Copy the transforms as they stand in the chain."""
        super().__init__(chain, device)
        self._matrices = torch.as_tensor(chain.transforms, dtype=torch.float32, device=device)

    def forward(self, q: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return position (..., 3) [m] and rotation (..., 3, 3) of the tip."""
        values = q @ self._drive.T + self._offset[:, 0]
        T = self._matrices[0].expand(*q.shape[:-1], 4, 4)
        for i, matrix in enumerate(self._matrices[1:]):
            value = values[..., i]
            one, zero = torch.ones_like(value), torch.zeros_like(value)
            if self._prismatic[i]:
                rows = [[one, zero, zero, zero], [zero, one, zero, zero], [zero, zero, one, value]]
            else:
                c, s = torch.cos(value), torch.sin(value)
                rows = [[c, -s, zero, zero], [s, c, zero, zero], [zero, zero, one, zero]]
            rows.append([zero, zero, zero, one])
            motion = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
            T = T @ motion @ matrix
        return T[..., :3, 3], T[..., :3, :3]


if __name__ == '__main__':
    sys.exit(main())
