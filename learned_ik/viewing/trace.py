# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Trace`: what a tracker made of a target that moved, frame by frame, and in few figures."""

import dataclasses
import math
from time import perf_counter
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.tracking.tracker import Tracker
from learned_ik.tracking.tracking_step import TrackingStatus
from learned_ik.trajectories.pose_paths import PosePath

FLIP = 0.2  # [rad or m], of a joint from frame to frame: that is a jump
ONLY_PERIOD = 0.01  # [s], of a target that has but one frame
STATUSES = tuple(TrackingStatus)


@dataclasses.dataclass(frozen=True)
class Trace:
    """A row for each frame."""

    times: Array  # (frames,) [s]
    periods: Array  # (frames,) [s], between a frame and the one before
    target: PosePath  # (frames, 3) [m], (frames, 4) x y z w
    statuses: tuple[TrackingStatus, ...]  # (frames)
    joint_positions: Array  # (frames + 1, joints) [rad or m], the first before any command
    joint_velocities: Array  # (frames + 1, joints) [rad/s or m/s], likewise
    tip: Array  # (frames, 3) [m]
    position_errors: Array  # (frames,) [m]
    orientation_errors: Array  # (frames,) [rad]
    clearances: Array  # (frames,) [m]; infinite where nothing is to be kept clear of
    update_times: Array  # (frames,) [s], that the tracker took
    velocity_limits: Array  # (joints,) [rad/s or m/s]
    acceleration_limits: Array  # (joints,) [rad/s² or m/s²]; infinite where there are none
    joint_names: tuple[str, ...]

    @property
    def speed_shares(self) -> Array:
        """(frames, joints) [1], of its largest speed that each joint has."""
        return np.abs(self.joint_velocities[1:]) / self.velocity_limits

    @property
    def acceleration_shares(self) -> Array:
        """(frames, joints) [1], of its largest acceleration; 0 where there is none."""
        accelerations = np.diff(self.joint_velocities, axis=0) / self.periods[:, None]
        return np.abs(accelerations) / self.acceleration_limits

    def share_of(self, status: TrackingStatus) -> float:
        """Return in what share of the frames the tracker had a status [1]."""
        return self.statuses.count(status) / len(self.statuses)

    def summary(self) -> dict[str, Any]:
        """Return the figures that tell how good it was, ready for JSON: m, rad, s."""
        steps = np.abs(np.diff(self.joint_positions, axis=0)).max(axis=1)
        told = np.isfinite(self.joint_positions[1:]).all(axis=1)
        least = float(self.clearances.min())
        return {
            'frames': len(self.times),
            'seconds': float(self.periods.sum()),
            'shares': {status.value: self.share_of(status) for status in STATUSES},
            'flips': int((steps > FLIP).sum()),
            'silent_frames': int((~told).sum()),
            'position_error': _mean_and_p95(self.position_errors),
            'orientation_error': _mean_and_p95(self.orientation_errors),
            'largest_step': float(steps.max()),
            'largest_speed_share': float(self.speed_shares.max()),
            'largest_acceleration_share': float(self.acceleration_shares.max()),
            'least_clearance': least if math.isfinite(least) else None,
            'update_time': {
                'median': float(np.median(self.update_times)),
                'p99': float(np.quantile(self.update_times, 0.99)),
            },
        }


def traced(
    tracker: Tracker, times: Array, target: PosePath, speeds: Array, accelerations: Array
) -> Trace:
    """Lead a tracker along a target, and note what it does.

    Args:
        tracker: that stands where the arm is, at rest.
        times: (frames,) [s], growing; the first period is as long as the second.
        target: (frames) poses.
        speeds: (joints,) [rad/s or m/s], what the tracker may.
        accelerations: (joints,) [rad/s² or m/s²], likewise; infinite where there are none.

    """
    chain = tracker.solver.chain
    first = times[1] - times[0] if len(times) > 1 else ONLY_PERIOD
    periods = np.diff(times, prepend=times[0] - first)
    steps, spent = [], []
    start = tracker.joint_positions
    for position, orientation, period in zip(*target, periods.tolist(), strict=True):
        began = perf_counter()
        steps.append(tracker.update(position, orientation, period))
        spent.append(perf_counter() - began)
    q = np.array([start, *(step.joint_positions for step in steps)])
    return Trace(
        times=times,
        periods=periods,
        target=target,
        statuses=tuple(step.status for step in steps),
        joint_positions=q,
        joint_velocities=np.array(
            [np.zeros_like(start), *(step.joint_velocities for step in steps)]
        ),
        tip=chain.forward(q[1:])[0],
        position_errors=np.array([step.position_error for step in steps]),
        orientation_errors=np.array([step.orientation_error for step in steps]),
        clearances=np.array([step.clearance for step in steps]),
        update_times=np.array(spent),
        velocity_limits=speeds,
        acceleration_limits=accelerations,
        joint_names=chain.joint_names,
    )


def _mean_and_p95(values: Array) -> dict[str, float]:
    return {'mean': float(values.mean()), 'p95': float(np.quantile(values, 0.95))}
