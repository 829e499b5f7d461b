# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`RetrainingProcess`: a training for obstacles in a process of its own, and what is heard of it.

No message, no rclpy, no torch: whoever owns it calls `poll` now and then.
"""

import atexit
import dataclasses
import importlib.util
import json
import math
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from learned_ik.arrays import Array
from learned_ik.errors import LearnedIkError, TrainingError
from learned_ik.model import IkModel

WORKER = 'learned_ik.learning.retraining'
SUFFIX = '.retrained.safetensors'
RESULT = 'new.safetensors'  # in the folder of its files
PATIENCE = 5.0  # [s], for a process that was told to end
TOLD = 300  # characters of a process's last words


@dataclasses.dataclass(frozen=True)
class RetrainingProgress:
    """How far a retraining has come."""

    fraction: float  # 0 to 1
    seconds_left: float  # NaN when unknown
    position_error: float  # [m], mean; NaN when unknown
    orientation_error: float  # [rad], mean; NaN when unknown


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
        atexit.register(self.cancel)
        self._process: subprocess.Popen[str] | None = None
        self._folder: Path | None = None  # of its files, while one is under way
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._errors: list[str] = []
        self._out = Path()  # where its result goes
        self._done: dict[str, Any] | None = None
        self._failure: str | None = None
        self.progress: RetrainingProgress | None = None
        self.spheres = 0  # for how many it is, or was

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self._process is not None

    def start(self, model: IkModel, spheres: Array, seconds: float, out: Path) -> None:
        """Start a training of a model for spheres (n, 4) [m]; its result goes to `out`.

        Raises:
            TrainingError: torch is not installed here, no process can be started, or the network
                takes the scene as its input.
            ModelFileError: there is no room for the files.

        """
        self.cancel()
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
        self._done = self._failure = None
        self.progress, self._errors = None, []
        try:
            folder = self._folder = Path(tempfile.mkdtemp(prefix='learned_ik_retraining_'))
            now, new = folder / 'now.safetensors', folder / RESULT
            model.save(now)
            job = {
                'model': str(now), 'spheres': spheres.tolist(), 'seconds': seconds,
                'out': str(new),
            }  # fmt: skip
            process = self._process = subprocess.Popen(
                [sys.executable, '-m', WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, 'OMP_NUM_THREADS': '1', 'OMP_WAIT_POLICY': 'PASSIVE'},
                start_new_session=True,  # Ctrl-C is for the node, which then ends it
            )
            assert process.stdin is not None  # since it is a pipe
            process.stdin.write(json.dumps(job) + '\n')
            process.stdin.close()
        except (OSError, LearnedIkError) as error:
            self._clean_up()
            raise TrainingError(f'retraining cannot be started: {error}') from error
        self._out, self.spheres = out, len(spheres)
        self._lines = queue.Queue()
        for stream, kept in ((process.stdout, None), (process.stderr, self._errors)):
            arguments = (stream, self._lines, kept)
            threading.Thread(target=_read, args=arguments, daemon=True).start()

    def poll(self) -> RetrainingEnd | None:
        """Take in what was said; return the end, once, when it has come."""
        if self._process is None or self._folder is None:
            return None
        while not self._lines.empty():
            line = self._lines.get()
            if line is None:  # its last words were heard
                self._process.wait(PATIENCE)
                break
            self._take(line)
        if self._process.returncode is None:
            return None
        end = self._end(self._process.returncode, self._folder)
        self._clean_up()
        return end

    def cancel(self) -> bool:
        """End the training that is under way, and leave nothing of it; False if there is none."""
        if self._process is None:
            return False
        self._process.kill()
        self._process.wait(PATIENCE)
        self._clean_up()
        return True

    def _take(self, line: str) -> None:
        try:
            said = json.loads(line)
            if said['event'] == 'progress':
                numbers = {k: math.nan if v is None else v for k, v in said.items()}
                del numbers['event']
                self.progress = RetrainingProgress(**numbers)
            elif said['event'] == 'done':
                self._done = said
            elif said['event'] == 'error':
                self._failure = said['message']
        except (ValueError, KeyError, TypeError):
            self._errors.append(line)

    def _end(self, status: int, folder: Path) -> RetrainingEnd:
        if self._failure is not None:
            return RetrainingEnd(f'retraining failed, the old network stays: {self._failure}')
        if self._done is None or status != 0:
            how = f'was killed by signal {-status}' if status < 0 else f'ended with {status}'
            words = ' '.join(''.join(self._errors)[-TOLD:].split())
            return RetrainingEnd(
                f'retraining {how}, the old network stays' + (f': {words}' if words else '')
            )
        old, new = self._done['compared']['old'], self._done['compared']['new']
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
        if not self._done['better']:
            return RetrainingEnd(f'the old network stays, it is the better one: {said}', **figures)
        try:
            model = IkModel.load(folder / RESULT)
            model.save(self._out)
        except LearnedIkError as error:
            return RetrainingEnd(f'the old network stays: {error}', **figures)
        return RetrainingEnd(f'retrained: {said}', model, self._out, **figures)

    def _clean_up(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process = self._folder = None


def torch_is_installed() -> bool:
    """Say whether torch can be found, without importing it."""
    try:
        return importlib.util.find_spec('torch') is not None
    except (ImportError, ValueError):  # an import hook forbids it, or left it half loaded
        return False


def retrained_path(model_path: Path) -> Path:
    """Return where the retrained network of a model file goes: beside it, never over it."""
    name = model_path.name
    if name.endswith(SUFFIX):
        return model_path
    return model_path.with_name(name.removesuffix('.safetensors') + SUFFIX)


def _read(stream: Any, lines: 'queue.Queue[str | None]', kept: list[str] | None) -> None:
    for line in stream:
        if kept is None:
            lines.put(line)
        else:
            kept.append(line)
    if kept is None:
        lines.put(None)
