# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkNode`: inverse kinematics as a ROS 2 node. Thin: it converts, calls, converts back.

Run it with `ros2 run learned_ik ik_node` or `python -m learned_ik.ros.node`.
"""

import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import rclpy
import rclpy.logging
from geometry_msgs.msg import PoseStamped
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import ParameterException
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectoryPoint

from learned_ik import resources
from learned_ik.compilation import is_compiled
from learned_ik.errors import LearnedIkError
from learned_ik.ros import messages, parameters
from learned_ik.ros.exchange import ErrorCode, IkAnswer, PathAnswer
from learned_ik.ros.outages import OutageReporter
from learned_ik.ros.path_serving import PathServing
from learned_ik.ros.serving import IkServing
from learned_ik.ros.stopping import stopped_by_signals
from learned_ik.solving.solver import IkSolver
from learned_ik_interfaces.srv import GetIK, GetIKPath

NODE_NAME = 'learned_ik'
SHIPPED_MODEL = 'models/tiago_arm.safetensors'
DISCOVERY_PERIOD = 2.0  # [s], between two looks for a node of the same name
SIGNAL_PERIOD = 0.1  # [s], between two looks for a signal
LATEST = QoSProfile(depth=1)  # of targets, only the newest is worth an answer
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class IkNode(Node):
    """Serves `~/get_ik` and `~/get_ik_path`; turns `~/target_pose` into `~/joint_command`."""

    def __init__(self, **options: Any) -> None:
        """Declare the parameters; nothing is served before `start`."""
        super().__init__(NODE_NAME, **options)
        parameters.declare_all(self)
        self._last_command: npt.NDArray[np.float64] | None = None  # (joints,) [rad or m]
        self._outages = OutageReporter()

    def start(self) -> None:
        """Load the model, make the solver ready, then open services and topics.

        Raises:
            ModelFileError: there is no model there, or none that can be read.

        """
        began = time.monotonic()
        solver = load_solver(parameters.text(self, parameters.MODEL), self.get_logger().info)
        self._serving = IkServing(solver)
        self._path_serving = PathServing(self._serving)
        self._check_robot(parameters.text(self, parameters.ROBOT_DESCRIPTION) or None)
        self.add_on_set_parameters_callback(self._on_parameters)
        self._commands = self.create_publisher(JointState, '~/joint_command', 10)
        listen = self.create_subscription
        listen(String, 'robot_description', self._guarded(self._on_description), LATCHED)
        listen(JointState, 'joint_states', self._guarded(self._on_joints), qos_profile_sensor_data)
        listen(PoseStamped, '~/target_pose', self._guarded(self._on_target), LATEST)
        self.create_service(GetIK, '~/get_ik', self._on_request)
        self.create_service(GetIKPath, '~/get_ik_path', self._on_path_request)
        self._namesake_timer = self.create_timer(
            DISCOVERY_PERIOD, self._look_for_namesake, clock=steady_clock()
        )
        self.get_logger().info(
            f'ready after {time.monotonic() - began:.1f} s: {description_of(solver)}'
        )

    def _on_request(self, request: GetIK.Request, response: GetIK.Response) -> GetIK.Response:
        try:
            asked = messages.request_from_service(request)
            answer = self._serving.answer(asked, parameters.defaults(self))
            messages.fill_service_response(response, answer, self._serving.joint_names)
        except Exception as error:  # a fault of ours must not take the node down
            self.get_logger().error(f'get_ik failed:\n{traceback.format_exc()}')
            failure = IkAnswer(ErrorCode.FAILURE, f'fault in the node: {error!r}; see its log')
            response = GetIK.Response()
            messages.fill_service_response(response, failure, ())
        return response

    def _on_path_request(
        self, request: GetIKPath.Request, response: GetIKPath.Response
    ) -> GetIKPath.Response:
        try:
            asked = messages.path_request_from_service(request)
            answer = self._path_serving.answer(asked, parameters.defaults(self))
            messages.fill_path_response(
                response, answer, self._serving.joint_names, JointTrajectoryPoint
            )
        except Exception as error:  # a fault of ours must not take the node down
            self.get_logger().error(f'get_ik_path failed:\n{traceback.format_exc()}')
            failure = PathAnswer(ErrorCode.FAILURE, f'fault in the node: {error!r}; see its log')
            response = GetIKPath.Response()
            messages.fill_path_response(response, failure, (), JointTrajectoryPoint)
        return response

    def _on_target(self, target: PoseStamped) -> None:
        asked = messages.request_from_target(target)
        answer = self._serving.answer(asked, parameters.defaults(self), self._last_command)
        if answer.solved:
            self._last_command = answer.joint_positions
            command = JointState()
            command.header.stamp = target.header.stamp
            messages.fill_joint_state(command, self._serving.joint_names, answer.joint_positions)
            self._commands.publish(command)
            if line := self._outages.reached(time.monotonic()):
                self.get_logger().info(line)
        elif line := self._outages.missed(answer.message, time.monotonic()):
            self.get_logger().warning(line)

    def _on_joints(self, message: JointState) -> None:
        self._serving.remember_joints(message.name, message.position)

    def _on_description(self, message: String) -> None:
        self._check_robot(message.data)

    def _on_parameters(self, changed: list[Parameter]) -> SetParametersResult:
        for parameter in changed:
            if parameter.name == parameters.ROBOT_DESCRIPTION.name:
                self._guarded(self._check_robot)(parameter.value or None)
        return SetParametersResult(successful=True)

    def _check_robot(self, description: str | None) -> None:
        if not self._serving.compare_with_robot(description):
            return
        if self._serving.refusal is not None:
            self.get_logger().error(f'refusing every request: {self._serving.refusal}')
        elif description is not None:
            self.get_logger().info('the model fits the robot description')

    def _guarded(self, callback: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return the callback of a topic, so that no message can take the node down."""

        def guarded(message: Any) -> None:
            try:
                callback(message)
            except Exception:
                self.get_logger().error(f'message dropped:\n{traceback.format_exc()}')

        return guarded

    def _look_for_namesake(self) -> None:
        own = (self.get_name(), self.get_namespace())
        if self.get_node_names_and_namespaces().count(own) > 1:
            self._namesake_timer.cancel()  # told once
            self.get_logger().warning(
                f"another node is called '{self.get_fully_qualified_name()}' as well: either may "
                'answer a request; start one of them with --ros-args -r __node:=NAME'
            )


def steady_clock() -> Clock:
    """Return a clock that goes on where time is simulated and stands still."""
    return Clock(clock_type=ClockType.STEADY_TIME)


def load_solver(path: str, say: Callable[[str], Any]) -> IkSolver:
    """Return a solver that is ready to answer at full speed.

    Args:
        path: the model file; empty: the one that comes with the package.
        say: called with a line of text before anything that takes long.

    Raises:
        ModelFileError: there is no model there, or none that can be read.

    """
    path = path or str(resources.shipped_file(SHIPPED_MODEL))
    say(f'loading {path}')
    solver = IkSolver.load(path)
    if not is_compiled():
        say('compiling the solver once, up to a minute; later starts take it from the cache')
    solver.warm_up()
    solver.follow((), ())  # a path of no poses: compiles what paths need
    return solver


def description_of(solver: IkSolver) -> str:
    """Return one line that names model, chain and network."""
    model = solver.model
    chain, network = model.chain, model.network
    widths = ' × '.join(str(weight.shape[0]) for weight in network.weights[:-1])
    return (
        f"model '{model.name or 'unnamed'}', {chain.base_link} → {chain.tip_link}, "
        f'{chain.joint_count} joints; network {widths}, {network.heads} heads'
    )


def main(args: list[str] | None = None) -> int:
    """Run the node until it is told to stop; return the exit status of the process."""
    with stopped_by_signals() as stop_request:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        try:
            node = IkNode()
            executor = SingleThreadedExecutor()
            executor.add_node(node)
            node.start()
            node.create_timer(SIGNAL_PERIOD, stop_request.check, clock=steady_clock())
            executor.spin()
        except (LearnedIkError, ParameterException) as error:
            rclpy.logging.get_logger(NODE_NAME).fatal(str(error))
            return 1
        finally:
            rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
