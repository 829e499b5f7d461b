# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkNode`: inverse kinematics as a ROS 2 lifecycle node. Thin: it converts, calls, converts back.

Run it with `ros2 run learned_ik ik_node` or `python -m learned_ik.ros.node`.
"""

if __name__ == '__main__':  # a signal may come while the imports below take their seconds
    from learned_ik.ros.stopping import ended_at_once

    with ended_at_once():
        import rclpy.lifecycle  # noqa: F401

import dataclasses
import sys
import time
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter

from learned_ik.arrays import Array
from learned_ik.errors import LearnedIkError
from learned_ik.ros import parameters
from learned_ik.ros.changes import Changes
from learned_ik.ros.described.first_serving import first_serving, told
from learned_ik.ros.described.training_beside import TrainingBeside
from learned_ik.ros.diagnostics import diagnostic_array
from learned_ik.ros.endpoints import Asked, Endpoints, tell_robot
from learned_ik.ros.moveit.moveit_endpoints import MoveItEndpoints
from learned_ik.ros.poses.many_endpoints import ManyEndpoints
from learned_ik.ros.robustness.background import Background
from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.ros.robustness.parameter_changes import ParameterChanges
from learned_ik.ros.robustness.services import strengthen_services
from learned_ik.ros.running import create_timer, run
from learned_ik.ros.scene.obstacle_endpoints import ObstacleEndpoints
from learned_ik.ros.tf import MovingFrames
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.status.health import Health

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
    many: ManyEndpoints
    moveit: MoveItEndpoints
    obstacles: ObstacleEndpoints
    changes: Changes
    training: TrainingBeside
    background: Background

    def close(self) -> None:
        """Withdraw services and topics."""
        for part in (
            self.changes, self.endpoints, self.many, self.moveit, self.obstacles, self.training,
            self.frames, self.background,
        ):  # fmt: skip
            part.close()


class IkNode(LifecycleNode):
    """Serves `~/get_ik` and its like; turns `~/target_pose` into `~/joint_command`.

    Configuring loads the model and opens services and topics, activating serves: in between,
    every request is answered with the reason why it is refused. All messages are handled by one
    thread; what takes long is done beside, and takes effect between two messages.
    """

    def __init__(self, **options: Any) -> None:
        """Declare the parameters; nothing is loaded before the node is configured."""
        self._parts: Parts | None = None  # None: not configured; a start that fails destroys, too
        super().__init__(NODE_NAME, **options)
        self.log = NodeLog(self)
        parameters.declare_all(self)
        self.add_on_set_parameters_callback(self._on_parameters)
        self._parameter_changes = ParameterChanges(self, self.log, self._prepare)
        strengthen_services(self, self.log)
        self.finalized = False  # shut down through its life cycle: the process may end
        self.health = Health()
        self._defaults = parameters.defaults(self)
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        create_timer(self, DIAGNOSTICS_PERIOD, self._publish_diagnostics)
        self._namesake_timer = create_timer(self, DISCOVERY_PERIOD, self._look_for_namesake)

    def start(self) -> bool:
        """Configure and activate without being told to; return whether that worked."""
        return self.trigger_configure() is SUCCESS and self.trigger_activate() is SUCCESS

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the model, make the solver ready, then open services and topics."""
        began = time.monotonic()
        try:
            serving = first_serving(self, self.log)
            serving.paused = self._not_active()
            if serving.robot.description is not None or serving.robot.placeholder:
                tell_robot(serving, self.log)
            self._parts = self._open(serving)
        except LearnedIkError as error:
            self.log.fatal(str(error))
            return FAILURE
        except Exception as error:  # rclpy would take it without a word
            self.log.fault('configuring failed', error)
            return FAILURE
        self.log.info(f'configured after {time.monotonic() - began:.1f} s: {told(serving)}')
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Serve."""
        serving = self._configured.serving
        serving.paused = None
        if serving.refusal is None:
            self.log.info('ready')
        elif serving.robot.awaited:
            self.log.info(f'active: {serving.refusal}')
        else:
            self.log.warning(
                'active, but no request is answered before a fitting robot is described'
            )
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Refuse every request from now on, with the reason."""
        self._configured.serving.paused = self._not_active()
        self._configured.endpoints.forget_commands()  # the arm may be moved meanwhile
        self.log.info('inactive')
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

    def _open(self, serving: IkServing) -> Parts:
        """Open services and topics."""
        frames = MovingFrames(self, serving.solver.chain.base_link)
        serving.lookup = frames.lookup if frames.available else None
        background = Background(self)
        asked = Asked(
            self, serving, self.health, lambda: self._defaults, frames, background, self.log
        )
        changes = Changes(asked, self._spheres, self._replaced)
        endpoints = Endpoints(asked, changes.take_description, changes.take_semantic)
        return Parts(
            serving=serving,
            frames=frames,
            endpoints=endpoints,
            many=ManyEndpoints(asked, endpoints.seeding_command),
            moveit=MoveItEndpoints(asked, endpoints),
            obstacles=ObstacleEndpoints(asked, changes.use_network),
            changes=changes,
            training=TrainingBeside(asked, changes.use_network),
            background=background,
        )

    def _spheres(self) -> Array:
        """Return the obstacles (n, 4) [m]; any thread may ask, also while all is withdrawn."""
        parts = self._parts
        return np.empty((0, 4)) if parts is None else parts.obstacles.spheres

    def _replaced(self, is_another: bool) -> None:
        """Take note that another solver serves; `is_another`: of another model, or arm."""
        parts = self._configured
        parts.obstacles.tell_again()
        parts.frames.base_link = parts.serving.solver.chain.base_link
        parts.endpoints.forget_commands()
        if is_another:
            parts.obstacles.retraining.model_was_set()

    @property
    def _configured(self) -> Parts:
        """The parts, for what is only called while there are some."""
        if self._parts is None:
            raise RuntimeError('the node is not configured')
        return self._parts

    def end(self) -> None:
        """Stop what would outlive the process."""
        if self._parts is not None:
            self._parts.obstacles.retraining.end()
            self._parts.training.end()

    def destroy_node(self) -> None:
        """Leave ROS, and let every thread and process end that the node has started."""
        self.end()
        self._close()
        super().destroy_node()

    def _close(self) -> None:
        if self._parts is not None:
            self._parts.close()
        self._parts = None

    def _not_active(self) -> str:
        name = self.get_fully_qualified_name()
        return f'the node is not active; activate it with: ros2 lifecycle set {name} activate'

    async def _prepare(self, changed: list[Parameter]) -> None:
        """Do beside what takes long of what `_on_parameters`, called next, is to do."""
        if self._parts is not None:
            await self._parts.changes.prepare({p.name: p.value for p in changed})

    def _on_parameters(self, changed: list[Parameter]) -> SetParametersResult:
        values = {parameter.name: parameter.value for parameter in changed}
        try:
            defaults = parameters.changed_defaults(self._defaults, values)
            if self._parts is not None:
                if parameters.OBSTACLES.name in values:
                    self._parts.obstacles.take_parameter(values[parameters.OBSTACLES.name])
                self._parts.changes.set(values)
        except LearnedIkError as error:
            return SetParametersResult(successful=False, reason=f'nothing has changed: {error}')
        except Exception as error:
            told = self.log.fault('parameters refused', error)
            return SetParametersResult(successful=False, reason=told)
        self._defaults = defaults
        return SetParametersResult(successful=True)

    def _publish_diagnostics(self) -> None:
        serving = self._parts.serving if self._parts else None
        if serving is not None:
            self.health.notes['joint_states'] = serving.joints_told
            if complaint := serving.joints_complaint():
                self.log.warning(complaint)
        report = self.health.report(serving)
        stamp = self.get_clock().now().to_msg()
        name = self.get_fully_qualified_name()
        self._diagnostics.publish(diagnostic_array(report, name, stamp))

    def _look_for_namesake(self) -> None:
        own = (self.get_name(), self.get_namespace())
        if self.get_node_names_and_namespaces().count(own) > 1:
            self._namesake_timer.cancel()  # told once
            self.log.warning(
                f"another node is called '{self.get_fully_qualified_name()}' as well: either may "
                'answer a request; start one of them with --ros-args -r __node:=NAME'
            )


def main(args: list[str] | None = None) -> int:
    """Run the node until it is told to stop; return the exit status of the process."""

    def start(node: IkNode) -> bool:
        return not parameters.AUTOSTART.of(node) or node.start()

    return run(
        NODE_NAME, IkNode, args, 'ik_node', parameters.ALL, start,
        finished=lambda node: node.finalized, end=IkNode.end,
    )  # fmt: skip


if __name__ == '__main__':
    sys.exit(main())
