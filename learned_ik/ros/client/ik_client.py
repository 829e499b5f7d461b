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
    """Asks an `ik_node` for a node of yours; methods and arguments are those of `IkSolver`.

    Each question has two forms. `solve` waits for the answer: where nobody spins your node, it
    spins it itself meanwhile; where an executor of another thread does, it waits for that one.
    In a callback of the thread that spins your node it would wait for ever, and raises
    `DeadlockError` instead. `solve_async` returns at once, with a future of the answer, which a
    callback may `await`; its node has to be spun.

    What does not fit into a message raises `InvalidInputError` at once. What the node refuses, or
    cannot solve, comes back as a reply that is false and says why. No answer in time, or no node,
    raises `NoAnswerError`, from the future too. Safe to use from several threads.
    """

    def __init__(
        self,
        node: Node,
        name: str = NAME,
        *,
        joint_names: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        """Look for the services of a node; it need not be there yet.

        Args:
            node: yours, of any executor or of none.
            name: of the `ik_node`, with its namespace, or relative to yours.
            joint_names: of the arm, base to tip, to which seeds without names belong; default:
                those that the node's answers tell. Where none has come yet, the node is asked
                for them first.
            patience: [s], above 0; how long to wait for an answer, beyond the time that the
                request gives the node for its search. It counts for services that are not
                there yet, too.

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
            NoAnswerError: it is not, after `timeout` [s].

        """
        seconds = number(timeout, 'timeout', 'seconds, 0 or more', lambda t: t >= 0)
        services = self._pose, self._solutions, self._batch, self._path
        self._asking.wait_for_services(services, seconds)

    def wait(self, ask: Callable[[], Future[Reply]]) -> Reply:
        """Call one of the `_async` methods, and wait for its answer as the others do."""
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

        What is not given, or 0, is as the node's parameters say.

        Args:
            position: (3,) [m], of the tip link in `frame`.
            orientation: (4,) quaternion x y z w; may be left out with `position_only`.
            seed: where the search begins, and near which the answer is: (joints,) [rad or m], a
                dictionary by joint name, a `JointState`. Default: what the node has heard on
                joint_states.
            frame: name of the pose's frame; empty: the chain's base link.
            prefer: which of many solutions is wanted: `'nearest'`, `'first'`, `'middle'`, or a
                posture to be near to, as `seed`, with NaN for joints that do not matter.
            posture_weights: how much each joint of that posture counts, above 0: one for each of
                its joints, or by joint name; default: one each.
            position_tolerance: [m].
            orientation_tolerance: [rad]; or (3,), one for turns about each axis, infinite for an
                axis that is free; or (3, 2), from where, 0 or below, to where, 0 or above.
            tolerance_axes: whose axes these are: `'target'`, the pose's own, or `'base'`.
            position_only: whether any orientation will do.
            max_joint_change: [rad or m], how far any joint may go from the seed.
            timeout: [s], how long the node searches at most, up to 60.
            avoid_collisions: whether only what keeps clear of obstacles and of the arm itself is
                a success.

        Returns:
            A `PoseReply`, also for a pose that cannot be reached; or a
            future of it.

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
            orientation: (4,) quaternion x y z w; may be left out with `position_only`.
            limit: so many at most, up to 256.
            seed: as for `solve`; what is nearest to it comes first.
            frame: as for `solve`, and all that follows.
            position_tolerance: [m].
            orientation_tolerance: [rad].
            tolerance_axes: whose axes.
            position_only: whether any orientation will do.
            timeout: [s], for all of them.
            avoid_collisions: whether only what keeps clear is a solution.

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
            seeds: (n, joints), or (joints,) for all alike, [rad or m]; or by joint name.
            frame: as for `solve`, and all that follows.
            prefer: which of many solutions is wanted.
            posture_weights: how much each joint of a posture counts.
            position_tolerance: [m].
            orientation_tolerance: [rad].
            tolerance_axes: whose axes.
            position_only: whether any orientation will do.
            max_joint_change: [rad or m].
            timeout: [s], for all poses; 0: 1 s. Those for which there is no time are TIMED_OUT.
            avoid_collisions: whether only what keeps clear is a success.

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
        """Find one joint path through poses, without jumps where there is one, and time it.

        Args:
            positions: (n, 3) [m], up to 3000.
            orientations: (n, 4) quaternions x y z w; may be left out with `position_only`.
            start: where the joints are now, as `seed` of `solve`.
            frame: as for `solve`, and the four that follow.
            position_tolerance: [m].
            orientation_tolerance: [rad].
            tolerance_axes: whose axes.
            position_only: whether any orientation will do.
            jump: [rad or m]: a larger step of one joint from pose to pose is a jump; 0: 0.2.
            velocity_scaling: share of the joints' velocity limits, up to 1; 0: 1.
            acceleration: [rad/s² or m/s²], of every joint; 0: 1.
            timeout: [s], for the whole path; 0: 1 s.
            avoid_collisions: whether the whole path has to keep clear.

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
        """Leave the services; what is under way is cancelled. Destroying the node does as much."""
        self._asking.close()
        for service in (self._pose, self._solutions, self._batch, self._path):
            self._node.destroy_client(service)
