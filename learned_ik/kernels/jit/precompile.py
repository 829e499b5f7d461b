# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Compile all kernels by several processes at once, the first time on a machine without them.

numba compiles one function after the other, and takes a lock for it: only processes help. What
one of them has compiled, the others find on disk.
"""

import os
import subprocess
import sys

from learned_ik.kernels.entries import ENTRIES, make_ready
from learned_ik.kernels.jit.just_in_time import (
    all_is_compiled,
    cache_folder,
    note_all_is_compiled,
)

PROGRAM = 'from learned_ik.kernels.entries import make_ready; make_ready({!r})'


def precompile() -> None:
    """Leave every kernel on disk, if there is a place and they are not all there yet.

    A process that fails leaves its kernels to whoever needs them first.
    """
    if all_is_compiled() or cache_folder() is None:
        return
    others = list(ENTRIES)[1:] if len(os.sched_getaffinity(0)) > 1 else []
    helpers: list[subprocess.Popen] = []
    try:
        for group in reversed(others):  # the longest first
            command = [sys.executable, '-c', PROGRAM.format(group)]
            helpers.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))
        make_ready(next(iter(ENTRIES)))
        for helper in helpers:
            helper.wait()
    finally:
        for helper in helpers:
            helper.kill()
            helper.wait()
    for group in others:
        make_ready(group)
    note_all_is_compiled()
