# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A trajectory in time: no jump anywhere, every point met."""

import numpy as np
import pytest

from learned_ik.errors import InvalidInputError
from learned_ik.player.playback import Playback

TIMES = np.array([0.0, 0.5, 1.5])  # [s]
POINTS = np.array([[1.0, 0.0], [1.2, 0.5], [0.8, 0.1]])


def test_meets_every_point_at_its_time():
    playback = Playback(TIMES, POINTS)
    for time, point in zip(TIMES, POINTS, strict=True):
        np.testing.assert_allclose(playback.at(time), point)


def test_goes_smoothly_from_where_the_joints_are():
    begin = np.array([-1.0, 0.3])
    playback = Playback(TIMES, POINTS, begin)
    assert playback.approach == pytest.approx(2.0)
    np.testing.assert_allclose(playback.at(0.0), begin)
    np.testing.assert_allclose(playback.at(playback.approach + 0.5), POINTS[1])
    way = np.array([playback.at_forever(t) for t in np.arange(0.0, 12.0, 0.01)])
    assert np.abs(np.diff(way, axis=0)).max() < 0.02


def test_comes_back_the_same_way_for_ever():
    playback = Playback(TIMES, POINTS)
    for late in (0.0, 0.3, 1.4):
        np.testing.assert_allclose(playback.at_forever(1.5 + late), playback.at(1.5 - late))
        np.testing.assert_allclose(playback.at_forever(3.0 + late), playback.at(late))


def test_stays_at_the_end_when_it_is_over():
    playback = Playback(TIMES, POINTS)
    assert not playback.is_over(1.4)
    assert playback.is_over(1.5)
    np.testing.assert_allclose(playback.at(9.0), POINTS[-1])


def test_a_single_point_is_held():
    playback = Playback([0.0], POINTS[:1])
    np.testing.assert_allclose(playback.at_forever(7.0), POINTS[0])


@pytest.mark.parametrize(('times', 'points'), [([], np.empty((0, 2))), ([0.0], POINTS)])
def test_points_without_times_are_told(times, points):
    with pytest.raises(InvalidInputError):
        Playback(times, points)
