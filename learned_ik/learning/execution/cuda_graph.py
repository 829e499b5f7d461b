# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How a step is run over and over: as it is on the CPU, as one CUDA graph on a GPU.

A step of such a small network is some four hundred kernels of a few microseconds: launched one by
one from Python they would leave the GPU idle most of the time. A graph launches them at once.
"""

import logging

import torch

from learned_ik.learning.step import TrainingStep

logger = logging.getLogger('learned_ik.training')

EAGER_STEPS = 3  # before the capture: they allocate what the graph then uses again


class GraphedStep:
    """Takes steps at a learning rate."""

    def __init__(
        self,
        step: TrainingStep,
        optimizers: list[torch.optim.Optimizer],
        generator: torch.Generator,
        capture: bool,
    ) -> None:
        """Prepare; with `capture` the numbers that change from step to step live on the GPU."""
        self._step, self._optimizers, self._generator = step, optimizers, generator
        self._capture = capture
        self._steps = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        if capture:
            self._rate = torch.zeros((), device=generator.device)
            self._mean_weight = torch.zeros((), device=generator.device)
            self._hard = torch.zeros((), device=generator.device)
            self._stream = torch.cuda.Stream(generator.device)
            self._set_rates(self._rate)

    def __call__(self, rate: float, mean_weight: float, hard: float = 1.0) -> None:
        """Take one step at a learning rate; all else as for `TrainingStep`."""
        self._steps += 1
        if not self._capture:
            self._set_rates(rate)
            self._step(self._optimizers, mean_weight, hard)
            return
        self._rate.fill_(rate)
        self._mean_weight.fill_(mean_weight)
        self._hard.fill_(hard)
        if self._graph is None and self._steps > EAGER_STEPS:
            self._graph = self._captured()
        if self._graph is not None:
            self._graph.replay()
            return
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            self._step(self._optimizers, self._mean_weight, self._hard)
        torch.cuda.current_stream().wait_stream(self._stream)

    def _captured(self) -> torch.cuda.CUDAGraph | None:
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._generator)
        try:
            with torch.cuda.graph(graph, stream=self._stream):
                self._step(self._optimizers, self._mean_weight, self._hard)
        except RuntimeError as error:
            reason = str(error).partition('\n')[0]
            logger.warning('steps are launched one by one, which is slower: %s', reason)
            self._steps = -(2**62)  # do not try again
            return None
        return graph

    def _set_rates(self, rate: float | torch.Tensor) -> None:
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group['lr'] = rate
