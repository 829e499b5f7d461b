# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip('pinocchio')

from lab.peers.contract import Task
from lab.protocols.call_timing import Trial
from lab.protocols.scores import TIME_GRID, best_peer, score

SOLVER = SimpleNamespace(label='somebody', setting='none')


@pytest.fixture
def row(tiago):
    times = 1e-6 * np.array([10.0, 20.0, 30.0, 6000.0])  # [s]; the last one is late
    joints = np.zeros((4, 7))
    joints[2] = np.nan  # claims nothing
    joints[1, 3] = 0.6  # jumps
    solved = np.array([True, True, False, False])  # so that the last claim is wrong
    return score('optik', SOLVER, Trial(times, joints), solved, Task(tiago), np.zeros((4, 7)))


def test_a_row_counts_by_hand(row):
    assert row.poses == 4
    assert row.solved == 0.5
    assert row.wrong == 1
    assert row.late == 0.25
    assert row.jumps == 0.5
    assert row.median == pytest.approx(25.0)
    assert row.mean == pytest.approx(1515.0)
    assert row.max == pytest.approx(6000.0)
    assert row.p95 == pytest.approx(30 + 0.85 * 5970)  # between the third and the fourth


def test_distributions_count_calls_and_solutions(row):
    at = [int(np.searchsorted(TIME_GRID, time)) for time in (15.0, 25.0, 100.0, 10_000.0)]
    assert [row.called_within[k] for k in at] == [0.25, 0.5, 0.75, 1.0]
    assert [row.solved_within[k] for k in at] == [0.25, 0.5, 0.5, 0.5]


def test_the_best_peer_is_no_solver_of_ours_and_not_one_that_fails_fast(row):
    def rival(name, median, solved):
        return dataclasses.replace(row, name=name, median=median, solved=solved)

    rows = [rival('ours', 1, 1.0), rival('eaik', 2, 0.5), rival('optik', 9, 1.0)]
    rows.append(rival('roboticstoolbox', 5, 0.99))
    assert best_peer(rows, 'median').name == 'roboticstoolbox'
    assert best_peer(rows[:2], 'median') is None
