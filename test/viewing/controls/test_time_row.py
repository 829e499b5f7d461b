# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
from learned_ik.viewing.controls.time_row import BARS, time_row
from learned_ik.viewing.solve_times import WINDOW, SolveTimes


def test_an_answer_is_a_bar_and_the_latest_is_at_the_right():
    times = SolveTimes()
    assert 'no answer yet' in time_row(times)
    times.note(10e-6, now=0.0)
    times.note(30e-6, now=0.55 * WINDOW)
    told = time_row(times)
    assert 'median 20 µs, longest 30 µs' in told
    assert f'M{BARS - 1} 100V63h' in told  # 30 µs is 37 % of the way from 1 µs to 10 ms
    assert f'M{BARS - 1 - 55} 100V75h' in told
    assert told.count('100V') == 2


def test_of_answers_close_together_the_longest_is_seen():
    times = SolveTimes()
    for duration in (10e-6, 1.0, 20e-6):
        times.note(duration, now=0.0)
    assert f'M{BARS - 1} 100V0h' in time_row(times)  # no higher than the picture
    assert time_row(times).count('100V') == 1
