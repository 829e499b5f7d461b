# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From an `RvizPicture` to markers for RViz: paths, arm, and the error as text."""

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from learned_ik.arrays import Array
from learned_ik.serving.rviz_picture import RvizPicture

# Colours that everybody can tell apart (Okabe and Ito).
ORANGE = ColorRGBA(r=0.90, g=0.62, b=0.0, a=1.0)
BLUE = ColorRGBA(r=0.0, g=0.45, b=0.70, a=1.0)
GREEN = ColorRGBA(r=0.0, g=0.62, b=0.45, a=0.8)
WHITE = ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0)

VERMILION = ColorRGBA(r=0.84, g=0.37, b=0.0, a=0.6)

TEXT_ABOVE_TIP = 0.15  # [m]
LETTER = 0.05  # [m], how high the letters of texts are
SPACE = 0.6  # [1], how wide a space is beside that
SPELLED = {'µ': 'u', '°': ' deg', '→': 'to', '×': 'x', '²': '^2'}


def marker_array(picture: RvizPicture, stamp: Time) -> MarkerArray:
    """Return one marker a namespace: `target_path`, `reached_path`, `arm`, `joints`, `error`."""
    arm = np.empty((0, 3)) if picture.arm is None else picture.arm
    markers = [
        _points('target_path', Marker.LINE_STRIP, picture.wanted, 0.008, ORANGE),
        _points('reached_path', Marker.LINE_STRIP, picture.reached, 0.003, BLUE),
        _points('arm', Marker.LINE_STRIP, arm, 0.02, GREEN),
        _points('joints', Marker.SPHERE_LIST, arm, 0.04, GREEN),
        _text('error', picture, arm),
    ]
    for marker in markers:
        marker.header.frame_id = picture.frame
        marker.header.stamp = stamp
    return MarkerArray(markers=markers)


def sphere_markers(spheres: Array, frame: str) -> MarkerArray:
    """Return a ball for each obstacle (n, 4), x y z radius [m], in place of those before."""
    markers = [Marker(action=Marker.DELETEALL)]
    for k, (x, y, z, radius) in enumerate(spheres.tolist()):
        marker = Marker(ns='obstacles', id=k, type=Marker.SPHERE, color=VERMILION)
        marker.header.frame_id = frame
        marker.pose.position = Point(x=x, y=y, z=z)
        marker.pose.orientation.w = 1.0
        marker.scale.x = marker.scale.y = marker.scale.z = 2 * radius
        markers.append(marker)
    return MarkerArray(markers=markers)


def _points(namespace: str, kind: int, points: Array, width: float, color: ColorRGBA) -> Marker:
    """Return a line or balls through (n, 3) points [m]; too few points remove what was there."""
    marker = Marker(ns=namespace, type=kind, color=color)
    finite = points[np.isfinite(points).all(axis=-1)] if len(points) else points
    if len(finite) < 2:  # RViz complains of a line with fewer
        marker.action = Marker.DELETE
        return marker
    marker.pose.orientation.w = 1.0
    marker.scale.x = marker.scale.y = marker.scale.z = width
    marker.points = [Point(x=x, y=y, z=z) for x, y, z in finite.tolist()]
    return marker


def _text(namespace: str, picture: RvizPicture, arm: Array) -> Marker:
    marker = Marker(ns=namespace, type=Marker.TEXT_VIEW_FACING, color=WHITE)
    marker.text = drawable(picture.text)
    x, y, z = arm[-1].tolist() if len(arm) else (0.0, 0.0, 0.0)
    marker.pose.position = Point(x=x, y=y, z=z + TEXT_ABOVE_TIP)
    marker.pose.orientation.w = 1.0
    marker.scale.z = LETTER
    # RViz takes this for the width of a space; where it is 0, a space is as wide as if letters
    # were a metre high.
    marker.scale.x = SPACE * LETTER
    return marker


def drawable(text: str) -> str:
    """Return a text of what RViz's font has, which is ASCII alone: without it, µm reads m."""
    for sign, words in SPELLED.items():
        text = text.replace(sign, words)
    return text.encode('ascii', 'replace').decode('ascii')
