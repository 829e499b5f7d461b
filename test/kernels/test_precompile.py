# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The first start on a machine compiles by several processes, and leaves nothing for later."""

import subprocess

from kernel_modules import dispatchers

from learned_ik.kernels import precompile
from learned_ik.kernels.entries import ENTRIES, make_ready


def test_the_groups_leave_nothing_to_compile():
    for name in ENTRIES:
        make_ready(name)
    kernels = dispatchers()
    assert {'search', 'choose', 'gather', 'climb'} <= set(kernels)
    # What is spliced into its caller has no machine code of its own.
    spliced = {name for name, each in kernels.items() if 'inline' in each.targetoptions}
    assert spliced == {'read_request', 'find', 'find_clear', 'choose_one'}
    left = {name for name, kernel in kernels.items() if not kernel.signatures}
    assert left == spliced


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
