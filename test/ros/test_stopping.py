# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from learned_ik.ros.stopping import SIGNALS, StopRequest, ended_at_once

SLOW_TO_END = """
import sys, time
from learned_ik.ros.stopping import stopped_by_signals
with stopped_by_signals():
    print('ready', flush=True)
    try:
        time.sleep(60)
    finally:
        time.sleep(0.2)
time.sleep(0.2)
print('done', flush=True)
"""


BUSY = """
import hashlib, subprocess, sys
from learned_ik.ros.stopping import stopped_by_signals
with stopped_by_signals():
    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
    print(child.pid, flush=True)
    # As a compiler: no Python instruction before it is over, in a minute.
    hashlib.pbkdf2_hmac('sha256', b'', b'', 100_000_000)
"""

IMPORTS = """
import time
from learned_ik.ros.stopping import ended_at_once
with ended_at_once():
    print('ready', flush=True)
    time.sleep(30)
"""


@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_python_has_no_hold_of_ends_with_its_children(how):
    process = subprocess.Popen([sys.executable, '-c', BUSY], stdout=subprocess.PIPE)
    child = int(process.stdout.readline())
    time.sleep(0.5)  # until nothing but the hash is at work
    process.send_signal(how)
    assert process.wait(10) == 0
    process.stdout.close()
    for _ in range(100):
        if not Path(f'/proc/{child}').exists():
            break
        time.sleep(0.05)
    assert not Path(f'/proc/{child}').exists() or 'Z' in Path(f'/proc/{child}/stat').read_text()


@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGTERM])
def test_while_modules_are_imported_a_signal_ends_all_at_once(how):
    process = subprocess.Popen(
        [sys.executable, '-c', IMPORTS], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b'ready\n'
    process.send_signal(how)
    assert process.communicate(timeout=10) == (b'', b'')
    assert process.returncode == 0


def test_an_import_that_fails_leaves_signals_as_they_were():
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(ModuleNotFoundError), ended_at_once():
        import no_such_module  # noqa: F401
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_the_first_signal_interrupts_and_those_that_follow_do_not():
    request = StopRequest()
    request.check()
    with pytest.raises(KeyboardInterrupt):
        request.on_signal()
    request.on_signal()
    with pytest.raises(KeyboardInterrupt):
        request.check()


@pytest.mark.parametrize('first', [signal.SIGINT, signal.SIGTERM])
def test_impatient_signals_do_not_spoil_the_end(first):
    process = subprocess.Popen(
        [sys.executable, '-c', SLOW_TO_END], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout.readline() == b'ready\n'
    process.send_signal(first)
    for number in (signal.SIGTERM, signal.SIGINT) * 3:
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
    assert process.communicate(timeout=10)[0] == b'done\n'
    assert process.returncode == 0
