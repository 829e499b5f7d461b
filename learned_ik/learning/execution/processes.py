# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Training in several processes, on one machine or many, as `torchrun` starts them.

The batch is divided among them and their gradients are averaged (DistributedDataParallel): for
the same number of samples they take the same steps as one process would.
"""

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import distributed, nn

from learned_ik.errors import ConfigurationError

SEED_STEP = 1_000_003  # between the seeds of two processes' samples


@dataclasses.dataclass(frozen=True)
class Processes:
    """This process among those that train together."""

    rank: int = 0  # of this one; 0 is the one that reports and writes
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the process that reports and writes."""
        return self.rank == 0

    def share_of(self, batch: int) -> int:
        """Return how many of a batch are this process's.

        Raises:
            ConfigurationError: the batch cannot be divided evenly.

        """
        if batch % self.count or batch < 2 * self.count:
            raise ConfigurationError(
                f'batch is {batch}, for {self.count} processes; expected a multiple of '
                f'{self.count}, at least two poses for each'
            )
        return batch // self.count

    def seed(self, seed: int) -> int:
        """Return the seed of this process's samples: they must differ from the others'."""
        return (seed + SEED_STEP * self.rank) % 2**63

    def together(self, network: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return what to call instead of the network, so that gradients are averaged."""
        if self.count == 1:
            return network
        return nn.parallel.DistributedDataParallel(network)

    def agree(self, fraction: float, stop: bool, due: bool) -> tuple[float, bool, bool]:
        """Return what all processes go by, since each has a clock of its own.

        Args:
            fraction: of the budget that is used up; the first process's counts.
            stop: whether to end; one process that wants it is enough.
            due: whether it is time for a checkpoint; the first process says so.

        """
        if self.count == 1:
            return fraction, stop, due
        mine = [fraction, float(due)] if self.is_first else [0.0, 0.0]
        wish = torch.tensor([*mine, float(stop)], dtype=torch.float64)
        distributed.all_reduce(wish)
        return float(wish[0]), bool(wish[2] > 0), bool(wish[1] > 0)

    def gather(self, value: Any) -> list[Any]:
        """Return every process's value, by rank."""
        if self.count == 1:
            return [value]
        values: list[Any] = [None] * self.count
        distributed.all_gather_object(values, value)
        return values


@contextlib.contextmanager
def processes() -> Iterator[Processes]:
    """Join the other processes where `torchrun` started this one; else be alone."""
    if 'TORCHELASTIC_RUN_ID' not in os.environ or distributed.is_initialized():
        yield Processes()
        return
    # Weights on a GPU are averaged by NCCL, what is agreed upon by Gloo.
    backend = 'cpu:gloo,cuda:nccl' if torch.cuda.is_available() else 'gloo'
    distributed.init_process_group(backend)
    try:
        yield Processes(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
