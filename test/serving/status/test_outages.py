# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
from learned_ik.serving.status.outages import OutageReporter


def test_says_that_targets_are_missed_now_and_then_and_once_that_it_is_over():
    report = OutageReporter()
    assert report.reached(0.0) is None
    assert report.missed('too far', 1.0) == 'target not reached: too far'
    assert [report.missed('too far', 1.0 + 0.01 * n) for n in range(1, 200)] == [None] * 199
    assert report.missed('too high', 3.1) == (
        '201 targets not reached so far; the last one: too high'
    )
    assert report.reached(3.2) == 'targets are reached again; 201 were missed'
    assert report.reached(3.3) is None


def test_quick_changes_are_one_outage():
    report, lines = OutageReporter(), []
    for n in range(1000):  # ten seconds of every other target missed
        now = 0.01 * n
        lines.append(report.reached(now) if n % 2 else report.missed('too far', now))
    said = [line for line in lines if line]
    assert len(said) == 10
    assert said[1] == 'targets are reached again; 1 was missed'
