# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How many samples a second one network trains at alone, and a group of them, taking turns.

python -m lab.paper.training.together.group_rate --networks 2 6 13
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import torch

from lab.paper.table1 import SETTINGS
from lab.paper.training.budgets import BUDGETS
from lab.paper.training.catalogue import paper_network
from lab.paper.training.together.drawn_poses import STEPS
from lab.paper.training.together.fusion import can_fuse
from lab.paper.training.together.group import Group, groups_of
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.objective import Objective
from learned_ik.learning.optimizers import optimizers_for
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.step import TrainingStep
from learned_ik.learning.training_network import PoseNetwork

RATE = 1e-3  # of learning


def alone(trial: Trial) -> Callable[[], None]:
    """Return a call that takes `STEPS` steps of the package's own trainer."""
    config = trial.config
    network, generator = PoseNetwork(trial.chain, config), torch.Generator()
    kinematics = BatchedKinematics(trial.chain)
    objective = Objective(kinematics, network.decoder, config)
    sampler = Sampler(kinematics, config, generator)
    step = TrainingStep(network, network, kinematics, objective, sampler, config, generator)
    optimizers = optimizers_for(network, config)

    def take_steps() -> None:
        for _ in range(STEPS):
            step(optimizers, 0.0)

    return take_steps


def together(trials: Sequence[Trial]) -> Callable[[], None]:
    """Return a call that takes `STEPS` steps of a group."""
    (members,) = groups_of(trials)
    group = Group(members, compiled=can_fuse(torch.device('cpu')))
    return lambda: group.train([RATE] * STEPS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--networks', type=int, nargs='+', default=[len(SETTINGS)])
    parser.add_argument('--turns', type=int, default=20)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    # Those of table I, the ones that its text is about first, and other seeds of them.
    order = sorted(SETTINGS, key=lambda setting: setting[1] != 'pose')
    full = BUDGETS['full']
    trials = [
        paper_network(full, *order[i % len(order)], seed=i // len(order))
        for i in range(max(options.networks))
    ]
    runs = {'alone, learning/step.py': (1, alone(trials[0]))}
    for count in options.networks:
        runs[f'{count} together'] = (count, together(trials[:count]))
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for turn in range(options.turns + 1):
        for name, (count, take_steps) in runs.items():
            wall, used = time.perf_counter(), time.process_time()
            take_steps()
            samples = count * STEPS * full.paper().batch
            wall, used = time.perf_counter() - wall, time.process_time() - used
            if turn > 0:  # the first one compiles
                rates[name].append((samples / wall, samples / used))
    print('| one thread | samples/s, best turn | samples/s of the processor, median |')
    print('| --- | --- | --- |')
    for name, found in rates.items():
        best = max(rate for rate, _ in found)
        median = statistics.median(rate for _, rate in found)
        print(f'| {name} | {best:,.0f} | {median:,.0f} |')


if __name__ == '__main__':
    main()
