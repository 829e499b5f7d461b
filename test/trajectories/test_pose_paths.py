# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from learned_ik.errors import InvalidInputError
from learned_ik.trajectories.pose_paths import circle, line, spiral

CENTRE = np.array([0.5, -0.2, 0.1])
CONE = {'centre': CENTRE, 'radius': 0.2, 'height': 0.3, 'turns': 3.0}


def steps(positions):
    """Return (poses - 1,) [m], how far each pose lies from the one before."""
    return np.linalg.norm(np.diff(positions, axis=0), axis=-1)


def test_a_line_goes_from_start_to_end_in_equal_steps():
    positions, orientations = line(11, start=[0, 0, 0], end=[1, 2, 2])
    np.testing.assert_allclose(positions[0], [0, 0, 0])
    np.testing.assert_allclose(positions[-1], [1, 2, 2])
    np.testing.assert_allclose(steps(positions), 0.3)
    np.testing.assert_array_equal(orientations, np.tile([0, 0, 0, 1], (11, 1)))


def test_a_circle_closes_lies_in_its_plane_and_turns_counter_clockwise():
    axis = np.array([1.0, 2.0, -0.5])
    positions, _ = circle(100, centre=CENTRE, radius=0.3, axis=axis)
    spokes = positions - CENTRE
    np.testing.assert_allclose(positions[0], positions[-1], atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(spokes, axis=-1), 0.3)
    np.testing.assert_allclose(spokes @ axis, 0, atol=1e-12)
    assert np.cross(spokes[0], spokes[1]) @ axis > 0


def test_a_spiral_winds_from_rim_to_apex():
    x, y, z = (spiral(500, **CONE).positions - CENTRE).T
    np.testing.assert_allclose([x[0], y[0], z[0]], [0.2, 0, 0])
    np.testing.assert_allclose([x[-1], y[-1], z[-1]], [0, 0, 0.3], atol=1e-12)
    angle = np.unwrap(np.arctan2(y, x)[:-1])  # the apex has none
    assert angle[-1] == pytest.approx(2 * np.pi * 3, rel=0.02)
    np.testing.assert_allclose(np.hypot(x, y), 0.2 * (1 - z / 0.3), atol=1e-12)


def test_poses_are_equally_spaced_along_a_spiral():
    positions, _ = spiral(3000, **CONE)
    # Steps are chords, and those cut short the narrow turns at the apex.
    before_the_apex = steps(positions)[:-60]
    np.testing.assert_allclose(before_the_apex, before_the_apex[0], rtol=1e-3)


def test_axis_and_orientation_turn_path_and_tool():
    positions, orientations = spiral(50, **CONE, axis=[-3, 0, 0], orientation=[0, 0, 2, 0])
    np.testing.assert_allclose(positions[-1] - CENTRE, [-0.3, 0, 0], atol=1e-12)
    np.testing.assert_array_equal(orientations, np.tile([0, 0, 1, 0], (50, 1)))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'poses': 1}, 'poses is 1; expected a whole number, 2 up to'),
        ({'radius': 0.0}, 'radius is 0.0; expected metres, above 0'),
        ({'turns': -1.0}, 'turns is -1.0; expected above 0'),
        ({'turns': float('nan')}, 'turns is nan'),
        ({'height': float('inf')}, 'height is inf; expected metres'),
        ({'end_radius': -0.1}, 'end_radius is -0.1; expected metres, 0 or more'),
        ({'axis': [0, 0, 0]}, 'axis is .* expected a direction'),
        ({'centre': [0, 0]}, 'centre is .* expected x y z'),
        ({'centre': [0, 0, float('nan')]}, 'centre is .* expected x y z'),
        ({'orientation': [0, 0, 0, 0]}, 'length zero'),
        ({'orientation': [[0, 0, 0, 1]]}, r'shape \(1, 4\)'),
        ({'centre': [0, 0, 1e7]}, 'at most 1e'),
        ({'poses': 2**63}, 'poses is'),
        ({'poses': 3.5}, 'poses is 3.5; expected a whole number'),
        ({'turns': 1e9}, 'turns is'),
        ({'radius': '0.1'}, "radius is '0.1'; expected metres"),
    ],
)
def test_what_makes_no_path_is_named(change, message):
    with pytest.raises(InvalidInputError, match=message):
        spiral(**{'poses': 10, **CONE, **change})
