# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The first start on a machine compiles by several processes, and leaves nothing for later."""

import os
import subprocess
import sys
from pathlib import Path

from learned_ik.kernels.jit import precompile

JUST_IN_TIME = {**os.environ, 'LEARNED_IK_KERNELS': 'jit'}

GROUPS = """
from kernel_modules import dispatchers
from learned_ik.kernels.entries import ENTRIES, arguments_of, make_ready
from learned_ik.kernels.jit.just_in_time import NUMBA_TYPES
from learned_ik.kernels.jit.precompile import precompile

precompile()
for name in ENTRIES:  # from disk, where an earlier run has left it
    make_ready(name)
for group in ENTRIES.values():
    for entry, (_, words) in group.items():
        assert entry.signatures == [tuple(NUMBA_TYPES[word] for word in arguments_of(words))]
kernels = dispatchers()
assert {'search', 'choose', 'gather', 'climb'} <= set(kernels)
# What is spliced into its caller has no machine code of its own.
spliced = {name for name, each in kernels.items() if 'inline' in each.targetoptions}
assert spliced == {'read_request', 'find', 'find_clear', 'choose_one'}, spliced
left = {name for name, kernel in kernels.items() if not kernel.signatures}
assert left == spliced, left
print('nothing is left')
"""


def test_the_groups_leave_nothing_to_compile():
    done = subprocess.run(
        [sys.executable, '-c', GROUPS],
        env={**JUST_IN_TIME, 'PYTHONPATH': str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'nothing is left\n'


def test_what_is_compiled_is_not_compiled_again(monkeypatch):
    def fail(*_, **__):
        raise AssertionError('a process was started')

    monkeypatch.setattr(precompile, 'all_is_compiled', lambda: True)
    monkeypatch.setattr(subprocess, 'Popen', fail)
    precompile.precompile()


def test_without_a_place_on_disk_no_process_is_started(monkeypatch):
    monkeypatch.setattr(precompile, 'cache_folder', lambda: None)
    monkeypatch.setattr(precompile, 'all_is_compiled', lambda: False)
    monkeypatch.setattr(subprocess, 'Popen', lambda *_, **__: 1 / 0)
    precompile.precompile()
