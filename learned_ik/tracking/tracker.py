# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Tracker`: a command in every frame, without a jump, within what the joints may."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from learned_ik.arrays import Array, Orientation, PerJoint, Position, Posture
from learned_ik.checks import choice, instance, number, numbers, shortened
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.servo import (
    ACCELERATION,
    AHEAD,
    AIM,
    AIM_FREE_AXES,
    AIM_ORIENTATION_TOLERANCE,
    AIM_POSITION_TOLERANCE,
    AIMED_ORIENTATION,
    AIMED_POSITION,
    ASKED,
    HIGH,
    LIMITS,
    LOW,
    POSTURE,
    REMAINING_ORIENTATION,
    REMAINING_POSITION,
    SPEED,
    STATE,
    TOLD,
    VELOCITY,
    brake,
    servo,
)
from learned_ik.rotations import matrix_from_quaternion, quaternion_from_matrix
from learned_ik.solving.explain import at_their_limits, explain_request
from learned_ik.solving.packing import chain_arrays
from learned_ik.solving.request import as_rows, checked_start, request_options
from learned_ik.solving.solver import IkSolver
from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep

POSITION_TOLERANCE = 1e-3  # [m], within which a step is on the target
ORIENTATION_TOLERANCE = 0.01  # [rad]
EXACT = 1e-3  # [1], of these tolerances, to which an aim is refined
USUAL_SPEED = 2.0  # [rad/s or m/s], of joints for which nobody tells one
LONGEST_PERIOD = 0.1  # [s]: who paused longer goes on as after this
AT_AIM = 1e-4  # [rad or m], from the aim, at which a joint has come there


class Tracker:
    """Leads an arm to a target that moves, a command for every frame.

    Every joint stays within its limits, its speed and its acceleration, whatever the target does;
    out of reach, the arm goes to the closest posture on its way, and comes back without a jump.
    The same inputs give the same commands. Not for several threads at once.
    """

    def __init__(
        self,
        solver: IkSolver,
        velocity_limits: PerJoint | None = None,
        acceleration_limits: PerJoint | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float | Sequence[float] = ORIENTATION_TOLERANCE,
    ) -> None:
        """Begin in the middle of the joint ranges; `reset` says where the arm really is.

        Args:
            solver: of the arm.
            velocity_limits: (joints,) [rad/s or m/s], above 0; default: the URDF's, and 2 where it
                gives none.
            acceleration_limits: (joints,) [rad/s² or m/s²], above 0; default: none.
            position_tolerance: [m], above 0, within which a step is on the target.
            orientation_tolerance: [rad], above 0, one for all axes of the target or (3,);
                infinite for a free axis.

        Raises:
            InvalidInputError: a limit or a tolerance is not above 0, or has the wrong shape.

        """
        self.solver = instance(solver, IkSolver, 'solver')
        self._engine, chain = solver.engine, solver.chain
        make_ready('tracking')
        speeds = np.where(np.isfinite(chain.velocity), chain.velocity, USUAL_SPEED)
        self._limits = np.empty((LIMITS, chain.joint_count))
        self._limits[SPEED] = self._per_joint(velocity_limits, 'velocity_limits', speeds)
        self._limits[ACCELERATION] = self._per_joint(
            acceleration_limits, 'acceleration_limits', np.full(chain.joint_count, np.inf)
        )
        arrays = chain_arrays(chain)
        self._low, self._high = arrays.bound_low, arrays.bound_high
        self._position_tolerance = number(
            position_tolerance, 'position_tolerance', 'metres, above 0', lambda t: t > 0
        )
        strictest, options = request_options(orientation_tolerance, math.inf, False)
        self._orientation_tolerance = strictest
        self._asked = np.empty(ASKED)
        self._asked[AIM_POSITION_TOLERANCE] = EXACT * self._position_tolerance
        self._asked[AIM_ORIENTATION_TOLERANCE] = EXACT * strictest
        self._asked[AIM_FREE_AXES:] = options[:3]
        self._state, self._told = np.zeros((STATE, chain.joint_count)), np.zeros(TOLD)
        self.reset(np.where(np.isinf(self._high), 0.0, chain.middle))

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

    def reset(self, joint_positions: Posture, joint_velocities: Posture | None = None) -> None:
        """Go on from where the arm is.

        A joint that stands beyond its limit is left there, and comes back as the target leads it.

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
        self._state[AIM] = np.nan

    @property
    def joint_positions(self) -> Array:
        """(joints,) [rad or m], of the last command."""
        return self._state[POSTURE].copy()

    def update(self, position: Position, orientation: Orientation, period: float) -> TrackingStep:
        """Take one step towards a target.

        Args:
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise.
            period: [s], 0 or more, since the last step; after a pause, 0.1 s count.

        Returns:
            The command. Where the target is none (NaN, a quaternion of length zero), the arm
            brakes, and the message says what is wrong.

        Raises:
            InvalidInputError: the period is negative or not finite.

        """
        period = self._checked_period(period)
        p, o, _ = as_rows(position, orientation, self._state[POSTURE])
        if period == 0.0:
            return self._step(TrackingStatus.CLOSEST, 'no time has passed since the last step')
        if p.shape != (3,) or o.shape != (4,):
            return self._refused(position, orientation, period)
        self._let_back()
        memory = self._engine.memory()
        pose = np.concatenate([p, o])
        if not servo(
            *self._engine.packed, memory.numbers, pose, self._asked, self._limits, period,
            self._state, self._told,
        ):  # fmt: skip
            return self._refused(position, orientation, period)
        return self._judged()

    def update_twist(
        self,
        linear: Position,
        angular: Position,
        period: float,
        frame: Literal['base', 'tool'] = 'base',
    ) -> TrackingStep:
        """Take one step as the tip would move with a twist.

        Args:
            linear: (3,) [m/s], of the tip link's origin.
            angular: (3,) [rad/s].
            period: [s], as for `update`.
            frame: along whose axes both are given: the base link's or the tip link's.

        Raises:
            InvalidInputError: as `update`, or the twist is not three finite numbers twice.

        """
        choice(frame, 'frame', ('base', 'tool'))
        v, w = numbers(linear, 'linear'), numbers(angular, 'angular')
        for what, values in (('linear', v), ('angular', w)):
            if values.shape != (3,) or not np.isfinite(values).all():
                raise InvalidInputError(
                    f'{what} is {shortened(values.tolist())}; expected (3,), finite'
                )
        time = self._checked_period(period)
        R, p = self.solver.chain.forward_matrix(self._state[POSTURE])
        if frame == 'tool':
            v, w = R @ v, R @ w
        half = 0.5 * time * w
        turn = np.concatenate(
            [np.sinc(np.linalg.norm(half) / np.pi) * half, [np.cos(np.linalg.norm(half))]]
        )
        target = quaternion_from_matrix(matrix_from_quaternion(turn) @ R)
        return self.update(p + time * v, target, period)

    def brake(self, period: float) -> TrackingStep:
        """Come to rest as fast as the joints may: for a frame without a target."""
        period = self._checked_period(period)
        self._let_back()
        if period > 0.0:
            brake(self._limits, period, self._state)
        self._told[:] = np.nan
        return self._step(TrackingStatus.CLOSEST, 'there is no target: the arm brakes')

    def _checked_period(self, period: float) -> float:
        period = number(period, 'period', 'seconds, 0 or more', lambda t: 0 <= t < math.inf)
        return min(period, LONGEST_PERIOD)

    def _let_back(self) -> None:
        """Let joints that were beyond their limits go no farther out than where they are."""
        self._limits[LOW] = np.minimum(self._low, self._state[POSTURE])
        self._limits[HIGH] = np.maximum(self._high, self._state[POSTURE])

    def _refused(
        self, position: Position, orientation: Orientation, period: float
    ) -> TrackingStep:
        step = self.brake(period)
        try:
            explain_request(self.solver.chain, position, orientation, None, (1.0, 1.0))
        except InvalidInputError as error:
            step.message = f'the target is refused, and the arm brakes: {error}'
        return step

    def _judged(self) -> TrackingStep:
        """Return the step that was made, and how it stands to the target."""
        told, state = self._told.tolist(), self._state
        if (
            told[REMAINING_POSITION] <= self._position_tolerance
            and told[REMAINING_ORIENTATION] <= self._orientation_tolerance
        ):
            return self._step(TrackingStatus.ON_TARGET, '')
        away = np.abs(state[AIM] - state[POSTURE])
        if away.max() > AT_AIM:
            name = self.solver.chain.joint_names[int(np.argmax(away / self._limits[SPEED]))]
            return self._step(TrackingStatus.CATCHING_UP, f"joint '{name}' has the longest way")
        return self._step(TrackingStatus.CLOSEST, self._what_holds())

    def _what_holds(self) -> str:
        q, names = self._state[POSTURE], self.solver.chain.joint_names
        held = at_their_limits(names, q, self._low, self._high)
        return (
            f'{1e3 * self._told[AIMED_POSITION]:.3g} mm and '
            f'{math.degrees(self._told[AIMED_ORIENTATION]):.3g} deg from the target'
            f'{held or f": nothing nearer is within {AHEAD} rad of each joint"}'
        )

    def _step(self, status: TrackingStatus, message: str) -> TrackingStep:
        return TrackingStep(
            status, self._state[POSTURE].copy(), self._state[VELOCITY].copy(),
            float(self._told[REMAINING_POSITION]), float(self._told[REMAINING_ORIENTATION]),
            message,
        )  # fmt: skip
