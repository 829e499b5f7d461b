# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`MovingFrames`: how frames stand that move against the arm's base, by tf2 where it is installed.

Waiting for a transform that is still on its way is a coroutine: others are served meanwhile.
"""

import time
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.task import Future
from rclpy.time import Time

from learned_ik.arrays import Array
from learned_ik.errors import UnknownFrameError
from learned_ik.ros import parameters
from learned_ik.ros.running import create_timer
from learned_ik.rotations import matrix_from_quaternion, transform
from learned_ik.serving.status.wording import named

POLL_PERIOD = 0.01  # [s], between two looks whether a transform has come, while somebody waits
MOST_WAITING = 256  # poses; one more is answered with what is known by now


class MovingFrames:
    """Listens to /tf and /tf_static; from `__init__` to `close`."""

    def __init__(self, node: LifecycleNode, base_link: str) -> None:
        """Begin to listen; without tf2_ros, no frame is known."""
        self._node = node
        self.base_link = base_link  # the frame into which poses are transformed
        self._buffer: Any = None
        self._listener: Any = None
        self._waiting: list[tuple[Future, str, int, float]] = []  # frame, stamp [ns], until [s]
        self._timer: Any = None
        try:
            import tf2_ros
        except ModuleNotFoundError as error:
            if error.name not in ('tf2_ros', 'tf2_py', 'tf2_msgs'):
                raise
            return
        self._buffer = tf2_ros.Buffer()
        self._listener = tf2_ros.TransformListener(self._buffer, node)

    @property
    def available(self) -> bool:
        """Whether anybody knows of moving frames."""
        return self._buffer is not None

    def close(self) -> None:
        """Listen no longer; whoever waits is told to look once more."""
        if self._listener is not None:
            self._listener.unregister()
        for future, *_ in self._waiting:
            future.set_result(None)
        self._waiting = []
        self._stop_timer()

    def lookup(self, frame: str, stamp: int) -> Array:
        """Return T_base_frame (4, 4) at a stamp [ns], 0 for the latest; at once.

        Raises:
            UnknownFrameError: tf2 does not know it.

        """
        import tf2_ros

        if stamp < 0:
            raise UnknownFrameError(f'the stamp is {stamp} ns; expected 0 or more')
        try:
            found = self._buffer.lookup_transform(self.base_link, frame, Time(nanoseconds=stamp))
        except tf2_ros.TransformException as error:
            raise UnknownFrameError(
                f"frame {named(frame)} is not rigidly tied to '{self.base_link}' by the robot "
                f'description, and tf2 does not know how it stood: {str(error).strip()}'
            ) from error
        p, q = found.transform.translation, found.transform.rotation
        return transform(matrix_from_quaternion([q.x, q.y, q.z, q.w]), [p.x, p.y, p.z])

    async def wait(self, frame: str, stamp: int) -> None:
        """Return when a transform is known, or when its time is over."""
        if self._buffer is None or stamp < 0 or len(self._waiting) >= MOST_WAITING:
            return
        if self._is_known(frame, stamp):
            return
        until = time.monotonic() + parameters.TRANSFORM_TIMEOUT.of(self._node)
        future: Future = Future(executor=self._node.executor)
        self._waiting.append((future, frame, stamp, until))
        if self._timer is None:
            self._timer = create_timer(self._node, POLL_PERIOD, self._look)
        await future

    def _is_known(self, frame: str, stamp: int) -> bool:
        return self._buffer.can_transform(self.base_link, frame, Time(nanoseconds=stamp))

    def _look(self) -> None:
        """Wake whoever need not wait any longer."""
        now, waiting = time.monotonic(), self._waiting
        self._waiting = []
        for each in waiting:
            future, frame, stamp, until = each
            if now >= until or self._is_known(frame, stamp):
                future.set_result(None)
            else:
                self._waiting.append(each)
        if not self._waiting:
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None
