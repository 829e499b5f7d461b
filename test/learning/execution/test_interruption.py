# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import threading

import pytest

from learned_ik.learning.execution.interruption import set_by_signals


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_sets_the_event_and_the_second_acts_as_before(number):
    event, before = threading.Event(), signal.getsignal(number)
    with set_by_signals(event):
        os.kill(os.getpid(), number)
        assert event.wait(1)
        assert signal.getsignal(number) is before
    assert signal.getsignal(number) is before


def test_handlers_are_as_before_when_nothing_happened():
    before = signal.getsignal(signal.SIGINT)
    with set_by_signals(threading.Event()):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_leave_signals_alone():
    before, during = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        with set_by_signals(threading.Event()):
            during.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert during == [before]
