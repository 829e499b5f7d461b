# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Tracker`: a command in every frame, without a jump, within what the joints may."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from learned_ik.arrays import Array, Orientation, PerJoint, Position, Posture
from learned_ik.checks import choice, flag, instance, number, numbers, shortened
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.compilation import bound
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.servo.bounded_motion import (
    ACCELERATION,
    COMFORT,
    COMFORT_WEIGHT,
    HIGH,
    LIMITS,
    LOW,
    OTHER,
    POSTURE,
    SPEED,
    STATE,
    VELOCITY,
    brake,
)
from learned_ik.kernels.servo.leading import NOBODY
from learned_ik.kernels.servo.servoing import (
    ASKED,
    ASKED_FREE_AXES,
    EXACT_ORIENTATION,
    EXACT_POSITION,
    HELD,
    LATE,
    LEFT,
    NEAR,
    REMAINING_ORIENTATION,
    REMAINING_POSITION,
    SPEED_SHARE,
    SWITCHES,
    TOLD,
    WEIGHT,
    WEIGHT_ON_THE_WAY,
    servo,
    servo_clear,
)
from learned_ik.rotations import matrix_from_quaternion, quaternion_from_matrix
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.explain import explain_request
from learned_ik.solving.freedom import (
    TARGET_AXES,
    OrientationTolerance,
    ToleranceAxes,
    read_freedom,
    read_targets,
)
from learned_ik.solving.packing import chain_arrays
from learned_ik.solving.preferences import Prefer
from learned_ik.solving.request import FLOAT64, as_rows, checked_start
from learned_ik.solving.solver import IkSolver
from learned_ik.tracking.closest_posture import ClosestPosture
from learned_ik.tracking.moving_spheres import MovingSpheres
from learned_ik.tracking.standing import Standing
from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep

POSITION_TOLERANCE = 1e-3  # [m], within which a step is on the target
ORIENTATION_TOLERANCE = 0.01  # [rad]
EXACT = 1e-3  # [1], of these tolerances, to which an aim is refined
USUAL_SPEED = 2.0  # [rad/s or m/s], of joints for which nobody tells one
LONGEST_PERIOD = 0.1  # [s]: who paused longer goes on as after this
ERRORS_WEIGH = 0.1  # [m/rad], as the usual tolerances do: then a late arm is soonest on its target
NEARER = 1e-3  # [m], weighted error, that is worth going to another branch
RESTING = 1e-3  # [1], share of its speed at which an arm that something holds back rests
BRANCHES = 8  # other solutions, of which the one that is reached first is told
POSTURES = 16  # solutions, of which the roomiest is chosen
LONGEST_SWITCH = 60.0  # [s]
LEASH = 0.01, 0.05  # [m], [rad], how far a twist may be ahead of the tip


class Tracker:
    """Follows a moving target with an arm: one command for each frame.

    Every joint stays within its limits, its speed and its acceleration, whatever the target does.
    If the target is out of reach, the arm goes to the closest posture on its branch, and comes
    back without a jump. If the target stands still there, the arm goes to the closest posture of
    all branches after a while. Among obstacles it slides along them and can always stop. The
    bounds come first, then clearance, then the target, then distance from the joint limits. The
    same inputs give the same commands. Use a tracker from one thread only.
    """

    def __init__(
        self,
        solver: IkSolver,
        velocity_limits: PerJoint | None = None,
        acceleration_limits: PerJoint | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: OrientationTolerance = ORIENTATION_TOLERANCE,
        tolerance_axes: ToleranceAxes = TARGET_AXES,
        prefer: Prefer = 'middle',
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
        seek_closest: bool = True,
    ) -> None:
        """Begin in the middle of the joint ranges; give the real posture to `reset`.

        Args:
            solver: of the arm. Each step keeps clear of the obstacles that it has then.
            velocity_limits: (joints,) [rad/s or m/s], above 0; default: the URDF's, and 2 for
                joints without one.
            acceleration_limits: (joints,) [rad/s² or m/s²], above 0; default: none.
            position_tolerance: [m], above 0, within which a step is on the target.
            orientation_tolerance: [rad], above 0, one for all axes or (3,); infinite for a free
                axis; or (3, 2), intervals about 0, as for `IkSolver.solve`.
            tolerance_axes: as for `IkSolver.solve`, for all steps.
            prefer: how to use redundancy, as for `IkSolver.solve`: `'middle'`, away from the
                limits; a posture (joints,), NaN for joints that do not matter; None: not at all.
            avoid_collisions: keep clear of obstacles and of the arm itself; default: as soon as
                there are obstacles.
            min_clearance: [m], 0 or more, the distance that is always kept.
            seek_closest: an arm that rests before a target out of reach goes to the closest
                posture of all branches; False: it stays on its branch.

        Raises:
            InvalidInputError: a limit or a tolerance is not above 0, or has the wrong shape; or
                `prefer` or the clearance is malformed.

        """
        self.solver = instance(solver, IkSolver, 'solver')
        self._engine, chain = solver.engine, solver.chain
        make_ready('tracking')
        self._servo = bound(servo, *self._engine.packed)
        self._servo_clear = bound(servo_clear, *self._engine.packed)
        speeds = np.where(np.isfinite(chain.velocity), chain.velocity, USUAL_SPEED)
        self._limits = np.empty((LIMITS, chain.joint_count))
        self._limits[SPEED] = self._per_joint(velocity_limits, 'velocity_limits', speeds)
        self._limits[ACCELERATION] = self._per_joint(
            acceleration_limits, 'acceleration_limits', np.full(chain.joint_count, np.inf)
        )
        arrays = chain_arrays(chain)
        self._limits[LOW], self._limits[HIGH] = arrays.bound_low, arrays.bound_high
        self._limits[COMFORT], self._limits[COMFORT_WEIGHT] = np.nan, 1.0
        if preference := self._engine.preferences.read(prefer, False):
            self._limits[COMFORT] = preference.posture
            self._limits[COMFORT_WEIGHT] = preference.joint_weights
        self._position_tolerance = number(
            position_tolerance, 'position_tolerance', 'metres, above 0', lambda t: t > 0
        )
        self._asked = np.zeros(ASKED)
        self._asked[EXACT_POSITION] = EXACT * self._position_tolerance
        self._asked[NEAR] = self._position_tolerance
        self._asked[WEIGHT_ON_THE_WAY] = ERRORS_WEIGH
        self._usual_axes, self._tolerance_axes = orientation_tolerance, tolerance_axes
        self._ask_for(None)
        if avoid_collisions is not None:
            avoid_collisions = flag(avoid_collisions, 'avoid_collisions')
        self._avoids = avoid_collisions
        self._engine.scene(False, min_clearance)  # raises
        self._wanted = float(min_clearance)
        self._around = MovingSpheres(chain.joint_count)
        self._seeks = flag(seek_closest, 'seek_closest')
        self._closest, self._seeking = ClosestPosture(self._engine, self._asked), False
        self._state, self._told = np.zeros((STATE, chain.joint_count)), np.zeros(TOLD)
        self._pose = np.empty(7)  # the last target
        self.reset(np.where(np.isinf(self._limits[HIGH]), 0.0, chain.middle))

    def _per_joint(self, values: PerJoint | None, what: str, default: Array) -> Array:
        if values is None:
            return default
        given = numbers(values, what)
        joints = self.solver.chain.joint_count
        if given.shape not in ((), (joints,)) or not (given > 0).all():
            raise InvalidInputError(
                f'{what} are {shortened(given.tolist())}; expected one number or ({joints},), '
                'above 0'
            )
        return np.broadcast_to(given, joints)

    def _ask_for(self, orientation_tolerance: OrientationTolerance | None) -> None:
        """Aim within these tolerances [rad] from now on; None: the tracker's own."""
        axes = self._usual_axes if orientation_tolerance is None else orientation_tolerance
        freedom = read_freedom(axes, self._tolerance_axes, has_room=False)
        if freedom.middle is not None:
            raise InvalidInputError(
                f'orientation_tolerance is {shortened(numbers(axes, "axes").tolist())}; expected '
                'intervals about 0: a tracker leads to the orientation itself'
            )
        strictest = freedom.strictest
        self._last_axes = orientation_tolerance
        self._orientation_tolerance = strictest
        self._asked[EXACT_ORIENTATION] = EXACT * strictest
        self._asked[ASKED_FREE_AXES:WEIGHT_ON_THE_WAY] = freedom.free_axes

    def reset(self, joint_positions: Posture, joint_velocities: Posture | None = None) -> None:
        """Go on from where the arm is.

        A joint beyond its limit goes back, never farther out. An arm that is too near to an
        obstacle does not come nearer.

        Args:
            joint_positions: (joints,) [rad or m].
            joint_velocities: (joints,) [rad/s or m/s]; default: at rest.

        Raises:
            InvalidInputError: wrong shape, or values that are not finite.

        """
        chain = self.solver.chain
        self._state[POSTURE] = checked_start(chain, joint_positions, 'joint_positions')
        self._state[VELOCITY] = 0.0
        if joint_velocities is not None:
            velocities = checked_start(chain, joint_velocities, 'joint_velocities')
            speeds = self._limits[SPEED]
            self._state[VELOCITY] = np.clip(velocities, -speeds, speeds)
        self._told[LEFT:], self._asked[SWITCHES] = np.nan, 0.0
        self._asked[WEIGHT] = self._asked[WEIGHT_ON_THE_WAY]
        self._jogged: tuple[Array, Array] | None = None
        self._closest.forget()
        self._seeking = False

    @property
    def joint_positions(self) -> Array:
        """(joints,) [rad or m], of the last command."""
        return self._state[POSTURE].copy()

    @property
    def is_seeking(self) -> bool:
        """Whether the arm is as close as its branch allows and looks at the other branches."""
        return self._seeks and self._closest.is_looking

    def choose_posture(self, position: Position, orientation: Orientation) -> Array:
        """Return the posture at a pose in which the joints have most room: a good place to begin.

        It is the solution with the greatest product of limit margin and manipulability.

        Args:
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise.

        Returns:
            (joints,) [rad or m]; if the pose cannot be reached, the nearest posture found.

        Raises:
            InvalidInputError: as `IkSolver.solve`.

        """
        found = self.solver.solve_all(
            position, orientation, POSTURES,
            avoid_collisions=self._avoids, min_clearance=self._wanted,
        )  # fmt: skip
        if found:
            return found[0].joint_positions
        return self.solver.solve(position, orientation).joint_positions

    def update(
        self,
        position: Position,
        orientation: Orientation | None,
        period: float,
        *,
        orientation_tolerance: OrientationTolerance | None = None,
    ) -> TrackingStep:
        """Take one step towards a target.

        Args:
            position: (3,) [m], of the tip link in the base link's frame; as for `IkSolver.solve`.
            orientation: (4,) quaternion x y z w, likewise; None: see there.
            period: [s], 0 or more, since the last step; after a pause, 0.1 s count.
            orientation_tolerance: [rad], of this step, as for the tracker; default: the tracker's.

        Returns:
            The command. If the target is malformed (NaN, a quaternion of length zero), the arm
            brakes, and the message says what is wrong.

        Raises:
            InvalidInputError: the period is negative or not finite, or the tolerance is none.

        """
        self._jogged = None
        return self._update(position, orientation, period, orientation_tolerance)

    def _update(
        self,
        position: Position,
        orientation: Orientation | None,
        period: float,
        orientation_tolerance: OrientationTolerance | None,
    ) -> TrackingStep:
        period = self._checked_period(period)
        if orientation_tolerance is not self._last_axes:
            self._ask_for(orientation_tolerance)
        p: Any = position
        o: Any = orientation
        arrays = type(p) is np.ndarray and type(o) is np.ndarray
        if not (arrays and p.dtype is o.dtype is FLOAT64):
            p, o, _ = as_rows(p, o, self._state[POSTURE])
        if period == 0.0:
            return self._idle('no time has passed since the last step')
        if p.shape != (3,) or o.shape != (4,):
            return self._converted(position, orientation, period, orientation_tolerance)
        pose = self._pose
        pose[:3], pose[3:] = p, o
        if self._seeking and not self._closest.is_about(pose, self._position_tolerance):
            self._asked[SWITCHES], self._seeking = 0.0, False
        if not self._serve(pose, period):
            return self._refused(position, orientation, period)
        step = self._judged(p, o)
        if self._seeks and step.status is TrackingStatus.CLOSEST and not self._told[HELD]:
            self._seek_closest(pose, step)
        return step

    def _seek_closest(self, pose: Array, step: TrackingStep) -> None:
        """Lead the arm to where it is closest, once that is known."""
        found = self._closest.look(pose, self._state[POSTURE], self._position_tolerance)
        if found is None or found[0] <= self._position_tolerance:  # another branch reaches it
            return
        now = math.hypot(step.position_error, self._engine.angular_weight * step.orientation_error)
        if now - found[0] > NEARER and self._standing().clearance_of(found[1:]) >= self._wanted:
            self._state[OTHER], self._asked[SWITCHES] = found[1:], 1.0
            self._asked[WEIGHT], self._seeking = self._engine.angular_weight, True

    def _serve(self, pose: Array, period: float) -> bool:
        """Make the step; False where the target is malformed."""
        memory, spheres = self._engine.memory(), self._engine.spheres
        asked = (
            memory.numbers, pose, self._asked, self._limits, period, self._state, self._told,
        )  # fmt: skip
        if not self._keeps_clear(spheres):
            return self._servo(*asked)
        make_ready('tracking among obstacles')
        self._around.look(self._engine.known_spheres, period)
        body = self._engine.avoidance.body_arrays(memory)
        return self._servo_clear(*asked, *body, *self._around.arrays, True, self._wanted)

    def _keeps_clear(self, spheres: Array | None) -> bool:
        return spheres is not None if self._avoids is None else self._avoids

    def update_twist(
        self,
        linear: Position,
        angular: Position,
        period: float,
        frame: Literal['base', 'tool'] = 'base',
    ) -> TrackingStep:
        """Take one step that moves the tip with a twist.

        The target is at most 1 cm and 0.05 rad ahead: if the arm is too slow, it waits.

        Args:
            linear: (3,) [m/s], of the tip link's origin.
            angular: (3,) [rad/s].
            period: [s], as for `update`.
            frame: both are along the axes of the base link, `'base'`, or the tip link, `'tool'`.

        Returns:
            The command. If the twist is malformed (NaN, wrong shape), the arm brakes.

        Raises:
            InvalidInputError: as `update`, or the frame is none of these.

        """
        choice(frame, 'frame', ('base', 'tool'))
        time = self._checked_period(period)
        try:
            v, w = self._checked_twist(linear, 'linear'), self._checked_twist(angular, 'angular')
        except InvalidInputError as error:
            return self._brake(time, f'the twist is refused, and the arm brakes: {error}')
        p, R = self._jogged or self._tip()
        if frame == 'tool':
            v, w = R @ v, R @ w
        half = 0.5 * time * w
        length = np.linalg.norm(half)
        turn = np.array([*(np.sinc(length / np.pi) * half), np.cos(length)])
        p, R = p + time * v, matrix_from_quaternion(turn) @ R
        step = self._update(p, quaternion_from_matrix(R), period, None)
        near = step.position_error <= LEASH[0] and step.orientation_error <= LEASH[1]
        self._jogged = (p, R) if near else None
        return step

    def _checked_twist(self, values: Position, what: str) -> Array:
        given = numbers(values, what)
        if given.shape != (3,) or not np.isfinite(given).all():
            raise InvalidInputError(
                f'{what} is {shortened(given.tolist())}; expected (3,), finite'
            )
        return given

    def _tip(self) -> tuple[Array, Array]:
        R, p = self.solver.chain.forward_matrix(self._state[POSTURE])
        return p, R

    def brake(self, period: float) -> TrackingStep:
        """Brake as fast as the joints may: for a frame without a target."""
        return self._brake(self._checked_period(period), 'there is no target: the arm brakes')

    def _brake(self, period: float, message: str) -> TrackingStep:
        if period > 0.0:
            brake(self._limits, period, self._state)
        self._asked[SWITCHES], self._jogged = 0.0, None
        return self._idle(message)

    def switch(self, position: Position, orientation: Orientation | None, period: float) -> Array:
        """Let the next updates lead the arm to another branch that reaches the target.

        The tip leaves the target on the way. `TrackingStep.other_branch` shows such a branch.

        Args:
            position: (3,) [m], of the target; or a transform (4, 4), and None.
            orientation: (4,) quaternion x y z w.
            period: [s], above 0, of the updates.

        Returns:
            (n, joints) [rad or m]: the way that the updates will take while the target stands
            still. If there is no other branch, or no way to it, it is empty and nothing changes.

        Raises:
            InvalidInputError: as `update`.

        """
        period = self._checked_period(period)
        position, orientation, axes = read_targets(position, orientation, 0.0)
        if axes == math.inf:
            raise InvalidInputError(
                'orientation is None; expected one, or a transform (4, 4) in place of the position'
            )
        other = self._other_branch(*as_rows(position, orientation, self._state[POSTURE])[:2])
        if other is None or period == 0.0:
            return np.empty((0, self.solver.chain.joint_count))
        self._seeking = False
        kept = self._state.copy(), self._asked.copy(), self._told.copy(), self._around
        self._around = MovingSpheres(self.solver.chain.joint_count)
        way = self._way_to(other, position, orientation, period)
        (self._state[:], self._asked[:], self._told[:], self._around) = kept
        if len(way):
            self._state[OTHER], self._asked[SWITCHES] = other, 1.0
        return way

    def _way_to(
        self, other: Array, position: Position, orientation: Orientation, period: float
    ) -> Array:
        """Return the way (n, joints) that updates take to a branch; empty where it is barred."""
        self._state[OTHER], self._asked[SWITCHES] = other, 1.0
        way = []
        for _ in range(math.ceil(LONGEST_SWITCH / period)):
            step = self._update(position, orientation, period, None)
            way.append(step.joint_positions)
            if step.status is TrackingStatus.ON_TARGET:
                return np.array(way)
            if step.status is TrackingStatus.CLOSEST:
                break
        return np.empty((0, len(other)))

    def _other_branch(self, position: Array, orientation: Array) -> Array | None:
        """Return the solution (joints,) elsewhere that the joints reach first, or None."""
        q, speeds = self._state[POSTURE], self._limits[SPEED]
        found = self.solver.solve_all(
            position, orientation, BRANCHES, seed=q,
            position_tolerance=self._position_tolerance,
            orientation_tolerance=self._usual_axes, tolerance_axes=self._tolerance_axes,
            timeout=math.inf,
            avoid_collisions=self._avoids, min_clearance=self._wanted,
        )  # fmt: skip
        times = [float((np.abs(one.joint_positions - q) / speeds).max()) for one in found]
        return found[int(np.argmin(times))].joint_positions if found else None

    def _checked_period(self, period: float) -> float:
        period = number(period, 'period', 'seconds, 0 or more', lambda t: 0 <= t < math.inf)
        return min(period, LONGEST_PERIOD)

    def _converted(
        self,
        position: Any,
        orientation: Any,
        period: float,
        orientation_tolerance: OrientationTolerance | None,
    ) -> TrackingStep:
        """Take the step to a target in a form that compiled code does not know."""
        axes = self._usual_axes if orientation_tolerance is None else orientation_tolerance
        try:
            p, o, wanted = read_targets(position, orientation, axes)
        except InvalidInputError as error:
            return self._brake(period, f'the target is refused, and the arm brakes: {error}')
        if p is position and o is orientation:
            return self._refused(p, o, period)
        anyhow = wanted if wanted is not axes else orientation_tolerance
        return self._update(p, o, period, anyhow)

    def _refused(
        self, position: Position, orientation: Orientation, period: float
    ) -> TrackingStep:
        try:
            explain_request(self.solver.chain, position, orientation, None, (1.0, 1.0))
        except InvalidInputError as error:
            return self._brake(period, f'the target is refused, and the arm brakes: {error}')
        return self.brake(period)

    def _judged(self, position: Array, orientation: Array) -> TrackingStep:
        """Return the step that was made, and how it stands to the target."""
        told = self._told.tolist()
        on_target = (
            told[REMAINING_POSITION] <= self._position_tolerance
            and told[REMAINING_ORIENTATION] <= self._orientation_tolerance
        )
        standing, switches = self._standing(), self._asked[SWITCHES] == 1.0
        if on_target:
            return self._step(TrackingStatus.ON_TARGET, standing, lambda: '')
        if told[HELD]:
            late = told[SPEED_SHARE] > RESTING
        else:
            late = told[LATE] != NOBODY
        status = TrackingStatus.CATCHING_UP if late else TrackingStatus.CLOSEST
        step = self._step(status, standing, lambda: standing.what_holds(told, switches))
        if not late:
            self._asked[SWITCHES] = 0.0
            step.look_elsewhere = lambda: self._other_branch(position, orientation)
        return step

    def _standing(self) -> Standing:
        """Return where the arm is now, and what is about it."""
        scene, engine = None, self._engine
        if engine.spheres is not None or self._avoids:
            scene = Scene(engine.known_spheres, self._avoids is not False, self._wanted)
        return Standing(engine, self._limits, scene, self._state[POSTURE].copy())

    def _step(
        self, status: TrackingStatus, standing: Standing, tell: Callable[[], str]
    ) -> TrackingStep:
        told, velocity = self._told, self._state[VELOCITY]
        return TrackingStep(
            status, standing.posture, velocity.copy(), float(told[REMAINING_POSITION]),
            float(told[REMAINING_ORIENTATION]), standing.clearance, tell,
        )  # fmt: skip

    def _idle(self, message: str) -> TrackingStep:
        """Return the step of a frame without a target, or without time."""
        self._told[:] = np.nan
        return self._step(TrackingStatus.CLOSEST, self._standing(), lambda: message)
