# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TargetTracking`: what a node commands while targets come, from the first until the arm rests.

A pose holds until it is reached, or replaced; a twist only as long as twists keep coming. No
message, no rclpy.
"""

import contextlib
import dataclasses
import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import matrix_from_quaternion, rotation_angle
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.requests_and_answers import Defaults, MotionBounds
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.tracking.tracker import Tracker
from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep

SAG = 0.02  # [rad or m], how far a joint may be from its command that it holds
FAR = 0.1, 0.5  # [m], [rad], from the tip, where a target is gone to in the joints' way
STILL = 0.5  # [s], after which an arm that is stuck before its target tries another branch
RESTING = 5e-3  # [rad/s or m/s], below which every joint counts as standing still


@dataclasses.dataclass(frozen=True, slots=True)
class Twist:
    """How the tip is to move."""

    linear: Array  # (3,) [m/s]
    angular: Array  # (3,) [rad/s]
    in_tool: bool  # along the tip's axes, instead of the base link's
    at: float  # [s], when it came


class TargetTracking:
    """Leads the arm that is served after the last target that came."""

    def __init__(self, serving: IkServing) -> None:
        """Follow nothing yet."""
        self._serving = serving
        self._target: tuple[Array, Array] | Twist | None = None
        self.refusal = ''  # why the last target is none
        self._tracker: Tracker | None = None
        self._made_for: tuple[ServedRobot, MotionBounds, bool | None, float] | None = None
        self._last = -math.inf  # [s], when the last step was made
        self._moving = False
        self._velocities: Array | None = None  # (joints,) [1/s], of the last step
        self._stuck_since: float | None = None  # [s]; infinite: it has tried another branch
        self._has_begun = False  # and has not come to its end yet

    @property
    def is_active(self) -> bool:
        """Whether there is something to command: a target that is not reached, or a motion."""
        return self._target is not None or self._moving

    def aim(self, position: Array, orientation: Array) -> None:
        """Follow a pose from now on: (3,) [m] and (4,) x y z w, in the base link's frame."""
        known = self._target
        if not (
            isinstance(known, tuple) and all(map(np.array_equal, known, (position, orientation)))
        ):
            self._stuck_since = None
        self._target, self.refusal = (position, orientation), ''

    def move(self, linear: Array, angular: Array, in_tool: bool) -> None:
        """Move the tip with a twist from now on; see `Twist`."""
        self._target = Twist(linear, angular, in_tool, self._serving.clock())
        self.refusal = ''

    def refuse(self, reason: str) -> None:
        """Brake, since the last target is none."""
        self._target, self.refusal = None, reason

    def forget(self) -> None:
        """Follow nothing, and forget where the arm is: it or the time has changed."""
        self._target, self._tracker = None, None
        self._moving = self._has_begun = False

    def step(
        self, bounds: MotionBounds, defaults: Defaults, command: Array | None, commanded_at: float
    ) -> TrackingStep | None:
        """Return what to command now; None where there is nothing to do.

        Args:
            bounds: what the arm may.
            defaults: whether it keeps clear, and by how much.
            command: (joints,) [rad or m], the last one; None: there was none.
            commanded_at: [s], when, on the clock of `IkServing`.

        """
        if not self.is_active:
            return None
        now = self._serving.clock()
        tracker = self._ready(bounds, defaults, command, commanded_at)
        if tracker is None:
            return None
        period = max(now - self._last, 0.0) if math.isfinite(self._last) else 0.0
        self._last = now
        if isinstance(self._target, Twist) and now - self._target.at > bounds.target_timeout:
            self.refuse('no twist comes any more: the arm brakes')
        if self._target is None:
            step = tracker.brake(period)
            if refusal := self.refusal:
                step.tell = lambda: refusal
        elif isinstance(self._target, Twist):
            twist = self._target.linear, self._target.angular
            step = tracker.update_twist(*twist, period, 'tool' if self._target.in_tool else 'base')
        else:
            if not self._has_begun and is_far(tracker, *self._target):
                self._choose_branch(tracker, *self._target, bounds)
            step = tracker.update(*self._target, period)
        resting = bool(np.abs(step.joint_velocities).max() < RESTING) and period > 0.0
        self._moving, self._velocities = not resting, step.joint_velocities
        if resting and step.status is TrackingStatus.ON_TARGET:
            self._target = None
        if resting and step.status is TrackingStatus.CLOSEST and isinstance(self._target, tuple):
            self._try_elsewhere(tracker, *self._target, bounds, now)
        self._has_begun = self.is_active
        return step

    def _try_elsewhere(
        self, tracker: Tracker, position: Array, orientation: Array, bounds: MotionBounds,
        now: float,
    ) -> None:  # fmt: skip
        """Lead an arm that is stuck to another branch, where one reaches the target; once."""
        if self._stuck_since is None:
            self._stuck_since = now
        elif now - self._stuck_since > STILL:
            self._stuck_since = math.inf
            self._choose_branch(tracker, position, orientation, bounds)

    def _choose_branch(
        self, tracker: Tracker, position: Array, orientation: Array, bounds: MotionBounds
    ) -> None:
        """Lead the arm to the solution that its joints reach first, where there is one."""
        with contextlib.suppress(InvalidInputError):  # the update says what is wrong
            tracker.switch(position, orientation, bounds.period)

    def _ready(
        self, bounds: MotionBounds, defaults: Defaults, command: Array | None, commanded_at: float
    ) -> Tracker | None:
        """Return the tracker, which begins where the arm is; None where nobody knows."""
        robot = self._serving.robot
        avoids = None if defaults.avoid_collisions else False
        wish = robot, bounds, avoids, defaults.min_clearance
        tracker, made_for = self._tracker, self._made_for
        if tracker is not None and made_for == wish:
            if self._has_begun:
                return tracker
        else:
            speeds = np.where(np.isfinite(robot.velocity), robot.velocity, 2.0)
            tracker = Tracker(
                robot.solver, bounds.velocity_scaling * speeds,
                np.minimum(robot.bounds.acceleration, bounds.acceleration),
                avoid_collisions=avoids, min_clearance=defaults.min_clearance,
            )  # fmt: skip
        start: Array | None
        velocities: Array | None = None
        if self._has_begun and self._tracker is not None:  # on with other bounds, or obstacles
            start, velocities = self._tracker.joint_positions, self._velocities
        else:
            start = self._serving.seed((), (), command, commanded_at).positions
            self._last = -math.inf
            if start is not None and command is not None and is_held(command, start):
                start = command  # else an arm would sink a little with each target
        if start is None:  # nobody says where the arm is
            if not isinstance(self._target, tuple):
                self.refuse('nobody has told where the joints are: a twist has nowhere to begin')
                return None
            try:
                start = tracker.choose_posture(*self._target)
            except InvalidInputError as error:
                self.refuse(f'the target is refused: {error}')
                return None
        tracker.reset(start, velocities)
        self._tracker, self._made_for = tracker, wish
        return tracker


def is_far(tracker: Tracker, position: Array, orientation: Array) -> bool:
    """Say whether a target is so far from the tip that the branch may be chosen anew."""
    if not (np.isfinite(position).all() and np.isfinite(orientation).all() and orientation.any()):
        return False  # it is nowhere
    p, o = tracker.solver.forward(tracker.joint_positions)
    turn = rotation_angle(*map(matrix_from_quaternion, (o, orientation)))
    return bool(np.linalg.norm(p - position) > FAR[0] or turn > FAR[1])


def is_held(command: Array, measured: Array) -> bool:
    """Say whether an arm is where it was told to be, but for its sag: (joints,) [rad or m]."""
    return command.shape == measured.shape and bool(np.abs(command - measured).max() <= SAG)
