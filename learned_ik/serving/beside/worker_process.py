# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`WorkerProcess`: a training in a process of its own, and what is heard of it.

No message, no rclpy, no torch: whoever owns it calls `ended` now and then.
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
from typing import Any, TypeVar

from learned_ik.errors import LearnedIkError, TrainingError
from learned_ik.leftovers import held_folder

FOLDER = 'learned_ik_training_'  # how the names of the folders of their files begin
PATIENCE = 5.0  # [s], for a process that was told to end
TOLD = 300  # characters of a process's last words

Result = TypeVar('Result')


@dataclasses.dataclass(frozen=True)
class TrainingProgress:
    """How far a training has come."""

    fraction: float  # 0 to 1
    seconds_left: float  # NaN when unknown
    position_error: float  # [m], mean; NaN when unknown
    orientation_error: float  # [rad], mean; NaN when unknown


@dataclasses.dataclass(frozen=True)
class WorkerEnd:
    """What a process has left and said."""

    status: int  # its exit status; below 0: the signal that killed it
    folder: Path  # of its files
    done: dict[str, Any] | None  # what it said when it was done
    failure: str | None  # what it said when it failed
    words: str  # what else it said

    @property
    def how(self) -> str:
        """How it ended, in a few words."""
        if self.status < 0:
            return f'was killed by signal {-self.status}'
        return f'ended with {self.status}'

    @property
    def last_words(self) -> str:
        """What else it said, as far as it is worth a line of log."""
        words = ' '.join(self.words[-TOLD:].split())
        return f': {words}' if words else ''


class WorkerProcess:
    """One process at a time; a new one ends the one before."""

    def __init__(self) -> None:
        """Begin idle; what is under way when Python ends, ends with it and leaves nothing."""
        atexit.register(self.cancel)
        self._lock = threading.RLock()  # of whoever starts, asks or ends
        self._closed = False
        self.process: subprocess.Popen[str] | None = None
        self.folder: Path | None = None  # of its files, while one is under way
        self._hold = -1  # the descriptor by which this process holds it
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._errors: list[str] = []
        self._done: dict[str, Any] | None = None
        self._failure: str | None = None
        self.progress: TrainingProgress | None = None

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self.process is not None

    def start(self, module: str, job_in: Callable[[Path], dict[str, Any]]) -> None:
        """Start a process.

        Args:
            module: what it runs.
            job_in: writes the files of the job into a folder, and returns it, ready for JSON.

        Raises:
            TrainingError: torch is not installed here, or no process can be started.
            ModelFileError: there is no room for the files.

        """
        with self._lock:
            self.cancel()
            if self._closed:
                raise TrainingError('the node is shut down')
            self._done = self._failure = None
            self.progress, self._errors = None, []
            try:
                self._start(module, job_in)
            except (OSError, LearnedIkError):
                self._clean_up()
                raise

    def _start(self, module: str, job_in: Callable[[Path], dict[str, Any]]) -> None:
        self.folder, self._hold = held_folder(FOLDER)
        job = job_in(self.folder)
        process = self.process = subprocess.Popen(
            [sys.executable, '-m', module],
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
        self._lines = queue.Queue()
        for stream, kept in ((process.stdout, None), (process.stderr, self._errors)):
            arguments = (stream, self._lines, kept)
            threading.Thread(target=_read, args=arguments, daemon=True).start()

    def ended(self, read: Callable[[WorkerEnd], Result]) -> Callable[[], Result] | None:
        """Take in what was said; return, once it has ended, what reads its result, by `read`.

        To read and to write models takes time: that may be done on another thread. Afterwards the
        folder is removed.
        """
        with self._lock:
            if self.process is None or self.folder is None:
                return None
            while not self._lines.empty():
                line = self._lines.get()
                if line is None:  # its last words were heard
                    self.process.wait(PATIENCE)
                    break
                self._take(line)
            if self.process.returncode is None:
                return None
            end = WorkerEnd(
                self.process.returncode, self.folder, self._done, self._failure,
                ''.join(self._errors),
            )  # fmt: skip
            hold = self._hold
            self.process = self.folder = None

        def result() -> Result:
            try:
                return read(end)
            finally:
                _remove(end.folder, hold)

        return result

    def close(self) -> None:
        """End what is under way, for good."""
        with self._lock:
            self._closed = True
            self.cancel()
        atexit.unregister(self.cancel)

    def cancel(self) -> bool:
        """End what is under way, and leave nothing of it; False if there is nothing."""
        with self._lock:
            if self.process is None:
                return False
            self.process.kill()
            self.process.wait(PATIENCE)
            self._clean_up()
            return True

    def _take(self, line: str) -> None:
        try:
            said = json.loads(line)
            if said['event'] == 'progress':
                numbers = {k: math.nan if v is None else v for k, v in said.items()}
                del numbers['event']
                self.progress = TrainingProgress(**numbers)
            elif said['event'] == 'done':
                self._done = said
            elif said['event'] == 'error':
                self._failure = said['message']
        except (ValueError, KeyError, TypeError):
            self._errors.append(line)

    def _clean_up(self) -> None:
        if self.folder is not None:
            _remove(self.folder, self._hold)
        self.process = self.folder = None


def torch_is_installed() -> bool:
    """Say whether torch can be found, without importing it."""
    try:
        return importlib.util.find_spec('torch') is not None
    except (ImportError, ValueError):  # an import hook forbids it, or left it half loaded
        return False


def _remove(folder: Path, hold: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(hold)


def _read(stream: Any, lines: 'queue.Queue[str | None]', kept: list[str] | None) -> None:
    for line in stream:
        if kept is None:
            lines.put(line)
        else:
            kept.append(line)
    if kept is None:
        lines.put(None)
