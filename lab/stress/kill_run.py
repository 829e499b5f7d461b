# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Processes that end at a random moment, and what they leave: nothing broken, nothing for long."""

import dataclasses
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from learned_ik import IkModel, resources
from learned_ik.errors import LearnedIkError

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
IN_TIME = 2.0  # [s], in which SIGTERM and SIGINT end a node
PATIENCE = 120.0  # [s]
SWEPT_AFTER = 2.5  # [s]: a file that is younger may still be written

SAVING = """
import sys
from learned_ik import IkModel
model = IkModel.load(sys.argv[1])
print('ready', flush=True)
while True:
    model.save(sys.argv[2])
"""


@dataclasses.dataclass
class Tally:
    """What came of one kind of process and one signal."""

    times: int = 0
    wrong_status: int = 0  # of nodes: not 0 after SIGTERM or SIGINT
    late: int = 0  # of nodes: ended after more than `IN_TIME`
    broken: int = 0  # files that cannot be read
    left: int = 0  # temporary files that the next start has not swept
    slowest: float = 0.0  # [s], from the signal to the end


def run(
    times: int, seed: int, on_kill: Callable[[str, str, Tally], None]
) -> dict[tuple[str, str], Tally]:
    """Kill processes, so many times, while they save, train and start.

    Args:
        times: how often in all.
        seed: of the moments.
        on_kill: told after each.

    """
    rng, tallies = random.Random(seed), {}
    for k in range(times):
        what, how = list(KINDS)[k % len(KINDS)], SIGNALS[k // len(KINDS) % len(SIGNALS)]
        tally = tallies.setdefault((what, how.name), Tally())
        with tempfile.TemporaryDirectory(prefix='learned_ik_kill_') as folder:
            tally.times += 1
            KINDS[what](Path(folder), how, rng, tally)
        on_kill(what, how.name, tally)
    return tallies


def _ended(process: subprocess.Popen, how: signal.Signals) -> float:
    """Send a signal, wait for the end, and return how long it took [s]."""
    began = time.monotonic()
    process.send_signal(how)
    process.wait(PATIENCE)
    return time.monotonic() - began


def _start(*arguments: str, folder: Path, **options: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, 'TMPDIR': str(folder)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Whoever runs this in the background has SIGINT ignored: undo that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **{'stdout': subprocess.DEVNULL, **options},
    )


def _while_saving(folder: Path, how: signal.Signals, rng: random.Random, tally: Tally) -> None:
    shipped = str(resources.shipped_file('models/tiago_arm.safetensors'))
    path = folder / 'arm.safetensors'
    process = _start('-c', SAVING, shipped, str(path), folder=folder, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(rng.uniform(0.0, 0.5))
    tally.slowest = max(tally.slowest, _ended(process, how))
    process.stdout.close()
    model = IkModel.load(shipped)
    tally.broken += path.exists() and not _loads(path)
    time.sleep(SWEPT_AFTER)
    model.save(path)
    tally.left += len(list(folder.iterdir())) - 1


def _while_training(folder: Path, how: signal.Signals, rng: random.Random, tally: Tally) -> None:
    path, checkpoint = folder / 'arm.safetensors', folder / 'arm.checkpoint'
    arguments = [
        '-m', 'learned_ik', 'train', '--robot', 'tiago_arm', '--hidden', '16', '16',
        '--held-out', '500', '--without-report', '--out', str(path),
    ]  # fmt: skip
    process = _start(*arguments, '--minutes', '10', folder=folder)
    time.sleep(rng.uniform(0.5, 12.0))
    tally.slowest = max(tally.slowest, _ended(process, how))
    tally.broken += path.exists() and not _loads(path)
    tally.broken += checkpoint.exists() and not _resumes(checkpoint)
    time.sleep(SWEPT_AFTER)
    _start(*arguments, '--samples', '2000', folder=folder).wait(PATIENCE)
    ours = {path.name, checkpoint.name, *torchs(folder)}
    tally.left += sum(entry.name not in ours for entry in folder.iterdir())
    tally.broken += not _loads(path)


def torchs(folder: Path) -> set[str]:
    """Return what torch keeps in the folder of temporary files, for later processes."""
    return {entry.name for entry in folder.glob('torch*')}


def _while_starting(folder: Path, how: signal.Signals, rng: random.Random, tally: Tally) -> None:
    node = rng.choice(['ik_node', 'trajectory_node'])
    process = _start('-m', 'learned_ik', node, folder=folder)
    time.sleep(rng.uniform(0.15, 4.0))
    seconds = _ended(process, how)
    tally.slowest = max(tally.slowest, seconds)
    if how != signal.SIGKILL:
        tally.wrong_status += process.returncode != 0
        tally.late += seconds > IN_TIME
    tally.left += len(list(folder.iterdir()))


KINDS = {'saving': _while_saving, 'training': _while_training, 'starting': _while_starting}


def _loads(path: Path) -> bool:
    try:
        IkModel.load(path)
    except LearnedIkError:
        return False
    return True


def _resumes(path: Path) -> bool:
    from learned_ik.learning.checkpoint import Checkpoint

    try:
        Checkpoint.load(path)
    except LearnedIkError:
        return False
    return True
