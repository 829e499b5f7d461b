# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`train_group`: the loop of `learning/training.py` for a group, to be read from top to bottom.

It goes on from its checkpoint, and validates and exports each network as that one does.
"""

import contextlib
import copy
import dataclasses
import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from lab.paper.training.together.drawn_poses import STEPS
from lab.paper.training.together.fusion import can_fuse
from lab.paper.training.together.group import Group
from lab.paper.training.together.group_checkpoint import GroupCheckpoint
from learned_ik.errors import TrainingError
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.execution.interruption import set_by_signals
from learned_ik.learning.execution.trials import Outcome, Trial
from learned_ik.learning.folding import folded
from learned_ik.learning.optimizers import one_cycle
from learned_ik.learning.reports.evaluation import evaluate
from learned_ik.learning.reports.validation import Validation
from learned_ik.learning.training import CHECKS, available_device
from learned_ik.learning.training_config import HELD_OUT_SEED
from learned_ik.learning.training_network import PoseNetwork
from learned_ik.model import IkModel

log = logging.getLogger(__name__)

COMPILED_FROM = 5_000_000  # samples of all networks together: fewer are trained before it is done
INTERVAL = 120.0  # [s] between two checkpoints, and between two lines of the log


@dataclasses.dataclass
class Best:
    """The network of the lowest score among the checks of one training."""

    weights: dict[str, torch.Tensor]
    score: float = math.inf
    curve: list[dict[str, float]] = dataclasses.field(default_factory=list)  # a row a check


def train_group(
    trials: Sequence[Trial], checkpoint: Path, stop: threading.Event | None = None
) -> list[Outcome]:
    """Train networks of one shape side by side, each as `train` would alone.

    Args:
        trials: a group of `groups_of`.
        checkpoint: the file that is written every two minutes, and that training goes on from
            where it is there; whoever keeps the networks removes it.
        stop: to be set by another thread, as Ctrl-C and SIGTERM do, to write it and end.

    Raises:
        TrainingError: training was interrupted, or weights are no longer numbers.
        ModelFileError: the checkpoint cannot be read, or is that of another group.

    """
    stop = stop if stop is not None else threading.Event()
    config = trials[0].config
    device = available_device(config.device)
    total = math.ceil(int(config.samples or 0) / config.batch)  # steps
    with _threads(config.threads), set_by_signals(stop):
        many = len(trials) * total * config.batch >= COMPILED_FROM
        group = Group(trials, compiled=many and can_fuse(device))
        validations = [
            Validation(network, BatchedKinematics(trial.chain, device), trial.config)
            for trial, network in zip(trials, group.networks, strict=True)
        ]
        best = [Best(copy.deepcopy(network.state_dict())) for network in group.networks]
        saved = GroupCheckpoint(checkpoint, trials)
        checks, spent = 0, 0.0
        state = saved.load()
        if state is not None:
            group.restore(state['group'])
            best = [Best(**each) for each in state['best']]
            checks, spent = state['checks'], state['spent']
            log.info('going on at step %d of %d', group.steps, total)
        clock = _Clock(group.steps, spent)

        while True:
            ending = group.steps >= total
            # Validate all networks now and then, and keep the best of each.
            if ending or group.steps / total * CHECKS >= checks:
                checks = int(group.steps / total * CHECKS) + 1
                for trial, network, validate, mine in zip(
                    trials, group.unstack(), validations, best, strict=True
                ):
                    _check(trial, network, validate, mine, group.steps * config.batch)
            if ending:
                break
            if stop.is_set() or clock.is_due():
                samples = len(trials) * config.batch * clock.steps_since(group.steps)
                log.info(
                    'step %d of %d of %d networks, %.0f samples/s, %.0f samples/s of processor',
                    group.steps, total, len(trials), samples / clock.wall, samples / clock.used,
                )  # fmt: skip
                saved.save(
                    {
                        'group': group.state(),
                        'best': [dataclasses.asdict(each) for each in best],
                        'checks': checks,
                        'spent': clock.spent,
                    }
                )
                clock.restart(group.steps)
            if stop.is_set():
                raise TrainingError(
                    f'{trials[0].name} and {len(trials) - 1} more: interrupted; the same command '
                    'goes on from there'
                )

            # Improve them by several batches, each at the learning rate of the schedule.
            ahead = range(group.steps, min(group.steps + STEPS, total))
            group.train(
                config.learning_rate * one_cycle(step / total, config.warm_up) for step in ahead
            )

        seconds = clock.spent / len(trials)
        outcomes = [
            Outcome(trial, _exported(trial, network, mine, device, seconds, len(trials)), seconds)
            for trial, network, mine in zip(trials, group.networks, best, strict=True)
        ]
    return outcomes


def _check(
    trial: Trial, network: PoseNetwork, validate: Validation, best: Best, samples: int
) -> None:
    errors, score = validate()
    if not math.isfinite(score):
        raise TrainingError(f'{trial.name}: the weights are no longer numbers')
    best.curve.append({'samples': samples, **errors.row()})
    if score < best.score:
        best.score, best.weights = score, copy.deepcopy(network.state_dict())


def _exported(
    trial: Trial,
    network: PoseNetwork,
    best: Best,
    device: torch.device,
    seconds: float,
    together: int,
) -> IkModel:
    """Return the model of a trained network, with its errors on held-out poses."""
    network.load_state_dict(best.weights)
    exported = folded(network.eval())
    config = trial.config
    held_out = evaluate(trial.chain, exported, config.held_out, HELD_OUT_SEED, device, config)
    training = {
        'configuration': config.to_dict(),
        'samples': best.curve[-1]['samples'],
        'seconds': round(seconds, 3),
        'ended_early': False,
        'rollbacks': 0,
        'curve': best.curve,
        'torch': torch.__version__,
        'threads': config.threads,
        'together': together,
        'device': str(device),
    }
    return IkModel(trial.chain, exported, training=training, held_out=held_out, name=trial.name)


class _Clock:
    """Seconds since the last checkpoint, and of the processor since the beginning."""

    def __init__(self, steps: int, spent: float) -> None:
        self._before = spent - time.process_time()  # [s]
        self.restart(steps)

    def restart(self, steps: int) -> None:
        self._steps, self._began = steps, time.perf_counter()
        self._spent = self.spent

    def is_due(self) -> bool:
        return self.wall >= INTERVAL

    def steps_since(self, steps: int) -> int:
        return steps - self._steps

    @property
    def wall(self) -> float:
        return max(time.perf_counter() - self._began, 1e-9)

    @property
    def used(self) -> float:
        return max(self.spent - self._spent, 1e-9)

    @property
    def spent(self) -> float:
        """[s] Of the processor, earlier runs included."""
        return self._before + time.process_time()


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(count)
        yield
    finally:
        torch.set_num_threads(before)
