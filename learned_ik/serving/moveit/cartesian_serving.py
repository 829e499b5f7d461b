# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`CartesianServing`: a straight way through waypoints, as MoveIt's `compute_cartesian_path`.

It begins where the arm is, and ends before the first pose that is not reached, not clear, or not
without a jump. No message, no rclpy.
"""

import math
from time import perf_counter
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import number
from learned_ik.errors import InvalidInputError, SeedError
from learned_ik.rotations import (
    inverse_transform,
    matrix_from_quaternion,
    quaternion_from_matrix,
    transform,
)
from learned_ik.serving.frames import pose_in_base
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.moveit.asked_link import link_to_solver, moved
from learned_ik.serving.moveit.cartesian_request import CartesianAnswer, CartesianRequest
from learned_ik.serving.moveit.cartesian_speed import slowed_down
from learned_ik.serving.moveit.led_joints import FINER, TIMEOUT, Led, lead
from learned_ik.serving.moveit.straight_way import straight_way
from learned_ik.serving.path_serving import timed_within
from learned_ik.serving.pose_question import BAD_INPUT, code_of
from learned_ik.serving.requests_and_answers import Defaults, ErrorCode
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.solving.request import checked_path

LONGEST_STEP = 1e6  # [m]


class CartesianServing:
    """Answers with the solver, frames and joints of an `IkServing`."""

    def __init__(self, serving: IkServing) -> None:
        self._serving = serving

    def answer(
        self,
        request: CartesianRequest,
        defaults: Defaults,
        command: Array | None = None,
        commanded_at: float = math.inf,
    ) -> CartesianAnswer:
        """Return the answer. Bad input is an answer too, never an exception.

        Args:
            request: of a link that is tied to the tip, as the one whose speed is bounded.
            defaults: tolerances, and whether to keep clear.
            command: (joints,) [rad or m], and
            commanded_at: [s], as `IkServing.question` takes them.

        """
        robot = self._serving.robot
        refusal = self._serving.paused or robot.mismatch
        if refusal is not None:
            return CartesianAnswer(ErrorCode.FAILURE, refusal)
        try:
            start = self._start(request, command, commanded_at)
            led = self._led(robot, request, start, options_of(request, defaults))
            path = np.concatenate([start[None], led.path])
            timing = timed_within(
                robot, path, share(request.velocity_scaling),
                share=share(request.acceleration_scaling),
            )  # fmt: skip
            if request.speed > 0:
                link = request.speed_link or request.link
                timing = slowed_down(timing, path, robot, link, request.speed)
        except BAD_INPUT as error:
            return CartesianAnswer(code_of(error), str(error))
        ended_early = led.timed_out and led.fraction < 1
        return CartesianAnswer(
            ErrorCode.TIMED_OUT if ended_early else ErrorCode.SUCCESS, led.why, path,
            timing.velocities, timing.times, led.fraction, robot.chain.joint_names,
        )  # fmt: skip

    def _start(
        self, request: CartesianRequest, command: Array | None, commanded_at: float
    ) -> Array:
        seed = self._serving.state(
            request.start_names, request.start_positions, command, commanded_at
        )
        if seed.positions is None:
            raise SeedError(
                'nobody has told where the arm is; expected joint_states, or a start state with '
                'its joints'
            )
        return seed.positions

    def _led(
        self, robot: ServedRobot, request: CartesianRequest, start: Array, options: dict[str, Any]
    ) -> Led:
        """Return the joints on the way; in finer steps where a joint has to move that far."""
        deadline = perf_counter() + TIMEOUT
        waypoints, T_link_end, max_step = self._waypoints(robot, request, start)
        best: Led | None = None
        poses = 0
        for fine in FINER:
            way = straight_way(*waypoints, max_step, fine)
            if best is not None and len(way.positions) <= poses:
                break  # there is no room for more
            poses = len(way.positions)
            ends = moved(way.positions, way.orientations, T_link_end)
            way = way._replace(positions=ends[0], orientations=ends[1])
            led = lead(robot, request, way, start, options, deadline)
            if best is None or led.fraction > best.fraction:
                best = led
            if not led.ends_at_jump or led.timed_out:
                break
        assert best is not None
        return best

    def _waypoints(
        self, robot: ServedRobot, request: CartesianRequest, start: Array
    ) -> tuple[tuple[Array, Array], Array, float]:
        """Return where the link goes in the base link's frame, from the start on; checked.

        And where the end that is solved for is in that link's frame, and the step [m].
        """
        max_step = number(
            request.max_step, 'max_step', f'metres, above 0, up to {LONGEST_STEP:g}',
            lambda s: 0 < s <= LONGEST_STEP,
        )  # fmt: skip
        if not len(request.positions):
            raise InvalidInputError('there are no waypoints; expected one or more')
        T_link_end = link_to_solver(robot, request.link)
        p, o = robot.solver.forward(start)
        T_start = transform(matrix_from_quaternion(o), p) @ inverse_transform(T_link_end)
        if request.is_relative:
            positions, orientations = each_from_the_last(
                T_start, *parted(checked_path(request.positions, request.orientations))
            )
        else:
            positions, orientations = parted(
                checked_path(
                    *pose_in_base(
                        robot.chain.base_link, robot.base_frames, request.frame,
                        request.positions, request.orientations, request.stamp,
                        self._serving.lookup, may_be_empty=False,
                    )
                )
            )  # fmt: skip
        waypoints = (
            np.concatenate([T_start[None, :3, 3], positions]),
            np.concatenate([quaternion_from_matrix(T_start[None, :3, :3]), orientations]),
        )
        return waypoints, T_link_end, max_step


def parted(poses: Array) -> tuple[Array, Array]:
    """Return the positions (n, 3) and orientations (n, 4) of poses (n, 7)."""
    return poses[:, :3], poses[:, 3:]


def each_from_the_last(
    T_start: Array, positions: Array, orientations: Array
) -> tuple[Array, Array]:
    """Return waypoints, each given in the frame of the one before, in that of the base link."""
    T, there = T_start, []
    for p, R in zip(positions, matrix_from_quaternion(orientations), strict=True):
        T = T @ transform(R, p)
        there.append(T)
    stacked = np.array(there)
    return stacked[:, :3, 3], quaternion_from_matrix(stacked[:, :3, :3])


def options_of(request: CartesianRequest, defaults: Defaults) -> dict[str, Any]:
    """Return what the solver is told of each pose."""
    avoids = request.avoids_collisions and defaults.avoid_collisions
    return {
        'position_tolerance': defaults.position_tolerance,
        'orientation_tolerance': defaults.orientation_tolerance,
        'avoid_collisions': None if avoids else False,
        'min_clearance': defaults.min_clearance,
    }


def share(scaling: float) -> float:
    """Return a share of limits as MoveIt reads it: whatever is none is all of them."""
    return scaling if 0 < scaling <= 1 else 1.0
