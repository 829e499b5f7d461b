# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from learned_ik.errors import InvalidInputError
from learned_ik.trajectories.timing import DWELL, time_path

VELOCITY = np.array([0.07, 2.7, np.inf])
LIMIT = np.array([0.07, 2.7, 1.0])  # [rad/s or m/s], with what stands for an infinite one

paths = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 25), st.just(3)),
    elements=st.floats(-3, 3, allow_nan=False).map(lambda x: round(x, 3)),
)


def rates_of_change(path, timing):
    """Return velocities (n - 1, joints) on the segments, and accelerations (n, joints)."""
    steps = np.diff(timing.times)
    velocities = np.diff(path, axis=0) / steps[:, None]
    # Before and after the path the arm is at rest: half a segment away from its middle.
    at_rest = np.zeros((1, path.shape[1]))
    changes = np.diff(np.concatenate([at_rest, velocities, at_rest]), axis=0)
    spans = 0.5 * (np.concatenate([[0.0], steps]) + np.concatenate([steps, [0.0]]))
    return velocities, changes / spans[:, None]


@settings(max_examples=300, deadline=None)
@given(path=paths, scaling=st.floats(0.05, 1), acceleration=st.floats(0.1, 50))
def test_limits_are_kept_from_rest_to_rest(path, scaling, acceleration):
    timing = time_path(path, VELOCITY, acceleration, scaling)
    assert timing.times[0] == 0
    assert (np.diff(timing.times) > 0).all()
    assert (timing.velocities[[0, -1]] == 0).all()
    assert (np.abs(timing.velocities) <= scaling * LIMIT * (1 + 1e-9)).all()
    if len(path) > 1:
        velocities, accelerations = rates_of_change(path, timing)
        assert (np.abs(velocities) <= scaling * LIMIT * (1 + 1e-9)).all()
        assert (np.abs(accelerations[1:-1]) <= acceleration * (1 + 1e-6)).all()
        # A straight start from rest reaches twice its mean velocity.
        assert (np.abs(accelerations[[0, -1]]) <= 2 * acceleration * (1 + 1e-6)).all()


def test_a_long_straight_way_takes_full_speed():
    path = np.linspace([0.0, 0.0, 0.0], [0.0, 27.0, 1.0], 500)
    timing = time_path(path, VELOCITY, acceleration=5.0)
    # Half the acceleration, 2.5 rad/s²: 10 s at full speed, and half a ramp more at either end.
    assert timing.times[-1] == pytest.approx(10.0 + 2.7 / 2.5, rel=0.01)
    assert timing.velocities[250] == pytest.approx([0.0, 2.7, 0.1])


def test_a_single_segment_is_a_trapezoid():
    short = time_path(np.array([[0.0], [0.02]]), 1.0, acceleration=2.0)
    assert short.times[-1] == pytest.approx(2 * np.sqrt(0.02))  # up and down with 1 rad/s²
    long = time_path(np.array([[0.0], [3.0]]), 1.0, acceleration=2.0)
    assert long.times[-1] == pytest.approx(3.0 + 1.0)


def test_a_repeated_point_is_a_stop():
    path = np.array([[0.0], [1.0], [1.0], [2.0]])
    timing = time_path(path, 1.0)
    assert (timing.velocities[[1, 2]] == 0).all()
    assert timing.times[2] - timing.times[1] == pytest.approx(DWELL)


def test_a_sharp_corner_is_taken_slowly_and_a_smooth_bend_is_not():
    t = np.linspace(0, 1, 201)[:, None]
    corner = np.concatenate([t, np.abs(t - 0.5)], axis=1)
    bend = np.concatenate([t, (t - 0.5) ** 2], axis=1)
    slow, fast = time_path(corner, 1.0), time_path(bend, 1.0)
    assert np.abs(slow.velocities[100]).max() < 0.1
    assert np.abs(fast.velocities[100]).max() > 0.4


@pytest.mark.parametrize('points', [0, 1, 3])
def test_no_motion(points):
    timing = time_path(np.zeros((points, 2)))
    np.testing.assert_allclose(timing.times, DWELL * np.arange(points))
    np.testing.assert_array_equal(timing.velocities, np.zeros((points, 2)))


@pytest.mark.parametrize(
    ('arguments', 'complaint'),
    [
        ({'path': np.zeros(3)}, r'path has shape \(3,\)'),
        ({'path': np.full((2, 2), np.nan)}, 'path is .* expected finite'),
        ({'velocity': [1.0, 0.0]}, 'velocity is .* expected above 0'),
        ({'velocity': [1.0] * 3}, r'velocity has shape \(3,\); expected \(2,\)'),
        ({'acceleration': -1.0}, 'acceleration is .* expected above 0'),
        ({'acceleration': np.inf}, 'acceleration is .* expected finite'),
        ({'acceleration': np.nan}, 'acceleration is'),
        ({'scaling': 0.0}, 'velocity scaling is 0.0'),
        ({'scaling': 1.5}, 'velocity scaling is 1.5'),
        ({'scaling': np.nan}, 'velocity scaling is nan'),
        ({'scaling': 5e-324}, 'velocity scaling is 5e-324; expected 1e-06 up to 1'),
        ({'path': np.array([[0, 0], [1e7, 0]])}, 'path goes to 1e\\+07'),
        ({'path': np.array([[0, 0], [1, 0]]), 'velocity': 1e-300}, 'make the path last'),
        ({'acceleration': 'fast'}, "acceleration is 'fast'; expected numbers"),
    ],
)
def test_values_out_of_range_are_named(arguments, complaint):
    with pytest.raises(InvalidInputError, match=complaint):
        time_path(**{'path': np.zeros((2, 2)), **arguments})
