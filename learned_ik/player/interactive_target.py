# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A target to be dragged in RViz: six handles around one pose. Needs interactive_markers."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy.typing as npt
from rclpy.node import Node
from visualization_msgs.msg import (
    InteractiveMarker,
    InteractiveMarkerControl,
    InteractiveMarkerFeedback,
    Marker,
)

from learned_ik.errors import ConfigurationError
from learned_ik.ros.messages import fill_pose

NAME = 'target'
HALF = 0.5**0.5
AXES = {'x': (HALF, 0.0, 0.0, HALF), 'y': (0.0, 0.0, HALF, HALF), 'z': (0.0, HALF, 0.0, HALF)}
SIZE = 0.25  # [m], of the handles


def interactive_server(node: Node, namespace: str, frame: str) -> Any:
    """Return a server of interactive markers below a topic namespace, in a frame.

    Raises:
        ConfigurationError: interactive_markers is not installed, or the frame has no name: RViz
            waits for such a marker's frame for ever, and shows nothing.

    """
    if not frame:
        raise ConfigurationError(
            "path 'marker' needs the parameter 'frame', and it is empty; expected the link in "
            "whose frame the target is, such as the arm's base link"
        )
    try:
        from interactive_markers import InteractiveMarkerServer
    except ModuleNotFoundError as error:
        if error.name != 'interactive_markers':
            raise
        raise ConfigurationError(
            "path 'marker' needs the ROS package interactive_markers, which is not installed; "
            'expected it, or another path'
        ) from error
    return InteractiveMarkerServer(node, namespace)


def offer_target(
    server: Any,
    frame: str,
    position: npt.ArrayLike,
    orientation: npt.ArrayLike,
    on_moved: Callable[[str, Any], None],
) -> None:
    """Show the target at a pose in `frame`; `on_moved(frame, pose)` hears where it goes."""

    def on_feedback(feedback: InteractiveMarkerFeedback) -> None:
        if feedback.event_type == InteractiveMarkerFeedback.POSE_UPDATE:
            on_moved(feedback.header.frame_id, feedback.pose)

    marker = InteractiveMarker(name=NAME, description='target', scale=SIZE)
    marker.header.frame_id = frame
    fill_pose(marker.pose, position, orientation)
    marker.controls = [_ball(), *_handles()]
    server.insert(marker, feedback_callback=on_feedback)
    server.applyChanges()


def _ball() -> InteractiveMarkerControl:
    """Return a grey ball that moves in the plane of the view."""
    ball = Marker(type=Marker.SPHERE)
    ball.scale.x = ball.scale.y = ball.scale.z = 0.3 * SIZE
    ball.color.r = ball.color.g = ball.color.b = 0.6
    ball.color.a = 0.6
    return InteractiveMarkerControl(
        name='move',
        markers=[ball],
        always_visible=True,
        orientation_mode=InteractiveMarkerControl.VIEW_FACING,
        interaction_mode=InteractiveMarkerControl.MOVE_PLANE,
        independent_marker_orientation=True,
    )


def _handles() -> Iterator[InteractiveMarkerControl]:
    """Yield an arrow along and a ring around each axis."""
    for name, (x, y, z, w) in AXES.items():
        for what, mode in (
            ('move', InteractiveMarkerControl.MOVE_AXIS),
            ('rotate', InteractiveMarkerControl.ROTATE_AXIS),
        ):
            control = InteractiveMarkerControl(name=f'{what}_{name}', interaction_mode=mode)
            control.orientation.x, control.orientation.y = x, y
            control.orientation.z, control.orientation.w = z, w
            yield control
