# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ObstacleEndpoints`: the topic `~/obstacles`, its markers, and the action `~/retrain`.

Obstacles count from the moment they arrive; a retraining follows when the parameter says so.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from geometry_msgs.msg import Point
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from learned_ik import resources
from learned_ik.arrays import Array
from learned_ik.errors import LearnedIkError, ObstacleError, TrainingError, UnknownFrameError
from learned_ik.ros import parameters
from learned_ik.ros.qos import ALL_KEPT, LATCHED
from learned_ik.ros.running import steady_clock
from learned_ik.serving.health import Health
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.known_spheres import Action, KnownSpheres
from learned_ik.serving.loading import SHIPPED_MODEL
from learned_ik.serving.retraining_process import RetrainingEnd, RetrainingProcess, retrained_path
from learned_ik.solving.solver import IkSolver
from learned_ik_interfaces.action import Retrain
from learned_ik_interfaces.msg import ObstacleSpheres

POLL_PERIOD = 0.1  # [s], between two looks at a retraining
SETTLING = 1.0  # [s], without a change of the obstacles before a retraining for them begins
VERMILION = ColorRGBA(r=0.84, g=0.37, b=0.0, a=0.6)


class ObstacleEndpoints:
    """Tells the solver of obstacles, and has it retrained; from `__init__` to `close`."""

    def __init__(
        self,
        node: LifecycleNode,
        serving: IkServing,
        health: Health,
        use_solver: Callable[[IkSolver], None],
    ) -> None:
        """Open the topic and the action; `use_solver` swaps the network that is served."""
        self._node, self._serving, self._health = node, serving, health
        self._use_solver = use_solver
        self._known = KnownSpheres(self._tell_solver)
        self._retraining = RetrainingProcess()
        self._due: float | None = None  # when a retraining is to begin, on the steady clock [s]
        self._goal: Any = None  # the action's goal that waits for the retraining
        self._markers = node.create_publisher(MarkerArray, '~/obstacle_markers', LATCHED)
        self._subscription = node.create_subscription(
            ObstacleSpheres, '~/obstacles', self._on_message, ALL_KEPT
        )
        self._server = ActionServer(
            node,
            Retrain,
            '~/retrain',
            # A goal is executed when it ends: a coroutine that waits would keep the executor busy.
            execute_callback=lambda goal: Retrain.Result(),
            handle_accepted_callback=self._on_goal,
            goal_callback=self._on_goal_request,
            cancel_callback=lambda goal: CancelResponse.ACCEPT,
        )
        self._timer = node.create_timer(POLL_PERIOD, self._poll, clock=steady_clock())
        self._note('idle')
        try:
            self.take_parameter(parameters.OBSTACLES.of(node))
        except ObstacleError as error:
            node.get_logger().error(f'parameter obstacles is ignored: {error}')

    def close(self) -> None:
        """Withdraw all of it; a retraining under way ends without a result."""
        self._end_goal(RetrainingEnd('the node is shut down'), cancelled=True)
        self._retraining.cancel()
        self._node.destroy_timer(self._timer)
        self._server.destroy()
        self._node.destroy_subscription(self._subscription)
        self._node.destroy_publisher(self._markers)

    def take_parameter(self, numbers: Any) -> None:
        """Take a new value of the parameter `obstacles`.

        Raises:
            ObstacleError: it is refused, and the old value stays.

        """
        self._known.set_given(numbers)
        self._changed()

    def tell_again(self) -> None:
        """Let a solver that has just taken another's place know the obstacles."""
        self._tell_solver(self._known.spheres)

    def _on_message(self, message: ObstacleSpheres) -> None:
        try:
            self._known.update(message.action, self._spheres_in_base(message), list(message.ids))
        except (ObstacleError, UnknownFrameError) as error:
            self._health.notes['obstacles refused'] = str(error)
            self._node.get_logger().error(f'obstacles refused, the old set stays: {error}')
            return
        self._health.notes.pop('obstacles refused', None)
        self._changed()

    def _spheres_in_base(self, message: ObstacleSpheres) -> Array:
        """Return the spheres (n, 4) [m] of a message in the base link's frame."""
        if len(message.centers) != len(message.radii):
            raise ObstacleError(
                f'{len(message.centers)} centers and {len(message.radii)} radii; '
                'expected as many of both'
            )
        if message.action == Action.CLEAR and not message.centers:
            return np.empty((0, 4))
        centres = np.reshape([(c.x, c.y, c.z) for c in message.centers], (-1, 3))
        upright = np.tile([0.0, 0.0, 0.0, 1.0], (len(centres), 1))
        centres, _ = self._serving.in_base(message.header.frame_id, centres, upright)
        return np.column_stack([centres, np.asarray(message.radii, dtype=np.float64)])

    def _tell_solver(self, spheres: Array) -> None:
        self._serving.solver.set_obstacles(spheres)

    def _changed(self) -> None:
        spheres = self._known.spheres
        self._health.notes['obstacles'] = str(len(spheres))
        self._show(spheres)
        if self._goal is None and not parameters.RETRAIN.of(self._node):
            return
        if len(spheres) == 0:
            self._due = None
            if self._retraining.cancel():
                self._end_goal(RetrainingEnd('there are no obstacles any more'))
                self._note('idle: there are no obstacles any more')
        else:
            if self._retraining.cancel():
                self._node.get_logger().info('obstacles have changed: retraining begins anew')
            self._due = time.monotonic() + SETTLING
            self._note('about to begin')

    def _show(self, spheres: Array) -> None:
        markers = MarkerArray(markers=[Marker(action=Marker.DELETEALL)])
        for k, (x, y, z, radius) in enumerate(spheres.tolist()):
            marker = Marker(ns='obstacles', id=k, type=Marker.SPHERE, color=VERMILION)
            marker.header.frame_id = self._serving.solver.chain.base_link
            marker.pose.position = Point(x=x, y=y, z=z)
            marker.pose.orientation.w = 1.0
            marker.scale.x = marker.scale.y = marker.scale.z = 2 * radius
            markers.markers.append(marker)
        self._markers.publish(markers)

    def _on_goal_request(self, goal: Retrain.Goal) -> GoalResponse:
        if not (math.isfinite(goal.seconds) and goal.seconds >= 0):
            self._node.get_logger().error(f'retraining refused: seconds is {goal.seconds}')
            return GoalResponse.REJECT
        if self._goal is not None:
            self._node.get_logger().error('retraining refused: another goal is under way')
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _on_goal(self, goal: Any) -> None:
        self._goal = goal
        if len(self._known.spheres) == 0:
            self._end_goal(RetrainingEnd('there are no obstacles to train for'), failed=True)
        elif not self._retraining.running:
            self._begin(goal.request.seconds)

    def _begin(self, seconds: float) -> None:
        self._due = None
        try:
            self._retraining.start(
                self._serving.model,
                self._known.spheres,
                seconds or parameters.RETRAIN_SECONDS.of(self._node),
                retrained_path(self._model_path()),
            )
        except LearnedIkError as error:
            self._node.get_logger().error(str(error))
            self._note(str(error))
            self._end_goal(RetrainingEnd(str(error)), failed=True)
            return
        self._node.get_logger().info(f'retraining for {self._retraining.spheres} obstacles')

    def _model_path(self) -> Path:
        given = parameters.MODEL.of(self._node)
        return Path(given) if given else Path(resources.shipped_file(SHIPPED_MODEL))

    def _poll(self) -> None:
        if self._goal is not None and self._goal.is_cancel_requested:
            self._due = None
            self._retraining.cancel()
            self._note('cancelled')
            self._node.get_logger().info('retraining is cancelled; the old network stays')
            self._end_goal(RetrainingEnd('cancelled; the old network stays'), cancelled=True)
            return
        if self._due is not None and time.monotonic() >= self._due:
            self._begin(0.0 if self._goal is None else self._goal.request.seconds)
        was_running = self._retraining.running
        end = self._retraining.poll()
        if end is not None:
            self._take_over(end)
        elif was_running and (progress := self._retraining.progress) is not None:
            self._note(f'{100 * progress.fraction:.0f} %')
            if self._goal is not None:
                self._goal.publish_feedback(
                    Retrain.Feedback(
                        fraction=float(progress.fraction),
                        seconds_left=float(progress.seconds_left),
                        position_error=float(progress.position_error),
                        orientation_error=float(progress.orientation_error),
                        obstacles=self._retraining.spheres,
                    )
                )

    def _take_over(self, end: RetrainingEnd) -> None:
        """Swap in what is better, between two requests."""
        log = self._node.get_logger()
        if end.model is not None:
            try:
                solver = self._serving.solver.with_network(end.model)
                solver.warm_up()
                self._use_solver(solver)
                self.tell_again()
            except (LearnedIkError, TrainingError) as error:
                end = RetrainingEnd(f'the old network stays: {error}')
        (log.info if end.model is not None else log.warning)(end.message)
        self._note(end.message)
        self._end_goal(end, failed=math.isnan(end.new_score))

    def _end_goal(self, end: RetrainingEnd, failed: bool = False, cancelled: bool = False) -> None:
        """Answer the action's goal, if there is one."""
        if self._goal is None:
            return
        goal, self._goal = self._goal, None

        def result(goal: Any) -> Retrain.Result:
            if goal.is_cancel_requested:
                goal.canceled()
            elif failed or cancelled:
                goal.abort()
            else:
                goal.succeed()
            return Retrain.Result(
                swapped=end.model is not None,
                message=end.message,
                model='' if end.path is None else str(end.path),
                old_score=end.old_score,
                new_score=end.new_score,
                old_colliding=end.old_colliding,
                new_colliding=end.new_colliding,
            )

        goal.execute(result)

    def _note(self, what: str) -> None:
        self._health.notes['retraining'] = what
