# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A training as a process of its own, beside the one that serves.

It is given one JSON object on standard input; what happens comes as JSON objects, a line each, on
standard output: `progress`, then `done`, or `error`. It ends when whoever started it ends, and
writes nothing but the file it was told to.
"""

import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from learned_ik.errors import LearnedIkError

NICE = 19  # the lowest priority: requests come first


def work(run: Callable[[dict[str, Any]], None]) -> int:
    """Read a job from standard input and do it; return the exit status.

    Args:
        run: does the job; its entry `out` names the file to write.

    """
    os.nice(NICE)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # Threads that spin while they wait would take the time of whoever serves.
    os.environ['OMP_NUM_THREADS'], os.environ['OMP_WAIT_POLICY'] = '1', 'PASSIVE'
    try:
        job = json.loads(sys.stdin.readline())
        Path(job['out']).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=Path(job['out']).parent) as file:
            file.write(b'\0' * 1024 * 1024)  # a full disk is better known now
        run(job)
    except ModuleNotFoundError as error:
        say('error', message=f'training needs {error.name}, which is not installed')
        return 3
    except (LearnedIkError, OSError, ValueError, KeyError) as error:
        say('error', message=f'{type(error).__name__}: {error}')
        return 2
    return 0


def say(event: str, **content: Any) -> None:
    """Write one line of JSON on standard output."""
    sys.stdout.write(json.dumps({'event': event, **content}) + '\n')
    sys.stdout.flush()


def teller() -> Callable[[Any], None]:
    """Return what tells the progress of a training, and ends it with whoever has started it."""
    parent = os.getppid()

    def tell(progress: Any) -> None:
        if os.getppid() != parent:  # whom should it serve?
            os._exit(1)
        say(
            'progress',
            fraction=progress.fraction,
            seconds_left=_finite(progress.seconds_left),
            position_error=_finite(progress.position_error),
            orientation_error=_finite(progress.orientation_error),
        )

    return tell


def _finite(value: float) -> float | None:
    return value if value == value and abs(value) < float('inf') else None
