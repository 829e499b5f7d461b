# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A storm about one node: who takes part, and what is counted."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from learned_ik.errors import BenchmarkError

READY, PATIENCE = 'ready', 300.0  # [s], for a node that compiles first
SETTLED = 5.0  # [s], before memory is looked at


def run(minutes: float, clients: int, on_sample: Callable[[float, float], None]) -> dict[str, Any]:
    """Let a node stand in a storm.

    Args:
        minutes: how long.
        clients: processes that ask.
        on_sample: told the time [s] and the node's memory [MB], now and then.

    Raises:
        BenchmarkError: the node does not start, or somebody who should ask fails.

    """
    with _node() as node:
        time.sleep(SETTLED)
        memory = [memory_of(node.pid)]
        roles = [('weather', 1), *(('client', k) for k in range(clients))]
        players = [_play(role, 60.0 * minutes) for role, _ in roles]
        began = time.monotonic()
        while any(player.poll() is None for player in players):
            time.sleep(min(10.0, 6.0 * minutes))
            if node.poll() is None:
                memory.append(memory_of(node.pid))
                on_sample(time.monotonic() - began, memory[-1])
        told = [_told(player) for player in players]
        time.sleep(SETTLED)
        ended = node.poll()
        if ended is None:
            memory.append(memory_of(node.pid))
        node.terminate()
        stopping = time.monotonic()
        status = node.wait(60)
    return {
        'weather': told[0],
        'asked': dict(sum((Counter(each['asked']) for each in told[1:]), Counter())),
        'answered': dict(sum((Counter(each['answered']) for each in told[1:]), Counter())),
        'slowest': {
            what: max(each['slowest'].get(what, 0.0) for each in told[1:])
            for what in told[1]['slowest']
        },
        'memory': {'begin': memory[0], 'end': memory[-1], 'most': max(memory)},
        'died': ended is not None,
        'status': status,
        'seconds to end': time.monotonic() - stopping,
    }


def memory_of(process: int) -> float:
    """Return the resident memory of a process [MB]."""
    pages = int(Path(f'/proc/{process}/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


@contextlib.contextmanager
def _node() -> Iterator[subprocess.Popen[str]]:
    """Start an `ik_node` and wait until it serves."""
    node = subprocess.Popen(
        [sys.executable, '-m', 'learned_ik', 'ik_node'],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _wait_until_ready(node)
        yield node
    finally:
        if node.poll() is None:
            node.kill()
            node.wait()


def _wait_until_ready(node: subprocess.Popen[str]) -> None:
    import threading

    ready = threading.Event()

    def read() -> None:
        assert node.stderr is not None
        for line in node.stderr:
            if READY in line:
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(PATIENCE):
        raise BenchmarkError(f'the node does not serve within {PATIENCE:g} s')


def _play(role: str, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, '-m', 'lab.stress.storm_roles', role, str(seconds)],
        cwd=Path(__file__).parents[2], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _told(player: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = player.communicate()
    if player.returncode != 0:
        raise BenchmarkError(f'a part of the storm ended with {player.returncode}: see above')
    return json.loads(said)
