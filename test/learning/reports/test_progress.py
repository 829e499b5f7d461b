# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import logging
import re

import pytest

from learned_ik.learning.reports.progress import Progress, reporting


def progress(fraction: float, seconds: float = 1.0) -> Progress:
    return Progress(fraction, 1000, seconds, 0.0123, 0.02, 0.0101, 0.01)


def test_progress_knows_pace_and_time_left():
    state = progress(0.25, seconds=10.0)
    assert state.samples_per_second == 100
    assert state.seconds_left == pytest.approx(30)
    assert 'median 10.1 mm, 0.57 deg, mean 12.3 mm, 1.15 deg' in str(state)


def test_a_listener_hears_a_few_and_the_last():
    heard = []
    with reporting(False, heard.append) as report:
        for step in range(1000):
            report(progress(step / 1000))
        report(progress(1.0))
    assert 2 <= len(heard) < 20
    assert heard[-1].fraction == 1


def test_without_a_terminal_there_are_only_occasional_log_lines(capfd, caplog):
    with caplog.at_level(logging.INFO, logger='learned_ik'), reporting(True, None) as report:
        report(progress(1.0, seconds=1.0))
        assert not caplog.records
        report(progress(1.0, seconds=2.5))
        report(progress(1.0, seconds=30.0))
        report(progress(1.0, seconds=33.0))
    assert [record.getMessage() for record in caplog.records] == [
        '100 %: median 10.1 mm, 0.57 deg, mean 12.3 mm, 1.15 deg, 0k samples/s'
    ] * 2
    assert capfd.readouterr() == ('', '')


def test_a_terminal_gets_a_bar(capsys, monkeypatch):
    pytest.importorskip('rich')
    monkeypatch.setattr('sys.stderr.isatty', lambda: True)
    monkeypatch.setenv('COLUMNS', '80')
    with reporting(True, None) as report:
        report(progress(0.5))
    shown = capsys.readouterr()
    lines = re.sub(r'\x1b\[[?\d;]*[A-Za-z]', '', shown.err).replace('\r', '\n').splitlines()
    assert lines[-1].rstrip().endswith('left')  # nothing is cut off
    assert max(map(len, lines)) <= 80
    assert '50 %' in shown.err
    assert '12.3 mm' in shown.err
    assert shown.out == ''
