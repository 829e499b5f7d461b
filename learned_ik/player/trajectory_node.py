# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TrajectoryNode`: makes an arm follow a path, as a robot without motors and its user would.

It asks an `ik_node` for a spiral, line, circle, a `nav_msgs/Path`, or a marker dragged in RViz,
and publishes the joints on `joint_states`, for robot_state_publisher and RViz. Not for real
robots: their own drivers publish `joint_states`.
"""

if __name__ == '__main__':  # a signal may come while the imports below take their seconds
    from learned_ik.ros.stopping import ended_at_once

    with ended_at_once():
        import rclpy.node  # noqa: F401

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Path
from rcl_interfaces.msg import SetParametersResult
from rclpy.client import Client
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from learned_ik.errors import LearnedIkError
from learned_ik.player import trajectory_parameters as parameters
from learned_ik.player.interactive_target import interactive_server, offer_target
from learned_ik.player.playback import Playback
from learned_ik.robot.description.elements import child
from learned_ik.robot.description.motion import MOVING_TYPES, rest_position
from learned_ik.robot.parsing import parse_urdf
from learned_ik.ros.messages import arrays_from_pose, fill_pose, seconds_from_duration
from learned_ik.ros.qos import LATCHED, SERVICES
from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.ros.robustness.parameter_changes import ParameterChanges
from learned_ik.ros.robustness.services import strengthen_services
from learned_ik.ros.running import run
from learned_ik.trajectories.pose_paths import PosePath
from learned_ik_interfaces.srv import GetIKPath

NODE_NAME = 'trajectory'
RETRY = 2.0  # [s], before a path that was refused is asked for again
MOST_JOINTS = 1000  # that are published; a command may name no more


class TrajectoryNode(Node):
    """Asks an `ik_node` for a path and plays what it answers."""

    def __init__(self, **options: Any) -> None:
        """Declare the parameters and open topics; asking begins when the server is there.

        Raises:
            LearnedIkError: a parameter has a value that makes no sense.

        """
        super().__init__(NODE_NAME, **options)
        self.log = NodeLog(self)
        parameters.declare_all(self)
        ParameterChanges(self, self.log)
        strengthen_services(self, self.log)
        server = parameters.SERVER.of(self)
        self._path: tuple[str, PosePath] | None = None  # frame, and the poses to be followed
        self._playback: tuple[Playback, list[str], float] | None = None  # joint names, beginning
        self._asked: Future | None = None
        self._ask_at = 0.0  # [s], when the next question is due
        self._step = 0  # of a stream
        self._joints: dict[str, float] = {}  # [rad or m], of the whole robot
        self._states = self.create_publisher(JointState, 'joint_states', 10)
        self._targets = self.create_publisher(PoseStamped, f'{server}/target_pose', 1)
        self._get_path: Client = self.create_client(
            GetIKPath, f'{server}/get_ik_path', qos_profile=SERVICES
        )
        self._listen(JointState, f'{server}/joint_command', self._on_command, 10)
        self._listen(String, 'robot_description', self._on_description, LATCHED)
        self._listen(Path, '~/path', self._on_path, 1)
        self._take_parameters()
        self.add_on_set_parameters_callback(self._on_parameters)
        self.create_timer(1.0 / parameters.RATE.of(self), self._tick)

    def _listen(self, kind: Any, topic: str, callback: Callable[[Any], None], qos: Any) -> None:
        """Subscribe; a message that cannot be handled is told and dropped."""

        def guarded(message: Any) -> None:
            try:
                callback(message)
            except Exception as error:
                self.log.fault(f'a message on {topic} was dropped', error)

        self.create_subscription(kind, topic, guarded, qos)

    def _take_parameters(self) -> None:
        """Prepare for the path that the parameters describe."""
        frame = parameters.FRAME.of(self)
        source = parameters.PATH.of(self)
        self._stale = False
        if source == 'marker':
            self._server = interactive_server(self, f'{self.get_name()}/target', frame)
            pose = (parameters.CENTRE.of(self), parameters.ORIENTATION.of(self))
            offer_target(self._server, frame, *pose, self._send_target)
        elif source != 'topic':
            self._set_path(frame, parameters.described_path(self))

    def _on_parameters(self, _: list[Any]) -> SetParametersResult:
        self._stale = parameters.PATH.of(self) in parameters.SHAPES
        return SetParametersResult(successful=True)  # they take effect at the next tick

    def _on_path(self, path: Path) -> None:
        if parameters.PATH.of(self) != 'topic':
            self.get_logger().warning(
                "a path has arrived and is not followed: start with -p path:='topic' for that",
                throttle_duration_sec=5.0,
            )
            return
        if not path.poses:
            self.log.warning('an empty path has arrived; expected one pose or more')
            return
        if len(path.poses) > parameters.MOST_POSES:
            self.log.warning(
                f'a path of {len(path.poses)} poses has arrived and is not followed; expected at '
                f'most {parameters.MOST_POSES}'
            )
            return
        poses = [arrays_from_pose(stamped.pose) for stamped in path.poses]
        positions, orientations = map(np.array, zip(*poses, strict=True))
        self._set_path(path.header.frame_id, PosePath(positions, orientations))

    def _set_path(self, frame: str, path: PosePath) -> None:
        self._path = frame, path
        self._step = 0
        self._ask_at = 0.0

    def _on_description(self, description: String) -> None:
        try:
            robot = parse_urdf(description.data)
        except LearnedIkError as error:
            self.log.error(f'robot_description: {error}')
            return
        for joint in robot.joints:
            if joint.type in MOVING_TYPES and child(joint.element, 'mimic') is None:
                self._joints.setdefault(joint.name, rest_position(joint))

    def _on_command(self, command: JointState) -> None:
        if parameters.MODE.of(self) == 'stream' or parameters.PATH.of(self) == 'marker':
            if len(self._joints.keys() | set(command.name)) > MOST_JOINTS:
                self.log.warning(f'a command names {len(command.name)} joints and is not taken')
                return
            moved = zip(command.name, command.position, strict=False)
            self._joints.update((name, q) for name, q in moved if math.isfinite(q))

    def _send_target(self, frame: str, pose: Any) -> None:
        target = PoseStamped(pose=pose)
        target.header.frame_id = frame
        target.header.stamp = self.get_clock().now().to_msg()
        self._targets.publish(target)

    def _now(self) -> float:
        return 1e-9 * self.get_clock().now().nanoseconds

    def _tick(self) -> None:
        if self._stale:
            try:
                self._take_parameters()
            except LearnedIkError as error:
                self._stale = False
                self.log.error(f'the old path stays: {error}')
        if self._path is not None:
            (self._stream if parameters.MODE.of(self) == 'stream' else self._follow)(*self._path)
        if self._joints:
            state = JointState(name=list(self._joints), position=list(self._joints.values()))
            state.header.stamp = self.get_clock().now().to_msg()
            self._states.publish(state)

    def _stream(self, frame: str, path: PosePath) -> None:
        """Send the next pose, there and back."""
        last = len(path.positions) - 1
        step = self._step
        if parameters.REPEAT.of(self) and last:
            step = last - abs(last - step % (2 * last))
        if step <= last:
            pose = PoseStamped().pose
            fill_pose(pose, path.positions[step], path.orientations[step])
            self._send_target(frame, pose)
            self._step += 1

    def _follow(self, frame: str, path: PosePath) -> None:
        """Play the trajectory; ask for one where there is none for this path."""
        if self._asked is None and self._ask_at <= self._now():
            self._ask(frame, path)
        if self._playback is None:
            return
        playback, names, began = self._playback
        elapsed = self._now() - began
        play = playback.at_forever if parameters.REPEAT.of(self) else playback.at
        self._joints.update(zip(names, play(elapsed).tolist(), strict=True))

    def _ask(self, frame: str, path: PosePath) -> None:
        if not self._get_path.service_is_ready():
            return
        request = GetIKPath.Request()
        request.header.frame_id = frame
        for position, orientation in zip(*path, strict=True):
            pose = PoseStamped().pose
            fill_pose(pose, position, orientation)
            request.poses.append(pose)
        self._ask_at = np.inf
        self._asked = self._get_path.call_async(request)
        self._asked.add_done_callback(self._on_answer)

    def _on_answer(self, future: Future) -> None:
        self._asked = None
        answer = future.result()
        if answer is None or answer.error_code != GetIKPath.Response.SUCCESS:
            why = future.exception() if answer is None else answer.message
            self.log.error(f'the path cannot be followed: {why}')
            self._ask_at = min(self._ask_at, self._now() + RETRY)
            return
        names = list(answer.trajectory.joint_names)
        points = answer.trajectory.points
        self._playback = (
            Playback(
                [seconds_from_duration(point.time_from_start) for point in points],
                [point.positions for point in points],
                _known(self._joints, names),
            ),
            names,
            self._now(),
        )
        self.log.info(
            f'following {len(points)} poses in {self._playback[0].duration:.1f} s, at most '
            f'{1e6 * answer.max_position_error:.2g} µm off'
        )


def _known(joints: Mapping[str, float], names: list[str]) -> list[float] | None:
    """Return the positions of these joints, or None unless all are known."""
    return [joints[name] for name in names] if joints.keys() >= set(names) else None


def main(args: list[str] | None = None) -> int:
    """Run the node until it is told to stop; return the exit status of the process."""
    return run(NODE_NAME, TrajectoryNode, args, 'trajectory_node', parameters.ALL)


if __name__ == '__main__':
    sys.exit(main())
