# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is noted while a target is followed, and its picture."""

import dataclasses
import json

import numpy as np
import pytest

from learned_ik import IkSolver, Tracker, TrackingStatus, resources
from learned_ik.errors import ConfigurationError, ModelFileError
from learned_ik.trajectories.hand_motion import simulated_hand
from learned_ik.viewing.trace import FLIP, traced
from learned_ik.viewing.trace_plot import draw_trace
from learned_ik.viewing.usual_motion import beginning, usual_speeds

ACCELERATION = 40.0  # [rad/s²]


@pytest.fixture(scope='module')
def trace():
    """Return what came of a hand that goes beyond reach, and back."""
    solver = IkSolver.load(resources.shipped_file('models/tiago_arm.safetensors'))
    speeds = usual_speeds(solver.chain)
    tracker = Tracker(solver, speeds, ACCELERATION)
    tracker.reset(beginning(solver.chain))
    motion = simulated_hand(4.0, 50.0)
    target = motion.clutched(*solver.forward(tracker.joint_positions), 0.1)
    target.positions[100:130, 0] += 5.0
    return traced(tracker, motion.times, target, speeds, np.full(7, ACCELERATION))


def test_a_trace_tells_what_the_tracker_did(trace):
    frames = len(trace.times)
    assert frames == len(trace.statuses) == 200
    np.testing.assert_allclose(trace.periods, 0.02)
    misses = np.linalg.norm(trace.tip - trace.target.positions, axis=1)
    np.testing.assert_allclose(trace.position_errors, misses, atol=1e-9)
    assert (trace.update_times > 0).all()
    assert trace.statuses[-1] is TrackingStatus.ON_TARGET
    assert trace.position_errors[100:130].min() > 1.0


def test_its_figures_are_those_of_its_rows(trace):
    figures = json.loads(json.dumps(trace.summary(), allow_nan=False))
    assert figures['frames'] == 200
    assert figures['seconds'] == pytest.approx(4.0)
    on_target = np.mean([status is TrackingStatus.ON_TARGET for status in trace.statuses])
    assert figures['shares']['on target'] == pytest.approx(on_target)
    assert sum(figures['shares'].values()) == pytest.approx(1.0)
    assert (figures['flips'], figures['silent_frames']) == (0, 0)
    assert figures['position_error']['mean'] == pytest.approx(trace.position_errors.mean())
    assert 0.5 < figures['largest_speed_share'] <= 1 + 1e-9
    assert 0.5 < figures['largest_acceleration_share'] <= 1 + 1e-6
    assert figures['least_clearance'] is None or np.isfinite(figures['least_clearance'])


def test_a_flip_and_a_silent_frame_are_counted(trace):
    q = trace.joint_positions.copy()
    q[50:, 3] += 1.5 * FLIP
    q[-1] = np.nan
    figures = dataclasses.replace(trace, joint_positions=q).summary()
    assert (figures['flips'], figures['silent_frames']) == (1, 1)


@pytest.mark.parametrize('name', ['track.png', 'track.svg'])
def test_it_is_drawn(trace, tmp_path, name):
    image = pytest.importorskip('matplotlib.image')
    draw_trace(trace, 'an arm follows a hand', tmp_path / name)
    if name.endswith('.svg'):
        assert '<svg' in (tmp_path / name).read_text()
        return
    picture = image.imread(tmp_path / name)[..., :3]
    assert picture.shape[1] == 1200
    band = picture[-160:]
    for red, green, blue in ((0, 158, 115), (230, 159, 0), (170, 51, 119)):
        wanted = np.array([red, green, blue]) / 255
        assert (np.abs(band - wanted).max(axis=-1) < 0.01).sum() > 100


def test_what_cannot_be_drawn_is_told(trace, tmp_path):
    pytest.importorskip('matplotlib')
    with pytest.raises(ConfigurationError, match=r"'.*track\.txt' ends in none of \.png, "):
        draw_trace(trace, 'none', tmp_path / 'track.txt')
    (tmp_path / 'folder.png').mkdir()
    with pytest.raises(ModelFileError, match='cannot be written: it is a folder'):
        draw_trace(trace, 'none', tmp_path / 'folder.png')


def test_a_single_frame_is_a_trace_too(trace, tmp_path):
    pytest.importorskip('matplotlib')
    solver = IkSolver.load(resources.shipped_file('models/tiago_arm.safetensors'))
    tracker = Tracker(solver)
    motion = simulated_hand(0.01, 72.0)
    target = motion.clutched(*solver.forward(tracker.joint_positions), 0.1)
    one = traced(tracker, motion.times, target, usual_speeds(solver.chain), np.full(7, np.inf))
    assert one.summary()['frames'] == 1
    assert one.summary()['largest_acceleration_share'] == 0
    draw_trace(one, 'one', tmp_path / 'one.png')
    assert (tmp_path / 'one.png').is_file()
