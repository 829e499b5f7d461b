# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a node answers to `--help`, and to arguments that neither it nor ROS takes."""

import sys
import textwrap
from collections.abc import Iterable, Sequence

from rclpy.utilities import remove_ros_args

from learned_ik.ros.parameters import NodeParameter

WIDTH = 99  # characters of a line


def answered(
    program: str, arguments: Sequence[str] | None, declared: Iterable[NodeParameter]
) -> int | None:
    """Answer arguments that are not for ROS.

    Args:
        program: the node's name as a command.
        arguments: the program's name and what follows it; None: those of this process.
        declared: the node's parameters.

    Returns:
        The exit status; None where there are none such, and the node shall run.

    """
    _, *own = remove_ros_args(arguments) or ['']
    if not own:
        return None
    if '-h' in own or '--help' in own:
        print(usage(program, declared))
        return 0
    print(
        f"error: {program} takes no '{own[0]}'; what it takes follows --ros-args: ros2 run "
        f'learned_ik {program} --ros-args -p NAME:=VALUE, or see its --help',
        file=sys.stderr,
    )
    return 2


def usage(program: str, declared: Iterable[NodeParameter]) -> str:
    """Return how the node is called, and its parameters."""
    lines = [
        f'usage: ros2 run learned_ik {program} --ros-args [-p NAME:=VALUE ...] '
        '[-r NAME:=OTHER ...] [--log-level LEVEL]',
        '',
        'parameters:',
    ]
    for parameter in declared:
        accepted = ''
        if parameter.limits is not None:
            accepted = '; {:g} to {:g}'.format(*parameter.limits)
        elif parameter.choices is not None:
            accepted = f'; one of {", ".join(parameter.choices)}'
        default = 'empty' if parameter.default in ('', []) else parameter.default
        lines.append(f'  {parameter.name}  ({default}{accepted})')
        indent = ' ' * 6
        lines += textwrap.wrap(
            parameter.description, WIDTH, initial_indent=indent, subsequent_indent=indent
        )
    return '\n'.join(lines)
