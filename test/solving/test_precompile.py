# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The first start on a machine compiles by several processes, and leaves nothing for later."""

import importlib
import pkgutil
import subprocess

from numba.core.dispatcher import Dispatcher

import learned_ik.kernels
from learned_ik.solving import precompile

NEEDED_BY_NO_SERVICE = {'predict_many'}


def test_the_groups_leave_nothing_to_compile():
    for name in precompile.GROUPS:
        precompile.compile_group(name)
    kernels = {}
    for module in pkgutil.walk_packages(learned_ik.kernels.__path__, 'learned_ik.kernels.'):
        members = vars(importlib.import_module(module.name))
        kernels |= {k: v for k, v in members.items() if isinstance(v, Dispatcher)}
    assert {'search', 'choose', 'gather', 'climb'} <= set(kernels)
    left = {name for name, kernel in kernels.items() if not kernel.signatures}
    assert left <= NEEDED_BY_NO_SERVICE | {'find'}  # `find` is spliced into `search`


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
