# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`RetrainingProcess`: a training for obstacles in a process of its own, and what became of it.

No message, no rclpy, no torch: whoever owns it calls `poll` now and then.
"""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from learned_ik.arrays import Array
from learned_ik.errors import LearnedIkError, TrainingError
from learned_ik.model import IkModel
from learned_ik.serving.beside.worker_process import (
    TrainingProgress,
    WorkerEnd,
    WorkerProcess,
    torch_is_installed,
)

WORKER = 'learned_ik.learning.retraining'
SUFFIX = '.retrained.safetensors'
RESULT = 'new.safetensors'  # in the folder of its files


@dataclasses.dataclass(frozen=True)
class RetrainingEnd:
    """What has become of a retraining."""

    message: str
    model: IkModel | None = None  # the new one, where it is better and was written
    path: Path | None = None  # where it was written
    old_score: float = math.nan  # [m], in the scene; see `learning.retraining.compared`
    new_score: float = math.nan
    old_colliding: float = math.nan  # share of answers that touch
    new_colliding: float = math.nan


class RetrainingProcess:
    """One retraining at a time; a new one ends the one before."""

    def __init__(self) -> None:
        """Begin idle; what is under way when Python ends, ends with it and leaves nothing."""
        self.worker = WorkerProcess()
        self._out = Path()  # where its result goes
        self.spheres = 0  # for how many it is, or was

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self.worker.running

    @property
    def progress(self) -> TrainingProgress | None:
        """How far it has come; None: nothing was heard yet."""
        return self.worker.progress

    def start(self, model: IkModel, spheres: Array, seconds: float, out: Path) -> None:
        """Start a training of a model for spheres (n, 4) [m]; its result goes to `out`.

        Raises:
            TrainingError: torch is not installed here, no process can be started, or the network
                takes the scene as its input.

        """
        self.worker.cancel()
        if model.network.scene is not None:
            raise TrainingError(
                f"model '{model.name}' needs no retraining: its network takes the obstacles as "
                'its input'
            )
        if not torch_is_installed():
            raise TrainingError(
                'retraining needs torch, which is not installed: pip install torch; '
                'serving goes on without'
            )

        def job_in(folder: Path) -> dict[str, Any]:
            now, new = folder / 'now.safetensors', folder / RESULT
            model.save(now)
            return {
                'model': str(now), 'spheres': spheres.tolist(), 'seconds': seconds,
                'out': str(new),
            }  # fmt: skip

        try:
            self.worker.start(WORKER, job_in)
        except (OSError, LearnedIkError) as error:
            raise TrainingError(f'retraining cannot be started: {error}') from error
        self._out, self.spheres = out, len(spheres)

    def poll(self) -> RetrainingEnd | None:
        """Take in what was said; return the end, once, when it has come."""
        ended = self.ended()
        return None if ended is None else ended()

    def ended(self) -> Callable[[], RetrainingEnd] | None:
        """Take in what was said; return, once it has ended, what reads its result.

        To read and to write models takes time: that may be done on another thread.
        """
        out = self._out
        return self.worker.ended(lambda end: _end(end, out))

    def close(self) -> None:
        """End what is under way, for good."""
        self.worker.close()

    def cancel(self) -> bool:
        """End the training that is under way, and leave nothing of it; False if there is none."""
        return self.worker.cancel()


def _end(worker: WorkerEnd, out: Path) -> RetrainingEnd:
    """Read the result of a process that has ended, and keep its network where it is better."""
    if worker.failure is not None:
        return RetrainingEnd(f'retraining failed, the old network stays: {worker.failure}')
    done = worker.done
    if done is None or worker.status != 0:
        return RetrainingEnd(f'retraining {worker.how}, the old network stays{worker.last_words}')
    old, new = done['compared']['old'], done['compared']['new']
    figures = {
        'old_score': old['scene']['score'],
        'new_score': new['scene']['score'],
        'old_colliding': old['scene']['colliding'],
        'new_colliding': new['scene']['colliding'],
    }
    said = (
        f'in the scene, mean error and lacking clearance {1e3 * figures["old_score"]:.1f} to '
        f'{1e3 * figures["new_score"]:.1f} mm, answers that touch before refinement '
        f'{100 * figures["old_colliding"]:.1f} to {100 * figures["new_colliding"]:.1f} %; '
        f'outside {1e3 * old["outside"]["score"]:.1f} to '
        f'{1e3 * new["outside"]["score"]:.1f} mm'
    )
    if not done['better']:
        return RetrainingEnd(f'the old network stays, it is the better one: {said}', **figures)
    try:
        model = IkModel.load(worker.folder / RESULT)
        model.save(out)
    except LearnedIkError as error:
        return RetrainingEnd(f'the old network stays: {error}', **figures)
    return RetrainingEnd(f'retrained: {said}', model, out, **figures)


def retrained_path(model_path: Path) -> Path:
    """Return where the retrained network of a model file goes: beside it, never over it."""
    name = model_path.name
    if name.endswith(SUFFIX):
        return model_path
    return model_path.with_name(name.removesuffix('.safetensors') + SUFFIX)
