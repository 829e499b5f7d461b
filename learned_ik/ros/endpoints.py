# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Endpoints`: the services and topics by which a configured node is asked. Conversion alone."""

import math
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from geometry_msgs.msg import PoseStamped
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectoryPoint
from visualization_msgs.msg import MarkerArray

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError, UrdfError
from learned_ik.robot.description.names import listed
from learned_ik.ros import messages, parameters
from learned_ik.ros.markers import marker_array
from learned_ik.ros.qos import LATCHED, LATEST, SERVICES
from learned_ik.ros.robustness.background import Background
from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.ros.running import create_timer
from learned_ik.ros.targets.tracking_endpoint import TrackingEndpoint
from learned_ik.ros.tf import MovingFrames
from learned_ik.serving.described.planning_groups import planning_groups
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.path_serving import PathServing, check_size
from learned_ik.serving.pose_question import PoseQuestion, code_of
from learned_ik.serving.requests_and_answers import (
    Defaults,
    ErrorCode,
    IkAnswer,
    IkRequest,
    PathAnswer,
    PathRequest,
)
from learned_ik.serving.rviz_picture import TargetHistory
from learned_ik.serving.status.health import Health
from learned_ik.serving.status.outages import OutageReporter
from learned_ik_interfaces.srv import GetIK, GetIKPath

MARKER_PERIOD = 0.1  # [s]


class Asked(NamedTuple):
    """Whom a configured node asks, and by what."""

    node: LifecycleNode
    serving: IkServing
    health: Health
    defaults: Callable[[], Defaults]  # what holds at the moment
    frames: MovingFrames
    background: Background
    log: NodeLog

    async def wait_for(self, frame: str, stamp: int) -> None:
        """Wait until it is known how a frame stood at a moment [ns], if it moves."""
        if not self.serving.is_rigid(frame):
            await self.frames.wait(frame, stamp)


class Command(NamedTuple):
    """What the robot was told last."""

    positions: Array | None = None  # (joints,) [rad or m]; None: nothing
    at: float = -math.inf  # [s], on the clock of `IkServing`


class Target(NamedTuple):
    """One of many that stream in."""

    number: int  # in the order in which they came
    message: PoseStamped
    asked: IkRequest


class Endpoints:
    """Converts what comes in, asks an `IkServing`, converts back; from `__init__` to `close`."""

    def __init__(
        self,
        asked: Asked,
        on_description: Callable[[str], Awaitable[None]],
        on_semantic: Callable[[str], Awaitable[None]],
    ) -> None:
        """Open services and topics; what is called takes the URDF and the SRDF of a robot."""
        self._node, self._serving, self._health = asked.node, asked.serving, asked.health
        self._defaults, self._wait_for = asked.defaults, asked.wait_for
        self._background, self._log = asked.background, asked.log
        self._take_description, self._take_semantic = on_description, on_semantic
        self._paths = PathServing(self._serving)
        self._history = TargetHistory()
        self._outages = OutageReporter()
        self._command = Command()
        self._targets = 0  # that have come
        self._answered = 0  # the number of the last target that was
        self._next: tuple[Target, PoseQuestion] | None = None  # that waits for a long search
        self._searches_target = False
        self._told_of_rivals = False
        node = self._node
        self._commands = node.create_lifecycle_publisher(JointState, '~/joint_command', 10)
        self._markers = node.create_lifecycle_publisher(MarkerArray, '~/markers', 1)
        self.tracking = TrackingEndpoint(
            node, self._serving, self._log,
            lambda: (self._defaults(), parameters.bounds(node)), lambda: self._command,
            self._publish_tracked,
        )  # fmt: skip
        self._marker_timer = create_timer(node, MARKER_PERIOD, self._publish_markers)
        # What waits for a transform, or for a long search, must not keep what comes after it
        # waiting. Paths and descriptions are taken one after the other.
        group, paths, description = (
            ReentrantCallbackGroup(),
            MutuallyExclusiveCallbackGroup(),
            MutuallyExclusiveCallbackGroup(),
        )
        # rclpy takes coroutines as well, which its types do not say.
        listen: Callable[..., Any] = node.create_subscription
        self._subscriptions = [
            listen(
                String, 'robot_description', self._on_description, LATCHED,
                callback_group=description,
            ),
            listen(
                String, 'robot_description_semantic', self._on_semantic, LATCHED,
                callback_group=description,
            ),
            listen(
                JointState, 'joint_states', self._on_joints, qos_profile_sensor_data,
                callback_group=group,
            ),
            listen(PoseStamped, '~/target_pose', self._on_target, LATEST, callback_group=group),
        ]  # fmt: skip
        serve: Callable[..., Any] = partial(node.create_service, qos_profile=SERVICES)
        self._services = [
            serve(GetIK, '~/get_ik', self._on_request, callback_group=group),
            serve(GetIKPath, '~/get_ik_path', self._on_path_request, callback_group=paths),
        ]

    def close(self) -> None:
        """Withdraw all of them."""
        self.tracking.close()
        self._node.destroy_timer(self._marker_timer)
        self._node.destroy_lifecycle_publisher(self._markers)
        self._node.destroy_lifecycle_publisher(self._commands)
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        for service in self._services:
            self._node.destroy_service(service)

    def forget_commands(self) -> None:
        """Let no earlier command be the seed of the next target: time or the arm has changed.

        Nor does a target lead to a command any more that came before.
        """
        self._command = Command()
        self.tracking.forget()
        self._answered, self._next = self._targets, None
        self._history.clear()

    def seeding_command(self) -> Command:
        """Return the last command where it may be the seed of a request that brings none.

        Where nobody reports joints, such a request has no seed.
        """
        return self._command if self._serving.joint_positions is not None else Command()

    async def answer(self, asked: IkRequest) -> IkAnswer:
        """Return the answer to a pose, with what is known of the joints as its seed.

        A search that takes long goes on beside, while others are served.
        """
        await self._wait_for(asked.frame, asked.stamp)
        question = self._serving.question(asked, self._defaults(), *self.seeding_command())
        return await self._answer_to(question)

    async def _answer_to(self, question: PoseQuestion | IkAnswer) -> IkAnswer:
        if isinstance(question, IkAnswer):
            return question
        answer = question.in_short()
        if answer is not None:
            return answer
        searches = self._background.searches
        if searches.full:
            return IkAnswer(
                ErrorCode.TIMED_OUT, 'not found at once, and too many longer searches wait'
            )
        return await searches.do(question.at_length)

    async def _on_request(
        self, request: GetIK.Request, response: GetIK.Response
    ) -> GetIK.Response:
        try:
            answer = await self.answer(messages.request_from_service(request))
            messages.fill_service_response(response, answer, answer.joint_names)
            self._health.note_answer(answer.error_code, answer.solve_time)
        except Exception as error:  # a fault of ours must not take the node down
            response = GetIK.Response()
            failure = IkAnswer(ErrorCode.FAILURE, self._fault('get_ik failed', error))
            messages.fill_service_response(response, failure, ())
        return response

    async def _on_path_request(
        self, request: GetIKPath.Request, response: GetIKPath.Response
    ) -> GetIKPath.Response:
        try:
            check_size(len(request.poses))
            header = request.header
            await self._wait_for(header.frame_id, messages.nanoseconds(header.stamp))
            job = partial(self._answer_path, request, response)
            asked, answer = await self._background.paths.do(job)
            if answer.joint_names in ((), self._serving.joint_names):  # of no other arm
                self._history.note_path(asked, answer)
        except InvalidInputError as error:
            answer = PathAnswer(code_of(error), str(error))
            messages.fill_path_response(response, answer, (), JointTrajectoryPoint)
        except Exception as error:  # a fault of ours must not take the node down
            failure = PathAnswer(ErrorCode.FAILURE, self._fault('get_ik_path failed', error))
            response = GetIKPath.Response()
            messages.fill_path_response(response, failure, (), JointTrajectoryPoint)
            return response
        self._health.note_answer(answer.error_code, 0.0)  # solve times are those of one pose
        return response

    def _answer_path(
        self, request: GetIKPath.Request, response: GetIKPath.Response
    ) -> tuple[PathRequest, PathAnswer]:
        """Fill the response to a path. On another thread: messages this long take their time."""
        asked = messages.path_request_from_service(request)
        answer = self._paths.answer(asked, self._defaults(), *self.seeding_command())
        messages.fill_path_response(response, answer, answer.joint_names, JointTrajectoryPoint)
        return asked, answer

    def _fault(self, where: str, error: Exception) -> str:
        """Log an exception, count it, and return what to tell the client."""
        self._health.note_fault()
        return self._log.fault(where, error)

    async def _on_target(self, target: PoseStamped) -> None:
        try:
            self._targets += 1
            number = self._targets
            asked = messages.request_from_target(target)
            await self._wait_for(asked.frame, asked.stamp)
            question = self._serving.question(asked, self._defaults(), *self._command)
            if parameters.TARGET_MODE.of(self._node) == 'track':
                if number == self._targets:  # else a later one has come while this one waited
                    self._track(asked, question)
                return
            this = Target(number, target, asked)
            if isinstance(question, IkAnswer):
                self._take(this, question)
            elif (answer := question.in_short()) is not None:
                self._take(this, answer)
            else:
                await self._search(this, question)
        except Exception as error:
            self._fault('a target was dropped', error)

    def _track(self, asked: IkRequest, question: PoseQuestion | IkAnswer) -> None:
        """Follow a target from now on."""
        if isinstance(question, IkAnswer):
            self._health.note_answer(question.error_code, 0.0)
            self._history.note_target(asked, question)
            self.tracking.refuse(question.message)
        else:
            self._look_for_rivals()
            self.tracking.tracking.aim(question.position, question.orientation)

    def _look_for_rivals(self) -> None:
        """Tell, once, that several publishers lead the arm: each of them would have it its way."""
        topic = self._node.resolve_topic_name('~/target_pose')
        if not self._told_of_rivals and self._node.count_publishers(topic) > 1:
            self._told_of_rivals = True
            self._log.warning(f"several publishers send targets to '{topic}': the last one counts")

    def _publish_tracked(self, command: JointState, positions: Array) -> None:
        self._command = Command(positions, self._serving.clock())
        self._commands.publish(command)

    async def _search(self, target: Target, question: PoseQuestion) -> None:
        """Search long for one target at a time; of those that come meanwhile, for the last."""
        self._next = target, question
        if self._searches_target:
            return
        self._searches_target = True
        try:
            while self._next is not None:
                (target, question), self._next = self._next, None
                self._take(target, await self._background.searches.do(question.at_length))
        finally:
            self._searches_target = False

    def _take(self, target: Target, answer: IkAnswer) -> None:
        """Command what was found, unless a later target was found before it."""
        if target.number > self._answered:
            self._answered = target.number
            self._follow_target(target.message, target.asked, answer)

    def _follow_target(self, target: PoseStamped, asked: IkRequest, answer: IkAnswer) -> None:
        self._health.note_answer(answer.error_code, answer.solve_time)
        self._history.note_target(asked, answer)
        if answer.solved and answer.joint_positions is not None:
            self._command = Command(answer.joint_positions, self._serving.clock())
            command = JointState()
            command.header.stamp = target.header.stamp
            messages.fill_joint_state(command, answer.joint_names, answer.joint_positions)
            self._commands.publish(command)
            if line := self._outages.reached(time.monotonic()):
                self._log.info(line)
        elif line := self._outages.missed(answer.message, time.monotonic()):
            self._log.warning(line)

    def _on_joints(self, message: JointState) -> None:
        try:
            self._serving.remember_joints(message.name, message.position)
        except Exception as error:
            self._fault('joint_states were dropped', error)

    async def _on_description(self, message: String) -> None:
        try:
            await self._take_description(message.data)
        except Exception as error:
            self._fault('a robot description was dropped', error)

    async def _on_semantic(self, message: String) -> None:
        try:
            planning_groups(message.data)
            await self._take_semantic(message.data)
        except UrdfError as error:
            self._log.error(f'robot_description_semantic is ignored: {error}')
        except Exception as error:
            self._fault('a semantic robot description was dropped', error)

    async def _publish_markers(self) -> None:
        if self._serving.paused is not None or not self._markers.get_subscription_count():
            return
        stamp, history = self._node.get_clock().now().to_msg(), self._history.copy()

        def drawn() -> MarkerArray:
            return marker_array(history.picture(self._serving), stamp)

        try:
            self._markers.publish(await self._background.pictures.do(drawn))
        except Exception as error:
            self._fault('no markers', error)


def tell_robot(serving: IkServing, log: NodeLog) -> None:
    """Log how the model fits the robot that was described just now."""
    deviation = serving.deviation
    if serving.robot.awaited:
        log.info(f'{serving.mismatch}; until then every request is refused')
    elif serving.mismatch is not None:
        log.error(f'refusing every request: {serving.mismatch}')
    elif deviation is not None:
        distance, angle = deviation
        log.warning(
            f'the robot differs from the model as one that was calibrated: by up to '
            f'{1e3 * distance:.2f} mm and {math.degrees(angle):.2f} deg at the tip; solving for '
            'the robot as described'
        )
    elif serving.robot.description is not None and serving.model is not None:
        log.info('the model fits the robot description')
    limits = serving.solver.limits
    if serving.mismatch is None and limits is not None:
        narrower = np.isfinite(limits.lower) | np.isfinite(limits.upper)
        names = [n for n, less in zip(serving.joint_names, narrower, strict=True) if less]
        log.info(f"within limits narrower than the model's: {listed(names)}")
