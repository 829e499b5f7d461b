# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np

from learned_ik.viewing.solve_times import MOST, WINDOW, SolveTimes


def test_the_last_seconds_are_kept():
    times = SolveTimes()
    assert times.rows.shape == (0, 2)
    for i in range(5):
        times.note(1e-5 * (i + 1), now=100.0 + 0.4 * WINDOW * i)
    np.testing.assert_allclose(times.rows[:, 0], [0.8 * WINDOW, 0.4 * WINDOW, 0.0])
    np.testing.assert_allclose(times.rows[:, 1], [3e-5, 4e-5, 5e-5])


def test_no_more_are_kept_than_can_be_drawn():
    times = SolveTimes()
    for _ in range(MOST + 10):
        times.note(1e-5, now=0.0)
    assert len(times) == MOST
