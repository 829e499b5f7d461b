# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ObstacleEndpoints`: the topic `~/obstacles` and its markers. Spheres count once they arrive."""

from functools import partial
from typing import Any

import numpy as np
from rclpy.serialization import deserialize_message
from visualization_msgs.msg import MarkerArray

from learned_ik.arrays import Array
from learned_ik.errors import ObstacleError, UnknownFrameError
from learned_ik.robot.spheres import MOST_SPHERES
from learned_ik.ros import parameters
from learned_ik.ros.endpoints import Asked
from learned_ik.ros.markers import sphere_markers
from learned_ik.ros.qos import ALL_KEPT, LATCHED
from learned_ik.ros.running import create_timer
from learned_ik.ros.scene.retrain_action import RetrainAction, UseNetwork
from learned_ik.serving.known_spheres import Action, KnownSpheres
from learned_ik_interfaces.msg import ObstacleSpheres

MARKER_PERIOD = 0.1  # [s], between two pictures of obstacles that change
MOST_BYTES = 1_000_000  # of a message: 1024 spheres with ids of 900 characters


class ObstacleEndpoints:
    """Tells the solver of obstacles, and has it retrained; from `__init__` to `close`."""

    def __init__(self, asked: Asked, use_network: UseNetwork) -> None:
        """Open the topic and the action that retrains."""
        self._node, self._serving, self._health = asked.node, asked.serving, asked.health
        self._log, self._background = asked.log, asked.background
        self._known = KnownSpheres(self._tell_solver)
        self._shown = True  # whether the markers are those of the spheres known now
        node = self._node
        self._markers = node.create_publisher(MarkerArray, '~/obstacle_markers', LATCHED)
        self._subscription = node.create_subscription(
            ObstacleSpheres, '~/obstacles', self._on_message, ALL_KEPT, raw=True
        )
        self.retraining = RetrainAction(asked, lambda: self._known.spheres, use_network)
        self._timer = create_timer(node, MARKER_PERIOD, self._show)
        try:
            self.take_parameter(parameters.OBSTACLES.of(node))
        except ObstacleError as error:
            self._log.error(f'parameter obstacles is ignored: {error}')

    def close(self) -> None:
        """Withdraw all of it; a retraining under way ends without a result."""
        self.retraining.close()
        self._node.destroy_timer(self._timer)
        self._node.destroy_subscription(self._subscription)
        self._node.destroy_publisher(self._markers)

    def take_parameter(self, numbers: Any) -> None:
        """Take a new value of the parameter `obstacles`.

        Raises:
            ObstacleError: it is refused, and the old value stays.

        """
        self._known.set_given(numbers)
        self._changed()

    @property
    def spheres(self) -> Array:
        """(n, 4), x y z radius [m], all that are known, in the base link's frame."""
        return self._known.spheres

    def tell_again(self) -> None:
        """Let a solver that has just taken another's place know the obstacles."""
        try:
            self._tell_solver(self._known.spheres)
        except ObstacleError as error:  # they have changed while it was prepared
            self._log.error(f'obstacles are not kept clear of: {error}')

    def _on_message(self, serialized: bytes) -> None:
        known = len(self._known.spheres)
        try:
            message = read_obstacles(serialized)
            self._known.update(message.action, self._spheres_in_base(message), list(message.ids))
        except (ObstacleError, UnknownFrameError) as error:
            self._health.notes['obstacles refused'] = str(error)
            self._log.error(f'obstacles refused, the old set stays: {error}')
            return
        except Exception as error:
            self._health.note_fault()
            self._log.fault('obstacles were dropped', error)
            return
        self._health.notes.pop('obstacles refused', None)
        if len(self._known.spheres) != known:  # those that move come many times a second
            self._log.info(f'obstacles accepted: {len(self._known.spheres)} now, {known} before')
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
        self._shown = False
        self._health.notes['obstacles'] = str(len(self._known.spheres))
        self.retraining.obstacles_changed()

    async def _show(self) -> None:
        """Publish markers where spheres have changed: a thousand take longer than others wait."""
        if self._shown:
            return
        self._shown = True
        frame = self._serving.solver.chain.base_link
        job = partial(sphere_markers, self._known.spheres, frame)
        try:
            self._markers.publish(await self._background.pictures.do(job))
        except Exception as error:
            self._health.note_fault()
            self._log.fault('no markers of obstacles', error)


def read_obstacles(serialized: bytes) -> ObstacleSpheres:
    """Return a message that is not too large to be read.

    Raises:
        ObstacleError: it is.

    """
    if len(serialized) > MOST_BYTES:
        raise ObstacleError(
            f'the message has {len(serialized)} bytes; expected at most {MOST_BYTES}, enough for '
            f'{MOST_SPHERES} spheres'
        )
    return deserialize_message(serialized, ObstacleSpheres)
