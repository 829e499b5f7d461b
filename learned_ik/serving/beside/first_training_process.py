# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`FirstTrainingProcess`: the first network of an arm that is served without one.

It is kept in the user's folder, and served, where it is better than none: where at least as many
of some poses are solved with it, and more of them at the first attempt.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from learned_ik.errors import LearnedIkError, TrainingError
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain
from learned_ik.serving.beside.worker_process import (
    TrainingProgress,
    WorkerEnd,
    WorkerProcess,
    torch_is_installed,
)
from learned_ik.serving.described.kept_models import kept_path
from learned_ik.solving.solver import IkSolver

WORKER = 'learned_ik.learning.beside.first_training'
RESULT = 'new.safetensors'  # in the folder of its files
POSES = 500  # that are solved to compare
SEED = 3  # of these poses


@dataclasses.dataclass(frozen=True)
class FirstTrainingEnd:
    """What has become of a first training."""

    message: str
    model: IkModel | None = None  # the new one, where it is better than none


class Solved(NamedTuple):
    """How a solver does on some poses that can be reached."""

    share: float  # of the poses
    at_first: float  # share of the poses that the first attempt solves


class FirstTrainingProcess:
    """One training at a time."""

    def __init__(self) -> None:
        """Begin idle; what is under way when Python ends, ends with it and leaves nothing."""
        self.worker = WorkerProcess()
        self.chain: KinematicChain | None = None  # of the arm that it is for, or was

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self.worker.running

    @property
    def progress(self) -> TrainingProgress | None:
        """How far it has come; None: nothing was heard yet."""
        return self.worker.progress

    def start(self, solver: IkSolver, name: str, seconds: float) -> None:
        """Start a training for the arm of a solver; the model is to have this name.

        Raises:
            TrainingError: torch is not installed here, or no process can be started.

        """
        self.worker.cancel()
        if not torch_is_installed():
            raise TrainingError(
                'the parameter train needs torch, which is not installed: pip install torch; '
                'serving goes on without a network'
            )
        self.chain = chain = solver.trained_chain
        body = solver.body.to_dict()

        def job_in(folder: Path) -> dict[str, Any]:
            return {
                'chain': chain.to_dict(), 'body': body, 'name': name, 'seconds': seconds,
                'out': str(folder / RESULT),
            }  # fmt: skip

        try:
            self.worker.start(WORKER, job_in)
        except (OSError, LearnedIkError) as error:
            raise TrainingError(f'training cannot be started: {error}') from error

    def ended(self) -> Callable[[], FirstTrainingEnd] | None:
        """Take in what was said; return, once it has ended, what judges and keeps its result."""
        return self.worker.ended(_end)

    def close(self) -> None:
        """End what is under way, for good."""
        self.worker.close()

    def cancel(self) -> bool:
        """End the training that is under way, and leave nothing of it; False if there is none."""
        return self.worker.cancel()


def _end(worker: WorkerEnd) -> FirstTrainingEnd:
    """Read the result of a process that has ended, and keep its network where it is better."""
    if worker.failure is not None:
        return FirstTrainingEnd(f'training failed: {worker.failure}')
    if worker.done is None or worker.status != 0:
        return FirstTrainingEnd(f'training {worker.how}{worker.last_words}')
    try:
        model = IkModel.load(worker.folder / RESULT)
    except LearnedIkError as error:
        return FirstTrainingEnd(f'training failed: {error}')
    without, with_network = solved(IkSolver(model.chain)), solved(IkSolver(model))
    said = (
        f'poses solved at the first attempt {100 * without.at_first:.1f} to '
        f'{100 * with_network.at_first:.1f} %, at all {100 * without.share:.1f} to '
        f'{100 * with_network.share:.1f} %'
    )
    if with_network.share < without.share or with_network.at_first <= without.at_first:
        return FirstTrainingEnd(f'the trained network is not better than none: {said}')
    path = kept_path(model.chain)
    try:
        model.save(path)
    except LearnedIkError as error:
        return FirstTrainingEnd(f'trained, but not kept: {error}; {said}', model)
    return FirstTrainingEnd(f"trained: {said}; kept as '{path}'", model)


def solved(solver: IkSolver) -> Solved:
    """Return how a solver does on poses that can be reached; no clock is asked."""
    chain = solver.chain
    q = chain.sample(np.random.default_rng(SEED), POSES)
    batch = solver.solve_batch(*chain.forward(q), threads=1)
    at_first = batch.success & (batch.attempts == 1)
    return Solved(float(np.mean(batch.success)), float(np.mean(at_first)))
