# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkNode`: inverse kinematics as a ROS 2 lifecycle node. Thin: it converts, calls, converts back.

Run it with `ros2 run learned_ik ik_node` or `python -m learned_ik.ros.node`.
"""

import dataclasses
import sys
import time
import traceback
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter

from learned_ik.errors import LearnedIkError
from learned_ik.ros import parameters
from learned_ik.ros.diagnostics import diagnostic_array
from learned_ik.ros.endpoints import Endpoints, check_robot
from learned_ik.ros.moveit import MoveItEndpoint
from learned_ik.ros.obstacle_endpoints import ObstacleEndpoints
from learned_ik.ros.running import run, steady_clock
from learned_ik.ros.tf import MovingFrames
from learned_ik.serving.health import Health
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.loading import description_of, load_solver
from learned_ik.solving.solver import IkSolver

NODE_NAME = 'learned_ik'
DIAGNOSTICS_PERIOD = 1.0  # [s]
DISCOVERY_PERIOD = 2.0  # [s], between two looks for a node of the same name
SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


@dataclasses.dataclass(frozen=True)
class Parts:
    """What a node has from its configuring to its cleaning up."""

    serving: IkServing
    frames: MovingFrames
    endpoints: Endpoints
    moveit: MoveItEndpoint
    obstacles: ObstacleEndpoints

    def close(self) -> None:
        """Withdraw services and topics."""
        for part in (self.endpoints, self.moveit, self.obstacles, self.frames):
            part.close()


class IkNode(LifecycleNode):
    """Serves `~/get_ik` and `~/get_ik_path`; turns `~/target_pose` into `~/joint_command`.

    Configuring loads the model and opens services and topics, activating serves: in between,
    every request is answered with the reason why it is refused.
    """

    def __init__(self, **options: Any) -> None:
        """Declare the parameters; nothing is loaded before the node is configured."""
        super().__init__(NODE_NAME, **options)
        parameters.declare_all(self)
        self.add_on_set_parameters_callback(self._on_parameters)
        self.finalized = False  # shut down through its life cycle: the process may end
        self.health = Health()
        self._defaults = parameters.defaults(self)
        self._parts: Parts | None = None  # None: not configured
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        clock = steady_clock()
        self.create_timer(DIAGNOSTICS_PERIOD, self._publish_diagnostics, clock=clock)
        self._namesake_timer = self.create_timer(
            DISCOVERY_PERIOD, self._look_for_namesake, clock=clock
        )

    def start(self) -> bool:
        """Configure and activate without being told to; return whether that worked."""
        return self.trigger_configure() is SUCCESS and self.trigger_activate() is SUCCESS

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the model, make the solver ready, then open services and topics."""
        began = time.monotonic()
        try:
            path = parameters.MODEL.of(self)
            tool = parameters.given_tool(parameters.TOOL.of(self))
            solver = load_solver(path, self.get_logger().info, tool)
            serving = IkServing(solver)
            serving.calibration = parameters.CALIBRATION_TOLERANCE.of(self)
            serving.paused = self._not_active()
            description = parameters.ROBOT_DESCRIPTION.of(self)
            check_robot(serving, description or None, self.get_logger())
            frames = MovingFrames(self, solver.chain.base_link)
            serving.lookup = frames.lookup if frames.available else None
            asked = (self, serving, self.health, lambda: self._defaults, frames)
            self._parts = Parts(
                serving=serving,
                frames=frames,
                endpoints=Endpoints(*asked),
                moveit=MoveItEndpoint(*asked),
                obstacles=ObstacleEndpoints(self, serving, self.health, self.use_solver),
            )
        except LearnedIkError as error:
            self.get_logger().fatal(str(error))
            return FAILURE
        except Exception:  # rclpy would take it without a word
            self.get_logger().fatal(f'configuring failed:\n{traceback.format_exc()}')
            return FAILURE
        self.get_logger().info(
            f'configured after {time.monotonic() - began:.1f} s: {description_of(solver)}'
        )
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Serve."""
        self._configured.serving.paused = None
        self.get_logger().info('ready')
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Refuse every request from now on, with the reason."""
        self._configured.serving.paused = self._not_active()
        self._configured.endpoints.forget_commands()  # the arm may be moved meanwhile
        self.get_logger().info('inactive')
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Withdraw services and topics, and let go of the model."""
        self._close()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Do the same, for good."""
        self._close()
        self.finalized = True
        return super().on_shutdown(state)

    def use_solver(self, solver: IkSolver) -> None:
        """Serve with another solver from now on.

        Raises:
            RobotMismatchError: its model does not fit the robot, and nothing has changed.

        """
        parts = self._configured
        parts.serving.replace_solver(solver)
        parts.obstacles.tell_again()
        parts.frames.base_link = solver.chain.base_link
        parts.endpoints.forget_commands()
        self.get_logger().info(f'now serving {description_of(solver)}')

    @property
    def _configured(self) -> Parts:
        """The parts, for what is only called while there are some."""
        if self._parts is None:
            raise RuntimeError('the node is not configured')
        return self._parts

    def _close(self) -> None:
        if self._parts is not None:
            self._parts.close()
        self._parts = None

    def _not_active(self) -> str:
        name = self.get_fully_qualified_name()
        return f'the node is not active; activate it with: ros2 lifecycle set {name} activate'

    def _on_parameters(self, changed: list[Parameter]) -> SetParametersResult:
        values = {parameter.name: parameter.value for parameter in changed}
        try:
            defaults = parameters.changed_defaults(self._defaults, values)
            if self._parts is not None:
                self._take(self._parts, values)
        except LearnedIkError as error:
            return SetParametersResult(successful=False, reason=f'nothing has changed: {error}')
        except Exception as error:
            self.get_logger().error(f'parameters refused:\n{traceback.format_exc()}')
            return SetParametersResult(successful=False, reason=f'fault in the node: {error!r}')
        self._defaults = defaults
        return SetParametersResult(successful=True)

    def _take(self, parts: Parts, values: dict[str, Any]) -> None:
        """Let parameters work that do more than to be read."""
        if parameters.MODEL.name in values or parameters.TOOL.name in values:
            self._take_model_or_tool(parts, values)
        if parameters.OBSTACLES.name in values:
            parts.obstacles.take_parameter(values[parameters.OBSTACLES.name])
        if parameters.CALIBRATION_TOLERANCE.name in values:
            parts.serving.calibration = values[parameters.CALIBRATION_TOLERANCE.name]
            parts.serving.compare_again()
        if parameters.ROBOT_DESCRIPTION.name in values:
            description = values[parameters.ROBOT_DESCRIPTION.name] or None
            check_robot(parts.serving, description, self.get_logger())

    def _take_model_or_tool(self, parts: Parts, values: dict[str, Any]) -> None:
        """Read the model again; where only the tool is another, keep the network that serves."""
        tool = parameters.given_tool(values.get(parameters.TOOL.name, parameters.TOOL.of(self)))
        if parameters.MODEL.name in values:
            path = values[parameters.MODEL.name]
            self.use_solver(load_solver(path, self.get_logger().info, tool))
        else:
            self.use_solver(parts.serving.solver.fitted_to(tool=tool))

    def _publish_diagnostics(self) -> None:
        report = self.health.report(self._parts.serving if self._parts else None)
        stamp = self.get_clock().now().to_msg()
        name = self.get_fully_qualified_name()
        self._diagnostics.publish(diagnostic_array(report, name, stamp))

    def _look_for_namesake(self) -> None:
        own = (self.get_name(), self.get_namespace())
        if self.get_node_names_and_namespaces().count(own) > 1:
            self._namesake_timer.cancel()  # told once
            self.get_logger().warning(
                f"another node is called '{self.get_fully_qualified_name()}' as well: either may "
                'answer a request; start one of them with --ros-args -r __node:=NAME'
            )


def main(args: list[str] | None = None) -> int:
    """Run the node until it is told to stop; return the exit status of the process."""

    def start(node: IkNode) -> bool:
        return not parameters.AUTOSTART.of(node) or node.start()

    return run(
        NODE_NAME, IkNode, args, 'ik_node', parameters.ALL, start, lambda node: node.finalized
    )


if __name__ == '__main__':
    sys.exit(main())
