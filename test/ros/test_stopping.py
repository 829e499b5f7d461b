# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import sys

import pytest

from learned_ik.ros.stopping import StopRequest

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
