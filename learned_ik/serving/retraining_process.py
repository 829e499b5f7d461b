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
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from learned_ik.arrays import Array
from learned_ik.errors import LearnedIkError, TrainingError
from learned_ik.leftovers import held_folder
from learned_ik.model import IkModel

WORKER = 'learned_ik.learning.retraining'
SUFFIX = '.retrained.safetensors'
RESULT = 'new.safetensors'  # in the folder of its files
FOLDER = 'learned_ik_retraining_'  # how the names of these folders begin
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
        self._lock = threading.RLock()  # of whoever starts, asks or ends
        self._closed = False
        self._process: subprocess.Popen[str] | None = None
        self._folder: Path | None = None  # of its files, while one is under way
        self._hold = -1  # the descriptor by which this process holds it
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
        with self._lock:
            self.cancel()
            self._start(model, spheres, seconds, out)

    def _start(self, model: IkModel, spheres: Array, seconds: float, out: Path) -> None:
        if self._closed:
            raise TrainingError('retraining cannot be started: the node is shut down')
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
            folder, self._hold = held_folder(FOLDER)
            self._folder = folder
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
        ended = self.ended()
        return None if ended is None else ended()

    def ended(self) -> Callable[[], RetrainingEnd] | None:
        """Take in what was said; return, once it has ended, what reads its result.

        To read and to write models takes time: that may be done on another thread.
        """
        with self._lock:
            return self._ended()

    def _ended(self) -> Callable[[], RetrainingEnd] | None:
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
        status, folder, out = self._process.returncode, self._folder, self._out
        said, failure, words = self._done, self._failure, ''.join(self._errors)
        hold = self._hold
        self._process = self._folder = None

        def end() -> RetrainingEnd:
            try:
                return _end(status, folder, out, said, failure, words)
            finally:
                _remove(folder, hold)

        return end

    def close(self) -> None:
        """End what is under way, for good."""
        with self._lock:
            self._closed = True
            self.cancel()
        atexit.unregister(self.cancel)

    def cancel(self) -> bool:
        """End the training that is under way, and leave nothing of it; False if there is none."""
        with self._lock:
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

    def _clean_up(self) -> None:
        if self._folder is not None:
            _remove(self._folder, self._hold)
        self._process = self._folder = None


def _remove(folder: Path, hold: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(hold)


def _end(
    status: int,
    folder: Path,
    out: Path,
    done: dict[str, Any] | None,
    failure: str | None,
    errors: str,
) -> RetrainingEnd:
    """Read the result of a process that has ended, and keep its network where it is better."""
    if failure is not None:
        return RetrainingEnd(f'retraining failed, the old network stays: {failure}')
    if done is None or status != 0:
        how = f'was killed by signal {-status}' if status < 0 else f'ended with {status}'
        words = ' '.join(errors[-TOLD:].split())
        return RetrainingEnd(
            f'retraining {how}, the old network stays' + (f': {words}' if words else '')
        )
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
        model = IkModel.load(folder / RESULT)
        model.save(out)
    except LearnedIkError as error:
        return RetrainingEnd(f'the old network stays: {error}', **figures)
    return RetrainingEnd(f'retrained: {said}', model, out, **figures)


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
