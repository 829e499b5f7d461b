# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Many requests, block by block, over all cores: compiled code runs without Python's lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

SMALLEST_BLOCK = 64  # requests that one thread takes at once, at the least
BLOCKS_PER_THREAD = 8  # so that no thread waits long for the slowest


def in_blocks(run: Callable[[slice], None], count: int, threads: int | None = None) -> None:
    """Call `run` for blocks of 0 to count, on several threads.

    Args:
        run: what to do with a block; called by any of the threads.
        count: of all requests.
        threads: how many to use; default: one for each core that this process may use.

    """
    threads = threads or len(os.sched_getaffinity(0))
    size = max(SMALLEST_BLOCK, -(-count // (BLOCKS_PER_THREAD * threads)))
    blocks = [slice(begin, begin + size) for begin in range(0, count, size)]
    if threads == 1 or len(blocks) < 2:
        for block in blocks:
            run(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, blocks))
