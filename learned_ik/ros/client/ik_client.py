# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkClient`: an `ik_node` as if it were a solver in this process."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from geometry_msgs.msg import Pose
from rclpy.node import Node
from rclpy.task import Future

from learned_ik.arrays import Orientation, Orientations, PerJoint, Position, Positions
from learned_ik.checks import number, text, texts, whole
from learned_ik.ros.client import filling
from learned_ik.ros.client.asking import Asking
from learned_ik.ros.client.filling import Axes, Freedom, Joints
from learned_ik.ros.client.forms import waiting
from learned_ik.ros.client.replies import (
    BatchReply,
    PathReply,
    PoseReply,
    SolutionsReply,
    batch_reply,
    path_reply,
    pose_reply,
    solutions_reply,
)
from learned_ik.ros.messages import fill_pose
from learned_ik.ros.poses.many_messages import packed
from learned_ik.solving.preferences import PreferredPosture
from learned_ik_interfaces.srv import GetIK, GetIKBatch, GetIKPath, GetIKSolutions

NAME = '/learned_ik'
PATIENCE = 5.0  # [s]
MOST_SOLUTIONS = 2**32 - 1  # that the request can name; what is accepted, the node says
SEARCH = 1.0  # [s], of the node for paths and batches, where the request names no timeout

Reply = TypeVar('Reply')


class IkClient:
    """Asks an `ik_node` from your node, with the methods and arguments of `IkSolver`.

    Each method has two forms. `solve` waits for the answer: it spins your node itself if nobody
    else does; otherwise it waits for the executor that does. In a callback of the thread that
    spins your node it would wait for ever, so it raises `DeadlockError`. `solve_async` returns a
    future of the answer at once. A callback may `await` it; somebody has to spin the node.

    An argument that does not fit into a message raises `InvalidInputError` at once. If the node
    refuses the request, or cannot solve it, the reply is false and says why. If there is no node,
    or no answer in time, `NoAnswerError` is raised, by the future too. Several threads may use one
    client.
    """

    def __init__(
        self,
        node: Node,
        name: str = NAME,
        *,
        joint_names: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        """Look for the services of an `ik_node`, which may start later.

        Args:
            node: your node, with any executor or none.
            name: of the `ik_node`, with its namespace, or relative to that of your node.
            joint_names: of the arm, base to tip, for seeds without names; default: those of the
                node's answers. If there was no answer yet, the node is asked for them first.
            patience: [s], above 0: how long to wait for an answer, in addition to the time that
                the node has for its search; also how long to wait for the services.

        Raises:
            InvalidInputError: a value is of another type, or out of its range.

        """
        seconds = number(patience, 'patience', 'seconds, above 0', lambda p: 0 < p < math.inf)
        name = text(name, 'name').rstrip('/')
        self._node = node
        self._asking = Asking(node, name, texts(joint_names, 'joint_names'), seconds)
        self._pose = self._asking.service(GetIK, 'get_ik')
        self._solutions = self._asking.service(GetIKSolutions, 'get_ik_solutions')
        self._batch = self._asking.service(GetIKBatch, 'get_ik_batch')
        self._path = self._asking.service(GetIKPath, 'get_ik_path')

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The arm's joints, base to tip; empty before the first answer."""
        return self._asking.joint_names

    def wait_for_node(self, timeout: float = PATIENCE) -> None:
        """Wait until the node is there and its services are open.

        Raises:
            NoAnswerError: it is not there after `timeout` [s].

        """
        seconds = number(timeout, 'timeout', 'seconds, 0 or more', lambda t: t >= 0)
        services = self._pose, self._solutions, self._batch, self._path
        self._asking.wait_for_services(services, seconds)

    def wait(self, ask: Callable[[], Future[Reply]]) -> Reply:
        """Call one of the `_async` methods, and wait for its answer."""
        return self._asking.wait(ask)

    def solve_async(
        self,
        position: Position,
        orientation: Orientation | None = None,
        seed: Joints | None = None,
        *,
        frame: str = '',
        prefer: str | Joints | PreferredPosture | None = None,
        posture_weights: PerJoint | Mapping[str, float] | None = None,
        position_tolerance: float = 0.0,
        orientation_tolerance: Freedom = 0.0,
        tolerance_axes: Axes = 'target',
        position_only: bool = False,
        max_joint_change: float = math.inf,
        timeout: float = 0.0,
        avoid_collisions: bool | None = None,
    ) -> Future[PoseReply]:
        """Find joint positions that bring the tip to a pose.

        Arguments that are left out, or 0, have the values of the node's parameters.

        Args:
            position: (3,) [m], of the tip link in `frame`.
            orientation: (4,) quaternion x y z w; may be left out with `position_only`, or where
                the position is a transform (4, 4).
            seed: the search begins there, and the answer is near it: (joints,) [rad or m], a
                dictionary by joint name, or a `JointState`. Default: the last joint_states of the
                node, or its last command.
            frame: name of the pose's frame; empty: the chain's base link.
            prefer: which of many solutions is wanted: `'nearest'`, `'first'`, `'middle'`, or near
                a posture, given as a seed, with NaN for joints that do not matter.
            posture_weights: how much each joint of that posture counts, above 0: one for each of
                its joints, or by joint name; default: 1 each.
            position_tolerance: [m].
            orientation_tolerance: [rad]; or (3,), one for turns about each axis, infinite for a
                free axis; or (3, 2), an interval that holds 0 for each axis.
            tolerance_axes: `'target'`: these axes are those of the pose; `'base'`: those of the
                base link.
            position_only: accept any orientation.
            max_joint_change: [rad or m], how far each joint may be from the seed.
            timeout: [s], the longest search of the node, up to 60.
            avoid_collisions: an answer has to be clear of obstacles and of the arm itself to be a
                success.

        Returns:
            A `PoseReply`, also for a pose that cannot be reached; or a future of it.

        Raises:
            InvalidInputError: a value has the wrong shape or type.
            NoAnswerError: no service, or no answer, in time; the `_async` form in its future.
            DeadlockError: called in a callback of the thread that spins the node.

        """
        request = GetIK.Request()
        request.pose.header.frame_id = text(frame, 'frame')
        filling.fill_position_and_orientation(
            request, request.pose.pose, position, orientation, position_only
        )
        filling.fill_tolerances(request, position_tolerance, orientation_tolerance, tolerance_axes)
        filling.fill_collisions(request, avoid_collisions)
        filling.fill_timeout(request, timeout)
        filling.fill_farthest(request, max_joint_change)
        naming = [
            *filling.fill_joints(request.seed, seed, 'seed'),
            *filling.fill_preference(request.preference, prefer, posture_weights),
        ]
        return self._asking.ask(self._pose, request, pose_reply, naming, timeout)

    def solve_all_async(
        self,
        position: Position,
        orientation: Orientation | None = None,
        limit: int = 16,
        *,
        seed: Joints | None = None,
        frame: str = '',
        position_tolerance: float = 0.0,
        orientation_tolerance: Freedom = 0.0,
        tolerance_axes: Axes = 'target',
        position_only: bool = False,
        timeout: float = 0.0,
        avoid_collisions: bool | None = None,
    ) -> Future[SolutionsReply]:
        """Find several solutions of one pose, as different as possible.

        Args:
            position: (3,) [m], of the tip link in `frame`.
            orientation: (4,) quaternion x y z w; may be left out with `position_only`, or where
                the position is a transform (4, 4).
            limit: the largest number of solutions, up to 256.
            seed: as for `solve`; the nearest solution comes first.
            frame: as for `solve`.
            position_tolerance: [m], as for `solve`.
            orientation_tolerance: [rad], as for `solve`.
            tolerance_axes: as for `solve`.
            position_only: as for `solve`.
            timeout: [s], for all of them.
            avoid_collisions: as for `solve`.

        Returns:
            A `SolutionsReply`, empty for a pose that cannot be reached; or a future of it.

        Raises:
            InvalidInputError: a value has the wrong shape or type.
            NoAnswerError: as `solve`.
            DeadlockError: as `solve`.

        """
        most = whole(
            limit, 'limit', 'a whole number from 1 on', lambda n: 1 <= n <= MOST_SOLUTIONS
        )
        request = GetIKSolutions.Request(limit=most)
        request.pose.header.frame_id = text(frame, 'frame')
        filling.fill_position_and_orientation(
            request, request.pose.pose, position, orientation, position_only
        )
        filling.fill_tolerances(request, position_tolerance, orientation_tolerance, tolerance_axes)
        filling.fill_collisions(request, avoid_collisions)
        filling.fill_timeout(request, timeout)
        naming = filling.fill_joints(request.seed, seed, 'seed')
        return self._asking.ask(self._solutions, request, solutions_reply, naming, timeout)

    def solve_batch_async(
        self,
        positions: Positions,
        orientations: Orientations | None = None,
        seeds: Joints | None = None,
        *,
        frame: str = '',
        prefer: str | Joints | PreferredPosture | None = None,
        posture_weights: PerJoint | Mapping[str, float] | None = None,
        position_tolerance: float = 0.0,
        orientation_tolerance: Freedom = 0.0,
        tolerance_axes: Axes = 'target',
        position_only: bool = False,
        max_joint_change: float = math.inf,
        timeout: float = 0.0,
        avoid_collisions: bool | None = None,
    ) -> Future[BatchReply]:
        """Solve many poses, each by itself, with one message.

        Args:
            positions: (n, 3) [m], up to 10 000.
            orientations: (n, 4) quaternions x y z w; may be left out with `position_only`.
            seeds: (n, joints), or (joints,) for all poses, [rad or m]; or by joint name.
            frame: as for `solve`.
            prefer: as for `solve`.
            posture_weights: as for `solve`.
            position_tolerance: [m], as for `solve`.
            orientation_tolerance: [rad], as for `solve`.
            tolerance_axes: as for `solve`.
            position_only: as for `solve`.
            max_joint_change: [rad or m], as for `solve`.
            timeout: [s], for all poses; 0: 1 s. Poses that were not tried are TIMED_OUT.
            avoid_collisions: as for `solve`.

        Returns:
            A `BatchReply`, or a future of it.

        Raises:
            InvalidInputError: a value has the wrong shape or type.
            NoAnswerError: as `solve`.
            DeadlockError: as `solve`.

        """
        places, turns = filling.many_poses(positions, orientations, position_only)
        request = GetIKBatch.Request(position_only=bool(position_only))
        request.header.frame_id = text(frame, 'frame')
        request.positions, request.orientations = packed(places), packed(turns)
        filling.fill_tolerances(request, position_tolerance, orientation_tolerance, tolerance_axes)
        filling.fill_collisions(request, avoid_collisions)
        filling.fill_timeout(request, timeout)
        filling.fill_farthest(request, max_joint_change)
        naming = [
            *filling.fill_seeds(request, seeds, len(places)),
            *filling.fill_preference(request.preference, prefer, posture_weights),
        ]
        return self._asking.ask(self._batch, request, batch_reply, naming, timeout or SEARCH)

    def follow_async(
        self,
        positions: Positions,
        orientations: Orientations | None = None,
        start: Joints | None = None,
        *,
        frame: str = '',
        position_tolerance: float = 0.0,
        orientation_tolerance: Freedom = 0.0,
        tolerance_axes: Axes = 'target',
        position_only: bool = False,
        jump: float = 0.0,
        velocity_scaling: float = 0.0,
        acceleration: float = 0.0,
        timeout: float = 0.0,
        avoid_collisions: bool | None = None,
    ) -> Future[PathReply]:
        """Find one joint path through many poses, without jumps if there is one, with times.

        Args:
            positions: (n, 3) [m], up to 3000.
            orientations: (n, 4) quaternions x y z w; may be left out with `position_only`.
            start: the present joint positions, in the forms of a seed of `solve`.
            frame: as for `solve`.
            position_tolerance: [m], as for `solve`.
            orientation_tolerance: [rad], as for `solve`.
            tolerance_axes: as for `solve`.
            position_only: as for `solve`.
            jump: [rad or m]: a larger step of one joint from pose to pose is a jump; 0: 0.2.
            velocity_scaling: share of the joints' velocity limits, up to 1; 0: 1.
            acceleration: [rad/s² or m/s²], of every joint; 0: 1.
            timeout: [s], for the whole path; 0: 1 s.
            avoid_collisions: the whole path has to be clear to be a success.

        Returns:
            A `PathReply`, or a future of it.

        Raises:
            InvalidInputError: a value has the wrong shape or type.
            NoAnswerError: as `solve`.
            DeadlockError: as `solve`.

        """
        places, turns = filling.many_poses(positions, orientations, position_only)
        request = GetIKPath.Request(position_only=bool(position_only))
        request.header.frame_id = text(frame, 'frame')
        for index, place in enumerate(places):
            pose = Pose()
            fill_pose(pose, place, turns[index] if len(turns) else (0.0, 0.0, 0.0, 1.0))
            request.poses.append(pose)
        filling.fill_tolerances(request, position_tolerance, orientation_tolerance, tolerance_axes)
        filling.fill_collisions(request, avoid_collisions)
        filling.fill_timeout(request, timeout)
        filling.fill_timing(request, jump, velocity_scaling, acceleration)
        naming = filling.fill_joints(request.start, start, 'start')
        return self._asking.ask(self._path, request, path_reply, naming, timeout or SEARCH)

    solve = waiting(solve_async)
    solve_all = waiting(solve_all_async)
    solve_batch = waiting(solve_batch_async)
    follow = waiting(follow_async)

    def close(self) -> None:
        """Leave the services and cancel open requests, as destroying the node does too."""
        self._asking.close()
        for service in (self._pose, self._solutions, self._batch, self._path):
            self._node.destroy_client(service)
