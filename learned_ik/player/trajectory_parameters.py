# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of `trajectory_node`, each declared in one place, and the paths they describe."""

from rclpy.node import Node

from learned_ik.ros.parameters import NodeParameter
from learned_ik.trajectories.pose_paths import PosePath, circle, line, spiral

SHAPES = ('spiral', 'line', 'circle')
SOURCES = (*SHAPES, 'topic', 'marker')
MODES = ('follow', 'stream')
MOST_POSES = 3000  # of a path, as many as an `ik_node` takes

PATH = NodeParameter(
    name='path',
    default='spiral',
    description=(
        'What is followed: spiral, line, circle; topic: each nav_msgs/Path that arrives on '
        '~/path; marker: the interactive marker that is dragged in RViz'
    ),
    choices=SOURCES,
    read_only=True,
)
MODE = NodeParameter(
    name='mode',
    default='follow',
    description=(
        'follow: ask get_ik_path for the whole path, and play its trajectory; stream: send pose '
        'after pose to target_pose, and take each joint_command as it comes'
    ),
    choices=MODES,
    read_only=True,
)
SERVER = NodeParameter(
    name='server',
    default='learned_ik',
    description='Name of the ik_node that is asked; a relative name is in this namespace',
    read_only=True,
)
RATE = NodeParameter(
    name='rate',
    default=50.0,
    description='How often joint states, or targets, are published [Hz]',
    limits=(1.0, 1000.0),
    read_only=True,
)
POSES = NodeParameter(
    name='poses',
    default=400,
    description='Poses along a spiral, line or circle',
    limits=(2, MOST_POSES),
)
REPEAT = NodeParameter(
    name='repeat',
    default=True,
    description='Go back and forth for ever; false: once to the end',
)
FRAME = NodeParameter(
    name='frame',
    default='',
    description="Frame of a spiral, line or circle; empty: the base link of the server's chain",
)
CENTRE = NodeParameter(
    name='centre',
    default=[0.6, -0.05, -0.2],
    description="Middle of a circle, or of the base of a spiral's cone, x y z [m]",
)
RADIUS = NodeParameter(
    name='radius',
    default=0.2,
    description='Radius of a circle, or of the base of the cone [m]',
    limits=(1e-3, 100.0),
)
HEIGHT = NodeParameter(
    name='height',
    default=0.3,
    description='Height of the cone [m]',
    limits=(0.0, 100.0),
)
TURNS = NodeParameter(
    name='turns',
    default=3.0,
    description='Number of turns of the spiral',
    limits=(0.1, 100.0),
)
AXIS = NodeParameter(
    name='axis',
    default=[1.0, 0.0, 0.0],
    description='Direction from the base of the cone to its apex; for a circle, its normal; x y z',
)
ORIENTATION = NodeParameter(
    name='orientation',
    default=[0.0, 0.3826834, 0.0, 0.9238795],
    description='Orientation of the tool on the whole path, quaternion x y z w',
)
START = NodeParameter(
    name='start',
    default=[0.6, -0.3, -0.1],
    description='Where a line begins, x y z [m]',
)
END = NodeParameter(
    name='end',
    default=[0.6, 0.2, 0.1],
    description='Where a line ends, x y z [m]',
)

ALL = (
    PATH,
    MODE,
    SERVER,
    RATE,
    POSES,
    REPEAT,
    FRAME,
    CENTRE,
    RADIUS,
    HEIGHT,
    TURNS,
    AXIS,
    ORIENTATION,
    START,
    END,
)


def declare_all(node: Node) -> None:
    """Declare every parameter of the node.

    Raises:
        rclpy.exceptions.ParameterException: a given value has another type or is out of range.
        ConfigurationError: `path` or `mode` is none of the known ones.

    """
    for parameter in ALL:
        parameter.declare_on(node)


def described_path(node: Node) -> PosePath:
    """Return the spiral, line or circle that the parameters describe at this moment.

    Raises:
        InvalidInputError: they describe none.

    """
    poses, orientation = POSES.of(node), ORIENTATION.of(node)
    shape = PATH.of(node)
    if shape == 'line':
        return line(poses, start=START.of(node), end=END.of(node), orientation=orientation)
    around = {
        'centre': CENTRE.of(node),
        'radius': RADIUS.of(node),
        'axis': AXIS.of(node),
        'orientation': orientation,
    }
    if shape == 'circle':
        return circle(poses, **around)
    return spiral(poses, height=HEIGHT.of(node), turns=TURNS.of(node), **around)
